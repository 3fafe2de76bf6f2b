//! The natural logarithm.

use super::prelude::*;

#[derive(Debug)]
struct Log;

impl Op for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Log, &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let x = ctx.input(0);
        smallvec![Some(ctx.take_g() / x)]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// The natural logarithm of each element: -inf at 0, NaN below.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0].log().item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn log(&self) -> Tensor {
        check_float("log", self);
        Log.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "log",
    group: Group::Unary,
    types: Types::Floats,
    formula: "ln x",
    derivative: "g / x",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], 0.5, 4.0)], |x| x[0].log()),
            Sample::new("size 1", [spread([1], 0.5, 4.0)], |x| x[0].log()),
            Sample::new("size 0", [spread([0], 0.5, 4.0)], |x| x[0].log()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).log(), "log: not defined for i64")],
    kinks: no_kinks,
};
