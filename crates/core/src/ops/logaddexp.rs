//! The logarithm of a sum of two exponentials.

use super::pointwise::{floats, pairwise};
use super::prelude::*;

pairwise! {
    /// log(e^x + e^y), without overflow on the way.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([1000.0]).logaddexp(0).item(), 1000.0);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, or the tensors are not f32 or f64.
    logaddexp as LogAddExp(other): |x: &Tensor, y: &Tensor| one(elementwise::binary(math::LogAddExp, &x.value(), &y.value()));
    |ctx| ctx.g() * (ctx.input(0) - ctx.input(1)).sigmoid(), ctx.g() * (ctx.input(1) - ctx.input(0)).sigmoid();
    check floats
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "logaddexp",
    group: Group::Arithmetic,
    types: Types::Floats,
    formula: "log(e^x + e^y)",
    derivative: "g sigmoid(x - y) to x, g sigmoid(y - x) to y",
    kind: Derivative::Curved,
    samples: || {
        let call = |x: &[Tensor]| x[0].logaddexp(&x[1]);
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], -3.0, 3.0)], call),
            Sample::new("broadcast", [spread([2, 1, 3], -2.0, 2.0), spread([4, 1], -3.0, 3.0)], call),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], -3.0, 3.0)], call),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0), spread([2], -3.0, 3.0)], call),
            Sample::new("a number", [spread([2, 3], -2.0, 2.0)], |x| x[0].logaddexp(1.5)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 3]).logaddexp(Tensor::zeros([4])),
                "logaddexp: shapes [2, 3] and [4] do not broadcast"
            ),
            misuse!(Tensor::arange(0, 2).logaddexp(1), "logaddexp: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};
