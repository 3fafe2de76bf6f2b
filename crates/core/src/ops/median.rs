//! The middle of all elements. Equal ones share the gradient.

use super::amax::{check_any, share_evenly};
use super::prelude::*;

#[derive(Debug)]
struct Median;

impl Op for Median {
    fn name(&self) -> &'static str {
        "median"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let row = view::reshape(&inputs[0].value(), &[inputs[0].numel()]);
        one(kernels::sort::median(&row, 0).0)
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let x = ctx.constant_input(0);
        let all: Dims = (0..x.ndim()).collect();
        smallvec![Some(share_evenly(ctx.g(), &x, &ctx.constant_output(0), &all))]
    }
}

impl Tensor {
    /// The median of all elements, as a tensor without axes: the lower of the two in the middle where their number is even, NaN
    /// if one is NaN. Elements that are equal to it share the gradient evenly; [`Tensor::median_dim`] gives it to one of them and
    /// tells its index.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[4.0, 1.0], [3.0, 2.0]].median().item(), 2.0);
    /// ```
    ///
    /// # Panics
    /// If there are no elements, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn median(&self) -> Tensor {
        check_number("median", self);
        let all: Dims = (0..self.ndim()).collect();
        check_any("median", self, &all);
        Median.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "median",
    group: Group::Reduction,
    types: Types::Numbers,
    formula: "the middle of x in order, the lower of two",
    derivative: "g shared evenly among the elements that are equal to it",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("odd", [spread([3, 3], -2.0, 2.0)], |x| x[0].median()),
            Sample::new("even", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].median()),
            Sample::new("no axes", [spread([], -2.0, 2.0)], |x| x[0].median()),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].median()),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 0]).median(), "median: [2, 0] has no elements along axes [0, 1]"),
            misuse!(crate::tensor![true].median(), "median: not defined for bool"),
        ]
    },
    kinks: || {
        vec![
            Kink {
                label: "tie",
                inputs: vec![Tensor::from([1.0, 3.0, 3.0, 3.0, 7.0])],
                call: |x| x[0].median(),
                gradients: vec![vec![0.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 0.0]],
            },
            Kink {
                label: "NaN",
                inputs: vec![Tensor::from([1.0, f64::NAN, 3.0])],
                call: |x| x[0].median(),
                gradients: vec![vec![0.0, 1.0, 0.0]],
            },
        ]
    },
};
