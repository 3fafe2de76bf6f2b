#!/usr/bin/env python3
"""Makes values.safetensors: the first 200 learning rates of PyTorch's schedules, in f64.

    pip install torch numpy safetensors
    python crates/optim/tests/schedules/generate.py
"""
import math
import pathlib

import numpy
import torch
from safetensors.numpy import save_file

torch.set_default_dtype(torch.float64)
s = torch.optim.lr_scheduler
STEPS = 200


def rates(make, lr=0.1):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=0.9)
    schedule, found = make(optimizer), []
    for _ in range(STEPS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return numpy.array(found)


def measures():
    """A loss that falls, stands still, rises and is NaN once."""
    steps = numpy.arange(STEPS)
    loss = 1 + numpy.exp(-steps / 20) + 0.05 * numpy.sin(steps) + 0.002 * numpy.maximum(steps - 120, 0)
    loss[77] = math.nan
    return loss


def plateau(**options):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule, found = s.ReduceLROnPlateau(optimizer, **options), []
    for measure in measures():
        schedule.step(measure)
        found.append(optimizer.param_groups[0]["lr"])
    return numpy.array(found)


tensors = {
    "constant": rates(lambda o: s.ConstantLR(o, factor=0.25, total_iters=30)),
    "step": rates(lambda o: s.StepLR(o, 30, gamma=0.5)),
    "multi_step": rates(lambda o: s.MultiStepLR(o, [10, 50, 50, 130], gamma=0.3)),
    "exponential": rates(lambda o: s.ExponentialLR(o, 0.99998)),
    "linear": rates(lambda o: s.LinearLR(o, start_factor=0.25, end_factor=0.8, total_iters=70)),
    "polynomial": rates(lambda o: s.PolynomialLR(o, total_iters=150, power=1.7)),
    "cosine": rates(lambda o: s.CosineAnnealingLR(o, T_max=STEPS, eta_min=0.003)),
    "cosine_restarts": rates(lambda o: s.CosineAnnealingWarmRestarts(o, 25, T_mult=2, eta_min=0.003)),
    "cosine_restarts equal": rates(lambda o: s.CosineAnnealingWarmRestarts(o, 30)),
    "one_cycle": rates(lambda o: s.OneCycleLR(o, max_lr=0.7, total_steps=STEPS)),
    "one_cycle options": rates(
        lambda o: s.OneCycleLR(o, 0.7, total_steps=STEPS, pct_start=0.4, div_factor=10, final_div_factor=50, anneal_strategy="linear")
    ),
    "one_cycle phases": rates(lambda o: s.OneCycleLR(o, 0.7, total_steps=STEPS, three_phase=True)),
    "cyclic": rates(lambda o: s.CyclicLR(o, 0.01, 0.5, step_size_up=17, step_size_down=30)),
    "cyclic triangular2": rates(lambda o: s.CyclicLR(o, 0.01, 0.5, step_size_up=20, mode="triangular2")),
    "cyclic exp_range": rates(lambda o: s.CyclicLR(o, 0.01, 0.5, step_size_up=20, mode="exp_range", gamma=0.99)),
    "lambda": rates(lambda o: s.LambdaLR(o, lambda step: 1 / (1 + step) ** 0.5)),
    "sequential": rates(
        lambda o: s.SequentialLR(
            o, [s.ConstantLR(o, 0.1, 20), s.ExponentialLR(o, 0.9), s.StepLR(o, 10, 0.5)], milestones=[20, 60]
        )
    ),
    "plateau": plateau(),
    "plateau options": plateau(factor=0.5, patience=3, threshold=0.01, cooldown=5, min_lr=0.002),
    "plateau absolute": plateau(factor=0.5, patience=4, threshold=0.005, threshold_mode="abs"),
    "plateau larger": plateau(mode="max", factor=0.5, patience=20, threshold=0.001),
    "measures": measures(),
}
save_file(tensors, pathlib.Path(__file__).parent / "values.safetensors", {"torch": torch.__version__.split("+")[0]})
