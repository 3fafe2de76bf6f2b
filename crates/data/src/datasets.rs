//! The data sets of the examples, each read from its folder. Shapes, numbers and the labels of images are what the types
//! say, or the error says which are not; how many rows a table has, and which categories, is not checked.

use crate::{Error, csv::Table, idx, split_by_group};
use ndarray::{Array1, Array2, Array3, ArrayView1, Axis};
use std::path::{Path, PathBuf};

/// Every set in the format of MNIST has images of this side.
const MNIST_SIDE: usize = 28;
const DIGITS_SIDE: usize = 8;
const DIGITS: u8 = 10;

/// Images of 28 x 28 pixels, 0 (black) to 255, in 10 classes.
#[derive(Clone, Debug)]
pub struct Mnist {
    /// Shape [images, 28, 28].
    pub train_images: Array3<u8>,
    /// The class of each training image, 0 to 9.
    pub train_labels: Array1<u8>,
    /// Shape [images, 28, 28].
    pub test_images: Array3<u8>,
    /// The class of each test image, 0 to 9.
    pub test_labels: Array1<u8>,
}

/// Reads the four files of MNIST, or of a set in the same format, from the folder `dir`.
///
/// The files have their usual names, `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`
/// and `t10k-labels-idx1-ubyte`, each as it is or with `.gz` appended.
///
/// # Errors
/// A file is missing or damaged; the images are not 28 x 28; there are not as many labels as images; a label is 10 or
/// more.
pub fn mnist(dir: impl AsRef<Path>) -> Result<Mnist, Error> {
    let dir = dir.as_ref();
    let (train_images, train_labels) = labelled_images(dir, "train")?;
    let (test_images, test_labels) = labelled_images(dir, "t10k")?;
    Ok(Mnist { train_images, train_labels, test_images, test_labels })
}

fn labelled_images(dir: &Path, part: &str) -> Result<(Array3<u8>, Array1<u8>), Error> {
    let images_path = plain_or_gzip(dir.join(format!("{part}-images-idx3-ubyte")));
    let images: Array3<u8> = idx::read(&images_path)?;
    let (count, rows, columns) = images.dim();
    if (rows, columns) != (MNIST_SIDE, MNIST_SIDE) {
        let expected = "[images, 28, 28]";
        return Err(Error::Shape { path: images_path, expected, found: images.shape().into() });
    }

    let path = plain_or_gzip(dir.join(format!("{part}-labels-idx1-ubyte")));
    let labels: Array1<u8> = idx::read(&path)?;
    if labels.len() != count {
        return Err(Error::LabelCount { path, images: images_path, expected: count, found: labels.len() });
    }
    if let Some((index, &found)) = labels.iter().enumerate().find(|&(_, &label)| label >= DIGITS) {
        return Err(Error::Label { path, index, classes: DIGITS, found });
    }
    Ok((images, labels))
}

/// The file itself where there is one, else its name with `.gz`.
fn plain_or_gzip(plain: PathBuf) -> PathBuf {
    if plain.exists() { plain } else { plain.with_added_extension("gz") }
}

/// Houses sold in King County, Washington, from May 2014 to May 2015.
#[derive(Clone, Debug)]
pub struct KingCounty {
    /// The house. Some were sold more than once: a split that must not leak keeps the rows of one id together.
    pub id: Array1<i64>,
    /// The day of the sale, YYYY-MM-DD.
    pub date: Vec<String>,
    /// The price in dollars.
    pub price: Array1<f64>,
    /// The names of the columns of `features`.
    pub feature_names: Vec<String>,
    /// Every other column, shape [houses, features]: areas in square feet, rooms, grade, place and so on.
    pub features: Array2<f64>,
}

impl KingCounty {
    /// One feature of every house, by its name.
    ///
    /// # Panics
    /// If there is no feature of that name.
    #[must_use]
    #[track_caller]
    pub fn feature(&self, name: &str) -> ArrayView1<'_, f64> {
        match self.feature_names.iter().position(|feature| feature == name) {
            Some(column) => self.features.column(column),
            None => panic!("feature: no feature {name:?}, expected one of {:?}", self.feature_names),
        }
    }

    /// The rows in parts of about the given fractions, with all sales of one house in one part, as [`split_by_group`] has
    /// them.
    ///
    /// # Panics
    /// As [`split_by_group`].
    #[must_use]
    #[track_caller]
    pub fn split<const PARTS: usize>(&self, fractions: [f64; PARTS], seed: u64) -> [Vec<usize>; PARTS] {
        split_by_group(&self.id, fractions, seed)
    }
}

