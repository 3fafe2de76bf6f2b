//! Variances and means over axes, together: the deviations from the mean are never stored.

use super::prelude::*;
use super::reshape::reshape;

/// Two outputs, the variance and the mean. The rule of the first reads the second as a node, since it varies with the input.
#[derive(Debug)]
struct VarMean {
    axes: Dims,
    keepdim: bool,
    from: Dims,
}

impl VarMean {
    fn count(&self) -> usize {
        self.axes.iter().map(|&a| self.from[a]).product()
    }
}

impl Op for VarMean {
    fn name(&self) -> &'static str {
        "var_mean"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let all = self.axes.len() == self.from.len();
        if all { Vec::new() } else { vec![("axes", format!("{:?}", &self.axes[..]))] }
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (var, mean) = kernels::moments::var_mean(&inputs[0].value(), &self.axes);
        let shape = axes::reduced(&self.from, &self.axes, self.keepdim);
        [var, mean].iter().map(|y| Tensor::constant(view::reshape(y, &shape))).collect()
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let kept = axes::reduced(&self.from, &self.axes, true);
        let n = self.count();
        let by_var = ctx.cotangent(0).map(|g| {
            let deviations = ctx.input(0) - reshape(&ctx.output(1), &kept);
            // Fewer than two elements have no variance, and no slope of it.
            deviations * (reshape(g, &kept) * 2.0 / n.saturating_sub(1))
        });
        let by_mean = ctx.cotangent(1).map(|g| (reshape(g, &kept) / n).broadcast_to(&self.from));
        smallvec![match (by_var, by_mean) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        }]
    }

    fn saves_output(&self, i: usize) -> bool {
        i == 1
    }
}

/// The variance and the mean over axes that are named in errors of `op`.
#[track_caller]
pub(crate) fn var_mean(op: &str, x: &Tensor, axes: &Axes, keepdim: bool) -> (Tensor, Tensor) {
    check_float(op, x);
    let axes = axes.resolve(op, x.shape());
    let outputs = VarMean { axes, keepdim, from: Dims::from_slice(x.shape()) }.apply_all(&[x]);
    (outputs[0].clone(), outputs[1].clone())
}

impl Tensor {
    /// The unbiased variance (the divisor is the number of elements less 1) and the mean of all elements, as tensors without axes.
    /// The variance of fewer than two is NaN.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (var, mean) = tensor![1.0, 2.0, 3.0].var_mean();
    /// assert_eq!((var.item(), mean.item()), (1.0, 2.0));
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn var_mean(&self) -> (Tensor, Tensor) {
        var_mean("var_mean", self, &Axes::from(..), false)
    }

    /// The unbiased variance and the mean over some axes, which the results lack.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn var_mean_dim(&self, axes: impl Into<Axes>) -> (Tensor, Tensor) {
        var_mean("var_mean", self, &axes.into(), false)
    }

    /// The unbiased variance and the mean over some axes, which the results keep with length 1.
    ///
    /// # Panics
    /// As [`Tensor::var_mean_dim`].
    #[must_use]
    #[track_caller]
    pub fn var_mean_keepdim(&self, axes: impl Into<Axes>) -> (Tensor, Tensor) {
        var_mean("var_mean", self, &axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "var_mean",
    group: Group::Reduction,
    types: Types::Floats,
    formula: "sum of (x - mean)^2 over axes / (number - 1), and the mean",
    derivative: "2 g (x - mean) / (number - 1) + h / number, h the mean's cotangent",
    kind: Derivative::Curved,
    samples: || {
        let pair = |pair| <[Tensor; 2]>::from(pair).to_vec();
        vec![
            Sample::multi("all", [spread([2, 3], -2.0, 2.0)], move |x| pair(x[0].var_mean())),
            Sample::multi("one axis", [spread([2, 3, 4], -2.0, 2.0)], move |x| pair(x[0].var_mean_dim(1))),
            Sample::multi("apart", [spread([2, 3, 4], -2.0, 2.0)], move |x| pair(x[0].var_mean_dim([0, -1]))),
            Sample::multi("kept", [spread([2, 3, 4], -2.0, 2.0)], move |x| pair(x[0].var_mean_keepdim([0, 1]))),
            Sample::new("the variance alone", [spread([2, 3], -2.0, 2.0)], |x| x[0].var_mean_dim(0).0),
            Sample::new("the mean alone", [spread([2, 3], -2.0, 2.0)], |x| x[0].var_mean_dim(0).1),
            Sample::multi("size 1", [spread([2, 1], -2.0, 2.0)], move |x| pair(x[0].var_mean_dim(0))),
            Sample::multi("size 0", [spread([0, 3], -2.0, 2.0)], move |x| pair(x[0].var_mean_dim(1))),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).var_mean_dim(2), "var_mean: axis 2 does not exist in [2, 3]"),
            misuse!(Tensor::zeros([2, 3]).var_mean_dim([1, -1]), "var_mean: axis 1 of [2, 3] is named twice"),
            misuse!(Tensor::arange(0, 3).var_mean(), "var_mean: not defined for i64"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "constant",
            inputs: vec![Tensor::from([2.0, 2.0, 2.0])],
            call: |x| x[0].var_mean().0,
            gradients: vec![vec![0.0, 0.0, 0.0]],
        }]
    },
};
