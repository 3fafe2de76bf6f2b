//! Images and classes of pixels in colour, for grids of pictures.

use ndarray::{Array3, Array4, Axis};

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

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

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
}
