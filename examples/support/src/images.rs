//! Images with classes as tensors, for the examples that train networks on them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Failure, data};
use ndarray::{Array1, Array3, Array4, ArrayD, Axis, Ix4};
use tapegrad_core::Tensor;
use tapegrad_data::datasets::{self, Mnist};
use tapegrad_data::{Dataset, ImageFolder, idx, shuffled_batches, split_stratified};

/// Images to train on and to test with. All have the mean and the deviation of each channel of the training part taken out.
#[derive(Clone, Debug)]
pub struct Images {
    /// `[N, C, H, W]`, or `[N, C H W]` for networks without convolution.
    pub x: Tensor,
    /// Their classes, 0 up to the number of names.
    pub y: Tensor,
    /// Images to test with.
    pub test_x: Tensor,
    /// Their classes.
    pub test_y: Tensor,
    /// What the classes are called.
    pub names: Vec<String>,
}

impl Images {
    /// The 60,000 and 10,000 digits of MNIST as rows of 784 pixels.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn mnist() -> Result<Images, Failure> {
        Ok(Images::of_mnist(&datasets::mnist(data("mnist"))?))
    }

    /// The same, where the bytes themselves are of use too. Mean and deviation are the usual ones of MNIST, rounded.
    #[must_use]
    pub fn of_mnist(mnist: &Mnist) -> Images {
        let pixels = |images: &Array3<u8>| {
            Tensor::from(images.mapv(|byte| (f32::from(byte) / 255.0 - 0.1307) / 0.3081)).reshape([-1, 784])
        };
        Images {
            x: pixels(&mnist.train_images),
            y: classes(&mnist.train_labels),
            test_x: pixels(&mnist.test_images),
            test_y: classes(&mnist.test_labels),
            names: numbered(10),
        }
    }

    /// The 4,000 and 1,000 clothes of Fashion-MNIST that come with the examples.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn fashion() -> Result<Images, Failure> {
        let names = ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"];
        Ok(Images { names: names.map(str::to_owned).to_vec(), ..Images::idx(&data("fashion_mnist"))? })
    }

    /// The four IDX files of a folder, plain or gzip: `train*images*`, `[N, H, W]` or `[N, H, W, C]` of bytes, `train*labels*`, `[N]`,
    /// and the same with `t10k` or `test`.
    ///
    /// # Errors
    /// A file is missing, cannot be read, is not of this form, or does not fit the others.
    pub fn idx(folder: &Path) -> Result<Images, Failure> {
        let part = |names: &[&str]| -> Result<(Array4<u8>, Array1<u8>), Failure> {
            let path = file(folder, names, "images")?;
            let (images, labels): (_, Array1<u8>) = (with_channels(&path)?, idx::read(file(folder, names, "labels")?)?);
            if images.len_of(Axis(0)) != labels.len() {
                let (path, images, labels) = (path.display(), images.shape(), labels.len());
                return Err(format!("{path}: images {images:?} and {labels} labels, expected as many of both").into());
            }
            Ok((images, labels))
        };
        let (train, y) = part(&["train"])?;
        let (test, test_y) = part(&["t10k", "test"])?;
        let last = y.iter().chain(&test_y).copied().max().unwrap_or(0);
        let images = |bytes: Array4<u8>| Tensor::from(bytes.mapv(|byte| f32::from(byte) / 255.0)).permute([0, 3, 1, 2]);
        let (train, test) = ((images(train), classes(&y)), (images(test), classes(&test_y)));
        Images::of(train, test, numbered(usize::from(last) + 1))
    }

    /// The digits of MNIST, or the images of a folder as [`Images::idx`] has them, for what takes gray images of 28 by 28 pixels.
    ///
    /// # Errors
    /// A file cannot be read, or the images are of another size.
    pub fn idx_28(folder: Option<&Path>) -> Result<Images, Failure> {
        let images = Images::idx(folder.unwrap_or(&data("mnist")))?;
        match images.x.shape() {
            [_, 1, 28, 28] => Ok(images),
            other => Err(format!("images {other:?}, expected [N, 1, 28, 28]").into()),
        }
    }

    /// A folder of pictures for each class, PNG or JPEG, all brought to 32 by 32 pixels; a fifth of each class is to test with. Or
    /// IDX files, as [`Images::idx`] has them.
    ///
    /// # Errors
    /// There are neither, or one cannot be read.
    pub fn read(folder: &Path) -> Result<Images, Failure> {
        if file(folder, &["train"], "images").is_ok() {
            return Images::idx(folder);
        }
        let pictures = ImageFolder::open(folder)?.size(32, 32);
        let [training, test] = split_stratified(pictures.labels(), [0.8, 0.2], 1);
        if test.is_empty() {
            return Err(format!("{}: {} pictures, too few to test with some", folder.display(), training.len()).into());
        }
        let part = |rows: &[usize]| -> Result<(Tensor, Tensor), Failure> {
            let items = rows.iter().map(|&row| pictures.get(row)).collect::<Result<Vec<_>, _>>()?;
            let (pixels, classes): (Vec<Tensor>, Vec<i64>) =
                items.into_iter().map(|(pixels, class)| (Tensor::from(pixels), class)).unzip();
            Ok((Tensor::stack(&pixels, 0), Tensor::from(classes)))
        };
        Images::of(part(&training)?, part(&test)?, pictures.classes().to_vec())
    }

    /// Takes out the mean and the deviation of each channel.
    fn of((x, y): (Tensor, Tensor), (test_x, test_y): (Tensor, Tensor), names: Vec<String>) -> Result<Images, Failure> {
        if x.numel() == 0 || x.shape()[1..] != test_x.shape()[1..] {
            let (found, test) = (x.shape(), test_x.shape());
            return Err(
                format!("images to train on {found:?}, to test with {test:?}: expected some of one size").into()
            );
        }
        let (mean, deviation) = (x.mean_keepdim([0, 2, 3]), x.std_keepdim([0, 2, 3]) + 1e-6);
        let standardised = |x: Tensor| ((x - &mean) / &deviation).contiguous();
        Ok(Images { x: standardised(x), y, test_x: standardised(test_x), test_y, names })
    }

    /// The same as rows of pixels from 0 to 1, the darkest and the lightest to train on.
    #[must_use]
    pub fn unit_rows(&self) -> Images {
        let (low, high) = (self.x.min(), self.x.max());
        let unit = |x: &Tensor| ((x - &low) / (&high - &low)).flatten_dims(1, -1);
        Images { x: unit(&self.x), test_x: unit(&self.test_x), ..self.clone() }
    }

    /// How many images there are to train on.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.y.numel()
    }

    /// The same with only the first `rows` to train on.
    #[must_use]
    pub fn first(&self, rows: usize) -> Images {
        Images { x: first(&self.x, rows), y: first(&self.y, rows), ..self.clone() }
    }

    /// The same with only the first `rows` to test with.
    #[must_use]
    pub fn first_tests(&self, rows: usize) -> Images {
        Images { test_x: first(&self.test_x, rows), test_y: first(&self.test_y, rows), ..self.clone() }
    }

    /// The images to train on in batches, in a random order that is another one in each epoch.
    pub fn batches(&self, size: usize, epoch: usize) -> impl Iterator<Item = (Tensor, Tensor)> {
        shuffled_batches(self.rows(), size, 1, epoch as u64).into_iter().map(|rows| {
            let rows: Tensor = rows.into_iter().map(|row| row as i64).collect();
            (self.x.index_select(0, &rows), self.y.index_select(0, &rows))
        })
    }
}

