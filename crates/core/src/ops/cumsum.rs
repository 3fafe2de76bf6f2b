//! Running sums along an axis; their adjoint runs the other way.

use super::prelude::*;

#[derive(Debug)]
struct CumSum {
    axis: usize,
    reverse: bool,
}

impl Op for CumSum {
    fn name(&self) -> &'static str {
        "cumsum"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string()), ("reverse", self.reverse.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::scan::cumsum(&inputs[0].value(), self.axis, self.reverse))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(CumSum { axis: self.axis, reverse: !self.reverse }.apply(&[ctx.g()]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// The sums of the elements up to each place along an axis: `y[k] = x[0] + .. + x[k]`. Floats are gathered in f64, so that
    /// long sums keep their digits; integers wrap; the sums of bool are i64.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 2.0, 3.0].cumsum(0).to_vec::<f32>().unwrap(), [1.0, 3.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    #[track_caller]
    pub fn cumsum(&self, axis: isize) -> Tensor {
        let axis = axes::axis("cumsum", self.shape(), axis);
        CumSum { axis, reverse: false }.apply(&[&count_bool(self)])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "cumsum",
    group: Group::Reduction,
    types: Types::Any,
    formula: "the sum of x up to each place along an axis",
    derivative: "the sum of g from each place on",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([5], -2.0, 2.0)], |x| x[0].cumsum(0)),
            Sample::new("first axis", [spread([4, 3], -2.0, 2.0)], |x| x[0].cumsum(0)),
            Sample::new("in the middle", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].cumsum(-2)),
            Sample::new("size 1", [spread([2, 1], -2.0, 2.0)], |x| x[0].cumsum(1)),
            Sample::new("size 0", [spread([2, 0], -2.0, 2.0)], |x| x[0].cumsum(1)),
        ]
    },
    errors: || {
        vec![misuse!(Tensor::zeros([2, 3]).cumsum(2), "cumsum: axis 2 does not exist in [2, 3], which has 2 axes")]
    },
    kinks: no_kinks,
};
