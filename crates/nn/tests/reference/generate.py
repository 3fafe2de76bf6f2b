#!/usr/bin/env python3
"""Makes values.safetensors: what PyTorch's layers compute, in f64, for the samples of tests/layers of the same keys.

    pip install torch numpy safetensors
    python crates/nn/tests/reference/generate.py

Of each layer it keeps the state before the call (s.NAME), inputs (x0, ..), outputs (y0, ..), the gradients of sum(c * y) by the float
inputs (g0, ..) and by the parameters (p.NAME), and the buffers after the call (b.NAME). c is a fixed pattern that the test makes too.
"""
import pathlib
import zlib

import losses
import numpy
import torch
from safetensors.numpy import save_file
from torch import nn

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

tensors = {}


def pattern(shape):
    """Fixed numbers between -1 and 1: ((7 i + 3) mod 19 - 9) / 9."""
    count = int(numpy.prod(shape, dtype=int))
    return (((torch.arange(count) * 7 + 3) % 19 - 9) / 9.0).reshape(shape)


def listed(y):
    return [v for part in y for v in listed(part)] if isinstance(y, (tuple, list)) else [y]


def case(key, module, *inputs, call=None):
    """A layer, called with inputs of these shapes, or with these tensors. Those with `eval` in the key evaluate."""
    rng = numpy.random.default_rng(zlib.crc32(key.encode()))
    fresh = lambda shape: torch.from_numpy(numpy.asarray(rng.normal(size=shape)))
    # Ones and zeros would hide what a layer does with its state.
    with torch.no_grad():
        for param in module.parameters():
            param.copy_(0.5 * fresh(param.shape) + 0.1)
        for name, buffer in module.named_buffers():
            if buffer.is_floating_point():
                buffer.copy_(fresh(buffer.shape).abs() + 0.2)
    module.train("eval" not in key)

    def keep(name, value):
        tensors[f"{key}/{name}"] = value.detach().clone().contiguous().numpy(force=True)

    for name, value in module.state_dict().items():
        keep(f"s.{name}", value)
    x = [v if isinstance(v, torch.Tensor) else fresh(v) for v in inputs]
    x = [v.requires_grad_() if v.is_floating_point() else v for v in x]
    for i, v in enumerate(x):
        keep(f"x{i}", v)
    y = listed((call or (lambda module, *x: module(*x)))(module, *x))
    for i, v in enumerate(y):
        keep(f"y{i}", v)
    sum((v * pattern(v.shape)).sum() for v in y if v.requires_grad).backward()
    for i, v in enumerate(x):
        if v.requires_grad:
            keep(f"g{i}", torch.zeros_like(v) if v.grad is None else v.grad)
    for name, param in module.named_parameters():
        keep(f"p.{name}", torch.zeros_like(param) if param.grad is None else param.grad)
    for name, buffer in module.named_buffers():
        keep(f"b.{name}", buffer)


case("Linear/plain", nn.Linear(3, 4), (2, 3))
case("Linear/without bias", nn.Linear(3, 2, bias=False), (2, 2, 3))

case("Bilinear/plain", nn.Bilinear(3, 4, 2), (2, 3), (2, 4))
case("Bilinear/without bias", nn.Bilinear(2, 3, 2, bias=False), (2, 2, 2), (2, 2, 3))

