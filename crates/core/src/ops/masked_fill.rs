//! One value wherever a mask is true.

use super::prelude::*;
use crate::operand::Operand;

#[derive(Debug)]
struct MaskedFill {
    value: Scalar,
}

impl Op for MaskedFill {
    fn name(&self) -> &'static str {
        "masked_fill"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("value", self.value.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (x, mask) = (inputs[0].value(), inputs[1].value());
        let value = with_type!(number x.dtype(), T => Array::scalar::<T>(self.value.to()));
        one(elementwise::select(&mask, &view::broadcast_to(&value, x.shape()), &x))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let fill = MaskedFill { value: Scalar::Int(0) };
        smallvec![Some(fill.apply(&[ctx.g(), &ctx.constant_input(1)])), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// `value` where the mask is true, this tensor elsewhere. Mask and tensor broadcast. What is filled has gradient 0, whatever
    /// was there.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![1.0, 2.0].masked_fill(&tensor![true, false], f64::NEG_INFINITY);
    /// assert_eq!(x.to_vec::<f32>().unwrap(), [f32::NEG_INFINITY, 2.0]);
    /// ```
    ///
    /// # Panics
    /// If the mask is not bool or does not broadcast, the tensor is bool, the value is a tensor, or a float for an i64 tensor.
    #[must_use]
    #[track_caller]
    pub fn masked_fill(&self, mask: &Tensor, value: impl Operand) -> Tensor {
        let value = match value.operand() {
            OperandRef::Scalar(value) => value,
            OperandRef::Tensor(value) => {
                fail!(
                    "masked_fill: the value is a tensor ({:?}); choose between tensors with where_cond",
                    value.shape()
                )
            }
        };
        if mask.dtype() != DType::Bool {
            fail!("masked_fill: the mask is {}, expected bool", mask.dtype());
        }
        value.check("masked_fill", self.dtype());
        let (x, mask) = broadcast_shapes("masked_fill", self, mask);
        MaskedFill { value }.apply(&[&x, &mask])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "masked_fill",
    group: Group::Indexing,
    types: Types::Numbers,
    formula: "a number where a mask is true, x elsewhere",
    derivative: "0 where the mask is true, g elsewhere",
    kind: Derivative::Linear,
    samples: || {
        use crate::tensor;
        let fill = |x: &[Tensor]| x[0].masked_fill(&x[1], 0.5);
        let x = |shape: &[usize]| spread(shape, -2.0, 2.0);
        vec![
            Sample::new("plain", [x(&[2, 2]), tensor![[true, false], [false, true]]], fill),
            Sample::new("integer", [x(&[2]), tensor![true, false]], |x| x[0].masked_fill(&x[1], -1)),
            Sample::new("mask broadcast", [x(&[2, 3]), tensor![[true], [false]]], fill),
            Sample::new("tensor broadcast", [x(&[3]), tensor![[true], [false]]], fill),
            Sample::new("size 1", [x(&[1]), tensor![false]], fill),
            Sample::new("size 0", [x(&[0]), Tensor::from(Vec::<bool>::new())], fill),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2]).masked_fill(&Tensor::zeros([2]), 0),
                "masked_fill: the mask is f32, expected bool"
            ),
            misuse!(
                Tensor::zeros([3]).masked_fill(&crate::tensor![true, false], 0),
                "masked_fill: shapes [3] and [2] do not broadcast"
            ),
            misuse!(
                Tensor::arange(0, 1).masked_fill(&crate::tensor![true], 0.5),
                "masked_fill: 0.5 is a float and the tensor i64"
            ),
            misuse!(
                Tensor::zeros([2]).masked_fill(&crate::tensor![true], Tensor::zeros([2])),
                "masked_fill: the value is a tensor ([2]); choose between tensors with where_cond"
            ),
        ]
    },
    kinks: no_kinks,
};
