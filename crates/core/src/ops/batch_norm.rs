//! Mean 0 and variance 1 of each channel over the batch.

use super::layer_norm::{affine, centred};
use super::prelude::*;

impl Tensor {
    /// While training: (x - mean) / sqrt(variance + eps) weight + bias, mean and variance (divided by n) taken for each channel, axis 1
    /// of `[N, C, ..]`, over all other axes (S. Ioffe, C. Szegedy, "Batch normalization", 2015). Gives the result and, without graph,
    /// mean and variance, `[C]`, from which running statistics are kept (with n / (n - 1) times this variance, in PyTorch).
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// let (y, mean, _) = tensor![[1.0], [3.0]].batch_norm(None, None, 0.0);
    /// assert_eq!((y.i(1).item(), mean.item()), (1.0, 2.0));
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64 or has no channels, or weight or bias are not `[C]`.
    #[must_use]
    #[track_caller]
    pub fn batch_norm(&self, weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64) -> (Tensor, Tensor, Tensor) {
        check_channels("batch_norm", self);
        let (weight, bias) = (by_channel("batch_norm", self, weight), by_channel("batch_norm", self, bias));
        let axes: Vec<isize> = (0..self.ndim() as isize).filter(|&axis| axis != 1).collect();
        let (centred, variance) = centred(self, &axes);
        let (mean, statistics) = (self.untracked().mean_dim(&axes[..]), variance.untracked().reshape([-1]));
        (affine(centred * (variance + eps).rsqrt(), weight.as_ref(), bias.as_ref()), mean, statistics)
    }
}

impl Tensor {
    /// As [`Tensor::batch_norm`] after training: with a given mean and variance, `[C]`.
    ///
    /// # Panics
    /// As [`Tensor::batch_norm`]; if mean or variance are not `[C]`.
    #[must_use]
    #[track_caller]
    pub fn batch_norm_eval(
        &self,
        mean: &Tensor,
        variance: &Tensor,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        eps: f64,
    ) -> Tensor {
        check_channels("batch_norm", self);
        let shift = by_channel("batch_norm", self, Some(&-mean));
        let scale = by_channel("batch_norm", self, Some(&(variance + eps).rsqrt()));
        let (weight, bias) = (by_channel("batch_norm", self, weight), by_channel("batch_norm", self, bias));
        let y = affine(affine(self.clone(), None, shift.as_ref()), scale.as_ref(), None);
        affine(y, weight.as_ref(), bias.as_ref())
    }
}

/// A number for each channel, axis 1, in a shape that broadcasts.
#[track_caller]
pub(crate) fn by_channel(op: &str, x: &Tensor, numbers: Option<&Tensor>) -> Option<Tensor> {
    let numbers = numbers?;
    if numbers.shape() != [x.shape()[1]] {
        fail!(
            "{op}: {:?}, expected [{}], one number for each channel of {:?}",
            numbers.shape(),
            x.shape()[1],
            x.shape()
        );
    }
    let mut shape = vec![1; x.ndim() - 1];
    shape[0] = -1;
    Some(numbers.reshape(shape))
}

/// The tensor is float and has channels.
#[track_caller]
pub(crate) fn check_channels(op: &str, x: &Tensor) {
    check_float(op, x);
    if x.ndim() < 2 {
        fail!("{op}: input {:?}, expected [N, C, ..]", x.shape());
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "batch_norm",
    group: Group::Normalisation,
    types: Types::Floats,
    formula: "(x - mean) / sqrt(var + eps) w + b",
    derivative: "(h - mean h - y mean(h y)) / sqrt(var + eps), h = g w; g y to w, g to b",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([4, 2], -2.0, 2.0), spread([2], 0.5, 1.5), spread([2], -1.0, 1.0)], |x| {
                x[0].batch_norm(Some(&x[1]), Some(&x[2]), 1e-5).0
            }),
            Sample::new("images", [spread([2, 2, 2, 2], -2.0, 2.0)], |x| x[0].batch_norm(None, None, 1e-3).0),
            Sample::new(
                "evaluation",
                [spread([2, 3, 2], -2.0, 2.0), spread([3], -1.0, 1.0), spread([3], 0.5, 2.0)],
                |x| x[0].batch_norm_eval(&x[1], &x[2], Some(&x[2]), Some(&x[1]), 1e-3),
            ),
            Sample::new("size 1", [spread([1, 2], -2.0, 2.0)], |x| x[0].batch_norm(None, None, 1e-2).0 * &x[0]),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].batch_norm(None, None, 1e-5).0),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).batch_norm(None, None, 1e-5), "batch_norm: input [2], expected [N, C, ..]"),
            misuse!(
                Tensor::zeros([1, 3]).batch_norm(Some(&Tensor::ones([2])), None, 1e-5),
                "batch_norm: [2], expected [3]"
            ),
        ]
    },
    kinks: no_kinks,
};
