//! Changes of images that leave their meaning: for the transform of a loader, each with the generator of its item.
//!
//! Images are `Array3<f32>` of shape [channels, height, width]. What takes a generator is random, what does not is not. To
//! scale the values of each channel there is [`Standardiser::apply_item`](crate::Standardiser::apply_item).
//!
//! ```
//! use ndarray::{Array1, Array3, Array4};
//! use tapegrad_data::augment::{Affine, cutout, flip_horizontal, mixup, pad, random_crop};
//! use tapegrad_data::{Arrays, DataLoader, one_hot};
//!
//! # fn main() -> Result<(), tapegrad_data::Error> {
//! let (images, labels) = (Array4::<f32>::zeros((100, 3, 32, 32)), Array1::<i64>::zeros(100));
//! let loader = DataLoader::with_transform(Arrays::new((images, labels)), |(image, label), rng| {
//!     let image = if rng.chance(0.5) { flip_horizontal(image) } else { image };
//!     let image = random_crop(&pad(&image, 4), 32, 32, rng);
//!     let image = Affine::random(15.0, 2.0, 0.9..=1.1, rng).apply(&image);
//!     (cutout(image, 8, rng), label)
//! });
//! let loader = loader.batch_size(50).shuffle(1).map_batches(|(x, labels), rng| {
//!     let y = one_hot(&labels, 10).expect("labels from 0 to 9");
//!     mixup(x, y, 0.2, rng)
//! });
//! let (x, y) = loader.epoch(0).next().unwrap()?;
//! assert_eq!((x.shape(), y.shape()), (&[50, 3, 32, 32][..], &[50, 10][..]));
//! # Ok(())
//! # }
//! ```

use crate::Rng;
use ndarray::{Array, Array3, ArrayBase, Axis, AxisDescription, Data, Ix2, Ix3, RemoveAxis, Slice};
use std::ops::{Range, RangeInclusive};

/// The image with left and right exchanged.
#[must_use]
pub fn flip_horizontal(mut image: Array3<f32>) -> Array3<f32> {
    image.invert_axis(Axis(2));
    image
}

/// The image with top and bottom exchanged.
#[must_use]
pub fn flip_vertical(mut image: Array3<f32>) -> Array3<f32> {
    image.invert_axis(Axis(1));
    image
}

/// The image with `margin` pixels of 0 on each side.
#[must_use]
pub fn pad(image: &ArrayBase<impl Data<Elem = f32>, Ix3>, margin: usize) -> Array3<f32> {
    let (channels, height, width) = image.dim();
    let mut padded = Array3::zeros((channels, height + 2 * margin, width + 2 * margin));
    let inside = part(margin..margin + height, margin..margin + width);
    padded.slice_each_axis_mut(inside).assign(image);
    padded
}

/// The part of `height` rows and `width` columns whose top left pixel is (`top`, `left`).
///
/// # Panics
/// If it does not lie within the image.
#[must_use]
#[track_caller]
pub fn crop(
    image: &ArrayBase<impl Data<Elem = f32>, Ix3>,
    (top, left): (usize, usize),
    height: usize,
    width: usize,
) -> Array3<f32> {
    let (_, rows, columns) = image.dim();
    assert!(
        top.checked_add(height).is_some_and(|end| end <= rows)
            && left.checked_add(width).is_some_and(|end| end <= columns),
        "crop: {height} x {width} at ({top}, {left}), expected a part of {rows} x {columns}"
    );
    image.slice_each_axis(part(top..top + height, left..left + width)).to_owned()
}

/// These rows and columns of every channel.
fn part(rows: Range<usize>, columns: Range<usize>) -> impl FnMut(AxisDescription) -> Slice {
    move |along| match along.axis {
        Axis(0) => Slice::from(..),
        Axis(1) => Slice::from(rows.clone()),
        _ => Slice::from(columns.clone()),
    }
}

/// The part of that size in the middle; of two middles the one above, and to the left.
///
/// # Panics
/// If the image is smaller.
#[must_use]
#[track_caller]
pub fn center_crop(image: &ArrayBase<impl Data<Elem = f32>, Ix3>, height: usize, width: usize) -> Array3<f32> {
    let (_, rows, columns) = image.dim();
    crop(image, (rows.saturating_sub(height) / 2, columns.saturating_sub(width) / 2), height, width)
}

/// A part of that size from anywhere in the image, each place with the same probability. After [`pad`], the image moved by
/// up to the margin.
///
/// # Panics
/// If the image is smaller.
#[must_use]
#[track_caller]
pub fn random_crop(
    image: &ArrayBase<impl Data<Elem = f32>, Ix3>,
    height: usize,
    width: usize,
    rng: &mut Rng,
) -> Array3<f32> {
    let (_, rows, columns) = image.dim();
    let mut place = |size: usize, part: usize| rng.below(size.saturating_sub(part) as u64 + 1) as usize;
    crop(image, (place(rows, height), place(columns, width)), height, width)
}

/// A turn and a change of size about the middle of the image, and then a move.
///
/// ```
/// use ndarray::array;
/// use tapegrad_data::augment::Affine;
///
/// let image = array![[[1.0, 2.0], [3.0, 4.0]]];
/// let turned = Affine { degrees: 90.0, ..Affine::default() }.apply(&image);
/// assert!((turned - array![[[2.0, 4.0], [1.0, 3.0]]]).iter().all(|difference: &f32| difference.abs() < 1e-6));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// The angle, counter-clockwise, in degrees.
    pub degrees: f64,
    /// The factor of size: above 1 the image grows.
    pub scale: f64,
    /// How far down, in pixels.
    pub down: f64,
    /// How far to the right, in pixels.
    pub right: f64,
}

