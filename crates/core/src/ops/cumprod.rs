//! Running products along an axis.
//!
//! Where `y[k] = x[0] .. x[k]`, the derivative by `x[k]` is the product before it times what follows,
//! `s[k] = g[k] + x[k+1] s[k+1]`. Nothing is divided, so that zeros among the elements do no harm, and since a linear recurrence
//! is an op with a rule of its own, neither do they in derivatives of any order.

use super::cat::cat;
use super::prelude::*;
use super::slice::slice;

#[derive(Debug)]
struct CumProd {
    axis: usize,
}

impl Op for CumProd {
    fn name(&self) -> &'static str {
        "cumprod"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::scan::cumprod(&inputs[0].value(), self.axis))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(pull_back(&ctx.input(0), &ctx.output(0), ctx.g(), self.axis))]
    }
}

/// The cotangent of `x` from that of its running products `y`.
#[track_caller]
pub(crate) fn pull_back(x: &Tensor, y: &Tensor, g: &Tensor, axis: usize) -> Tensor {
    let follows = Recurrence { axis, transposed: true }.apply(&[x, g]);
    later(y, axis, 1.0) * follows
}

/// `y[k] = b[k] + a[k] y[k-1]` along an axis, or, `transposed`, `y[k] = b[k] + a[k+1] y[k+1]`; each is the other's adjoint.
#[derive(Debug)]
pub(crate) struct Recurrence {
    pub(crate) axis: usize,
    pub(crate) transposed: bool,
}

impl Op for Recurrence {
    fn name(&self) -> &'static str {
        "recurrence"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string()), ("transposed", self.transposed.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (a, b) = (inputs[0].value(), inputs[1].value());
        one(kernels::scan::recurrence(&a, &b, self.axis, self.transposed))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let axis = self.axis;
        let by_b = Recurrence { axis, transposed: !self.transposed }.apply(&[&ctx.input(0), ctx.g()]);
        let by_a = ctx.needs(0).then(|| {
            let y = ctx.output(0);
            if self.transposed { later(&by_b, axis, 0.0) * y } else { &by_b * later(&y, axis, 0.0) }
        });
        smallvec![by_a, Some(by_b)]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 0
    }
}

/// The elements one place later along an axis, after `first`.
#[track_caller]
fn later(x: &Tensor, axis: usize, first: f64) -> Tensor {
    let Some(rest) = x.shape()[axis].checked_sub(1) else { return x.clone() };
    let mut shape = Dims::from_slice(x.shape());
    shape[axis] = 1;
    cat(&[&crate::create::filled(&shape, x.dtype(), first), &slice(x, axis, 0, rest, 1)], axis)
}

/// The running products along an axis that is there, of a type that is a number.
#[track_caller]
pub(crate) fn cumprod(x: &Tensor, axis: usize) -> Tensor {
    CumProd { axis }.apply(&[x])
}

impl Tensor {
    /// The products of the elements up to each place along an axis: `y[k] = x[0] .. x[k]`. The derivative is right with zeros
    /// among them, in any order. Integers wrap; the products of bool are i64.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 2.0, 3.0, 0.0].cumprod(0).to_vec::<f32>().unwrap(), [1.0, 2.0, 6.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    #[track_caller]
    pub fn cumprod(&self, axis: isize) -> Tensor {
        let axis = axes::axis("cumprod", self.shape(), axis);
        cumprod(&count_bool(self), axis)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "cumprod",
    group: Group::Reduction,
    types: Types::Any,
    formula: "the product of x up to each place along an axis",
    derivative: "the product before each place times s, where s[k] = g[k] + x[k+1] s[k+1]",
    kind: Derivative::Curved,
    samples: || {
        let zeros = || Tensor::from([[0.5, 0.0, -1.5, 0.7], [0.0, 1.2, 0.0, 0.4], [1.1, -0.3, 0.8, 0.0]]);
        vec![
            Sample::new("plain", [spread([5], -2.0, 2.0)], |x| x[0].cumprod(0)),
            Sample::new("first axis", [spread([4, 3], -2.0, 2.0)], |x| x[0].cumprod(0)),
            Sample::new("in the middle", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].cumprod(-2)),
            Sample::new("zeros", [zeros()], |x| x[0].cumprod(1)),
            Sample::new("size 1", [spread([2, 1], -2.0, 2.0)], |x| x[0].cumprod(1)),
            Sample::new("size 0", [spread([2, 0], -2.0, 2.0)], |x| x[0].cumprod(1)),
        ]
    },
    errors: || {
        vec![misuse!(Tensor::zeros([2, 3]).cumprod(2), "cumprod: axis 2 does not exist in [2, 3], which has 2 axes")]
    },
    kinks: no_kinks,
};
