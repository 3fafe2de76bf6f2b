//! What the convolutions share: their arguments, checked, and the three ops that are each other's derivatives.

use crate::fail;
use crate::ops::prelude::*;
use crate::ops::reshape::reshape;
use tapegrad_kernels::conv::{self, Window};

/// A convolution's window and lengths, of as many axes as it has.
#[derive(Clone, Debug)]
struct Geometry {
    window: Window,
    /// What is convolved, beside batch and channels.
    input: Dims,
    kernel: Dims,
}

impl Geometry {
    /// The name for one, two or three axes.
    fn named(&self, names: [&'static str; 3]) -> &'static str {
        names[self.kernel.len() - 1]
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let Window { stride, padding, dilation, groups } = &self.window;
        let list = |lengths: &Dims| format!("{:?}", &lengths[..]);
        vec![
            ("kernel", list(&self.kernel)),
            ("stride", list(stride)),
            ("padding", list(padding)),
            ("dilation", list(dilation)),
            ("groups", groups.to_string()),
        ]
    }
}

/// The cotangent of the bias from the output's.
fn by_bias(g: &Tensor) -> Tensor {
    let axes: Dims = (0..g.ndim()).filter(|&axis| axis != 1).collect();
    let axes: Vec<isize> = axes.iter().map(|&axis| axis as isize).collect();
    g.sum_dim(&axes[..])
}

/// The products in a convolution whose result, or its cotangent, has the elements of `y`: the taps of each, in the padding too.
fn taps(y: &Tensor, weight: &Tensor) -> u64 {
    (y.numel() * (weight.numel() / weight.shape()[0].max(1))) as u64
}

/// x under a weight, and a bias or none.
#[derive(Debug)]
struct Conv(Geometry);

impl Op for Conv {
    fn name(&self) -> &'static str {
        self.0.named(["conv1d", "conv2d", "conv3d"])
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.0.attributes()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (x, weight, bias) = (inputs[0].value(), inputs[1].value(), inputs.get(2).map(|bias| bias.value()));
        one(conv::conv(&x, &weight, bias.as_deref(), &self.0.window))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let g = ctx.g();
        let mut cotangents = smallvec![
            ctx.needs(0).then(|| Transposed(self.0.clone()).apply(&[g, &ctx.input(1)])),
            ctx.needs(1).then(|| ByWeight(self.0.clone()).apply(&[&ctx.input(0), g])),
        ];
        if ctx.inputs() == 3 {
            cotangents.push(ctx.needs(2).then(|| by_bias(g)));
        }
        cotangents
    }

    fn multiply_adds(&self, inputs: &[&Tensor], outputs: &[Tensor]) -> u64 {
        taps(&outputs[0], inputs[1])
    }

    fn saves_input(&self, i: usize, needs: &Needs<'_>) -> bool {
        i < 2 && needs.input(1 - i)
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// The adjoint of [`Conv`] by its input, a transposed convolution: g under a weight, and a bias or none.
#[derive(Debug)]
struct Transposed(Geometry);

impl Op for Transposed {
    fn name(&self) -> &'static str {
        self.0.named(["conv_transpose1d", "conv_transpose2d", "conv_transpose3d"])
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.0.attributes()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (g, weight, bias) = (inputs[0].value(), inputs[1].value(), inputs.get(2).map(|bias| bias.value()));
        one(conv::conv_transpose(&g, &weight, bias.as_deref(), &self.0.window, &self.0.input))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let g = ctx.g();
        let mut cotangents = smallvec![
            ctx.needs(0).then(|| Conv(self.0.clone()).apply(&[g, &ctx.input(1)])),
            ctx.needs(1).then(|| ByWeight(self.0.clone()).apply(&[g, &ctx.input(0)])),
        ];
        if ctx.inputs() == 3 {
            cotangents.push(ctx.needs(2).then(|| by_bias(g)));
        }
        cotangents
    }

    fn multiply_adds(&self, inputs: &[&Tensor], _outputs: &[Tensor]) -> u64 {
        taps(inputs[0], inputs[1])
    }

    fn saves_input(&self, i: usize, needs: &Needs<'_>) -> bool {
        i < 2 && needs.input(1 - i)
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// The adjoint of [`Conv`] by its weight: x and the output's cotangent.
#[derive(Debug)]
struct ByWeight(Geometry);

impl Op for ByWeight {
    fn name(&self) -> &'static str {
        self.0.named(["conv1d_by_weight", "conv2d_by_weight", "conv3d_by_weight"])
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.0.attributes()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (x, g) = (inputs[0].value(), inputs[1].value());
        one(conv::conv_by_weight(&x, &g, &self.0.window, &self.0.kernel))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let g = ctx.g();
        smallvec![
            ctx.needs(0).then(|| Transposed(self.0.clone()).apply(&[&ctx.input(1), g])),
            ctx.needs(1).then(|| Conv(self.0.clone()).apply(&[&ctx.input(0), g])),
        ]
    }

    fn multiply_adds(&self, inputs: &[&Tensor], outputs: &[Tensor]) -> u64 {
        taps(inputs[1], &outputs[0])
    }

    fn saves_input(&self, i: usize, needs: &Needs<'_>) -> bool {
        needs.input(1 - i)
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// The options of a convolution over D axes.
pub(crate) struct Options<const D: usize> {
    pub(crate) stride: [usize; D],
    pub(crate) padding: [usize; D],
    pub(crate) dilation: [usize; D],
    pub(crate) groups: usize,
}

impl<const D: usize> Options<D> {
    fn window(&self) -> Window {
        Window {
            stride: Dims::from_slice(&self.stride),
            padding: Dims::from_slice(&self.padding),
            dilation: Dims::from_slice(&self.dilation),
            groups: self.groups,
        }
    }
}

/// Checks what convolutions and transposed ones have in common; `outputs` is the axis of the weight whose number of channels,
/// in each of `times` groups, the bias must have.
#[track_caller]
fn check<const D: usize>(
    op: &str,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &Options<D>,
    outputs: usize,
    times: usize,
) {
    check_float(op, x);
    for (what, other) in [("weight", Some(weight)), ("bias", bias)] {
        if let Some(other) = other.filter(|other| other.dtype() != x.dtype()) {
            fail!("{op}: x is {} and the {what} {}; cast one with to_dtype", x.dtype(), other.dtype());
        }
    }
    let (xs, ws) = (x.shape(), weight.shape());
    if ws.len() != D + 2 || xs.len() != D + 2 && xs.len() != D + 1 {
        let (with, without) = (D + 2, D + 1);
        fail!("{op}: x {xs:?} must have {with} axes, or {without} without a batch, and the weight {ws:?} {with}");
    }
    if ws.contains(&0) || xs[xs.len() - D - 1..].contains(&0) {
        fail!("{op}: x {xs:?} under the weight {ws:?}: only the batch may have length 0");
    }
    if options.stride.contains(&0) || options.dilation.contains(&0) || options.groups == 0 {
        let Options { stride, dilation, groups, .. } = options;
        fail!("{op}: stride {stride:?}, dilation {dilation:?} and groups {groups} must be at least 1");
    }
    if ws[0] % options.groups != 0 {
        fail!("{op}: {} groups do not divide the {} channels of the weight {ws:?}", options.groups, ws[0]);
    }
    let channels = ws[outputs] * times;
    if let Some(bias) = bias.filter(|bias| bias.shape() != [channels]) {
        fail!("{op}: the bias has shape {:?}, the weight {ws:?} takes [{channels}]", bias.shape());
    }
}

/// Applies an op to x with a batch, and takes the batch off again if x had none.
#[track_caller]
fn batched(op: impl Op, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Tensor {
    let unbatched = x.ndim() + 1 == weight.ndim();
    let mut shape = Dims::from_slice(x.shape());
    if unbatched {
        shape.insert(0, 1);
    }
    let x = reshape(x, &shape);
    let y = match bias {
        Some(bias) => op.apply(&[&x, weight, bias]),
        None => op.apply(&[&x, weight]),
    };
    if unbatched { reshape(&y, &y.shape()[1..]) } else { y }
}

#[track_caller]
pub(crate) fn conv<const D: usize>(
    op: &str,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &Options<D>,
) -> Tensor {
    check(op, x, weight, bias, options, 0, 1);
    let (xs, ws, groups) = (x.shape(), weight.shape(), options.groups);
    let (found, taken) = (xs[xs.len() - D - 1], ws[1] * groups);
    if found != taken {
        fail!("{op}: x {xs:?} has {found} channels, the weight {ws:?} takes {taken} in {groups} groups");
    }
    let (window, input, kernel) = (options.window(), &xs[xs.len() - D..], &ws[2..]);
    for a in 0..D {
        if window.output(a, input[a], kernel[a]).is_none() {
            let Options { padding, dilation, .. } = options;
            fail!(
                "{op}: x {xs:?} with padding {padding:?} is smaller than the kernel {kernel:?} with dilation {dilation:?}"
            );
        }
    }
    let (input, kernel) = (Dims::from_slice(input), Dims::from_slice(kernel));
    batched(Conv(Geometry { window, input, kernel }), x, weight, bias)
}

#[track_caller]
pub(crate) fn conv_transpose<const D: usize>(
    op: &str,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &Options<D>,
    output_padding: [usize; D],
) -> Tensor {
    check(op, x, weight, bias, options, 1, options.groups);
    let (xs, ws) = (x.shape(), weight.shape());
    let Options { stride, padding, dilation, .. } = options;
    let (found, taken) = (xs[xs.len() - D - 1], ws[0]);
    if found != taken {
        fail!("{op}: x {xs:?} has {found} channels, the weight {ws:?} takes {taken}");
    }
    let mut output = Dims::new();
    for a in 0..D {
        if output_padding[a] >= stride[a] {
            fail!("{op}: output_padding {output_padding:?} must be less than the stride {stride:?}");
        }
        let whole = (xs[xs.len() - D + a] - 1) * stride[a] + dilation[a] * (ws[2 + a] - 1) + output_padding[a] + 1;
        match whole.checked_sub(2 * padding[a]) {
            Some(len) if len > 0 => output.push(len),
            _ => fail!("{op}: padding {padding:?} leaves nothing of x {xs:?} under the weight {ws:?}"),
        }
    }
    let kernel = Dims::from_slice(&ws[2..]);
    batched(Transposed(Geometry { window: options.window(), input: output, kernel }), x, weight, bias)
}
