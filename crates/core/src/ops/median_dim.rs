//! The middle element along an axis and its index. The gradient goes to that element alone.

use super::amax::check_any;
use super::max_dim::at_places;
use super::prelude::*;

#[derive(Debug)]
struct MedianAt {
    axis: usize,
    from: Dims,
}

impl Op for MedianAt {
    fn name(&self) -> &'static str {
        "median_dim"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (values, indices) = kernels::sort::median(&inputs[0].value(), self.axis);
        smallvec![Tensor::constant(values), Tensor::constant(indices)]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(at_places(ctx.g(), &ctx.constant_output(1), self.axis, &self.from))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, i: usize) -> bool {
        i == 1
    }
}

impl Tensor {
    /// The medians along one axis, which the results lack, and their indices (i64): the lower of the two in the middle where the
    /// axis is even. The lowest index stands for ties, the first NaN for a row with NaN; the gradient goes to the element at that
    /// index alone.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (values, indices) = tensor![[3.0, 1.0, 2.0], [9.0, 4.0, 4.0]].median_dim(1);
    /// assert_eq!(values.to_vec::<f32>().unwrap(), [2.0, 4.0]);
    /// assert_eq!(indices.to_vec::<i64>().unwrap(), [2, 1]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist or has length 0, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn median_dim(&self, axis: isize) -> (Tensor, Tensor) {
        check_number("median_dim", self);
        let axis = axes::axis("median_dim", self.shape(), axis);
        check_any("median_dim", self, &[axis]);
        let outputs = MedianAt { axis, from: Dims::from_slice(self.shape()) }.apply_all(&[self]);
        (outputs[0].clone(), outputs[1].clone())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "median_dim",
    group: Group::Reduction,
    types: Types::Numbers,
    formula: "the middle of x in order along an axis, the lower of two, and its index",
    derivative: "g at that index, 0 elsewhere",
    kind: Derivative::Linear,
    samples: || {
        let along = |axis: isize| move |x: &[Tensor]| <[Tensor; 2]>::from(x[0].median_dim(axis)).into();
        vec![
            Sample::multi("plain", [spread([2, 3], -2.0, 2.0)], along(1)),
            Sample::multi("first axis", [spread([4, 3], -2.0, 2.0)], along(0)),
            Sample::multi("in the middle", [spread([2, 5, 4], -2.0, 2.0)], along(-2)),
            Sample::multi("size 1", [spread([1], -2.0, 2.0)], along(0)),
            Sample::multi("size 0", [spread([0, 3], -2.0, 2.0)], along(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 0]).median_dim(1), "median_dim: [2, 0] has no elements along axes [1]"),
            misuse!(Tensor::zeros([2, 3]).median_dim(2), "median_dim: axis 2 does not exist in [2, 3]"),
            misuse!(crate::tensor![true].median_dim(0), "median_dim: not defined for bool"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "tie and NaN",
            inputs: vec![Tensor::from([[3.0, 1.0, 3.0, 7.0, 3.0], [1.0, f64::NAN, 3.0, f64::NAN, 0.0]])],
            call: |x| x[0].median_dim(1).0,
            gradients: vec![vec![1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]],
        }]
    },
};