case("Conv1d/plain", nn.Conv1d(2, 3, 3), (2, 2, 6))
case("Conv1d/options", nn.Conv1d(2, 4, 3, stride=2, padding=2, dilation=2, groups=2, bias=False), (2, 2, 7))
case("Conv2d/plain", nn.Conv2d(2, 3, 3), (2, 2, 4, 5))
case("Conv2d/options", nn.Conv2d(4, 2, (3, 2), stride=(1, 2), padding=(1, 2), dilation=(2, 1), groups=2), (2, 4, 5, 5))
case("Conv2d/without bias", nn.Conv2d(2, 3, 1, bias=False), (2, 3, 3))
case("Conv3d/plain", nn.Conv3d(1, 2, 2), (1, 1, 3, 3, 3))
case("Conv3d/options", nn.Conv3d(2, 2, 2, stride=(2, 1, 1), padding=(0, 1, 1), groups=2), (1, 2, 3, 2, 3))
case("ConvTranspose1d/plain", nn.ConvTranspose1d(2, 3, 3), (2, 2, 4))
case("ConvTranspose1d/options",
     nn.ConvTranspose1d(2, 4, 3, stride=2, padding=1, output_padding=1, dilation=2, groups=2), (1, 2, 4))
case("ConvTranspose2d/plain", nn.ConvTranspose2d(2, 3, 2), (2, 2, 3, 3))
case("ConvTranspose2d/options",
     nn.ConvTranspose2d(4, 2, (3, 2), stride=2, padding=(1, 0), output_padding=(1, 0), groups=2, bias=False), (1, 4, 3, 3))

case("MaxPool1d/plain", nn.MaxPool1d(2), (2, 2, 6))
case("MaxPool1d/options", nn.MaxPool1d(3, stride=2, padding=1), (2, 2, 7))
case("MaxPool2d/plain", nn.MaxPool2d(2), (1, 2, 4, 4))
case("MaxPool2d/options", nn.MaxPool2d((3, 2), stride=(2, 1), padding=1, dilation=(1, 2), ceil_mode=True), (1, 2, 6, 5))
case("AvgPool1d/plain", nn.AvgPool1d(2), (2, 2, 6))
case("AvgPool1d/options", nn.AvgPool1d(3, stride=2, padding=1), (2, 2, 7))
case("AvgPool2d/plain", nn.AvgPool2d(2), (1, 2, 4, 4))
case("AvgPool2d/options", nn.AvgPool2d((3, 2), stride=2, padding=1, ceil_mode=True, count_include_pad=False), (1, 2, 6, 5))
case("AvgPool2d/divisor", nn.AvgPool2d(2, divisor_override=3), (1, 2, 4, 4))
case("AdaptiveAvgPool1d/plain", nn.AdaptiveAvgPool1d(3), (2, 2, 7))
case("AdaptiveAvgPool2d/plain", nn.AdaptiveAvgPool2d((2, 3)), (1, 2, 5, 4))
case("AdaptiveMaxPool1d/plain", nn.AdaptiveMaxPool1d(3), (2, 2, 7))
case("AdaptiveMaxPool2d/plain", nn.AdaptiveMaxPool2d(2), (1, 2, 5, 4))

case("Upsample/plain", nn.Upsample(scale_factor=2.0), (1, 2, 2, 3))
case("Upsample/linear", nn.Upsample((5, 3), mode="bilinear"), (1, 2, 3, 2))
case("Upsample/linear, sequences", nn.Upsample(scale_factor=1.5, mode="linear"), (1, 2, 4))
case("Upsample/aligned", nn.Upsample((4, 5), mode="bilinear", align_corners=True), (1, 2, 3, 2))
case("PixelShuffle/plain", nn.PixelShuffle(2), (1, 8, 2, 3))
case("PixelUnshuffle/plain", nn.PixelUnshuffle(3), (2, 1, 3, 6))

case("Flatten/plain", nn.Flatten(), (2, 3, 2, 2))
case("Flatten/dims", nn.Flatten(0, -2), (2, 3, 2))
case("Unflatten/plain", nn.Unflatten(1, (3, -1)), (2, 6))
case("Identity/plain", nn.Identity(), (2, 3))

