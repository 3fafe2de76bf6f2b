//! The remainder with the sign of the divisor.

use super::pointwise::{divisible, pairwise};
use super::prelude::*;

pairwise! {
    /// x - y floor(x / y): what is left of each element after division, with the sign of the divisor.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([-5.0]).remainder(3).item(), 1.0);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, the tensors are bool, or an integer is divided by zero.
    remainder as Remainder(divisor): |x, y| zip(math::Remainder, x, y);
    |ctx| ctx.g().clone(), -(ctx.g() * ctx.constant_input(0).floor_divide(ctx.constant_input(1)));
    check divisible
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "remainder",
    group: Group::Arithmetic,
    types: Types::Numbers,
    formula: "x - y floor(x / y)",
    derivative: "g to x, -g floor(x / y) to y",
    kind: Derivative::Linear,
    samples: || {
        let call = |x: &[Tensor]| x[0].remainder(&x[1]);
        vec![
            Sample::new("plain", [spread([2, 3], -6.0, 6.1), spread([2, 3], 1.1, 2.3)], call),
            Sample::new("broadcast", [spread([2, 1, 3], -6.0, 6.1), spread([4, 1], 1.1, 2.3)], call),
            Sample::new("size 1", [spread([1], -6.0, 6.1), spread([], 1.1, 2.3)], call),
            Sample::new("size 0", [spread([0, 2], -6.0, 6.1), spread([2], 1.1, 2.3)], call),
            Sample::new("a number", [spread([2, 3], -6.0, 6.1)], |x| x[0].remainder(1.5)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 3]).remainder(Tensor::zeros([4])),
                "remainder: shapes [2, 3] and [4] do not broadcast"
            ),
            misuse!(Tensor::arange(0, 2).remainder(0), "remainder: division of an integer by zero"),
            misuse!(crate::tensor![true].remainder(crate::tensor![true]), "remainder: not defined for bool"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "a quotient that rounds to an integer",
            inputs: vec![Tensor::from([1.0, -1.0]), Tensor::from([0.1, 0.1])],
            call: |x| x[0].remainder(&x[1]),
            gradients: vec![vec![1.0, 1.0], vec![-9.0, 10.0]],
        }]
    },
};
