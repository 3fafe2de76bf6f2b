//! Numbers, images and classes of pixels as pictures, for grids of them.

use ndarray::{Array3, Array4, ArrayViewMut3, Axis, Ix3};
use tapegrad_core::Tensor;

/// A dark colour for no class, then ten that are told apart well, for as many classes.
pub const COLOURS: [[u8; 3]; 11] = [
    [24, 24, 28],
    [230, 80, 60],
    [60, 180, 90],
    [80, 130, 250],
    [250, 200, 60],
    [200, 90, 220],
    [70, 210, 220],
    [250, 140, 40],
    [240, 150, 180],
    [160, 220, 80],
    [235, 235, 235],
];

/// `[N, H, W]` numbers as gray pixels: `low` and less are black, `high` and more white.
///
/// # Panics
/// If the tensor has other axes or is not f32.
#[must_use]
pub fn gray(images: &Tensor, low: f64, high: f64) -> Array3<u8> {
    let shares = ((images.detach() - low) * (255.0 / (high - low))).clamp(0.0, 255.0);
    shares.to_array_of::<f32, Ix3>().expect("three axes of f32").mapv(|v| v.round() as u8)
}

/// Classes `[N, H, W]` as bytes.
///
/// # Panics
/// If the tensor has other axes or is not i64.
#[must_use]
pub fn bytes(classes: &Tensor) -> Array3<u8> {
    classes.to_array_of::<i64, Ix3>().expect("three axes of i64").mapv(|class| class as u8)
}

/// Each class of `[N, H, W]` in its colour, `[N, H, W, 3]`.
///
/// # Panics
/// If a class has no colour.
#[must_use]
#[track_caller]
pub fn painted(classes: &Array3<u8>, colours: &[[u8; 3]]) -> Array4<u8> {
    if let Some(class) = classes.iter().find(|class| usize::from(**class) >= colours.len()) {
        panic!("painted: class {class}, expected less than {}, one of the colours", colours.len());
    }
    let (n, height, width) = classes.dim();
    Array4::from_shape_fn((n, height, width, 3), |(i, row, column, k)| {
        colours[usize::from(classes[[i, row, column]])][k]
    })
}

/// Gray images `[N, H, W]` as `[N, H, W, 3]`, each as bright as it can be: its brightest pixel becomes white.
#[must_use]
pub fn brightened(images: &Array3<u8>) -> Array4<u8> {
    let mut images = images.clone();
    for mut image in images.axis_iter_mut(Axis(0)) {
        let most = image.fold(1, |most: u8, pixel| most.max(*pixel));
        image.mapv_inplace(|pixel| (f32::from(pixel) * 255.0 / f32::from(most)).round() as u8);
    }
    painted(&images, &std::array::from_fn::<_, 256, _>(|gray| [gray as u8; 3]))
}

/// Pictures `[N, H, W, 3]` with each pixel a square of `scale` by `scale`, so that thin lines can be drawn between pixels.
#[must_use]
pub fn enlarged(pictures: &Array4<u8>, scale: usize) -> Array4<u8> {
    let (n, height, width, colours) = pictures.dim();
    Array4::from_shape_fn((n, height * scale, width * scale, colours), |(i, row, column, k)| {
        pictures[[i, row / scale, column / scale, k]]
    })
}

/// Draws a box `[x1, y1, x2, y2]`, in pixels of the picture `[H, W, 3]`, as a line of one pixel on its inner side. What lies outside
/// the picture is moved to its edge.
pub fn outline(mut picture: ArrayViewMut3<'_, u8>, bounds: [f64; 4], colour: [u8; 3]) {
    let (height, width, _) = picture.dim();
    let within = |place: f64, most: usize| (place.round().max(0.0) as usize).min(most - 1);
    let [left, right] = [bounds[0], bounds[2] - 1.0].map(|x| within(x, width));
    let [top, bottom] = [bounds[1], bounds[3] - 1.0].map(|y| within(y, height));
    let across = (left..=right).flat_map(|column| [[top, column], [bottom, column]]);
    let down = (top..=bottom).flat_map(|row| [[row, left], [row, right]]);
    for [row, column] in across.chain(down) {
        (0..3).for_each(|k| picture[[row, column, k]] = colour[k]);
    }
}

/// How many pixels of a picture have a colour.
#[cfg(test)]
pub(crate) fn count(png: &tapegrad_viz::Png, colour: [u8; 3]) -> usize {
    let pixels = tapegrad_data::decode_image(png.as_bytes(), "picture").expect("a PNG");
    let is_colour = |pixel: &ndarray::ArrayView1<'_, f32>| {
        pixel.iter().zip(colour).all(|(&p, c)| (p * 255.0).round() == f32::from(c))
    };
    pixels.lanes(Axis(0)).into_iter().filter(is_colour).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn shades_go_from_black_to_white() {
        let shades = gray(&Tensor::from([[[-1.0f32, 0.0, 0.5, 2.0]]]), 0.0, 1.0);
        assert_eq!(shades.into_raw_vec_and_offset().0, [0, 0, 128, 255]);
    }

    #[test]
    fn each_pixel_has_the_colour_of_its_class() {
        let picture = painted(&array![[[0, 1]]], &[[1, 2, 3], [4, 5, 6]]);
        assert_eq!(picture, array![[[[1, 2, 3], [4, 5, 6]]]]);
    }

    #[test]
    fn the_brightest_pixel_of_each_image_is_white() {
        let picture = brightened(&array![[[0, 51, 102]], [[255, 0, 51]], [[0, 0, 0]]]);
        assert_eq!(picture.index_axis(Axis(3), 2), array![[[0, 128, 255]], [[255, 0, 51]], [[0, 0, 0]]]);
    }

    #[test]
    #[should_panic(expected = "painted: class 2, expected less than 2")]
    fn a_class_without_colour_is_refused() {
        let _ = painted(&array![[[2]]], &[[0; 3]; 2]);
    }

    #[test]
    fn enlarged_pixels_are_squares() {
        let picture = enlarged(&Array4::from_shape_fn((1, 1, 2, 3), |(.., column, k)| (10 * column + k) as u8), 2);
        assert_eq!(picture.index_axis(Axis(3), 1), array![[[1, 1, 11, 11], [1, 1, 11, 11]]]);
    }

    /// A box of 4 by 3 pixels with one that is not on its edge, and one that begins outside.
    #[test]
    fn outlines_lie_on_the_inner_side_and_within_the_picture() {
        let drawn = |bounds| {
            let mut picture = Array4::zeros((1, 4, 5, 3));
            outline(picture.index_axis_mut(Axis(0), 0), bounds, [1, 2, 3]);
            picture.index_axis_move(Axis(3), 2).index_axis_move(Axis(0), 0).mapv(|v| v / 3)
        };
        let expected = array![[0, 0, 0, 0, 0], [0, 1, 1, 1, 1], [0, 1, 0, 0, 1], [0, 1, 1, 1, 1]];
        assert_eq!(drawn([1.0, 1.0, 5.0, 4.0]), expected);
        let expected = array![[1, 1, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]];
        assert_eq!(drawn([-3.0, -2.0, 2.0, 2.0]), expected);
    }
}
