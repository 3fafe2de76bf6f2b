//! Means over axes.

use super::prelude::*;

#[derive(Debug)]
struct Mean {
    axes: Dims,
    keepdim: bool,
    from: Dims,
}

impl Mean {
    fn count(&self) -> Scalar {
        Scalar::Int(self.axes.iter().map(|&a| self.from[a] as i64).product())
    }
}

impl Op for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let all = self.axes.len() == self.from.len();
        if all { Vec::new() } else { vec![("axes", format!("{:?}", &self.axes[..]))] }
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let total = reduce::sum(&inputs[0].value(), &self.axes);
        let count = self.count();
        let mean = with_type!(float total.dtype(), T => elementwise::unary_typed::<T, _>(math::DivScalar(count.to::<T>()), &total));
        if !self.keepdim {
            return one(mean);
        }
        one(view::reshape(&mean, &axes::reduced(&self.from, &self.axes, true)))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let kept = axes::reduced(&self.from, &self.axes, true);
        let part = super::div::div(ctx.g(), OperandRef::Scalar(self.count()));
        smallvec![Some(super::reshape::reshape(&part, &kept).broadcast_to(&self.from))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

#[track_caller]
fn mean(x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    check_float("mean", x);
    let op = Mean { axes: axes.resolve("mean", x.shape()), keepdim, from: Dims::from_slice(x.shape()) };
    op.apply(&[x])
}

impl Tensor {
    /// The mean of all elements, as a tensor without axes; of none, NaN.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[1.0, 2.0], [3.0, 4.0]].mean().item(), 2.5);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn mean(&self) -> Tensor {
        mean(self, Axes::from(..), false)
    }

    /// The mean over some axes, which the result lacks.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn mean_dim(&self, axes: impl Into<Axes>) -> Tensor {
        mean(self, axes.into(), false)
    }

    /// The mean over some axes, which the result keeps with length 1.
    ///
    /// # Panics
    /// As [`Tensor::mean_dim`].
    #[must_use]
    #[track_caller]
    pub fn mean_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        mean(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "mean",
    group: Group::Reduction,
    types: Types::Floats,
    formula: "sum of x over axes / their number of elements",
    derivative: "g / number, repeated along the axes",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].mean()),
            Sample::new("one axis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].mean_dim(1)),
            Sample::new("apart", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].mean_dim([0, -1])),
            Sample::new("kept", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].mean_keepdim([0, 1])),
            Sample::new("no axes", [spread([2, 3], -2.0, 2.0)], |x| x[0].mean_dim([])),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].mean_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].mean_dim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).mean_dim(2), "mean: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(Tensor::zeros([2, 3]).mean_dim([1, -1]), "mean: axis 1 of [2, 3] is named twice"),
            misuse!(Tensor::arange(0, 3).mean(), "mean: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_nothing_is_nan() {
        assert!(Tensor::zeros([0]).mean().item().is_nan());
        assert_eq!(Tensor::zeros([2, 0]).mean_keepdim(1).shape(), [2, 1]);
    }
}