case("BatchNorm1d/plain", nn.BatchNorm1d(3), (4, 3))
case("BatchNorm1d/sequences", nn.BatchNorm1d(3, momentum=0.3, eps=1e-3), (2, 3, 4))
case("BatchNorm1d/eval", nn.BatchNorm1d(3), (4, 3))
case("BatchNorm1d/without running statistics, eval", nn.BatchNorm1d(3, track_running_stats=False), (4, 3))
case("BatchNorm2d/plain", nn.BatchNorm2d(2), (2, 2, 3, 2))
case("BatchNorm2d/without affine", nn.BatchNorm2d(2, affine=False, momentum=None), (2, 2, 3, 2))
case("BatchNorm2d/eval", nn.BatchNorm2d(2), (2, 2, 3, 2))
case("LayerNorm/plain", nn.LayerNorm(4), (2, 3, 4))
case("LayerNorm/two axes", nn.LayerNorm((3, 4), eps=1e-3, bias=False), (2, 3, 4))
case("LayerNorm/without affine", nn.LayerNorm(4, elementwise_affine=False), (2, 3, 4))
case("RMSNorm/plain", nn.RMSNorm(4), (2, 3, 4))
case("RMSNorm/options", nn.RMSNorm((3, 4), eps=1e-2, elementwise_affine=False), (2, 3, 4))
case("GroupNorm/plain", nn.GroupNorm(2, 4), (2, 4, 3))
case("GroupNorm/without affine", nn.GroupNorm(3, 3, eps=1e-3, affine=False), (2, 3, 2, 2))
case("InstanceNorm1d/plain", nn.InstanceNorm1d(3), (2, 3, 4))
case("InstanceNorm1d/affine", nn.InstanceNorm1d(3, affine=True, eps=1e-3), (2, 3, 4))
case("InstanceNorm2d/plain", nn.InstanceNorm2d(2), (2, 2, 3, 2))
case("InstanceNorm2d/affine", nn.InstanceNorm2d(2, affine=True), (2, 2, 3, 2))
case("LocalResponseNorm/plain", nn.LocalResponseNorm(2), (2, 4, 3))
case("LocalResponseNorm/options", nn.LocalResponseNorm(3, alpha=0.7, beta=0.5, k=2.0), (1, 4, 2, 2))

# While training they draw from generators of their own; tests/layers/main.rs has their laws.
case("Dropout/eval", nn.Dropout(), (4, 5))
case("Dropout2d/eval", nn.Dropout2d(), (3, 4, 2, 2))
case("AlphaDropout/eval", nn.AlphaDropout(), (4, 5))

case("ReLU/plain", nn.ReLU(), (3, 4))
case("ReLU6/plain", nn.ReLU6(), (3, 4))
case("LeakyReLU/plain", nn.LeakyReLU(), (3, 4))
case("LeakyReLU/slope", nn.LeakyReLU(0.3), (3, 4))
case("PReLU/plain", nn.PReLU(), (3, 4))
case("PReLU/channels", nn.PReLU(3), (2, 3, 2))
case("ELU/plain", nn.ELU(), (3, 4))
case("ELU/alpha", nn.ELU(0.5), (3, 4))
case("CELU/plain", nn.CELU(), (3, 4))
case("CELU/alpha", nn.CELU(0.5), (3, 4))
case("SELU/plain", nn.SELU(), (3, 4))
case("GELU/plain", nn.GELU(), (3, 4))
case("GELU/tanh", nn.GELU(approximate="tanh"), (3, 4))
case("SiLU/plain", nn.SiLU(), (3, 4))
case("Mish/plain", nn.Mish(), (3, 4))
case("Sigmoid/plain", nn.Sigmoid(), (3, 4))
case("LogSigmoid/plain", nn.LogSigmoid(), (3, 4))
# PyTorch's own backward has 1/6 in f32.
case("Hardsigmoid/plain", nn.Hardsigmoid(), (3, 4), call=lambda _, x: torch.clamp(x / 6 + 0.5, 0, 1))
case("Hardswish/plain", nn.Hardswish(), (3, 4))
case("Tanh/plain", nn.Tanh(), (3, 4))
case("Hardtanh/plain", nn.Hardtanh(), (3, 4))
case("Hardtanh/bounds", nn.Hardtanh(-0.5, 1.5), (3, 4))
case("Softplus/plain", nn.Softplus(), (3, 4))
case("Softplus/options", nn.Softplus(beta=2.0, threshold=1.5), (3, 4))
case("Softsign/plain", nn.Softsign(), (3, 4))
case("Softshrink/plain", nn.Softshrink(), (3, 4))
case("Softshrink/lambda", nn.Softshrink(1.1), (3, 4))
case("Hardshrink/plain", nn.Hardshrink(), (3, 4))
case("Hardshrink/lambda", nn.Hardshrink(1.1), (3, 4))
case("Tanhshrink/plain", nn.Tanhshrink(), (3, 4))
case("Threshold/plain", nn.Threshold(0.2, -3.0), (3, 4))
case("GLU/plain", nn.GLU(), (3, 4))
case("GLU/axis", nn.GLU(0), (4, 3))
case("Softmax/plain", nn.Softmax(-1), (3, 4))
case("Softmin/plain", nn.Softmin(0), (3, 4))
case("LogSoftmax/plain", nn.LogSoftmax(1), (3, 4))

