//! Each element divided by a power of the mean square of its neighbours among the channels.

use super::prelude::*;
use crate::Padding;

impl Tensor {
    /// x / (k + alpha m)^beta, where m is the mean of x^2 over a window of `size` channels, axis 1 of `[N, C, ..]`, around the
    /// element's own; channels that are not there count as 0 (A. Krizhevsky et al., "ImageNet classification with deep
    /// convolutional neural networks", 2012). PyTorch's defaults are alpha = 1e-4, beta = 0.75, k = 1.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let y = tensor![[[2.0]]].local_response_norm(1, 1.0, 1.0, 0.0);
    /// assert_eq!(y.item(), 0.5);
    /// ```
    ///
    /// # Panics
    /// If there are fewer than three axes, `size` is 0, or the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn local_response_norm(&self, size: usize, alpha: f64, beta: f64, k: f64) -> Tensor {
        check_float("local_response_norm", self);
        if self.ndim() < 3 {
            fail!("local_response_norm: input {:?}, expected [N, C, L, ..]", self.shape());
        }
        if size == 0 {
            fail!("local_response_norm: windows of 0 channels");
        }
        let squares = self.square().pad(1, size / 2, (size - 1) / 2, Padding::Constant(0.0));
        let sums = squares.unfold(1, size, 1).sum_dim(-1);
        self / (sums * (alpha / size as f64) + k).pow(beta)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "local_response_norm",
    group: Group::Normalisation,
    types: Types::Floats,
    formula: "x / d^beta, d = k + alpha mean x^2 over neighbouring channels",
    derivative: "g / d^beta - 2 (alpha / size) beta x times the sum of g x / d^(beta + 1) over the windows that hold x",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, shape: &[usize], size: usize) -> Sample {
            Sample::new(label, [spread(shape, -2.0, 2.0)], move |x| x[0].local_response_norm(size, 0.5, 0.75, 1.0))
        }
        vec![
            sample("plain", &[2, 4, 2], 3),
            sample("even", &[1, 4, 2, 2], 2),
            sample("wider than there are", &[1, 2, 2], 5),
            Sample::new("k and beta", [spread([1, 3, 2], -2.0, 2.0)], |x| x[0].local_response_norm(3, 1.5, 2.0, 0.5)),
            sample("size 1", &[1, 1, 1], 1),
            sample("size 0", &[0, 3, 2], 2),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 2]).local_response_norm(2, 1e-4, 0.75, 1.0),
                "local_response_norm: input [2, 2], expected [N, C, L, ..]"
            ),
            misuse!(
                Tensor::zeros([1, 2, 2]).local_response_norm(0, 1e-4, 0.75, 1.0),
                "local_response_norm: windows of 0 channels"
            ),
        ]
    },
    kinks: no_kinks,
};
