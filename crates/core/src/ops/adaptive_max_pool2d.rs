//! The largest of as many windows as are asked for.

use std::ops::Range;
use std::panic::Location;

use super::adaptive_avg_pool2d::window;
use super::prelude::*;
use crate::scope;

impl Tensor {
    /// The largest elements of the windows of [`Tensor::adaptive_avg_pool2d`]; the gradient goes to the first of equals.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(tensor![[1.0, 2.0], [3.0, 6.0]].adaptive_max_pool2d([1, 1]).item(), 6.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, has fewer than two axes or no places, or no windows are asked for.
    #[must_use]
    #[track_caller]
    pub fn adaptive_max_pool2d(&self, size: [usize; 2]) -> Tensor {
        check_float("adaptive_max_pool2d", self);
        let &[.., height, width] = self.shape() else {
            fail!("adaptive_max_pool2d: input {:?}, expected [.., H, W]", self.shape());
        };
        if height == 0 || width == 0 || size.contains(&0) {
            fail!("adaptive_max_pool2d: {size:?} windows of input {:?}, expected none of length 0", self.shape());
        }
        scope::library(Location::caller(), || {
            let part = |x: &Tensor, axis, window: Range<usize>| x.narrow(axis, window.start, window.len());
            let row = |i| {
                let row = part(self, -2, window(height, size[0], i));
                let cell = |j| part(&row, -1, window(width, size[1], j)).flatten_dims(-2, -1).max_dim(-1).0;
                Tensor::stack(&(0..size[1]).map(cell).collect::<Vec<_>>(), -1)
            };
            Tensor::stack(&(0..size[0]).map(row).collect::<Vec<_>>(), -2)
        })
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "adaptive_max_pool2d",
    group: Group::Pooling,
    types: Types::Floats,
    formula: "the largest x of each of n windows",
    derivative: "g added up at the largest places",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 4, 6], -2.0, 2.0)], |x| x[0].adaptive_max_pool2d([2, 3])),
            Sample::new("uneven", [spread([1, 5, 3], -2.0, 2.0)], |x| x[0].adaptive_max_pool2d([3, 2])),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].adaptive_max_pool2d([1, 1]) * 1),
            Sample::new("size 0", [spread([0, 2, 2], -2.0, 2.0)], |x| x[0].adaptive_max_pool2d([1, 1])),
        ]
    },
    errors: || {
        vec![misuse!(
            Tensor::zeros([2]).adaptive_max_pool2d([1, 1]),
            "adaptive_max_pool2d: input [2], expected [.., H, W]"
        )]
    },
    kinks: no_kinks,
};
