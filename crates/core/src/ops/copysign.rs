//! The sign of another number.

use super::pointwise::{floats, pairwise};
use super::prelude::*;

pairwise! {
    /// The absolute value of each element with the sign of the other. The derivative at 0 is 0, and that by the sign is zero.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::from([3.0]).copysign(-0.0).item(), -3.0);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, or the tensors are not f32 or f64.
    copysign as Copysign(sign): |x: &Tensor, y: &Tensor| one(elementwise::binary(math::Copysign, &x.value(), &y.value()));
    |ctx| ctx.g() * ctx.constant_input(0).sign() * ctx.constant_input(1).sign_bit(), None;
    check floats
}

impl Tensor {
    /// -1 or 1 as the sign bit is set or not, also of 0.
    fn sign_bit(&self) -> Tensor {
        self.ones_like().copysign(self)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "copysign",
    group: Group::Arithmetic,
    types: Types::Floats,
    formula: "|x| with the sign of y",
    derivative: "g sign x sign y to x, 0 to y",
    kind: Derivative::Linear,
    samples: || {
        let call = |x: &[Tensor]| x[0].copysign(&x[1]);
        vec![
            Sample::new("plain", [spread([2, 3], 0.2, 2.0), spread([2, 3], -3.0, 2.9)], call),
            Sample::new("broadcast", [spread([2, 1, 3], 0.2, 2.0), spread([4, 1], -3.0, 2.9)], call),
            Sample::new("size 1", [spread([1], 0.2, 2.0), spread([], -3.0, 2.9)], call),
            Sample::new("size 0", [spread([0, 2], 0.2, 2.0), spread([2], -3.0, 2.9)], call),
            Sample::new("a number", [spread([2, 3], 0.2, 2.0)], |x| x[0].copysign(-1.0)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 3]).copysign(Tensor::zeros([4])),
                "copysign: shapes [2, 3] and [4] do not broadcast"
            ),
            misuse!(Tensor::arange(0, 2).copysign(1), "copysign: not defined for i64"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "0",
            inputs: vec![Tensor::from([0.0, 3.0, -2.0]), Tensor::from([-1.0, -0.0, 1.0])],
            call: |x| x[0].copysign(&x[1]),
            gradients: vec![vec![0.0, -1.0, -1.0], vec![0.0, 0.0, 0.0]],
        }]
    },
};
