#!/usr/bin/env python3
"""Makes values.safetensors: what PyTorch computes for the calls listed in cases/, in f64.

    pip install torch numpy safetensors
    python tests/reference/generate.py

Of each case it keeps the inputs (x0, x1, ...), the outputs (y0, ...), the gradients of sum(c * y) by the float inputs (g0, ...)
and, where PyTorch differentiates twice, the gradients of sum(v * g) (h0, ...). c and v are fixed patterns that the test makes
too. Attributes are JSON in the file's metadata, beside the version of PyTorch.
"""
import importlib
import json
import math
import pathlib
import sys
import zlib

import numpy
import torch
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

tensors, metadata, counts = {}, {"torch": torch.__version__.split("+")[0]}, {}


def pattern(shape, step, offset):
    """Fixed numbers between -1 and 1: ((step i + offset) mod 19 - 9) / 9."""
    count = int(numpy.prod(shape, dtype=int))
    return (((torch.arange(count) * step + offset) % 19 - 9) / 9.0).reshape(shape)


class Numbers:
    """Inputs, from a generator that is seeded by the name and number of the case."""

    def __init__(self, op, number):
        self.rng = numpy.random.default_rng([zlib.crc32(op.encode()), number])

    def normal(self, *shape):
        return torch.from_numpy(numpy.asarray(self.rng.normal(size=shape)))

    def uniform(self, low, high, *shape):
        return torch.from_numpy(numpy.asarray(self.rng.uniform(low, high, size=shape)))

    def integers(self, low, high, *shape):
        return torch.from_numpy(numpy.asarray(self.rng.integers(low, high, size=shape)))

    def mask(self, *shape):
        return torch.from_numpy(numpy.asarray(self.rng.random(size=shape) < 0.5))

    def permutation(self, n):
        return torch.from_numpy(self.rng.permutation(n))


def normal(*shape):
    return lambda n: n.normal(*shape)


def uniform(low, high, *shape):
    return lambda n: n.uniform(low, high, *shape)


def positive(*shape):
    return uniform(0.3, 2.5, *shape)


def integers(low, high, *shape):
    return lambda n: n.integers(low, high, *shape)


def mask(*shape):
    return lambda n: n.mask(*shape)


def permutation(k):
    return lambda n: n.permutation(k)


def given(values, dtype=None):
    return lambda n: torch.tensor(values, dtype=dtype)


NAN, INF = float("nan"), float("inf")


def case(op, call, *inputs, order=2, frozen=(), **attributes):
    """`call(*inputs, **attributes)` is the reference of `op`; `order` is how often it is differentiated at most, by the inputs
    that are not `frozen`."""
    number = counts[op] = counts.get(op, -1) + 1
    key, numbers = f"{op}/{number}", Numbers(op, number)
    x = [make(numbers) for make in inputs]
    leaves = [v.clone().requires_grad_(order > 0 and i not in frozen) if v.is_floating_point() else v for i, v in enumerate(x)]
    y = call(*leaves, **attributes)
    y = list(y) if isinstance(y, (tuple, list)) else [y]
    # JSON has no infinities and no NaN.
    finite = lambda v: str(v) if isinstance(v, float) and not math.isfinite(v) else v
    metadata[key] = json.dumps({name: finite(v) for name, v in attributes.items()})

    def keep(letter, i, value):
        tensors[f"{key}/{letter}{i}"] = value.detach().contiguous().numpy(force=True)

    for i, v in enumerate(x):
        keep("x", i, v)
    for i, v in enumerate(y):
        keep("y", i, v)
    roots = [v for v in y if v.requires_grad]
    wrt = [(i, v) for i, v in enumerate(leaves) if v.requires_grad]
    if not roots:
        return
    total = sum((v * pattern(v.shape, 7, 3)).sum() for v in roots)
    first = torch.autograd.grad(total, [v for _, v in wrt], create_graph=order > 1, allow_unused=True)
    first = [torch.zeros_like(v) if g is None else g for g, (_, v) in zip(first, wrt)]
    for (i, _), g in zip(wrt, first):
        keep("g", i, g)
    if order < 2:
        return
    total = sum((g * pattern(g.shape, 5, 1)).sum() for g in first)
    second = [None] * len(wrt)
    try:
        if total.requires_grad:
            second = torch.autograd.grad(total, [v for _, v in wrt], allow_unused=True)
    except RuntimeError as error:
        # Some backward functions have no derivative of their own.
        if "not implemented" not in str(error):
            raise
        return
    for (i, v), h in zip(wrt, second):
        keep("h", i, torch.zeros_like(v) if h is None else h)


if __name__ == "__main__":
    # The cases import this file by its name.
    sys.modules["generate"] = sys.modules["__main__"]
    for file in sorted((HERE / "cases").glob("*.py")):
        importlib.import_module(f"cases.{file.stem}")
    few = sorted(op for op, last in counts.items() if last < 4)
    if few:
        sys.exit(f"fewer than 5 cases: {few}")
    save_file(tensors, HERE / "values.safetensors", metadata)
    size = (HERE / "values.safetensors").stat().st_size
    print(f"{sum(counts.values()) + len(counts)} cases of {len(counts)} ops, {size / 1e6:.1f} MB, PyTorch {metadata['torch']}")
