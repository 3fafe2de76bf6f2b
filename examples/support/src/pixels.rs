//! What finds the parts of an image without learning: a threshold, and pixels that touch. The examples hold networks to it.

use ndarray::{Array3, ArrayView2};

/// The gray value that parts pixels into dark (up to it) and light (above it) so that the means of both are as far apart as their
/// sizes allow: the variance between them is largest (N. Otsu, "A threshold selection method from gray-level histograms", 1979).
/// Of several, the lowest; 255 where all pixels are of one value, so that none is light.
#[must_use]
pub fn otsu<'a>(pixels: impl IntoIterator<Item = &'a u8>) -> u8 {
    let mut counts = [0.0; 256];
    pixels.into_iter().for_each(|&pixel| counts[usize::from(pixel)] += 1.0);
    let all: f64 = counts.iter().sum();
    let total: f64 = (0..).zip(&counts).map(|(value, count)| f64::from(value) * count).sum();
    let (mut dark, mut dark_sum, mut best) = (0.0, 0.0, (255, 0.0));
    for (value, count) in (0..=255u8).zip(&counts) {
        dark += count;
        dark_sum += f64::from(value) * count;
        let apart = dark_sum / dark - (total - dark_sum) / (all - dark);
        let between = dark * (all - dark) * apart * apart;
        // Not so where a part is empty, which gives NaN.
        if between > best.1 {
            best = (value, between);
        }
    }
    best.0
}

/// The pixels `[row, column]` of each part of the foreground whose pixels touch by a side or a corner, in the order of their first
/// pixels.
#[must_use]
pub fn components(foreground: ArrayView2<'_, bool>) -> Vec<Vec<[usize; 2]>> {
    let mut left = foreground.to_owned();
    let mut parts = Vec::new();
    for ((row, column), _) in foreground.indexed_iter().filter(|(_, light)| **light) {
        if !std::mem::replace(&mut left[[row, column]], false) {
            continue;
        }
        let (mut part, mut next) = (vec![[row, column]], 0);
        while let Some(&[row, column]) = part.get(next) {
            next += 1;
            for near in (row.saturating_sub(1)..=row + 1)
                .flat_map(|r| (column.saturating_sub(1)..=column + 1).map(move |c| [r, c]))
            {
                if left.get_mut(near).is_some_and(std::mem::take) {
                    part.push(near);
                }
            }
        }
        parts.push(part);
    }
    parts
}

/// The smallest box around pixels `[row, column]`, as `[x1, y1, x2, y2]`: x to the right, y down, and the box ends behind the last
/// pixel, so that a pixel is 1 wide.
///
/// # Panics
/// If there is no pixel.
#[must_use]
#[track_caller]
pub fn bounds(pixels: impl IntoIterator<Item = [usize; 2]>) -> [f64; 4] {
    let around = |[x1, y1, x2, y2]: [usize; 4], [row, column]: [usize; 2]| {
        [x1.min(column), y1.min(row), x2.max(column + 1), y2.max(row + 1)]
    };
    let found = pixels.into_iter().fold([usize::MAX, usize::MAX, 0, 0], around);
    assert!(found[2] > 0, "bounds: no pixel, expected at least one");
    found.map(|place| place as f64)
}

/// A part of an image alone, `[1, 28, 28]`, with its centre of mass in the middle, as MNIST's digits are. What does not fit is left
/// out.
#[must_use]
pub fn centred(image: ArrayView2<'_, u8>, part: &[[usize; 2]]) -> Array3<u8> {
    let mass = |axis: usize| part.iter().map(|at| f64::from(image[*at]) * at[axis] as f64).sum::<f64>();
    let total: f64 = part.iter().map(|at| f64::from(image[*at])).sum();
    let shift = [0, 1].map(|axis| (14.0 - mass(axis) / total).round() as isize);
    let mut framed = Array3::zeros((1, 28, 28));
    for at in part {
        // What comes out left of or above the frame wraps to a place far outside of it.
        let [row, column] = [0, 1].map(|axis| at[axis].wrapping_add_signed(shift[axis]));
        if let Some(pixel) = framed.get_mut([0, row, column]) {
            *pixel = image[*at];
        }
    }
    framed
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    /// Dark times light times the squared distance of the means: 66.7 for a cut behind 0, 104.2 behind 1, 56.3 behind 4.
    #[test]
    fn otsu_parts_two_heaps() {
        assert_eq!(otsu(&[5, 0, 1, 4, 0]), 1);
        assert_eq!(otsu(&[0, 255]), 0);
    }

    #[test]
    fn otsu_finds_nothing_light_where_all_is_one_gray() {
        assert_eq!((otsu(&[7, 7]), otsu(&[])), (255, 255));
    }

    /// The value that came with the image, found by another program.
    #[test]
    fn otsu_of_the_nuclei_has_the_known_overlap() {
        let read = |name: &str| -> ndarray::Array2<u8> { tapegrad_data::idx::read(crate::data(name)).unwrap() };
        let (image, labels) = (read("nuclei/image-idx2-ubyte.gz"), read("nuclei/labels-idx2-ubyte.gz"));
        let threshold = otsu(&image);
        let pairs: Vec<_> = image.iter().zip(&labels).map(|(p, l)| (*p > threshold, *l > 0)).collect();
        let both = pairs.iter().filter(|(a, b)| *a && *b).count() as f64;
        let either = pairs.iter().filter(|(a, b)| *a || *b).count() as f64;
        assert!((both / either - 0.717).abs() < 5e-4, "{}", both / either);
    }

    #[test]
    fn pixels_that_touch_by_a_corner_are_one_part() {
        let image = array![[1, 0, 0, 1], [0, 1, 0, 1], [1, 0, 0, 0]].mapv(|v| v == 1);
        let mut parts = components(image.view());
        parts.iter_mut().for_each(|part| part.sort_unstable());
        assert_eq!(parts, [vec![[0, 0], [1, 1], [2, 0]], vec![[0, 3], [1, 3]]]);
        assert_eq!(bounds(parts[1].clone()), [3.0, 0.0, 4.0, 2.0]);
    }

    /// Three times the mass in column 5 than in column 1: the centre is column 4, which comes to 14.
    #[test]
    fn the_centre_of_mass_comes_to_the_middle() {
        let image = array![[9, 9, 9, 9, 9, 9], [9, 10, 9, 9, 9, 30]];
        let framed = centred(image.view(), &[[1, 1], [1, 5]]);
        assert_eq!((framed[[0, 14, 11]], framed[[0, 14, 15]]), (10, 30));
        assert_eq!(framed.mapv(u32::from).sum(), 40, "nothing else is there");
    }

    #[test]
    fn what_does_not_fit_is_left_out_at_all_sides() {
        let image = ndarray::Array2::from_elem((40, 45), 1);
        let part: Vec<[usize; 2]> = image.indexed_iter().map(|((row, column), _)| [row, column]).collect();
        assert_eq!(centred(image.view(), &part), Array3::from_elem((1, 28, 28), 1));
        let mut bright = image.mapv(|_| 0);
        bright[[20, 22]] = 9;
        bright[[20, 0]] = 3;
        let framed = centred(bright.view(), &[[20, 22], [20, 0]]);
        assert_eq!(framed.mapv(u32::from).sum(), 9, "the one at the edge is not moved into the frame");
    }

    #[test]
    #[should_panic(expected = "bounds: no pixel")]
    fn bounds_of_nothing_are_refused() {
        let _ = bounds([]);
    }
}
