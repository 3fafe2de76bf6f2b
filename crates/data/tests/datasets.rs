//! The files shipped under `examples/data`, against figures known from elsewhere; and folders that are not what they
//! should be.

#[path = "common/folder.rs"]
mod folder;

use folder::Folder;
use ndarray::{Array1, ArrayView1};
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};
use tapegrad_data::datasets;

fn shipped(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data").join(folder)
}

fn class_counts(labels: &Array1<u8>) -> [usize; 10] {
    let mut counts = [0; 10];
    for &label in labels {
        counts[usize::from(label)] += 1;
    }
    counts
}

/// Class counts: `zcat FILE | tail -c +9 | od -An -v -tu1 -w1 | sort -n | uniq -c`.
#[test]
fn mnist_has_its_known_shapes_and_class_counts() {
    let mnist = datasets::mnist(shipped("mnist")).unwrap();
    assert_eq!(mnist.train_images.shape(), [60_000, 28, 28]);
    assert_eq!(mnist.test_images.shape(), [10_000, 28, 28]);
    assert_eq!(class_counts(&mnist.train_labels), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    assert_eq!(class_counts(&mnist.test_labels), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    assert_eq!(mnist.train_labels.iter().take(5).copied().collect::<Vec<_>>(), [5, 0, 4, 1, 9]);
    // The mean and deviation of the training pixels, in units of 255, by which MNIST is usually normalised.
    let pixels = mnist.train_images.len() as f64;
    let mean = mnist.train_images.iter().map(|&pixel| f64::from(pixel) / 255.0).sum::<f64>() / pixels;
    let square = mnist.train_images.iter().map(|&pixel| (f64::from(pixel) / 255.0).powi(2)).sum::<f64>() / pixels;
    assert!((mean - 0.1307).abs() < 5e-5, "{mean}");
    assert!(((square - mean * mean).sqrt() - 0.3081).abs() < 5e-5);
}

fn least_squares(x: ArrayView1<f64>, y: ArrayView1<f64>) -> (f64, f64) {
    let n = x.len() as f64;
    let (mean_x, mean_y) = (x.sum() / n, y.sum() / n);
    let covariance: f64 = x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let variance: f64 = x.iter().map(|x| (x - mean_x).powi(2)).sum();
    let slope = covariance / variance;
    (mean_y - slope * mean_x, slope)
}

#[test]
fn king_county_has_its_known_rows_and_line() {
    let houses = datasets::king_county(shipped("king_county")).unwrap();
    assert_eq!(houses.features.shape(), [21_613, 18]);
    assert_eq!(houses.feature_names.len(), 18);
    let area = houses.feature("sqft_living");
    assert_eq!(area.iter().take(3).copied().collect::<Vec<_>>(), [1180.0, 2570.0, 770.0]);
    assert_eq!(houses.price.iter().take(3).copied().collect::<Vec<_>>(), [221_900.0, 538_000.0, 180_000.0]);
    assert_eq!((houses.id[0], houses.date[0].as_str()), (7_129_300_520, "2014-10-13"));
    assert_eq!(houses.feature("bedrooms").iter().copied().fold(0.0, f64::max), 33.0);

    let (intercept, slope) = least_squares(area, houses.price.view());
    assert!((intercept + 43_580.74).abs() < 0.01, "{intercept}");
    assert!((slope - 280.6236).abs() < 1e-4, "{slope}");
}

#[test]
#[should_panic(expected = "feature: no feature \"sqft\", expected one of [\"bedrooms\"")]
fn unknown_feature_names_those_there_are() {
    let houses = datasets::king_county(shipped("king_county")).unwrap();
    let _ = houses.feature("sqft");
}

/// 21,436 houses, 176 of them sold several times: `cut -d, -f1 kc_house_data.csv | sort -u | wc -l` (one more for the header).
#[test]
fn sales_of_one_house_stay_in_one_part() {
    let houses = datasets::king_county(shipped("king_county")).unwrap();
    let parts = houses.split([0.8, 0.1, 0.1], 1);
    let mut rows = parts.concat();
    rows.sort_unstable();
    assert_eq!(rows, (0..21_613).collect::<Vec<usize>>());
    let ids = parts.each_ref().map(|rows| rows.iter().map(|&row| houses.id[row]).collect::<HashSet<i64>>());
    assert_eq!(ids.each_ref().map(HashSet::len), [17_149, 2_143, 2_144]);
    assert!(ids[0].is_disjoint(&ids[1]) && ids[0].is_disjoint(&ids[2]) && ids[1].is_disjoint(&ids[2]));
}

/// Means: Fisher's, as the description that came with the table gives them.
#[test]
fn iris_has_fifty_of_each_species() {
    let iris = datasets::iris(shipped("")).unwrap();
    assert_eq!(iris.species_names, ["setosa", "versicolor", "virginica"]);
    for class in 0..3 {
        assert_eq!(iris.species.iter().filter(|&&code| code == class).count(), 50);
    }
    assert_eq!(iris.feature_names, ["sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm"]);
    assert_eq!(iris.features.shape(), [150, 4]);
    for (column, mean) in iris.features.columns().into_iter().zip([5.84, 3.05, 3.76, 1.20]) {
        assert!((column.sum() / 150.0 - mean).abs() < 0.01, "{mean}");
    }
}

/// Class counts and the ranges of two measures: as the description that came with the table gives them.
#[test]
fn breast_cancer_has_its_known_classes_and_ranges() {
    let tumours = datasets::breast_cancer(shipped("")).unwrap();
    assert_eq!(tumours.features.shape(), [569, 30]);
    assert_eq!(tumours.diagnosis_names, ["benign", "malignant"]);
    assert_eq!([0, 1].map(|class| tumours.diagnosis.iter().filter(|&&code| code == class).count()), [357, 212]);
    assert_eq!((tumours.feature_names[0].as_str(), tumours.feature_names[23].as_str()), ("mean_radius", "worst_area"));
    for (column, range) in [(0, (6.981, 28.11)), (23, (185.2, 4254.0))] {
        let column = tumours.features.column(column);
        let ends = column.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (v.min(low), v.max(high)));
        assert_eq!(ends, range);
    }
}

/// Class counts: `cut -d, -f65 digits.csv | sort | uniq -c`.
#[test]
fn digits_have_their_known_shape_and_class_counts() {
    let digits = datasets::digits(shipped("")).unwrap();
    assert_eq!(digits.images.shape(), [1797, 8, 8]);
    assert_eq!(class_counts(&digits.labels), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    let second_row: Vec<u8> = digits.images.index_axis(ndarray::Axis(0), 0).row(1).to_vec();
    assert_eq!(second_row, [0, 0, 13, 15, 10, 15, 5, 0]);
}

fn images(count: u8, rows: u8) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, rows, 0, 0, 0, 28];
    bytes.resize(16 + usize::from(count) * usize::from(rows) * 28, 9);
    bytes
}

