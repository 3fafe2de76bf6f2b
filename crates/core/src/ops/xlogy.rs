//! x log y.

use super::pointwise::{floats, pairwise};
use super::prelude::*;

pairwise! {
    /// x log y, and 0 where x is 0, whatever y is, except NaN. Where both are 0 both derivatives are 0, since the value stays 0
    /// along y, and an entropy with a class that neither distribution has must not lose its gradient to NaN.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).xlogy(0).item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, or the tensors are not f32 or f64.
    xlogy as Xlogy(other): |x: &Tensor, y: &Tensor| one(elementwise::binary(math::Xlogy, &x.value(), &y.value()));
    |ctx| ctx.g() * log_or_zero(ctx), ctx.g() * quotient_or_zero(ctx);
    check floats
}

/// log y; 0 where x is 0 and y not above it. There 1 stands in y's place, so that the logarithm's own derivative is finite too.
fn log_or_zero(ctx: &Vjp<'_>) -> Tensor {
    let flat = ctx.constant_input(0).eq(0).logical_and(&ctx.constant_input(1).le(0));
    flat.where_cond(1, ctx.input(1)).log()
}

/// x / y; 0 where both are 0. There 1 stands in y's place, so that the quotient's own derivatives are finite too.
fn quotient_or_zero(ctx: &Vjp<'_>) -> Tensor {
    let flat = ctx.constant_input(0).eq(0).logical_and(&ctx.constant_input(1).eq(0));
    flat.where_cond(0, ctx.input(0) / flat.where_cond(1, ctx.input(1)))
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "xlogy",
    group: Group::Arithmetic,
    types: Types::Floats,
    formula: "x log y; 0 where x is 0",
    derivative: "g log y to x, g x / y to y",
    kind: Derivative::Curved,
    samples: || {
        let call = |x: &[Tensor]| x[0].xlogy(&x[1]);
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], 0.5, 3.0)], call),
            Sample::new("broadcast", [spread([2, 1, 3], -2.0, 2.0), spread([4, 1], 0.5, 3.0)], call),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], 0.5, 3.0)], call),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0), spread([2], 0.5, 3.0)], call),
            Sample::new("a number", [spread([2, 3], -2.0, 2.0)], |x| x[0].xlogy(1.5)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).xlogy(Tensor::zeros([4])), "xlogy: shapes [2, 3] and [4] do not broadcast"),
            misuse!(Tensor::arange(0, 2).xlogy(1), "xlogy: not defined for i64"),
        ]
    },
    kinks: || {
        vec![
            Kink {
                label: "x = 0",
                inputs: vec![Tensor::from([0.0, 0.0, 2.0]), Tensor::from([0.0, 0.5, 1.0])],
                call: |x| x[0].xlogy(&x[1]),
                gradients: vec![vec![0.0, 0.5f64.ln(), 0.0], vec![0.0, 0.0, 2.0]],
            },
            Kink {
                label: "y = 0",
                inputs: vec![Tensor::from([2.0]), Tensor::from([0.0])],
                call: |x| x[0].xlogy(&x[1]),
                gradients: vec![vec![f64::NEG_INFINITY], vec![f64::INFINITY]],
            },
        ]
    },
};
