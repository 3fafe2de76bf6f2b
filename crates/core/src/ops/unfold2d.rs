//! Patches of images as columns.

use super::fold2d::Fold2d;
use super::prelude::*;
use tapegrad_kernels::conv::{self, Window};

/// The options of [`Tensor::unfold2d`] and [`Tensor::fold2d`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfold2dOptions {
    /// From one patch to the next.
    pub stride: [usize; 2],
    /// Zeros around the image.
    pub padding: [usize; 2],
    /// From one element of a patch to the next.
    pub dilation: [usize; 2],
}

impl Default for Unfold2dOptions {
    fn default() -> Self {
        Unfold2dOptions { stride: [1, 1], padding: [0, 0], dilation: [1, 1] }
    }
}

/// Patches and the images that they are of.
#[derive(Clone, Debug)]
pub(crate) struct Patches {
    pub(crate) image: [usize; 2],
    pub(crate) kernel: [usize; 2],
    pub(crate) window: Window,
}

impl Patches {
    /// Patches that are known to fit, and how many there are.
    #[track_caller]
    pub(crate) fn checked(op: &str, image: [usize; 2], kernel: [usize; 2], options: &Unfold2dOptions) -> (Self, usize) {
        let Unfold2dOptions { stride, padding, dilation } = options;
        if stride.contains(&0) || dilation.contains(&0) {
            fail!("{op}: stride {stride:?} and dilation {dilation:?} must be at least 1");
        }
        let window = Window {
            stride: Dims::from_slice(stride),
            padding: Dims::from_slice(padding),
            dilation: Dims::from_slice(dilation),
            groups: 1,
        };
        let [Some(down), Some(along)] = [0, 1].map(|a| window.output(a, image[a], kernel[a])) else {
            fail!("{op}: no patch of {kernel:?} with dilation {dilation:?} in {image:?} with padding {padding:?}");
        };
        (Patches { image, kernel, window }, down * along)
    }

    pub(crate) fn attributes(&self) -> Vec<(&'static str, String)> {
        let Window { stride, padding, dilation, .. } = &self.window;
        vec![
            ("kernel", format!("{:?}", self.kernel)),
            ("stride", format!("{:?}", &stride[..])),
            ("padding", format!("{:?}", &padding[..])),
            ("dilation", format!("{:?}", &dilation[..])),
        ]
    }
}

#[derive(Debug)]
pub(crate) struct Unfold2d(pub(crate) Patches);

impl Op for Unfold2d {
    fn name(&self) -> &'static str {
        "unfold2d"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.0.attributes()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(conv::unfold(&inputs[0].value(), self.0.kernel, &self.0.window))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(Fold2d(self.0.clone()).apply(&[ctx.g()]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// The patches that a kernel sees on its way over images, as columns: `[N, C, H, W]` gives `[N, C kh kw, L]`, where L counts
    /// the places in row-major order. A convolution is a product of its weight with this.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, Unfold2dOptions};
    /// let x = Tensor::arange(0, 6).reshape([1, 1, 2, 3]);
    /// let columns = x.unfold2d([2, 2], &Unfold2dOptions::default());
    /// assert_eq!(columns.to_vec::<i64>().unwrap(), [0, 1, 1, 2, 3, 4, 4, 5]);
    /// ```
    ///
    /// # Panics
    /// If x does not have four axes, no patch fits, or the type is bool.
    #[must_use]
    #[track_caller]
    #[doc(alias = "im2col")]
    pub fn unfold2d(&self, kernel: [usize; 2], options: &Unfold2dOptions) -> Tensor {
        check_number("unfold2d", self);
        let &[_, _, height, width] = self.shape() else {
            fail!("unfold2d: x has shape {:?}, expected [N, C, H, W]", self.shape());
        };
        Unfold2d(Patches::checked("unfold2d", [height, width], kernel, options).0).apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "unfold2d",
    group: Group::Convolution,
    types: Types::Numbers,
    formula: "the patches that a kernel sees, as columns",
    derivative: "g added up where it was read",
    kind: Derivative::Linear,
    samples: || {
        fn sample(label: &'static str, x: &[usize], kernel: [usize; 2], options: Unfold2dOptions) -> Sample {
            Sample::new(label, [spread(x, -2.0, 2.0)], move |x| x[0].unfold2d(kernel, &options))
        }
        let options = Unfold2dOptions::default;
        vec![
            sample("plain", &[2, 2, 4, 3], [2, 3], options()),
            sample("stride", &[1, 2, 5, 4], [2, 1], Unfold2dOptions { stride: [2, 3], ..options() }),
            sample("padding", &[1, 2, 2, 3], [3, 2], Unfold2dOptions { padding: [2, 1], ..options() }),
            sample("dilation", &[1, 1, 5, 4], [2, 2], Unfold2dOptions { dilation: [3, 2], ..options() }),
            sample("size 1", &[1, 1, 1, 1], [1, 1], options()),
            sample("size 0", &[0, 2, 3, 3], [2, 2], options()),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([3, 3]).unfold2d([1, 1], &Unfold2dOptions::default()),
                "unfold2d: x has shape [3, 3], expected [N, C, H, W]"
            ),
            misuse!(
                Tensor::zeros([1, 1, 2, 2]).unfold2d([3, 3], &Unfold2dOptions::default()),
                "unfold2d: no patch of [3, 3] with dilation [1, 1] in [2, 2] with padding [0, 0]"
            ),
            misuse!(
                Tensor::zeros([1, 1, 2, 2]).unfold2d([1, 1], &Unfold2dOptions { stride: [0, 1], ..Default::default() }),
                "unfold2d: stride [0, 1] and dilation [1, 1] must be at least 1"
            ),
        ]
    },
    kinks: no_kinks,
};
