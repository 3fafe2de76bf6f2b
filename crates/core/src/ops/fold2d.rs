//! Columns added up into images: the adjoint of taking patches.

use super::prelude::*;
use super::unfold2d::{Patches, Unfold2d, Unfold2dOptions};
use tapegrad_kernels::conv;

#[derive(Debug)]
pub(crate) struct Fold2d(pub(crate) Patches);

impl Op for Fold2d {
    fn name(&self) -> &'static str {
        "fold2d"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let mut attributes = self.0.attributes();
        attributes.push(("image", format!("{:?}", self.0.image)));
        attributes
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(conv::fold(&inputs[0].value(), self.0.image, self.0.kernel, &self.0.window))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(Unfold2d(self.0.clone()).apply(&[ctx.g()]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// The inverse of [`Tensor::unfold2d`] up to overlaps: columns `[N, C kh kw, L]` are put back where their patches lie in
    /// images of the given height and width, `[N, C, H, W]`, and what falls on one pixel is added.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, Unfold2dOptions};
    /// let columns = Tensor::ones([1, 4, 2]);
    /// let x = columns.fold2d([2, 3], [2, 2], &Unfold2dOptions::default());
    /// assert_eq!(x.to_vec::<f32>().unwrap(), [1.0, 2.0, 1.0, 1.0, 2.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If the shape does not fit the patches, no patch fits, or the type is bool.
    #[must_use]
    #[track_caller]
    #[doc(alias = "col2im")]
    pub fn fold2d(&self, image: [usize; 2], kernel: [usize; 2], options: &Unfold2dOptions) -> Tensor {
        check_number("fold2d", self);
        let (patches, places) = Patches::checked("fold2d", image, kernel, options);
        let elements = kernel[0] * kernel[1];
        match *self.shape() {
            [_, rows, columns] if rows % elements == 0 && columns == places => Fold2d(patches).apply(&[self]),
            _ => fail!(
                "fold2d: x has shape {:?}, expected [N, C * {elements}, {places}] for patches of {kernel:?} in {image:?}",
                self.shape()
            ),
        }
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "fold2d",
    group: Group::Convolution,
    types: Types::Numbers,
    formula: "columns added up into images where their patches lie",
    derivative: "the patches of g",
    kind: Derivative::Linear,
    samples: || {
        fn sample(
            label: &'static str,
            x: &[usize],
            image: [usize; 2],
            kernel: [usize; 2],
            options: Unfold2dOptions,
        ) -> Sample {
            Sample::new(label, [spread(x, -2.0, 2.0)], move |x| x[0].fold2d(image, kernel, &options))
        }
        let options = Unfold2dOptions::default;
        vec![
            sample("plain", &[2, 12, 3], [4, 3], [2, 3], options()),
            sample("stride", &[1, 4, 4], [5, 4], [2, 1], Unfold2dOptions { stride: [2, 3], ..options() }),
            sample("padding", &[1, 12, 16], [2, 3], [3, 2], Unfold2dOptions { padding: [2, 1], ..options() }),
            sample("dilation", &[1, 4, 4], [5, 4], [2, 2], Unfold2dOptions { dilation: [3, 2], ..options() }),
            sample("size 1", &[1, 1, 1], [1, 1], [1, 1], options()),
            sample("size 0", &[0, 8, 4], [3, 3], [2, 2], options()),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([1, 4, 3]).fold2d([2, 2], [2, 2], &Unfold2dOptions::default()),
                "fold2d: x has shape [1, 4, 3], expected [N, C * 4, 1] for patches of [2, 2] in [2, 2]"
            ),
            misuse!(
                Tensor::zeros([1, 9, 1]).fold2d([2, 2], [3, 3], &Unfold2dOptions::default()),
                "fold2d: no patch of [3, 3] with dilation [1, 1] in [2, 2] with padding [0, 0]"
            ),
        ]
    },
    kinks: no_kinks,
};