fn classes(labels: &Array1<u8>) -> Tensor {
    labels.iter().map(|&label| i64::from(label)).collect()
}

/// Classes that are called by their numbers.
fn numbered(classes: usize) -> Vec<String> {
    (0..classes).map(|class| class.to_string()).collect()
}

fn first(x: &Tensor, rows: usize) -> Tensor {
    x.narrow(0, 0, rows.min(x.shape()[0]))
}

/// Images of an IDX file, `[N, H, W]` or `[N, H, W, C]` of bytes, as the latter.
pub(crate) fn with_channels(path: &Path) -> Result<Array4<u8>, Failure> {
    let images: ArrayD<u8> = idx::read(path)?;
    let images = if images.ndim() == 3 { images.insert_axis(Axis(3)) } else { images };
    let found = images.shape().to_vec();
    let wrong = |_| format!("{}: shape {found:?}, expected [N, H, W] or [N, H, W, C]", path.display());
    Ok(images.into_dimensionality::<Ix4>().map_err(wrong)?)
}

/// Images of bytes, `[N, H, W]`, as `[N, 1, H, W]` from 0 to 1.
#[must_use]
pub fn shares(images: &Array3<u8>) -> Tensor {
    Tensor::from(images.mapv(|pixel| f32::from(pixel) / 255.0)).unsqueeze(1)
}

/// How often the largest score is not that of the right class, in percent.
#[must_use]
pub fn percent_wrong(scores: &Tensor, classes: &Tensor) -> f64 {
    100.0 * scores.argmax_dim(1).ne(classes).sum().item() / classes.numel() as f64
}

