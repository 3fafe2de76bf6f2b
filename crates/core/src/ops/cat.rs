//! Tensors one after another.

use std::borrow::Borrow;

use super::prelude::*;
use super::split::split;

#[derive(Debug)]
struct Cat {
    axis: usize,
    /// Each input's length along the axis.
    lengths: Dims,
}

impl Op for Cat {
    fn name(&self) -> &'static str {
        "cat"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let pieces: Vec<Array> = inputs.iter().map(|x| x.value().into_owned()).collect();
        one(kernels::concat::concat(&pieces, self.axis))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let pieces = split(ctx.g(), self.axis, self.lengths.clone());
        pieces.into_iter().enumerate().map(|(i, piece)| ctx.needs(i).then_some(piece)).collect()
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// Tensors that are known to have one type and to agree in all axes but this one.
#[track_caller]
pub(crate) fn cat(tensors: &[&Tensor], axis: usize) -> Tensor {
    if let [only] = tensors {
        return Tensor::clone(only);
    }
    Cat { axis, lengths: tensors.iter().map(|x| x.shape()[axis]).collect() }.apply(tensors)
}

impl Tensor {
    /// Tensors one after another along an axis.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// let (a, b) = (tensor![[1, 2]], tensor![[3, 4], [5, 6]]);
    /// assert_eq!(Tensor::cat(&[&a, &b], 0).shape(), [3, 2]);
    /// ```
    ///
    /// # Panics
    /// If there are none, or they differ in type or in an axis other than this one.
    #[must_use]
    #[track_caller]
    #[doc(alias = "concat")]
    pub fn cat<T: Borrow<Tensor>>(tensors: &[T], axis: isize) -> Tensor {
        let tensors: Vec<&Tensor> = tensors.iter().map(Borrow::borrow).collect();
        let Some(&first) = tensors.first() else { fail!("cat: no tensors") };
        let axis = axes::axis("cat", first.shape(), axis);
        for x in &tensors {
            let (a, b) = (first.shape(), x.shape());
            if x.dtype() != first.dtype() {
                fail!("cat: tensors are {} and {}; cast one with to_dtype", first.dtype(), x.dtype());
            }
            if a.len() != b.len() || a[..axis] != b[..axis] || a[axis + 1..] != b[axis + 1..] {
                fail!("cat: {a:?} and {b:?} differ in more than axis {axis}");
            }
        }
        cat(&tensors, axis)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "cat",
    group: Group::Shape,
    types: Types::Any,
    formula: "tensors one after another along an axis",
    derivative: "each tensor's part of g",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([1, 3], 0.0, 1.0)], |x| Tensor::cat(x, 0)),
            Sample::new("last axis", [spread([2, 3], -2.0, 2.0), spread([2, 2], 0.0, 1.0)], |x| Tensor::cat(x, -1)),
            Sample::new("inner axis", [spread([2, 1, 2], -2.0, 2.0), spread([2, 2, 2], 0.0, 1.0)], |x| {
                Tensor::cat(x, 1)
            }),
            Sample::new("twice the same", [spread([2], -2.0, 2.0)], |x| Tensor::cat(&[&x[0], &x[0]], 0)),
            Sample::new("one", [spread([2], -2.0, 2.0)], |x| Tensor::cat(x, 0)),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([1], 0.0, 1.0)], |x| Tensor::cat(x, 0)),
            Sample::new("size 0", [spread([2, 0], -2.0, 2.0), spread([2, 3], 0.0, 1.0)], |x| Tensor::cat(x, 1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::cat::<Tensor>(&[], 0), "cat: no tensors"),
            misuse!(
                Tensor::cat(&[Tensor::zeros([2, 3]), Tensor::zeros([3, 2])], 0),
                "cat: [2, 3] and [3, 2] differ in more than axis 0"
            ),
            misuse!(
                Tensor::cat(&[Tensor::zeros([2, 3]), Tensor::zeros([2])], 0),
                "cat: [2, 3] and [2] differ in more than axis 0"
            ),
            misuse!(
                Tensor::cat(&[Tensor::zeros([2]), Tensor::arange(0, 2)], 0),
                "cat: tensors are f32 and i64; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};