/// Reads the house sales from `kc_house_data.csv` in the folder `dir`.
///
/// # Errors
/// The file is missing or damaged; the columns `id`, `date` or `price` are missing; an id is not an integer; a price, or
/// what is in any other column, is not a finite number.
pub fn king_county(dir: impl AsRef<Path>) -> Result<KingCounty, Error> {
    let table = Table::read(dir.as_ref().join("kc_house_data.csv"))?;
    let (feature_names, features) = all_but(&table, &["id", "date", "price"])?;
    Ok(KingCounty {
        id: table.i64("id")?,
        date: table.strings("date")?.into_iter().map(str::to_owned).collect(),
        price: table.f64("price")?,
        feature_names,
        features,
    })
}

/// Fisher's iris flowers: four lengths, three species.
#[derive(Clone, Debug)]
pub struct Iris {
    /// The names of the columns of `features`.
    pub feature_names: Vec<String>,
    /// Lengths in cm, shape [flowers, 4].
    pub features: Array2<f64>,
    /// The names of the species, sorted.
    pub species_names: Vec<String>,
    /// The species of each flower, an index into `species_names`.
    pub species: Array1<i64>,
}

/// Reads the iris flowers from `iris.csv` in the folder `dir`.
///
/// # Errors
/// The file is missing or damaged; the column `species` is missing; the other columns are not of finite numbers, or not
/// four.
pub fn iris(dir: impl AsRef<Path>) -> Result<Iris, Error> {
    let path = dir.as_ref().join("iris.csv");
    let table = Table::read(&path)?;
    let (feature_names, features) = all_but(&table, &["species"])?;
    let species = table.categories("species")?;
    check_columns(path, &features, 4, "[flowers, 4]")?;
    Ok(Iris { feature_names, features, species_names: species.labels, species: species.codes })
}

/// Breast tumours of the Wisconsin diagnostic set: thirty measures of the cells' nuclei, and the diagnosis.
#[derive(Clone, Debug)]
pub struct BreastCancer {
    /// The names of the columns of `features`.
    pub feature_names: Vec<String>,
    /// Mean, standard error and largest ("worst") value of ten measures, shape [tumours, 30].
    pub features: Array2<f64>,
    /// The names of the diagnoses, sorted: benign, malignant.
    pub diagnosis_names: Vec<String>,
    /// The diagnosis of each tumour, an index into `diagnosis_names`.
    pub diagnosis: Array1<i64>,
}

/// Reads the tumours from `breast_cancer.csv` in the folder `dir`.
///
/// # Errors
/// The file is missing or damaged; the column `diagnosis` is missing; the other columns are not of finite numbers, or not
/// thirty.
pub fn breast_cancer(dir: impl AsRef<Path>) -> Result<BreastCancer, Error> {
    let path = dir.as_ref().join("breast_cancer.csv");
    let table = Table::read(&path)?;
    let (feature_names, features) = all_but(&table, &["diagnosis"])?;
    let diagnosis = table.categories("diagnosis")?;
    check_columns(path, &features, 30, "[tumours, 30]")?;
    Ok(BreastCancer { feature_names, features, diagnosis_names: diagnosis.labels, diagnosis: diagnosis.codes })
}

/// Small images of handwritten digits: 8 x 8 pixels, 0 to 16.
#[derive(Clone, Debug)]
pub struct Digits {
    /// Shape [images, 8, 8].
    pub images: Array3<u8>,
    /// The digit of each image, 0 to 9.
    pub labels: Array1<u8>,
}

/// Reads the small digits from `digits.csv` in the folder `dir`: 64 columns `p00` to `p77` (row, column) and `digit`.
///
/// # Errors
/// The file is missing or damaged; a column is missing; a pixel is not an integer from 0 to 16, a digit not one from 0
/// to 9.
pub fn digits(dir: impl AsRef<Path>) -> Result<Digits, Error> {
    let table = Table::read(dir.as_ref().join("digits.csv"))?;
    let mut images = Array3::zeros((table.n_rows(), DIGITS_SIDE, DIGITS_SIDE));
    for row in 0..DIGITS_SIDE {
        for column in 0..DIGITS_SIDE {
            let pixels = table.u8_in(&format!("p{row}{column}"), 0..=16)?;
            images.index_axis_mut(Axis(1), row).column_mut(column).assign(&pixels);
        }
    }
    Ok(Digits { images, labels: table.u8_in("digit", 0..=DIGITS - 1)? })
}

/// The columns that are not named, as features.
fn all_but(table: &Table, excluded: &[&str]) -> Result<(Vec<String>, Array2<f64>), Error> {
    let names: Vec<String> =
        table.columns().iter().filter(|name| !excluded.contains(&name.as_str())).cloned().collect();
    let features = table.matrix(&names)?;
    Ok((names, features))
}

/// Refuses features of another number of columns.
fn check_columns(path: PathBuf, features: &Array2<f64>, columns: usize, expected: &'static str) -> Result<(), Error> {
    if features.ncols() != columns {
        return Err(Error::Shape { path, expected, found: features.shape().into() });
    }
    Ok(())
}