/// The one file of a folder whose name begins with one of these and has `what` in it.
pub(crate) fn file(folder: &Path, names: &[&str], what: &str) -> Result<PathBuf, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if names.iter().any(|begin| name.starts_with(begin)) && name.contains(what) {
            found.push(path);
        }
    }
    match (found.pop(), found.is_empty()) {
        (Some(path), true) => Ok(path),
        (None, _) => Err(format!("{}: no file {}*{what}*", folder.display(), names.join("* or ")).into()),
        (Some(_), false) => Err(format!("{}: several files {}*{what}*", folder.display(), names.join("* or ")).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn idx(shape: &[u8], bytes: &[u8]) -> Vec<u8> {
        let lengths = shape.iter().flat_map(|&n| [0, 0, 0, n]);
        [0, 0, 8, shape.len() as u8].into_iter().chain(lengths).chain(bytes.iter().copied()).collect()
    }

    #[test]
    fn colours_become_channels_with_the_training_parts_mean_and_deviation() {
        let folder = std::env::temp_dir().join(format!("tapegrad-images-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, bytes: Vec<u8>| fs::write(folder.join(name), bytes).unwrap();
        // Two images of one row, two columns and two channels.
        write("train-images", idx(&[2, 1, 2, 2], &[0, 10, 0, 20, 255, 30, 255, 40]));
        write("train-labels", idx(&[2], &[0, 2]));
        write("test-images", idx(&[1, 1, 2, 2], &[255, 10, 0, 10]));
        write("test-labels", idx(&[1], &[1]));
        let images = Images::idx(&folder).unwrap();
        assert_eq!((images.x.shape(), images.names.len()), (&[2, 2, 1, 2][..], 3));
        assert!(images.x.mean_dim([0, 2, 3]).allclose(&Tensor::zeros([2]), 0.0, 1e-6));
        assert!(images.x.std_dim([0, 2, 3]).allclose(&Tensor::ones([2]), 1e-4, 0.0));
        let first = images.test_x.select(0, 0).select(0, 0).to_vec::<f32>().unwrap();
        assert!(first[0] > 0.8 && first[1] < -0.8, "{first:?}: the first channel has 255 and 0");

        let error = format!("{:?}", Images::idx_28(Some(&folder)).unwrap_err());
        assert_eq!(error, "images [2, 2, 1, 2], expected [N, 1, 28, 28]");

        write("test-labels", idx(&[2], &[1, 1]));
        let error = format!("{:?}", Images::idx(&folder).unwrap_err());
        assert!(error.contains("images [1, 1, 2, 2] and 2 labels"), "{error}");
        fs::remove_file(folder.join("test-labels")).unwrap();
        let error = format!("{:?}", Images::idx(&folder).unwrap_err());
        assert!(error.contains("no file t10k* or test*labels*"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn every_training_image_is_in_one_batch_beside_its_class() {
        // Image i is of class i.
        let y = Tensor::arange(0, 12);
        let x = y.reshape([-1, 1]);
        let images = Images { test_x: x.clone(), test_y: y.clone(), x, y, names: numbered(12) }.first(10);
        assert_eq!((images.rows(), images.test_y.numel(), images.first_tests(3).test_y.numel()), (10, 12, 3));
        let mut seen = Vec::new();
        for (x, y) in images.batches(4, 0) {
            assert!(x.flatten().equal(&y));
            seen.extend(y.to_vec::<i64>().unwrap());
        }
        assert_ne!(seen, (0..10).collect::<Vec<i64>>(), "the order is random");
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<i64>>());
    }

    #[test]
    fn unit_rows_go_from_the_darkest_to_the_lightest_to_train_on() {
        let (x, y) = (Tensor::from([[[[-1.0, 3.0]]], [[[0.0, 1.0]]]]), Tensor::from([0_i64, 0]));
        let images = Images { test_x: &x * 2.0, test_y: y.clone(), x, y, names: numbered(1) }.unit_rows();
        assert!(images.x.equal(&Tensor::from([[0.0, 1.0], [0.25, 0.5]])));
        assert!(images.test_x.equal(&Tensor::from([[-0.25, 1.75], [0.25, 0.75]])));
    }

    #[test]
    fn percent_wrong_counts_the_largest_scores_of_other_classes() {
        let scores = Tensor::from([[1.0, 0.0], [0.0, 1.0], [3.0, 2.0], [2.0, 3.0]]);
        assert_eq!(percent_wrong(&scores, &Tensor::from([0_i64, 1, 1, 1])), 25.0);
    }
}
