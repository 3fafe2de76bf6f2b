//! sin(pi x) / (pi x).
//!
//! The op has the order of the derivative as its attribute, so that each derivative is the next order, computed from a series
//! near 0: quotients of differences that vanish there would lose all digits, and masks would make the second derivative wrong.

use super::prelude::*;

#[derive(Debug)]
struct Sinc {
    order: u32,
}

impl Op for Sinc {
    fn name(&self) -> &'static str {
        "sinc"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("order", self.order.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Sinc(self.order), &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let next = Sinc { order: self.order + 1 }.apply(&[&ctx.input(0)]);
        smallvec![Some(ctx.take_g() * next)]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// sin(pi x) / (pi x), 1 at 0. Derivatives of every order are right at 0 too.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.0].sinc().item(), 1.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn sinc(&self) -> Tensor {
        check_float("sinc", self);
        Sinc { order: 0 }.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "sinc",
    group: Group::Unary,
    types: Types::Floats,
    formula: "sin(pi x) / (pi x); 1 at 0",
    derivative: "g (pi x cos(pi x) - sin(pi x)) / (pi x^2); 0 at 0",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.4, 2.6)], |x| x[0].sinc()),
            Sample::new("at 0", [Tensor::from([0.0, 1e-9, -1e-4, 1e-2])], |x| x[0].sinc()),
            Sample::new("size 1", [spread([1], -2.4, 2.6)], |x| x[0].sinc()),
            Sample::new("size 0", [spread([0], -2.4, 2.6)], |x| x[0].sinc()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).sinc(), "sinc: not defined for i64")],
    kinks: no_kinks,
};
