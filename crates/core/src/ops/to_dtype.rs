//! Casts.

use super::prelude::*;

#[derive(Debug)]
struct ToDtype {
    from: DType,
    to: DType,
}

impl Op for ToDtype {
    fn name(&self) -> &'static str {
        "to_dtype"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("dtype", self.to.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::cast(&inputs[0].value(), self.to))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(ctx.g().to_dtype(self.from))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// The values as another type. Floats to integers truncate and saturate, NaN becomes 0; numbers to bool are "not zero".
    /// Between f32 and f64 the gradient is cast back; integers and truth values carry none.
    ///
    /// ```
    /// use tapegrad_core::{DType, tensor};
    /// assert_eq!(tensor![1.9, -1.9, f64::NAN].to_dtype(DType::I64).to_vec::<i64>().unwrap(), [1, -1, 0]);
    /// ```
    #[must_use]
    #[track_caller]
    #[doc(alias = "cast")]
    pub fn to_dtype(&self, dtype: DType) -> Tensor {
        let from = self.dtype();
        if from == dtype { self.clone() } else { ToDtype { from, to: dtype }.apply(&[self]) }
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "to_dtype",
    group: Group::Unary,
    types: Types::Any,
    formula: "x as another type",
    derivative: "g as the type of x",
    kind: Derivative::Linear,
    samples: || {
        let round = |x: &[Tensor]| x[0].to_dtype(DType::F64);
        vec![
            Sample::new("to itself", [spread([2, 3], -2.0, 2.0)], round),
            Sample::new("to integers and back", [spread([2, 3], -2.0, 2.0)], |x| {
                x[0].to_dtype(DType::I64).to_dtype(x[0].dtype()) + &x[0]
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], round),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], round),
        ]
    },
    errors: no_errors,
    kinks: no_kinks,
};
