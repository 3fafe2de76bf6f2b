//! Images with a class for each pixel, for what learns to tell pixels apart.

use std::path::Path;

use crate::images::{file, shares};
use crate::{COLOURS, Failure, brightened, bytes, painted};
use ndarray::{Array2, Array3, Axis, stack};
use tapegrad_core::Tensor;
use tapegrad_data::idx;
use tapegrad_viz::{Caption, ImageGrid, Png};

/// Gray images and the classes of their pixels.
#[derive(Clone, Debug)]
pub struct Masked {
    /// `[N, H, W]`.
    pub images: Array3<u8>,
    /// `[N, H, W]`; 0 is background.
    pub classes: Array3<u8>,
}

impl Masked {
    /// What is to be trained on and to be tested with: the files of a folder, plain or gzip, named `train*images*` and
    /// `train*labels*`, IDX `[N, H, W]` of bytes; the same with `test`. Each image is made as bright as it can be, for some are dim;
    /// every label but 0 becomes 1.
    ///
    /// # Errors
    /// A file is missing, cannot be read, does not fit the other, or has sides that are no multiples of `multiple`.
    pub fn read(folder: &Path, multiple: usize) -> Result<[Masked; 2], Failure> {
        let part = |name: &str| -> Result<Masked, Failure> {
            let images: Array3<u8> = idx::read(file(folder, &[name], "images")?)?;
            let labels: Array3<u8> = idx::read(file(folder, &[name], "labels")?)?;
            if images.dim() != labels.dim() || images.shape()[1..].iter().any(|side| side % multiple > 0) {
                let (folder, images, labels) = (folder.display(), images.shape(), labels.shape());
                let found = format!("{folder}: {name} images {images:?} and labels {labels:?}");
                return Err(format!("{found}, expected one shape [N, H, W], H and W multiples of {multiple}").into());
            }
            let images = brightened(&images).index_axis_move(Axis(3), 0);
            Ok(Masked { images, classes: labels.mapv(|label| u8::from(label > 0)) })
        };
        Ok([part("train")?, part("test")?])
    }

    /// A large image cut into parts of so many rows and columns, row after row. What is too little for a part is left out.
    ///
    /// # Panics
    /// If a part has no rows or columns, or the classes are not as many as the pixels.
    #[must_use]
    #[track_caller]
    pub fn cut(image: &Array2<u8>, classes: &Array2<u8>, height: usize, width: usize) -> Masked {
        assert_eq!(image.dim(), classes.dim(), "cut: pixels and classes");
        let (down, across) = (image.nrows() / height, image.ncols() / width);
        let parts = |of: &Array2<u8>| {
            Array3::from_shape_fn((down * across, height, width), |(i, row, column)| {
                of[[i / across * height + row, i % across * width + column]]
            })
        };
        Masked { images: parts(image), classes: parts(classes) }
    }

    /// These images.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Masked {
        Masked { images: self.images.select(Axis(0), rows), classes: self.classes.select(Axis(0), rows) }
    }

    /// The images as `[N, 1, H, W]` from 0 to 1.
    #[must_use]
    pub fn x(&self) -> Tensor {
        shares(&self.images)
    }

    /// The classes as `[N, H, W]`.
    #[must_use]
    pub fn y(&self) -> Tensor {
        Tensor::from(self.classes.mapv(i64::from))
    }

    /// Class 1 above a threshold, 0 up to it.
    #[must_use]
    pub fn above(&self, threshold: u8) -> Tensor {
        Tensor::from(self.images.mapv(|pixel| i64::from(pixel > threshold)))
    }

    /// The first images, each beside what is true and what is predicted, in [`COLOURS`].
    ///
    /// # Errors
    /// The picture cannot be drawn.
    pub fn beside(&self, predicted: &Tensor, first: usize, scale: usize) -> Result<Png, Failure> {
        let views = [brightened(&self.images), painted(&self.classes, &COLOURS), painted(&bytes(predicted), &COLOURS)];
        let shown = 0..3 * first.min(self.images.len_of(Axis(0)));
        let cells: Vec<_> = shown.clone().map(|i| views[i % 3].index_axis(Axis(0), i / 3)).collect();
        let names = ["image", "truth", "predicted"];
        let captions: Vec<Caption> = shown.map(|i| Caption::Plain(names[i % 3].to_owned())).collect();
        Ok(ImageGrid::rgb(stack(Axis(0), &cells)?.view()).captions(&captions).columns(6).scale(scale).draw()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paint::count;
    use ndarray::array;
    use std::fs;

    #[test]
    fn images_are_brightened_and_labels_are_one_class() {
        let folder = std::env::temp_dir().join(format!("tapegrad-masked-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, columns: u8, bytes: &[u8]| {
            let head = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, columns];
            fs::write(folder.join(name), [&head, bytes].concat()).unwrap();
        };
        for part in ["train", "test"] {
            write(&format!("{part}-images-idx3-ubyte"), 2, &[51, 102]);
            write(&format!("{part}-labels-idx3-ubyte"), 2, &[0, 7]);
        }
        let [train, _] = Masked::read(&folder, 1).unwrap();
        assert_eq!((train.images, train.classes), (array![[[128, 255]]], array![[[0, 1]]]));

        let error = |multiple| format!("{:?}", Masked::read(&folder, multiple).unwrap_err());
        assert!(error(2).contains("train images [1, 1, 2] and labels [1, 1, 2], expected one shape"), "{}", error(2));
        write("test-labels-idx3-ubyte", 1, &[0]);
        assert!(error(1).contains("test images [1, 1, 2] and labels [1, 1, 1]"), "{}", error(1));
        fs::remove_dir_all(folder).unwrap();
    }

    /// Of the first image one pixel is of class 1 and, as predicted, two: enlarged twice, 4 and 8 pixels.
    #[test]
    fn truth_and_prediction_stand_beside_the_image_in_their_colours() {
        let masked = Masked { images: array![[[9, 9]], [[9, 9]]], classes: array![[[0, 1]], [[2, 2]]] };
        let predicted = Tensor::from([[[1_i64, 1]], [[3, 3]]]);
        let png = masked.beside(&predicted, 1, 2).unwrap();
        assert_eq!([1, 2, 3].map(|class| count(&png, COLOURS[class])), [12, 0, 0]);
        let png = masked.beside(&predicted, 5, 2).unwrap();
        assert_eq!([1, 2, 3].map(|class| count(&png, COLOURS[class])), [12, 8, 8], "there are two");
    }

    #[test]
    fn parts_follow_row_after_row() {
        let image = array![[1, 2, 3, 4], [5, 6, 7, 8]];
        let parts = Masked::cut(&image, &(&image * 10), 1, 2);
        assert_eq!(parts.images, array![[[1, 2]], [[3, 4]], [[5, 6]], [[7, 8]]]);
        assert_eq!(parts.select(&[2]).classes, array![[[50, 60]]]);
        let above = parts.above(6);
        assert_eq!(above.to_vec::<i64>().unwrap(), [0, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!(above.shape(), parts.y().shape());
    }
}
