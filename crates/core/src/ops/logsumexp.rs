//! The logarithm of a sum of exponentials.
//!
//! The op has two more outputs, which nobody sees: the parts `max` and `log_sum` of its value. The rule reads `max` as a
//! constant and `log_sum` as the function of x that it then is, so that second derivatives are right.

use super::prelude::*;

#[derive(Debug)]
struct LogSumExp {
    axes: Dims,
}

impl Op for LogSumExp {
    fn name(&self) -> &'static str {
        "logsumexp"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axes", format!("{:?}", &self.axes[..]))]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        kernels::softmax::logsumexp(&inputs[0].value(), &self.axes).into_iter().map(Tensor::constant).collect()
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let g = match (ctx.cotangent(0), ctx.cotangent(2)) {
            (Some(value), Some(part)) => value + part,
            (Some(g), None) | (None, Some(g)) => g.clone(),
            (None, None) => return smallvec![None],
        };
        let shares = ExpShares { axes: self.axes.clone() };
        smallvec![Some(shares.apply(&[&ctx.input(0), &ctx.constant_output(1), &ctx.output(2), &g]))]
    }

    fn saves_output(&self, i: usize) -> bool {
        i > 0
    }
}

/// `g e^(x - max - log_sum)`: each element's share in its row's sum of exponentials, times the row's g. `max`, which is locally
/// constant, `log_sum` and `g` lack the axes.
#[derive(Debug)]
pub(super) struct ExpShares {
    pub(super) axes: Dims,
}

impl Op for ExpShares {
    fn name(&self) -> &'static str {
        "exp_shares"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axes", format!("{:?}", &self.axes[..]))]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let [x, max, log_sum, g] = [0, 1, 2, 3].map(|i| inputs[i].value());
        one(kernels::softmax::exp_shares(&x, &max, &log_sum, &g, &self.axes))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (h, axes) = (ctx.g(), Axes::from(&self.axes.iter().map(|&a| a as isize).collect::<Vec<_>>()[..]));
        let pulled = (ctx.needs(0) || ctx.needs(2)).then(|| h * ctx.output(0));
        let by_log_sum = pulled.as_ref().filter(|_| ctx.needs(2)).map(|pulled| -pulled.sum_dim(axes.clone()));
        let by_g = ctx.needs(3).then(|| {
            let ones = ctx.constant_input(3).ones_like();
            let op = ExpShares { axes: self.axes.clone() };
            (h * op.apply(&[&ctx.input(0), &ctx.constant_input(1), &ctx.input(2), &ones])).sum_dim(axes)
        });
        smallvec![pulled, None, by_log_sum, by_g]
    }
}

#[track_caller]
fn logsumexp(x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    check_float("logsumexp", x);
    let axes = axes.resolve("logsumexp", x.shape());
    let kept = axes::reduced(x.shape(), &axes, true);
    let out = LogSumExp { axes }.apply_all(&[x]).swap_remove(0);
    if keepdim { super::reshape::reshape(&out, &kept) } else { out }
}

impl Tensor {
    /// log sum e^x over all elements, as a tensor without axes. Large elements do no harm; of none, and of -inf alone, it is
    /// -inf, in the latter case with NaN for a gradient.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1e4, 0.0].logsumexp().item(), 1e4);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn logsumexp(&self) -> Tensor {
        logsumexp(self, Axes::from(..), false)
    }

    /// log sum e^x over some axes, which the result lacks.
    ///
    /// # Panics
    /// If an axis does not exist or is named twice, or the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn logsumexp_dim(&self, axes: impl Into<Axes>) -> Tensor {
        logsumexp(self, axes.into(), false)
    }

    /// log sum e^x over some axes, which the result keeps with length 1.
    ///
    /// # Panics
    /// If an axis does not exist or is named twice, or the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn logsumexp_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        logsumexp(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "logsumexp",
    group: Group::Reduction,
    types: Types::Floats,
    formula: "log sum e^x over axes",
    derivative: "g e^(x - y)",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].logsumexp()),
            Sample::new("last axis", [spread([2, 19], -2.0, 2.0)], |x| x[0].logsumexp_dim(-1)),
            Sample::new("apart", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].logsumexp_dim([0, -1])),
            Sample::new("kept", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].logsumexp_keepdim([0, 1])),
            Sample::new("size 1", [spread([1, 2], -2.0, 2.0)], |x| x[0].logsumexp_dim(1)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].logsumexp_dim(1)),
            Sample::new("of none", [spread([2, 0], -2.0, 2.0)], |x| x[0].logsumexp_dim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).logsumexp_dim(1), "logsumexp: axis 1 does not exist in [2], which has 1 axes"),
            misuse!(Tensor::arange(0, 2).logsumexp(), "logsumexp: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};
