//! What the normalisations share: one op for layers, batches and groups, and its derivative, which is an op too.
//!
//! Besides the result the op has two outputs, each group's mean and variance, from which the fused backward works the rest out. It
//! reads them as constants: how they vary with x is accounted for in its own rule, which knows x alone. That rule is composed of
//! public ops, so derivatives of the third and every further order follow.

use crate::ops::prelude::*;
use crate::ops::reshape::reshape;
use tapegrad_kernels::norm::{self, Groups};

/// `(x - mean) / sqrt(variance + eps)`, times a weight and plus a bias, each where there is one: a bias only beside a weight.
#[derive(Clone, Debug)]
struct Normalise {
    name: &'static str,
    groups: Groups,
}

impl Normalise {
    fn described(&self) -> Vec<(&'static str, String)> {
        let Groups { shape: [_, groups, channels, _], eps, .. } = self.groups;
        vec![("groups", groups.to_string()), ("channels", channels.to_string()), ("eps", eps.to_string())]
    }

    /// The axes of `[N, G, K, S]` over which the elements of a group lie.
    fn within(&self) -> &'static [isize] {
        if self.groups.batch { &[0, 2, 3] } else { &[2, 3] }
    }

    fn mean(&self, x: &Tensor) -> Tensor {
        x.mean_keepdim(self.within())
    }
}

impl Op for Normalise {
    fn name(&self) -> &'static str {
        self.name
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.described()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let [x, weight, bias] = [0, 1, 2].map(|i| inputs.get(i).map(|input| input.value()));
        let Some(x) = x else { unreachable!("there is an x") };
        norm::normalise(&x, weight.as_deref(), bias.as_deref(), &self.groups)
            .map(Tensor::constant)
            .into_iter()
            .collect()
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (x, mean, variance) = (ctx.input(0), ctx.constant_output(1), ctx.constant_output(2));
        let backward = NormaliseBackward(self.clone());
        let outputs = if ctx.inputs() > 1 {
            backward.apply_all(&[&x, &mean, &variance, ctx.g(), &ctx.input(1)])
        } else {
            backward.apply_all(&[&x, &mean, &variance, ctx.g()])
        };
        outputs.into_iter().take(ctx.inputs()).enumerate().map(|(i, by)| ctx.needs(i).then_some(by)).collect()
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i < 2
    }

    fn saves_output(&self, i: usize) -> bool {
        i > 0
    }
}

/// The cotangents of x, and of weight and bias if there is a weight, from x, mean, variance, the output's cotangent g, and the weight.
#[derive(Debug)]
struct NormaliseBackward(Normalise);

impl Op for NormaliseBackward {
    fn name(&self) -> &'static str {
        "normalise_backward"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.0.described()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let [x, mean, variance, g] = [0, 1, 2, 3].map(|i| inputs[i].value());
        let weight = inputs.get(4).map(|weight| weight.value());
        let (by_x, by_parameters) =
            norm::normalise_backward([&x, &mean, &variance, &g], weight.as_deref(), &self.0.groups);
        std::iter::once(by_x).chain(by_parameters.into_iter().flatten()).map(Tensor::constant).collect()
    }

    /// With y = (x - mean) r and P v = r (v - mean v - y mean(v y)), the derivative of y by x and its own adjoint, the outputs are
    /// P(g w), sum(g y) and sum(g). Their cotangents k, h and b pull w P k + h y + b back to g, sum(g P k) to w, and to x
    /// P(g h) - r (mean(v y) P k + mean(k y) P v) - r^2 y (mean(k v) - mean k mean v - mean(k y) mean(v y)), where v = g w.
    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let Normalise { groups, .. } = &self.0;
        let mean = |x: &Tensor| self.0.mean(x);
        let laid = |x: &Tensor| reshape(x, &groups.shape);
        let by_channel = |x: &Tensor| reshape(x, &[1, groups.shape[1], groups.shape[2], 1]);
        let (given, g) = (ctx.input(0), ctx.input(3));
        let weight = (ctx.inputs() > 4).then(|| ctx.input(4));

        let x = laid(&given);
        let centred = if groups.centred { &x - mean(&x) } else { x.clone() };
        let r = (mean(&centred.square()) + groups.eps).rsqrt();
        let y = centred * &r;
        let pull = |v: &Tensor| {
            let rest = v - &y * mean(&(v * &y));
            &r * if groups.centred { rest - mean(v) } else { rest }
        };

        let (w, g_laid) = (weight.as_ref().map(by_channel), laid(&g));
        let times_w = |v: Tensor| w.as_ref().map_or_else(|| v.clone(), |w| &v * w);
        let (mut by_x, mut by_g, mut by_w): (Option<Tensor>, Option<Tensor>, Option<Tensor>) = (None, None, None);
        if let Some(k) = ctx.cotangent(0).map(laid) {
            let (v, pulled) = (times_w(g_laid.clone()), pull(&k));
            by_g = Some(times_w(pulled.clone()));
            by_w = w.as_ref().map(|w| (&g_laid * &pulled).sum_to(w.shape()));
            let (along_k, along_v) = (mean(&(&k * &y)), mean(&(&v * &y)));
            let product = mean(&(&k * &v)) - &along_k * &along_v;
            let product = if groups.centred { product - mean(&k) * mean(&v) } else { product };
            by_x = Some(-(&r * (&along_v * &pulled + along_k * pull(&v)) + r.square() * &y * product));
        }
        let by_parameter = |i| if w.is_some() { ctx.cotangent(i).map(by_channel) } else { None };
        if let Some(h) = by_parameter(1) {
            by_x = add(by_x, pull(&(&g_laid * &h)));
            by_g = add(by_g, &h * &y);
        }
        if let Some(b) = by_parameter(2) {
            by_g = add(by_g, b.broadcast_to(groups.shape));
        }
        let shaped = |by: Option<Tensor>, like: &Tensor| by.map(|by| reshape(&by, like.shape()));
        let mut cotangents: Cotangents = smallvec![shaped(by_x, &given), None, None, shaped(by_g, &g)];
        cotangents.extend(weight.as_ref().map(|weight| shaped(by_w, weight)));
        cotangents.into_iter().enumerate().map(|(i, by)| by.filter(|_| ctx.needs(i))).collect()
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i != 1 && i != 2
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

