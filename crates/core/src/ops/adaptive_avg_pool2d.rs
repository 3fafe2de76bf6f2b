//! Means over as many windows as are asked for.

use super::prelude::*;

impl Tensor {
    /// The means of `size` windows of nearly equal size that cover the last two axes, `[.., H, W]`: window i of n goes from
    /// floor(i L / n) to ceil((i + 1) L / n).
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(tensor![[1.0, 2.0], [3.0, 6.0]].adaptive_avg_pool2d([1, 1]).item(), 3.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64 or has fewer than two axes.
    #[must_use]
    #[track_caller]
    pub fn adaptive_avg_pool2d(&self, size: [usize; 2]) -> Tensor {
        check_float("adaptive_avg_pool2d", self);
        let &[.., height, width] = self.shape() else {
            fail!("adaptive_avg_pool2d: input {:?}, expected [.., H, W]", self.shape());
        };
        averaging(height, size[0], self.dtype())
            .matmul(self)
            .matmul(&averaging(width, size[1], self.dtype()).transpose(0, 1))
    }
}

/// The window of place `i` of `n` along an axis.
pub(crate) fn window(length: usize, n: usize, i: usize) -> std::ops::Range<usize> {
    i * length / n..((i + 1) * length).div_ceil(n)
}

/// The matrix that takes the means: a row for each window.
pub(crate) fn averaging(length: usize, n: usize, dtype: DType) -> Tensor {
    let matrix = Array::build::<f64>(&[n, length], |out| {
        out.fill(0.0);
        for (i, row) in out.chunks_exact_mut(length.max(1)).enumerate() {
            let window = window(length, n, i);
            let share = 1.0 / window.len() as f64;
            row[window].fill(share);
        }
    });
    Tensor::constant(matrix).to_dtype(dtype)
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "adaptive_avg_pool2d",
    group: Group::Pooling,
    types: Types::Floats,
    formula: "the mean of x over each of n windows",
    derivative: "g / number, added up over the windows",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 4, 6], -2.0, 2.0)], |x| x[0].adaptive_avg_pool2d([2, 3])),
            Sample::new("uneven", [spread([1, 5, 3], -2.0, 2.0)], |x| x[0].adaptive_avg_pool2d([3, 2])),
            Sample::new("more than there are", [spread([2, 3], -2.0, 2.0)], |x| x[0].adaptive_avg_pool2d([4, 1])),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].adaptive_avg_pool2d([1, 1])),
            Sample::new("size 0", [spread([0, 2, 2], -2.0, 2.0)], |x| x[0].adaptive_avg_pool2d([1, 1])),
        ]
    },
    errors: || {
        vec![misuse!(
            Tensor::zeros([2]).adaptive_avg_pool2d([1, 1]),
            "adaptive_avg_pool2d: input [2], expected [.., H, W]"
        )]
    },
    kinks: no_kinks,
};
