//! The largest elements over axes. Ties share the gradient evenly.

use super::prelude::*;
use super::reshape::reshape;
use kernels::reduce::Extreme;

#[derive(Debug)]
struct Extremum {
    which: Extreme,
    axes: Dims,
    keepdim: bool,
    from: Dims,
}

impl Op for Extremum {
    fn name(&self) -> &'static str {
        match self.which {
            Extreme::Max => "amax",
            Extreme::Min => "amin",
        }
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let all = self.axes.len() == self.from.len();
        if all { Vec::new() } else { vec![("axes", format!("{:?}", &self.axes[..]))] }
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let extreme = reduce::extreme(self.which, &inputs[0].value(), &self.axes);
        if !self.keepdim {
            return one(extreme);
        }
        one(view::reshape(&extreme, &axes::reduced(&self.from, &self.axes, true)))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(share_evenly(ctx.g(), &ctx.constant_input(0), &ctx.constant_output(0), &self.axes))]
    }
}

/// Shares `g` among the elements of `x` that are what was chosen over the axes, which `g` and `chosen` may lack.
#[track_caller]
pub(crate) fn share_evenly(g: &Tensor, x: &Tensor, chosen: &Tensor, axes: &[usize]) -> Tensor {
    let kept = axes::reduced(x.shape(), axes, true);
    let chosen = reshape(chosen, &kept);
    let mut winners = x.eq(&chosen);
    // Where there is a NaN, it is what is chosen, and equal to nothing.
    if reduce::count_true(&chosen.isnan().value()) > 0 {
        winners = winners.logical_or(&x.isnan());
    }
    let count = Tensor::constant(reduce::sum(&winners.to_dtype(x.dtype()).value(), axes));
    let share = reshape(g, &kept) / reshape(&count, &kept);
    winners.where_cond(share, 0)
}

#[track_caller]
pub(crate) fn extremum(op: &str, which: Extreme, x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    check_number(op, x);
    let axes = axes.resolve(op, x.shape());
    check_any(op, x, &axes);
    Extremum { which, axes, keepdim, from: Dims::from_slice(x.shape()) }.apply(&[x])
}

/// Of no elements there is no extreme.
#[track_caller]
pub(crate) fn check_any(op: &str, x: &Tensor, axes: &[usize]) {
    if axes.iter().any(|&a| x.shape()[a] == 0) {
        fail!("{op}: {:?} has no elements along axes {axes:?}", x.shape());
    }
}

impl Tensor {
    /// The largest of all elements, as a tensor without axes; NaN if one is NaN. Elements that tie share the gradient evenly.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[1.0, 2.0], [3.0, 4.0]].max().item(), 4.0);
    /// ```
    ///
    /// # Panics
    /// If there are no elements, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn max(&self) -> Tensor {
        extremum("max", Extreme::Max, self, Axes::from(..), false)
    }

    /// The largest elements over some axes, which the result lacks; NaN where one is NaN. Elements that tie share the gradient
    /// evenly; [`Tensor::max_dim`] gives it to one of them and tells its index.
    ///
    /// # Panics
    /// If an axis does not exist, is named twice or has length 0, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn amax_dim(&self, axes: impl Into<Axes>) -> Tensor {
        extremum("amax", Extreme::Max, self, axes.into(), false)
    }

    /// As [`Tensor::amax_dim`], but the axes stay with length 1.
    ///
    /// # Panics
    /// As [`Tensor::amax_dim`].
    #[must_use]
    #[track_caller]
    pub fn amax_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        extremum("amax", Extreme::Max, self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "amax",
    group: Group::Reduction,
    types: Types::Numbers,
    formula: "the largest of x over axes",
    derivative: "g shared evenly among the largest elements",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].max()),
            Sample::new("one axis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].amax_dim(1)),
            Sample::new("apart", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].amax_dim([0, -1])),
            Sample::new("kept", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].amax_keepdim([0, 1])),
            Sample::new("no axes", [spread([2, 3], -2.0, 2.0)], |x| x[0].amax_dim([])),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].amax_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].amax_dim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([0]).max(), "max: [0] has no elements along axes [0]"),
            misuse!(Tensor::zeros([2, 0]).amax_dim(-1), "amax: [2, 0] has no elements along axes [1]"),
            misuse!(Tensor::zeros([2, 3]).amax_dim(2), "amax: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(crate::tensor![true].max(), "max: not defined for bool"),
        ]
    },
    kinks: || {
        vec![
            Kink {
                label: "tie over all",
                inputs: vec![Tensor::from([-1.0, 2.0, 2.0, -1.0])],
                call: |x| x[0].max(),
                gradients: vec![vec![0.0, 0.5, 0.5, 0.0]],
            },
            Kink {
                label: "tie over an axis",
                inputs: vec![Tensor::from([[3.0, 1.0], [3.0, 1.0]])],
                call: |x| x[0].amax_dim(0),
                gradients: vec![vec![0.5, 0.5, 0.5, 0.5]],
            },
        ]
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_the_extreme_and_takes_the_gradient() {
        let x = Tensor::from([[1.0, f64::NAN, f64::NAN], [1.0, 3.0, 2.0]]).requires_grad();
        for (y, second) in [(x.amax_dim(1), 1), (x.amin_dim(1), 0)] {
            x.zero_grad();
            assert!(y.to_vec::<f64>().unwrap()[0].is_nan());
            y.sum().backward();
            let mut expected = [0.0, 0.5, 0.5, 0.0, 0.0, 0.0];
            expected[3 + second] = 1.0;
            assert_eq!(x.grad().unwrap().to_vec::<f64>().unwrap(), expected);
        }
    }

    #[test]
    fn long_rows_and_all_types_agree_with_a_scan() {
        let x = spread([3, 1001], -5.0, 5.0);
        let rows = x.to_vec::<f64>().unwrap();
        let scan = |f: fn(f64, f64) -> f64| {
            rows.chunks(1001).map(|r| r.iter().copied().reduce(f).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(x.amax_dim(1).to_vec::<f64>().unwrap(), scan(f64::max));
        assert_eq!(x.amin_dim(1).to_vec::<f64>().unwrap(), scan(f64::min));
        assert_eq!(x.max().item(), scan(f64::max).into_iter().reduce(f64::max).unwrap());
        let mut long = spread([200_003], -5.0, 5.0).to_vec::<f64>().unwrap();
        long[199_990] = 7.0;
        long[70_000] = -7.0;
        let long = Tensor::from(long);
        assert_eq!((long.max().item(), long.min().item()), (7.0, -7.0));
        let mut flawed = long.to_vec::<f64>().unwrap();
        flawed[131_072] = f64::NAN;
        assert!(Tensor::from(flawed).max().item().is_nan());
        assert_eq!(Tensor::arange(-3, 2000).max().to_vec::<i64>().unwrap(), [1999]);
        assert_eq!(Tensor::arange(-3, 2000).min().to_vec::<i64>().unwrap(), [-3]);
    }
}
