//! What max pooling took, back in its places.

use super::prelude::*;
use crate::index;
use tapegrad_kernels::pooling;

/// Puts elements in places of images.
#[derive(Debug)]
struct MaxUnpool2d {
    image: [usize; 2],
}

impl Op for MaxUnpool2d {
    fn name(&self) -> &'static str {
        "max_unpool2d"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("image", format!("{:?}", self.image))]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(pooling::put(&inputs[0].value(), &inputs[1].value(), self.image))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let pick = Pick { image: self.image };
        smallvec![Some(pick.apply(&[ctx.g(), &ctx.constant_input(1)])), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// Its adjoint: the elements at these places.
#[derive(Debug)]
struct Pick {
    image: [usize; 2],
}

impl Op for Pick {
    fn name(&self) -> &'static str {
        "max_unpool2d_backward"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(pooling::pick(&inputs[0].value(), &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(max_unpool2d(ctx.g(), &ctx.constant_input(1), self.image)), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// With places that were found in such an image.
#[track_caller]
pub(crate) fn max_unpool2d(x: &Tensor, indices: &Tensor, image: [usize; 2]) -> Tensor {
    MaxUnpool2d { image }.apply(&[x, indices])
}

impl Tensor {
    /// The elements of a pooled image `[.., OH, OW]` at the places that [`Tensor::max_pool2d_with_indices`] gave, 0 elsewhere, in an
    /// image of `size`. Elements of one place are added up.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// let y = tensor![[[7.0]]].max_unpool2d(&tensor![[[2]]], [2, 2]);
    /// assert_eq!(y.to_vec::<f32>().unwrap(), [0.0, 0.0, 7.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, shapes differ, or an index lies outside of the image.
    #[must_use]
    #[track_caller]
    pub fn max_unpool2d(&self, indices: &Tensor, size: [usize; 2]) -> Tensor {
        check_float("max_unpool2d", self);
        if self.ndim() < 3 || indices.shape() != self.shape() {
            fail!(
                "max_unpool2d: input {:?} and indices {:?}, expected the same [.., C, H, W]",
                self.shape(),
                indices.shape()
            );
        }
        index::check("max_unpool2d", indices, &[size[0] * size[1]], 0);
        max_unpool2d(self, indices, size)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "max_unpool2d",
    group: Group::Pooling,
    types: Types::Floats,
    formula: "x at the places of indices, 0 elsewhere",
    derivative: "g at these places",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([1, 2, 2], -2.0, 2.0), crate::tensor![[[0, 3], [9, 14]]]], |x| {
                x[0].max_unpool2d(&x[1], [4, 4])
            }),
            Sample::new("size 1", [spread([1, 1, 1], -2.0, 2.0), crate::tensor![[[1]]]], |x| {
                x[0].max_unpool2d(&x[1], [2, 2])
            }),
            Sample::new("size 0", [spread([0, 1, 1], -2.0, 2.0), Tensor::arange(0, 0).reshape([0, 1, 1])], |x| {
                x[0].max_unpool2d(&x[1], [2, 2])
            }),
        ]
    },
    errors: || {
        vec![misuse!(
            Tensor::zeros([1, 1, 2]).max_unpool2d(&crate::tensor![[[1]]], [2, 2]),
            "max_unpool2d: input [1, 1, 2] and indices [1, 1, 1], expected the same"
        )]
    },
    kinks: no_kinks,
};
