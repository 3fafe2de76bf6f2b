//! The angle of a point.

use super::pointwise::{floats, pairwise};
use super::prelude::*;

pairwise! {
    /// The angle, between -pi and pi, of the point whose second coordinate is the element and whose first is `x`. At the origin the
    /// derivatives are 0.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([1.0]).atan2(Tensor::from([0.0])).item(), std::f64::consts::FRAC_PI_2);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, or the tensors are not f32 or f64.
    atan2 as Atan2(x): |y: &Tensor, x: &Tensor| one(elementwise::binary(math::Atan2, &y.value(), &x.value()));
    |ctx| ctx.g() * over_square(ctx, ctx.input(1)), -(ctx.g() * over_square(ctx, ctx.input(0)));
    check floats
}

/// A coordinate over the squared distance from the origin; 0 at the origin, where the distance counts as 1.
fn over_square(ctx: &Vjp<'_>, coordinate: Tensor) -> Tensor {
    let square = ctx.input(0).square() + ctx.input(1).square();
    let origin = square.untracked().eq(0);
    coordinate / origin.where_cond(1, square)
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "atan2",
    group: Group::Arithmetic,
    types: Types::Floats,
    formula: "the angle of the point (y, x), y the first operand",
    derivative: "g x / (x^2 + y^2) to y, -g y / (x^2 + y^2) to x",
    kind: Derivative::Curved,
    samples: || {
        let call = |x: &[Tensor]| x[0].atan2(&x[1]);
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], 0.5, 3.0)], call),
            Sample::new("broadcast", [spread([2, 1, 3], -2.0, 2.0), spread([4, 1], 0.5, 3.0)], call),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], 0.5, 3.0)], call),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0), spread([2], 0.5, 3.0)], call),
            Sample::new("a number", [spread([2, 3], -2.0, 2.0)], |x| x[0].atan2(1.5)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).atan2(Tensor::zeros([4])), "atan2: shapes [2, 3] and [4] do not broadcast"),
            misuse!(Tensor::arange(0, 2).atan2(1), "atan2: not defined for i64"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "the origin",
            inputs: vec![Tensor::from([0.0, 0.0]), Tensor::from([0.0, -1.0])],
            call: |x| x[0].atan2(&x[1]),
            gradients: vec![vec![0.0, -1.0], vec![0.0, 0.0]],
        }]
    },
};
