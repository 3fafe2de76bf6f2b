//! The logarithm of softmax along an axis.

use super::prelude::*;

#[derive(Debug)]
struct LogSoftmax {
    axis: usize,
}

impl Op for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::softmax::log_softmax(&inputs[0].value(), self.axis))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(LogSoftmaxBackward { axis: self.axis }.apply(&[&ctx.output(0), ctx.g()]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }
}

/// `g - e^y sum g` of the log-softmax y and its cotangent g.
#[derive(Debug)]
struct LogSoftmaxBackward {
    axis: usize,
}

impl Op for LogSoftmaxBackward {
    fn name(&self) -> &'static str {
        "log_softmax_backward"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::softmax::log_softmax_backward(&inputs[0].value(), &inputs[1].value(), self.axis))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (axis, h) = (self.axis as isize, ctx.g());
        let pulled = h * ctx.input(0).exp();
        let by_y = ctx.needs(0).then(|| -(&pulled * ctx.input(1).sum_keepdim(axis)));
        let by_g = ctx.needs(1).then(|| h - pulled.sum_keepdim(axis));
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
    /// x - log sum e^x along an axis: the logarithm of [`Tensor::softmax`], exact where that one has become 0. A row of -inf
    /// gives NaN.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0, -1e4].log_softmax(0).to_vec::<f32>().unwrap(), [0.0, -1e4]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist, or the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn log_softmax(&self, axis: isize) -> Tensor {
        check_float("log_softmax", self);
        LogSoftmax { axis: axes::axis("log_softmax", self.shape(), axis) }.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "log_softmax",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x - log sum e^x",
    derivative: "g - e^y sum g",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("last axis", [spread([2, 5], -2.0, 2.0)], |x| x[0].log_softmax(-1)),
            Sample::new("first axis", [spread([3, 2], -2.0, 2.0)], |x| x[0].log_softmax(0)),
            Sample::new("middle axis", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].log_softmax(1)),
            Sample::new("longer than a vector", [spread([2, 19], -2.0, 2.0)], |x| x[0].log_softmax(1)),
            Sample::new("size 1", [spread([1, 2], -2.0, 2.0)], |x| x[0].log_softmax(1)),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].log_softmax(1)),
            Sample::new("axis of length 0", [spread([2, 0], -2.0, 2.0)], |x| x[0].log_softmax(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).log_softmax(-2), "log_softmax: axis -2 does not exist in [2], which has 1 axes"),
            misuse!(Tensor::arange(0, 2).log_softmax(0), "log_softmax: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};