fn add(a: Option<Tensor>, b: Tensor) -> Option<Tensor> {
    Some(match a {
        Some(a) => a + b,
        None => b,
    })
}

/// The normalised x; then the means and variances of its groups, without graph.
#[track_caller]
pub(crate) fn normalise(
    name: &'static str,
    x: &Tensor,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    groups: Groups,
) -> (Tensor, Tensor, Tensor) {
    let op = Normalise { name, groups };
    let mut outputs = match (weight, bias) {
        (Some(weight), Some(bias)) => op.apply_all(&[x, weight, bias]),
        (Some(weight), None) => op.apply_all(&[x, weight]),
        // So that a bias stands beside a weight.
        (None, Some(bias)) => op.apply_all(&[x, &bias.untracked().ones_like(), bias]),
        (None, None) => op.apply_all(&[x]),
    };
    let [mean, variance] = [1, 2].map(|i| outputs[i].untracked());
    (outputs.swap_remove(0), mean, variance)
}

/// Checks that parameters have one number for each channel, axis 1.
#[track_caller]
pub(crate) fn check_channels(op: &str, x: &Tensor, parameters: &[Option<&Tensor>]) {
    check_float(op, x);
    if x.ndim() < 2 {
        fail!("{op}: input {:?}, expected [N, C, ..]", x.shape());
    }
    let channels = x.shape()[1];
    for parameter in parameters.iter().flatten() {
        if parameter.shape() != [channels] {
            let (found, shape) = (parameter.shape(), x.shape());
            fail!("{op}: {found:?}, expected [{channels}], one number for each channel of {shape:?}");
        }
        check_type(op, x, parameter);
    }
}

/// Checks that x ends with the axes that are normalised, and that parameters have their shape.
#[track_caller]
pub(crate) fn check_last(op: &str, x: &Tensor, last: &[usize], parameters: &[Option<&Tensor>]) {
    check_float(op, x);
    if last.is_empty() || !x.shape().ends_with(last) {
        fail!("{op}: normalised shape {last:?}, expected the last axes of {:?}", x.shape());
    }
    for parameter in parameters.iter().flatten() {
        if parameter.shape() != last {
            fail!("{op}: weight or bias {:?}, expected {last:?}", parameter.shape());
        }
        check_type(op, x, parameter);
    }
}

#[track_caller]
fn check_type(op: &str, x: &Tensor, parameter: &Tensor) {
    if parameter.dtype() != x.dtype() {
        fail!("{op}: x is {} and a parameter {}; cast one with to_dtype", x.dtype(), parameter.dtype());
    }
}

/// Rows of the elements of the last axes.
pub(crate) fn rows(x: &Tensor, last: &[usize], centred: bool, eps: f64) -> Groups {
    let rows = x.shape()[..x.ndim() - last.len()].iter().product();
    Groups { shape: [rows, 1, last.iter().product(), 1], batch: false, centred, eps }
}
