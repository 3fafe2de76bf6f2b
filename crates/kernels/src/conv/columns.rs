//! Patches as columns, and their adjoint: what a convolution's window sees at each place, written out.

use super::Window;
use crate::array::{Array, Dims};
use crate::dtype::Number;
use crate::strided::contiguous;
use crate::{pool, with_type};

/// Where the window's elements lie: the sizes of `[N, C, H, W]` images and of the places on them.
struct Places<'a> {
    window: &'a Window,
    image: [usize; 2],
    kernel: [usize; 2],
    output: [usize; 2],
}

impl<'a> Places<'a> {
    fn new(window: &'a Window, image: &[usize], kernel: [usize; 2]) -> Self {
        let output = |a: usize| window.output(a, image[a], kernel[a]).expect("the kernel fits");
        Places { window, image: [image[0], image[1]], kernel, output: [output(0), output(1)] }
    }

    /// Calls `visit` with an element of a channel's columns and the pixel that it sees, for all that do not see padding.
    #[inline(always)]
    fn each(&self, mut visit: impl FnMut(usize, usize)) {
        let [stride, padding, dilation] =
            [&self.window.stride, &self.window.padding, &self.window.dilation].map(|d| [d[0], d[1]]);
        let mut column = 0;
        for ky in 0..self.kernel[0] {
            for kx in 0..self.kernel[1] {
                for oy in 0..self.output[0] {
                    let y = (oy * stride[0] + ky * dilation[0]).wrapping_sub(padding[0]);
                    for ox in 0..self.output[1] {
                        let x = (ox * stride[1] + kx * dilation[1]).wrapping_sub(padding[1]);
                        if y < self.image[0] && x < self.image[1] {
                            visit(column, y * self.image[1] + x);
                        }
                        column += 1;
                    }
                }
            }
        }
    }

    /// Pixels of a channel, and elements of its columns.
    fn lengths(&self) -> (usize, usize) {
        let len = |a: [usize; 2]| a[0] * a[1];
        (len(self.image), len(self.kernel) * len(self.output))
    }
}

/// From images `[N, C, H, W]` to columns `[N, C k k, places]`, zero where the window sees padding.
///
/// # Panics
/// If the kernel does not fit.
pub fn unfold(x: &Array, kernel: [usize; 2], window: &Window) -> Array {
    let shape = x.shape();
    let places = Places::new(window, &shape[2..], kernel);
    let (pixels, columns) = places.lengths();
    let x = contiguous(x);
    let out = [shape[0], shape[1] * kernel[0] * kernel[1], places.output[0] * places.output[1]];
    with_type!(number x.dtype(), T => Array::build::<T>(&out, |out| {
        let x = x.as_slice::<T>().expect("contiguous");
        pool::chunks_mut(out, columns.max(1), |channel, out| {
            out.fill(T::ZERO);
            let x = &x[channel * pixels..][..pixels];
            places.each(|column, pixel| out[column] = x[pixel]);
        });
    }))
}

/// The adjoint of [`unfold`]: adds the columns up into images of the given height and width.
///
/// # Panics
/// If sizes do not fit.
pub fn fold(columns: &Array, image: [usize; 2], kernel: [usize; 2], window: &Window) -> Array {
    let shape = columns.shape();
    let places = Places::new(window, &image, kernel);
    let (pixels, each) = places.lengths();
    let columns = contiguous(columns);
    let mut out = Dims::from_slice(&[shape[0], shape[1] / (kernel[0] * kernel[1])]);
    out.extend(image);
    with_type!(number columns.dtype(), T => Array::build::<T>(&out, |out| {
        let columns = columns.as_slice::<T>().expect("contiguous");
        pool::chunks_mut(out, pixels.max(1), |channel, out| {
            out.fill(T::ZERO);
            let columns = &columns[channel * each..][..each];
            places.each(|column, pixel| out[pixel] = out[pixel].plus(columns[column]));
        });
    }))
}
