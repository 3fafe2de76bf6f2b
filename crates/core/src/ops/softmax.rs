//! Softmax along an axis.

use super::prelude::*;

#[derive(Debug)]
struct Softmax {
    axis: usize,
}

impl Op for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::softmax::softmax(&inputs[0].value(), self.axis))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(SoftmaxBackward { axis: self.axis }.apply(&[&ctx.output(0), ctx.g()]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }
}

/// `y (g - sum y g)` of the softmax y and its cotangent g.
#[derive(Debug)]
struct SoftmaxBackward {
    axis: usize,
}

impl Op for SoftmaxBackward {
    fn name(&self) -> &'static str {
        "softmax_backward"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::softmax::softmax_backward(&inputs[0].value(), &inputs[1].value(), self.axis))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (axis, h, y) = (self.axis as isize, ctx.g(), ctx.input(0));
        let by_y = ctx.needs(0).then(|| {
            let g = ctx.input(1);
            h * (&g - (&y * &g).sum_keepdim(axis)) - &g * (h * &y).sum_keepdim(axis)
        });
        // It is its own adjoint.
        let by_g = ctx.needs(1).then(|| SoftmaxBackward { axis: self.axis }.apply(&[&y, h]));
        smallvec![by_y, by_g]
    }

    fn saves_input(&self, i: usize, needs: &Needs<'_>) -> bool {
        i == 0 || needs.input(0)
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// e^x / sum e^x along an axis: numbers above 0 that add up to 1. Large logits do no harm; a row of -inf gives NaN.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[7.0, 7.0], [0.0, -1e4]].softmax(-1).to_vec::<f32>().unwrap(), [0.5, 0.5, 1.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist, or the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn softmax(&self, axis: isize) -> Tensor {
        check_float("softmax", self);
        Softmax { axis: axes::axis("softmax", self.shape(), axis) }.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "softmax",
    group: Group::Activation,
    types: Types::Floats,
    formula: "e^x / sum e^x",
    derivative: "y (g - sum y g)",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("last axis", [spread([2, 5], -2.0, 2.0)], |x| x[0].softmax(-1)),
            Sample::new("first axis", [spread([3, 2], -2.0, 2.0)], |x| x[0].softmax(0)),
            Sample::new("middle axis", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].softmax(1)),
            Sample::new("longer than a vector", [spread([2, 19], -2.0, 2.0)], |x| x[0].softmax(1)),
            Sample::new("size 1", [spread([1, 2], -2.0, 2.0)], |x| x[0].softmax(1)),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].softmax(1)),
            Sample::new("axis of length 0", [spread([2, 0], -2.0, 2.0)], |x| x[0].softmax(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).softmax(2), "softmax: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(Tensor::arange(0, 2).softmax(0), "softmax: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};
