//! Tensors side by side along a new axis.

use std::borrow::Borrow;

use super::prelude::*;
use super::unbind::unbind;
use super::unsqueeze::new_axis;

#[derive(Debug)]
struct Stack {
    axis: usize,
}

impl Op for Stack {
    fn name(&self) -> &'static str {
        "stack"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let mut thin = Dims::from_slice(inputs[0].shape());
        thin.insert(self.axis, 1);
        let pieces: Vec<Array> = inputs.iter().map(|x| view::reshape(&x.value(), &thin)).collect();
        one(kernels::concat::concat(&pieces, self.axis))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let pieces = unbind(ctx.g(), self.axis);
        pieces.into_iter().enumerate().map(|(i, piece)| ctx.needs(i).then_some(piece)).collect()
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// Tensors, at least one, that are known to have one type and shape.
#[track_caller]
pub(crate) fn stack(tensors: &[&Tensor], axis: usize) -> Tensor {
    Stack { axis }.apply(tensors)
}

impl Tensor {
    /// Tensors of one shape side by side along a new axis, which stands at the given place of the result.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// let (a, b) = (tensor![1, 2], tensor![3, 4]);
    /// assert_eq!(Tensor::stack(&[&a, &b], 1).to_vec::<i64>().unwrap(), [1, 3, 2, 4]);
    /// ```
    ///
    /// # Panics
    /// If there are none, or they differ in type or shape.
    #[must_use]
    #[track_caller]
    pub fn stack<T: Borrow<Tensor>>(tensors: &[T], axis: isize) -> Tensor {
        let tensors: Vec<&Tensor> = tensors.iter().map(Borrow::borrow).collect();
        let Some(&first) = tensors.first() else { fail!("stack: no tensors") };
        let axis = new_axis("stack", first.shape(), axis);
        for x in &tensors {
            if x.dtype() != first.dtype() {
                fail!("stack: tensors are {} and {}; cast one with to_dtype", first.dtype(), x.dtype());
            }
            if x.shape() != first.shape() {
                fail!("stack: {:?} and {:?} differ", first.shape(), x.shape());
            }
        }
        stack(&tensors, axis)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "stack",
    group: Group::Shape,
    types: Types::Any,
    formula: "tensors side by side along a new axis",
    derivative: "each tensor's part of g",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], 0.0, 1.0)], |x| Tensor::stack(x, 0)),
            Sample::new("last", [spread([2, 3], -2.0, 2.0), spread([2, 3], 0.0, 1.0)], |x| Tensor::stack(x, -1)),
            Sample::new("one", [spread([2], -2.0, 2.0)], |x| Tensor::stack(x, 1)),
            Sample::new("size 1", [spread([], -2.0, 2.0), spread([], 0.0, 1.0)], |x| Tensor::stack(x, 0)),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], 0.0, 1.0)], |x| Tensor::stack(x, 0)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::stack::<Tensor>(&[], 0), "stack: no tensors"),
            misuse!(Tensor::stack(&[Tensor::zeros([2]), Tensor::zeros([3])], 0), "stack: [2] and [3] differ"),
            misuse!(
                Tensor::stack(&[Tensor::zeros([2]), Tensor::arange(0, 2)], 0),
                "stack: tensors are f32 and i64; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};