class SinusoidalPositions(nn.Module):
    """As torch.nn has none: the waves of "Attention is all you need", as a table."""
    def __init__(self, places, width):
        super().__init__()
        self.register_buffer("table", torch.zeros(places, width))

    def forward(self, x):
        return x + self.table[:x.shape[-2]]


class LearnedPositions(nn.Module):
    def __init__(self, places, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(places, width))

    def forward(self, x):
        return x + self.weight[:x.shape[-2]]


class RotaryPositions(nn.Module):
    """Pairs of elements as complex numbers, turned."""
    def __init__(self, places, width):
        super().__init__()
        self.register_buffer("cos", torch.zeros(places, width // 2))
        self.register_buffer("sin", torch.zeros(places, width // 2))

    def forward(self, x):
        turn = torch.complex(self.cos, self.sin)[:x.shape[-2]]
        return torch.view_as_real(torch.view_as_complex(x.unflatten(-1, (-1, 2))) * turn).flatten(-2)


case("Embedding/plain", nn.Embedding(5, 3), torch.tensor([[1, 4, 1], [0, 2, 3]]))
case("Embedding/padding", nn.Embedding(5, 2, padding_idx=2), torch.tensor([1, 2, 1, 0, 2]))
case("LearnedPositions/plain", LearnedPositions(5, 2), (2, 3, 2))
case("SinusoidalPositions/plain", SinusoidalPositions(5, 4), (2, 3, 4))
case("RotaryPositions/plain", RotaryPositions(5, 4), (2, 3, 4))

LATER = torch.tensor([[False, True, True], [False, False, True], [False, False, False]])
SHORTER = torch.tensor([[False, False, False], [False, False, True]])
alone = lambda **masks: lambda m, q, k, v: m(q, k, v, need_weights=False, **masks)[0]
case("MultiheadAttention/to itself", nn.MultiheadAttention(4, 2), (3, 2, 4), call=lambda m, x: m(x, x, x)[0])
case("MultiheadAttention/plain", nn.MultiheadAttention(4, 2, batch_first=True), (2, 2, 4), (2, 3, 4), (2, 3, 4), call=alone())
case("MultiheadAttention/padding, weights", nn.MultiheadAttention(4, 2, bias=False), (2, 2, 4), (3, 2, 4), (3, 2, 4),
     call=lambda m, q, k, v: m(q, k, v, key_padding_mask=SHORTER))
case("MultiheadAttention/masks", nn.MultiheadAttention(4, 2), (3, 2, 4), (3, 2, 4), (3, 2, 4),
     call=alone(key_padding_mask=SHORTER, attn_mask=LATER))
case("MultiheadAttention/numbers as a mask, without a batch", nn.MultiheadAttention(4, 1), (2, 4), (3, 4), (3, 4),
     call=alone(attn_mask=torch.tensor([[0.5, -1.0, 0.0], [0.0, 2.0, 1.0]])))
case("TransformerEncoderLayer/eval", nn.TransformerEncoderLayer(4, 2, 3), (3, 2, 4))
case("TransformerEncoderLayer/norm first, eval", nn.TransformerEncoderLayer(4, 2, 3, activation="gelu", norm_first=True), (3, 2, 4),
     call=lambda m, x: m(x, src_mask=LATER, src_key_padding_mask=SHORTER))
case("TransformerEncoderLayer/batch first, causal, eval",
     nn.TransformerEncoderLayer(4, 1, 3, batch_first=True, layer_norm_eps=1e-3), (2, 3, 4), call=lambda m, x: m(x, src_mask=LATER))
case("TransformerDecoderLayer/eval", nn.TransformerDecoderLayer(4, 2, 3), (2, 2, 4), (3, 2, 4))
case("TransformerDecoderLayer/norm first, masks, eval",
     nn.TransformerDecoderLayer(4, 2, 3, activation="gelu", norm_first=True, batch_first=True), (2, 2, 4), (2, 3, 4),
     call=lambda m, x, memory: m(x, memory, tgt_mask=LATER[:2, :2], memory_key_padding_mask=SHORTER))



def padded(m, x, lengths, *state):
    """A recurrent layer's call on sequences of these lengths."""
    packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), m.batch_first, enforce_sorted=False)
    y, end = m(packed, *state)
    return nn.utils.rnn.pad_packed_sequence(y, m.batch_first)[0], end


case("RNN/outputs alone", nn.RNN(3, 2), (3, 2, 3), call=lambda m, x: m(x)[0])
case("RNN/plain", nn.RNN(3, 2), (3, 2, 3), (1, 2, 2))
case("RNN/relu, both directions, without bias", nn.RNN(3, 2, bias=False, bidirectional=True, nonlinearity="relu"), (3, 2, 3))
case("GRU/plain", nn.GRU(3, 2), (3, 2, 3), (1, 2, 2))
case("GRU/lengths", nn.GRU(2, 2, 2, bidirectional=True, batch_first=True), (2, 3, 2), (4, 2, 2),
     call=lambda m, x, h: padded(m, x, [1, 3], h))
case("GRU/without bias or batch", nn.GRU(2, 3, bias=False), (4, 2))
case("LSTM/plain", nn.LSTM(3, 2), (3, 2, 3), (1, 2, 2), (1, 2, 2), call=lambda m, x, h, c: m(x, (h, c)))
case("LSTM/lengths", nn.LSTM(2, 2, bidirectional=True), (4, 2, 2), call=lambda m, x: padded(m, x, [4, 2]))
case("LSTM/layers", nn.LSTM(2, 2, 2, batch_first=True, bias=False), (2, 3, 2))
case("LSTM/eval", nn.LSTM(2, 2, 2, dropout=0.4), (3, 2, 2))
case("RNNCell/plain", nn.RNNCell(3, 2), (2, 3), (2, 2))
case("RNNCell/relu, without bias", nn.RNNCell(3, 2, bias=False, nonlinearity="relu"), (3,))
case("GRUCell/plain", nn.GRUCell(3, 2), (2, 3), (2, 2))
case("LSTMCell/plain", nn.LSTMCell(3, 2), (2, 3), (2, 2), (2, 2), call=lambda m, x, h, c: m(x, (h, c)))

losses.cases(case)

path = HERE / "values.safetensors"
save_file(tensors, path, metadata={"torch": torch.__version__.split("+")[0]})
keys = {name.rsplit("/", 1)[0] for name in tensors}
print(f"{len(keys)} cases, {path.stat().st_size} bytes, PyTorch {torch.__version__}")
