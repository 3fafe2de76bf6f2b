//! The length of the hypotenuse.

use super::pointwise::{floats, pairwise};
use super::prelude::*;

pairwise! {
    /// sqrt(x^2 + y^2), without overflow on the way. The derivatives at the origin are 0.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([3.0]).hypot(4).item(), 5.0);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, or the tensors are not f32 or f64.
    hypot as Hypot(y): |x: &Tensor, y: &Tensor| one(elementwise::binary(math::Hypot, &x.value(), &y.value()));
    |ctx| ctx.g() * ctx.input(0) / length(ctx), ctx.g() * ctx.input(1) / length(ctx);
    check floats
}

/// The length, 1 at the origin.
fn length(ctx: &Vjp<'_>) -> Tensor {
    let length = ctx.input(0).hypot(ctx.input(1));
    let origin = length.untracked().eq(0);
    origin.where_cond(1, length)
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "hypot",
    group: Group::Arithmetic,
    types: Types::Floats,
    formula: "sqrt(x^2 + y^2)",
    derivative: "g x / hypot to x, g y / hypot to y",
    kind: Derivative::Curved,
    samples: || {
        let call = |x: &[Tensor]| x[0].hypot(&x[1]);
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], 0.5, 3.0)], call),
            Sample::new("broadcast", [spread([2, 1, 3], -2.0, 2.0), spread([4, 1], 0.5, 3.0)], call),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], 0.5, 3.0)], call),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0), spread([2], 0.5, 3.0)], call),
            Sample::new("a number", [spread([2, 3], -2.0, 2.0)], |x| x[0].hypot(1.5)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).hypot(Tensor::zeros([4])), "hypot: shapes [2, 3] and [4] do not broadcast"),
            misuse!(Tensor::arange(0, 2).hypot(1), "hypot: not defined for i64"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "the origin",
            inputs: vec![Tensor::from([0.0, 3.0]), Tensor::from([0.0, 4.0])],
            call: |x| x[0].hypot(&x[1]),
            gradients: vec![vec![0.0, 0.6], vec![0.0, 0.8]],
        }]
    },
};