/// Leaves the image as it is.
impl Default for Affine {
    fn default() -> Self {
        Affine { degrees: 0.0, scale: 1.0, down: 0.0, right: 0.0 }
    }
}

impl Affine {
    /// A turn by up to `degrees` either way, a factor within `scale`, and a move by up to `pixels` along each axis; each evenly
    /// spread.
    ///
    /// # Panics
    /// If a bound is negative or not finite, or `scale` is empty or does not begin above 0.
    #[must_use]
    #[track_caller]
    pub fn random(degrees: f64, pixels: f64, scale: RangeInclusive<f64>, rng: &mut Rng) -> Self {
        assert!(*scale.start() > 0.0, "affine: scales from {}, expected numbers above 0", scale.start());
        Affine {
            degrees: rng.between(-degrees, degrees),
            scale: rng.between(*scale.start(), *scale.end()),
            down: rng.between(-pixels, pixels),
            right: rng.between(-pixels, pixels),
        }
    }

    /// The image so changed, of the same shape: each pixel is interpolated between the four nearest of the original
    /// (bilinear), with 0 outside of it.
    ///
    /// # Panics
    /// If the scale is not a finite number above 0, or another number is not finite.
    #[must_use]
    #[track_caller]
    pub fn apply(&self, image: &ArrayBase<impl Data<Elem = f32>, Ix3>) -> Array3<f32> {
        assert!(
            self.scale > 0.0 && self.scale.is_finite(),
            "affine: a scale of {}, expected a finite number above 0",
            self.scale
        );
        let Affine { degrees, down, right, .. } = self;
        assert!(
            degrees.is_finite() && down.is_finite() && right.is_finite(),
            "affine: {degrees} degrees, {down} down and {right} to the right, expected finite numbers"
        );
        let (channels, height, width) = image.dim();
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let (middle_y, middle_x) = ((height as f64 - 1.0) / 2.0, (width as f64 - 1.0) / 2.0);
        let mut changed = Array3::zeros((channels, height, width));
        for row in 0..height {
            for column in 0..width {
                // Where this pixel came from: the move, the turn and the size undone, in this order.
                let y = (row as f64 - middle_y - self.down) / self.scale;
                let x = (column as f64 - middle_x - self.right) / self.scale;
                let (from_y, from_x) = (middle_y + cos * y + sin * x, middle_x - sin * y + cos * x);
                for (corner_y, weight_y) in corners(from_y, height) {
                    for (corner_x, weight_x) in corners(from_x, width) {
                        let weight = (weight_y * weight_x) as f32;
                        for channel in 0..channels {
                            changed[[channel, row, column]] += weight * image[[channel, corner_y, corner_x]];
                        }
                    }
                }
            }
        }
        changed
    }
}

/// The two pixels beside a place, those of them that there are, each with its weight.
fn corners(place: f64, size: usize) -> impl Iterator<Item = (usize, f64)> {
    let low = place.floor();
    [(low, 1.0 - (place - low)), (low + 1.0, place - low)]
        .into_iter()
        .filter(move |&(corner, weight)| corner >= 0.0 && corner < size as f64 && weight > 0.0)
        .map(|(corner, weight)| (corner as usize, weight))
}

/// The image with a square of `side` pixels set to 0. Its middle is anywhere in the image, so that a part of the square
/// may lie outside (DeVries and Taylor 2017, "Improved regularization of convolutional neural networks with cutout").
#[must_use]
pub fn cutout(mut image: Array3<f32>, side: usize, rng: &mut Rng) -> Array3<f32> {
    let (_, height, width) = image.dim();
    if height == 0 || width == 0 {
        return image;
    }
    let mut span = |size: usize| {
        let middle = rng.below(size as u64) as usize;
        let start = middle.saturating_sub(side / 2);
        start..(middle + side.div_ceil(2)).min(size)
    };
    let (rows, columns) = (span(height), span(width));
    image.slice_each_axis_mut(part(rows, columns)).fill(0.0);
    image
}

/// Each item and its target mixed with those of another item of the batch, maybe itself: `lambda x_i + (1 - lambda) x_j`,
/// `lambda` drawn for the batch from Beta(`alpha`, `alpha`) (Zhang et al. 2018, "mixup: beyond empirical risk
/// minimization").
///
/// `x` is a batch of any shape [items, ...], `y` its targets as rows, [items, classes], as [`one_hot`](crate::one_hot) gives
/// them.
///
/// # Panics
/// If there are not as many targets as items, or `alpha` is not a finite number above 0.
#[must_use]
#[track_caller]
pub fn mixup<D: RemoveAxis>(
    x: Array<f32, D>,
    y: Array<f32, Ix2>,
    alpha: f64,
    rng: &mut Rng,
) -> (Array<f32, D>, Array<f32, Ix2>) {
    let items = x.len_of(Axis(0));
    assert!(items == y.nrows(), "mixup: {items} items and {} targets, expected as many", y.nrows());
    let lambda = rng.beta(alpha, alpha) as f32;
    let other = rng.permutation(items);
    let mixed_x = &x * lambda + x.select(Axis(0), &other) * (1.0 - lambda);
    let mixed_y = &y * lambda + y.select(Axis(0), &other) * (1.0 - lambda);
    (mixed_x, mixed_y)
}
