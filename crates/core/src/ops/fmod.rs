//! The remainder with the sign of the dividend.

use super::pointwise::{divisible, pairwise};
use super::prelude::*;

pairwise! {
    /// x - y trunc(x / y): what is left of each element after division, with the sign of the element.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([-5.0]).fmod(3).item(), -2.0);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, the tensors are bool, or an integer is divided by zero.
    fmod as Fmod(divisor): |x, y| zip(math::Fmod, x, y);
    |ctx| ctx.g().clone(), -(ctx.g() * quotient(&ctx.constant_input(0), &ctx.constant_input(1)));
    check divisible
}

/// trunc(x / y) from the remainder, which is exact: the rounded quotient may reach the next integer, as that of 1 and 0.1 does.
#[track_caller]
fn quotient(x: &Tensor, y: &Tensor) -> Tensor {
    ((x - x.fmod(y)) / y).round()
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "fmod",
    group: Group::Arithmetic,
    types: Types::Numbers,
    formula: "x - y trunc(x / y)",
    derivative: "g to x, -g trunc(x / y) to y",
    kind: Derivative::Linear,
    samples: || {
        let call = |x: &[Tensor]| x[0].fmod(&x[1]);
        vec![
            Sample::new("plain", [spread([2, 3], -6.0, 6.1), spread([2, 3], 1.1, 2.3)], call),
            Sample::new("broadcast", [spread([2, 1, 3], -6.0, 6.1), spread([4, 1], 1.1, 2.3)], call),
            Sample::new("size 1", [spread([1], -6.0, 6.1), spread([], 1.1, 2.3)], call),
            Sample::new("size 0", [spread([0, 2], -6.0, 6.1), spread([2], 1.1, 2.3)], call),
            Sample::new("a number", [spread([2, 3], -6.0, 6.1)], |x| x[0].fmod(1.5)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).fmod(Tensor::zeros([4])), "fmod: shapes [2, 3] and [4] do not broadcast"),
            misuse!(Tensor::arange(0, 2).fmod(0), "fmod: division of an integer by zero"),
            misuse!(crate::tensor![true].fmod(crate::tensor![true]), "fmod: not defined for bool"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "a quotient that rounds to an integer",
            inputs: vec![Tensor::from([1.0, -1.0]), Tensor::from([0.1, 0.1])],
            call: |x| x[0].fmod(&x[1]),
            gradients: vec![vec![1.0, 1.0], vec![-9.0, 9.0]],
        }]
    },
};
