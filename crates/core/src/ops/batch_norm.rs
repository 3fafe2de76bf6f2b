//! Mean 0 and variance 1 of each channel over the batch.

use super::prelude::*;
use super::reshape::reshape;
use crate::normalisation;
use tapegrad_kernels::norm::Groups;

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
        normalisation::check_channels("batch_norm", self, &[weight, bias]);
        let (samples, channels) = (self.shape()[0], self.shape()[1]);
        let shape = [samples, channels, 1, self.shape()[2..].iter().product()];
        let groups = Groups { shape, batch: true, centred: true, eps };
        normalisation::normalise("batch_norm", self, weight, bias, groups)
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
        normalisation::check_channels("batch_norm", self, &[Some(mean), Some(variance), weight, bias]);
        let scale = (variance + eps).rsqrt();
        let scale = weight.map_or_else(|| scale.clone(), |weight| &scale * weight);
        let bias = bias.map_or_else(|| mean.untracked().zeros_like(), Tensor::clone);
        ByChannel.apply(&[self, mean, &scale, &bias])
    }
}

/// `(x - mean) scale + bias`, with numbers for each channel.
#[derive(Debug)]
struct ByChannel;

impl Op for ByChannel {
    fn name(&self) -> &'static str {
        "batch_norm_eval"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let [x, mean, scale, bias] = [0, 1, 2, 3].map(|i| inputs[i].value());
        one(kernels::norm::affine(&x, [&mean, &scale, &bias]))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (g, x, mean, scale) = (ctx.g(), ctx.input(0), ctx.input(1), ctx.input(2));
        let mut shape = Dims::from_elem(1, x.ndim());
        shape[1] = x.shape()[1];
        let others: Vec<isize> = (0..x.ndim() as isize).filter(|&axis| axis != 1).collect();
        let by_bias = g.sum_dim(&others[..]);
        smallvec![
            ctx.needs(0).then(|| g * reshape(&scale, &shape)),
            ctx.needs(1).then(|| -(&by_bias * &scale)),
            ctx.needs(2).then(|| (g * (&x - reshape(&mean, &shape))).sum_dim(&others[..])),
            ctx.needs(3).then(|| by_bias.clone()),
        ]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i < 3
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
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
            Sample::new("larger images", [spread([2, 2, 17], -2.0, 2.0), spread([2], 0.5, 1.5)], |x| {
                x[0].batch_norm(Some(&x[1]), None, 1e-3).0
            }),
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