fn labels(labels: &[u8]) -> Vec<u8> {
    [&[0, 0, 8, 1, 0, 0, 0, labels.len() as u8][..], labels].concat()
}

#[test]
fn mnist_folder_is_checked() {
    let folder = Folder::new("mnist");
    let message = || folder.message(datasets::mnist(&folder.0));
    assert!(message().starts_with("train-images-idx3-ubyte.gz: cannot be read: "), "{}", message());

    folder.write("train-images-idx3-ubyte", &images(3, 27));
    assert_eq!(message(), "train-images-idx3-ubyte: shape [3, 27, 28], expected [images, 28, 28]");

    folder.write("train-images-idx3-ubyte", &images(3, 28));
    folder.write("train-labels-idx1-ubyte", &labels(&[1, 2]));
    assert_eq!(
        message(),
        "train-labels-idx1-ubyte: 2 labels, expected 3, one for each image of train-images-idx3-ubyte"
    );

    folder.write("train-labels-idx1-ubyte", &labels(&[1, 9, 10]));
    assert_eq!(message(), "train-labels-idx1-ubyte: label 2 is 10, expected less than 10");

    folder.write("train-labels-idx1-ubyte", &labels(&[1, 9, 0]));
    folder.write("t10k-images-idx3-ubyte", &images(1, 28));
    folder.write("t10k-labels-idx1-ubyte", &labels(&[4]));
    let mnist = datasets::mnist(&folder.0).unwrap();
    assert_eq!((mnist.train_labels.to_vec(), mnist.test_labels.to_vec()), (vec![1, 9, 0], vec![4]));
}

#[test]
fn digits_file_is_checked() {
    let folder = Folder::new("digits");
    let names: Vec<String> = (0..64).map(|pixel| format!("p{}{}", pixel / 8, pixel % 8)).collect();
    let write = |pixel: &str, digit: &str| {
        let text = format!("{},digit\n{}{pixel},{digit}\n", names.join(","), "0,".repeat(63));
        folder.write("digits.csv", text.as_bytes());
    };
    let message = || folder.message(datasets::digits(&folder.0));
    write("17", "3");
    assert_eq!(message(), r#"digits.csv: line 2, column "p77": "17", expected an integer from 0 to 16"#);
    write("16", "10");
    assert_eq!(message(), r#"digits.csv: line 2, column "digit": "10", expected an integer from 0 to 9"#);
    write("16", "9");
    assert_eq!(datasets::digits(&folder.0).unwrap().images[[0, 7, 7]], 16);
    folder.write("digits.csv", b"p00\n1\n");
    assert_eq!(message(), r#"digits.csv: no column "p01", expected one of ["p00"]"#);
}

#[test]
fn tables_without_their_columns_are_refused() {
    let folder = Folder::new("tables");
    folder.write("iris.csv", b"sepal_length_cm,kind\n5.1,setosa\n");
    assert_eq!(
        folder.message(datasets::iris(&folder.0)),
        r#"iris.csv: line 2, column "kind": "setosa", expected a finite number"#
    );
    folder.write("breast_cancer.csv", b"mean_radius\n17.99\n");
    assert_eq!(
        folder.message(datasets::breast_cancer(&folder.0)),
        r#"breast_cancer.csv: no column "diagnosis", expected one of ["mean_radius"]"#
    );
    folder.write("kc_house_data.csv", b"id,date,sqft_living\n1,2014-05-02,1180\n");
    assert_eq!(
        folder.message(datasets::king_county(&folder.0)),
        r#"kc_house_data.csv: no column "price", expected one of ["id", "date", "sqft_living"]"#
    );
    folder.write("kc_house_data.csv", b"id,date,price,sqft_living\n1.5,2014-05-02,221900,1180\n");
    assert_eq!(
        folder.message(datasets::king_county(&folder.0)),
        r#"kc_house_data.csv: line 2, column "id": "1.5", expected an integer"#
    );
}

#[test]
fn tables_of_another_number_of_features_are_refused() {
    let folder = Folder::new("widths");
    folder.write("iris.csv", b"sepal_length_cm,species,sepal_width_cm\n5.1,setosa,3.5\n4.9,setosa,3.0\n");
    assert_eq!(folder.message(datasets::iris(&folder.0)), "iris.csv: shape [2, 2], expected [flowers, 4]");
    folder.write("breast_cancer.csv", b"mean_radius,diagnosis\n17.99,malignant\n");
    assert_eq!(
        folder.message(datasets::breast_cancer(&folder.0)),
        "breast_cancer.csv: shape [1, 1], expected [tumours, 30]"
    );
}
