//! The ways in which equal elements can lie in memory: for tests, since no op's result may depend on it.
//!
//! Made from the kernels' views rather than from ops, so that the ops that make views can be tested with them too.

use crate::tensor::Tensor;
use tapegrad_kernels::{self as kernels, Array, Element, view, with_type};

/// How a tensor's elements lie in memory.
///
/// ```
/// use tapegrad_core::{Layout, tensor};
/// let x = tensor![[1.0, 2.0], [3.0, 4.0]];
/// let y = Layout::Transposed.of(&x);
/// assert!(y.equal(&x) && !y.is_contiguous());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// In row-major order, without gaps.
    Contiguous,
    /// In column-major order: a transposed view.
    Transposed,
    /// Every second element along the last axis of something larger, whose other elements are NaN (or the lowest integer):
    /// reading them does not go unnoticed.
    Sliced,
    /// Backwards along every axis: negative strides.
    Reversed,
    /// The last axis repeats its first element by stride 0. This layout alone changes the elements.
    Expanded,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Layout; 5] =
        [Layout::Contiguous, Layout::Transposed, Layout::Sliced, Layout::Reversed, Layout::Expanded];

    /// A copy of the tensor in this layout, without graph. A tensor without axes, or without elements, has only one.
    pub fn of(self, x: &Tensor) -> Tensor {
        let x = kernels::copy(&x.value());
        let (axes, empty) = (x.shape().len(), x.is_empty());
        let backwards = |x: &Array| {
            let each = |x: Array, axis: usize| view::slice(&x, axis, x.shape()[axis] - 1, x.shape()[axis], -1);
            (0..axes).fold(x.clone(), each)
        };
        Tensor::constant(match self {
            _ if axes == 0 || empty => x,
            Layout::Contiguous => x,
            Layout::Transposed => {
                let order: Vec<usize> = (0..axes).rev().collect();
                view::permute(&kernels::copy(&view::permute(&x, &order)), &order)
            }
            Layout::Sliced => with_type!(any x.dtype(), T => sliced::<T>(&x)),
            Layout::Reversed => backwards(&kernels::copy(&backwards(&x))),
            Layout::Expanded => view::broadcast_to(&view::slice(&x, axes - 1, 0, 1, 1), x.shape()),
        })
    }
}

fn sliced<T: Element>(x: &Array) -> Array {
    let last = x.shape().len() - 1;
    let length = x.shape()[last];
    let mut wide = x.shape().to_vec();
    wide[last] = 2 * length + 1;
    let hole = if T::DTYPE.is_float() { T::from_f64(f64::NAN) } else { T::from_i64(i64::MIN) };
    let elements = x.as_slice::<T>().expect("a copy is contiguous");
    let wide = Array::build::<T>(&wide, |out| {
        out.fill(hole);
        for (row, from) in out.chunks_exact_mut(2 * length + 1).zip(elements.chunks_exact(length)) {
            row.iter_mut().skip(1).step_by(2).zip(from).for_each(|(to, &from)| *to = from);
        }
    });
    view::slice(&wide, last, 1, length, 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::spread;

    #[test]
    fn layouts_keep_the_elements_and_change_the_strides() {
        let x = spread([2, 3, 4], -1.0, 1.0);
        let strides = |layout: Layout| layout.of(&x).value().strides().to_vec();
        for layout in [Layout::Contiguous, Layout::Transposed, Layout::Sliced, Layout::Reversed] {
            assert!(layout.of(&x).equal(&x), "{layout:?}");
        }
        assert_eq!(strides(Layout::Contiguous), [12, 4, 1]);
        assert_eq!(strides(Layout::Transposed), [1, 2, 6]);
        assert_eq!(strides(Layout::Sliced), [27, 9, 2]);
        assert_eq!(strides(Layout::Reversed), [-12, -4, -1]);
        assert_eq!(strides(Layout::Expanded), [12, 4, 0]);
    }
}
