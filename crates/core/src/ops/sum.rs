//! Sums over axes.

use super::prelude::*;

#[derive(Debug)]
struct Sum {
    axes: Dims,
    keepdim: bool,
    from: Dims,
}

impl Op for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let all = self.axes.len() == self.from.len();
        if all { Vec::new() } else { vec![("axes", format!("{:?}", &self.axes[..]))] }
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let total = reduce::sum(&inputs[0].value(), &self.axes);
        if !self.keepdim {
            return one(total);
        }
        one(view::reshape(&total, &axes::reduced(&self.from, &self.axes, true)))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let kept = axes::reduced(&self.from, &self.axes, true);
        smallvec![Some(super::reshape::reshape(ctx.g(), &kept).broadcast_to(&self.from))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

#[track_caller]
fn sum(x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    let op = Sum { axes: axes.resolve("sum", x.shape()), keepdim, from: kernels::dims(x.shape()) };
    op.apply(&[&count_bool(x)])
}

impl Tensor {
    /// The sum of all elements, as a tensor without axes; of none, 0. Floats are gathered in f64, so that long sums keep their
    /// digits; integers wrap; the sum of bool is i64.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[1.0, 2.0], [3.0, 4.0]].sum().item(), 10.0);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn sum(&self) -> Tensor {
        sum(self, Axes::from(..), false)
    }

    /// The sum over some axes, which the result lacks.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1.0, 2.0], [3.0, 4.0]];
    /// assert_eq!(x.sum_dim(-1).to_vec::<f32>().unwrap(), [3.0, 7.0]);
    /// assert_eq!(x.sum_dim([0, 1]).item(), 10.0);
    /// ```
    ///
    /// # Panics
    /// If an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn sum_dim(&self, axes: impl Into<Axes>) -> Tensor {
        sum(self, axes.into(), false)
    }

    /// The sum over some axes, which the result keeps with length 1.
    ///
    /// # Panics
    /// If an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn sum_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        sum(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "sum",
    group: Group::Reduction,
    types: Types::Any,
    formula: "sum of x over axes",
    derivative: "g repeated along the axes",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].sum()),
            Sample::new("one axis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].sum_dim(1)),
            Sample::new("apart", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].sum_dim([0, -1])),
            Sample::new("kept", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].sum_keepdim([0, 1])),
            Sample::new("no axes", [spread([2, 3], -2.0, 2.0)], |x| x[0].sum_dim([])),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].sum_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].sum_dim(0)),
            Sample::new("size 0 kept", [spread([0, 3], -2.0, 2.0)], |x| x[0].sum_keepdim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).sum_dim(2), "sum: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(Tensor::zeros([2, 3]).sum_dim([1, -1]), "sum: axis 1 of [2, 3] is named twice"),
        ]
    },
    kinks: no_kinks,
};
