//! MNIST as tensors, for the examples that train networks on it.

use crate::data;
use ndarray::{Array1, Array3};
use tapegrad_core::Tensor;
use tapegrad_data::datasets::{self, Mnist};
use tapegrad_data::{Error, shuffled_batches};

/// Handwritten digits: those to train on, and those to test with.
#[derive(Clone, Debug)]
pub struct Digits {
    /// Images to train on, a row of 784 pixels each, with the mean and the deviation of MNIST's training part taken out.
    pub x: Tensor,
    /// Their digits, 0 to 9.
    pub y: Tensor,
    /// Images to test with.
    pub test_x: Tensor,
    /// Their digits.
    pub test_y: Tensor,
}

impl Digits {
    /// The 60,000 and 10,000 digits of MNIST.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn mnist() -> Result<Digits, Error> {
        Ok(Digits::of(&datasets::mnist(data("mnist"))?))
    }

    /// The same, where the images themselves are of use too.
    #[must_use]
    pub fn of(mnist: &Mnist) -> Digits {
        let classes = |labels: &Array1<u8>| labels.iter().map(|&label| i64::from(label)).collect();
        Digits {
            x: pixels(&mnist.train_images),
            y: classes(&mnist.train_labels),
            test_x: pixels(&mnist.test_images),
            test_y: classes(&mnist.test_labels),
        }
    }

    /// How many digits there are to train on.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.y.numel()
    }

    /// The same with only the first `rows` to train on.
    #[must_use]
    pub fn first(&self, rows: usize) -> Digits {
        Digits { x: self.x.narrow(0, 0, rows), y: self.y.narrow(0, 0, rows), ..self.clone() }
    }

    /// The digits to train on in batches of `size` images and digits, in a random order that is another one in each epoch.
    pub fn batches(&self, size: usize, epoch: usize) -> impl Iterator<Item = (Tensor, Tensor)> {
        shuffled_batches(self.rows(), size, 1, epoch as u64).into_iter().map(|rows| {
            let rows: Tensor = rows.into_iter().map(|row| row as i64).collect();
            (self.x.index_select(0, &rows), self.y.index_select(0, &rows))
        })
    }
}

/// Images as rows of numbers of mean 0 and deviation 1.
fn pixels(images: &Array3<u8>) -> Tensor {
    let rows = images.mapv(|pixel| (f32::from(pixel) / 255.0 - 0.1307) / 0.3081);
    Tensor::from(rows).reshape([-1, 784])
}

/// How often the largest score is not that of the right class, in percent.
#[must_use]
pub fn percent_wrong(scores: &Tensor, classes: &Tensor) -> f64 {
    100.0 * scores.argmax_dim(1).ne(classes).sum().item() / classes.numel() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Image i is of digit i, so that pairs are seen to stay pairs.
    fn numbered(rows: i64) -> Digits {
        let y = Tensor::arange(0, rows);
        let x = y.reshape([-1, 1]);
        Digits { test_x: x.clone(), test_y: y.clone(), x, y }
    }

    #[test]
    fn every_digit_is_in_one_batch_beside_its_image() {
        let digits = numbered(12).first(10);
        let mut seen = Vec::new();
        for (x, y) in digits.batches(4, 0) {
            assert!(x.flatten().equal(&y));
            seen.extend(y.to_vec::<i64>().unwrap());
        }
        assert_ne!(seen, (0..10).collect::<Vec<i64>>(), "the order is random");
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<i64>>());
    }

    #[test]
    fn percent_wrong_counts_the_largest_scores_of_other_classes() {
        let scores = Tensor::from([[1.0, 0.0], [0.0, 1.0], [3.0, 2.0], [2.0, 3.0]]);
        assert_eq!(percent_wrong(&scores, &Tensor::from([0_i64, 1, 1, 1])), 25.0);
    }
}
