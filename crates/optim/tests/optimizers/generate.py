#!/usr/bin/env python3
"""Makes values.safetensors: where PyTorch's optimisers bring two parameters in 20 steps, in f64.

    pip install torch numpy safetensors
    python crates/optim/tests/optimizers/generate.py

The loss is the mean of (tanh(x w + b) - y)^2. Of each optimiser it keeps w and b after every step, side by side: [20, 8]. Lion,
which PyTorch lacks, is written out here after the paper. Of L-BFGS on Rosenbrock's valley it keeps the place after each of 12
steps of 4 iterations.
"""
import pathlib

import numpy
import torch
from safetensors.numpy import save_file

torch.set_default_dtype(torch.float64)
rng = numpy.random.default_rng(1)
x, y = rng.normal(size=(5, 3)), rng.uniform(-1, 1, size=(5, 2))
w, b = rng.normal(size=(3, 2)), rng.normal(size=2)


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2."""

    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].get("m", torch.zeros_like(p))
                c = beta1 * m + (1 - beta1) * p.grad
                p -= group["lr"] * (torch.sign(c) + group["weight_decay"] * p)
                self.state[p]["m"] = beta2 * m + (1 - beta2) * p.grad


def trained(make):
    params = [torch.tensor(w, requires_grad=True), torch.tensor(b, requires_grad=True)]
    optimizer, rows = make(params), []
    for _ in range(20):
        optimizer.zero_grad()
        loss = (torch.tanh(torch.tensor(x) @ params[0] + params[1]) - torch.tensor(y)).square().mean()
        loss.backward()
        optimizer.step()
        rows.append(torch.cat([p.detach().flatten() for p in params]).numpy())
    return numpy.stack(rows)


o = torch.optim
MAKERS = {
    "sgd": lambda p: o.SGD(p, 0.2),
    "sgd decay": lambda p: o.SGD(p, 0.2, weight_decay=0.1),
    "sgd momentum": lambda p: o.SGD(p, 0.1, momentum=0.9),
    "sgd momentum decay": lambda p: o.SGD(p, 0.1, momentum=0.9, weight_decay=0.1),
    "sgd dampening": lambda p: o.SGD(p, 0.1, momentum=0.9, dampening=0.3, weight_decay=0.05),
    "sgd nesterov": lambda p: o.SGD(p, 0.1, momentum=0.8, nesterov=True, weight_decay=0.05),
    "sgd maximize": lambda p: o.SGD(p, 0.1, momentum=0.5, weight_decay=0.05, maximize=True),
    "adam": lambda p: o.Adam(p, 0.05),
    "adam options": lambda p: o.Adam(p, 0.05, betas=(0.7, 0.95), eps=1e-3, weight_decay=0.1),
    "adam amsgrad": lambda p: o.Adam(p, 0.1, betas=(0.8, 0.5), amsgrad=True, weight_decay=0.01),
    "adam maximize": lambda p: o.Adam(p, 0.05, weight_decay=0.1, maximize=True),
    "adamw": lambda p: o.AdamW(p, 0.05),
    "adamw options": lambda p: o.AdamW(p, 0.05, betas=(0.7, 0.95), eps=1e-3, weight_decay=0.3),
    "adamw amsgrad": lambda p: o.AdamW(p, 0.1, betas=(0.8, 0.5), amsgrad=True),
    "adamax": lambda p: o.Adamax(p, 0.05),
    "adamax options": lambda p: o.Adamax(p, 0.05, betas=(0.7, 0.6), eps=1e-3, weight_decay=0.1),
    "nadam": lambda p: o.NAdam(p, 0.05),
    "nadam options": lambda p: o.NAdam(p, 0.05, betas=(0.7, 0.95), eps=1e-3, weight_decay=0.1, momentum_decay=0.1),
    "nadam decoupled": lambda p: o.NAdam(p, 0.05, weight_decay=0.3, decoupled_weight_decay=True),
    "radam": lambda p: o.RAdam(p, 0.05),
    "radam options": lambda p: o.RAdam(p, 0.05, betas=(0.7, 0.95), eps=1e-3, weight_decay=0.1),
    "radam decoupled": lambda p: o.RAdam(p, 0.05, betas=(0.9, 0.99), weight_decay=0.3, decoupled_weight_decay=True),
    "rmsprop": lambda p: o.RMSprop(p, 0.02),
    "rmsprop options": lambda p: o.RMSprop(p, 0.02, alpha=0.8, eps=1e-3, weight_decay=0.1),
    "rmsprop momentum": lambda p: o.RMSprop(p, 0.01, alpha=0.9, momentum=0.7),
    "rmsprop centered": lambda p: o.RMSprop(p, 0.01, alpha=0.9, centered=True, weight_decay=0.1),
    "rmsprop centered momentum": lambda p: o.RMSprop(p, 0.005, alpha=0.9, centered=True, momentum=0.7),
    "adagrad": lambda p: o.Adagrad(p, 0.1),
    "adagrad options": lambda p: o.Adagrad(p, 0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.2, eps=1e-3),
    "adadelta": lambda p: o.Adadelta(p, 1.0),
    "adadelta options": lambda p: o.Adadelta(p, 0.5, rho=0.7, eps=1e-3, weight_decay=0.1),
    "rprop": lambda p: o.Rprop(p, 0.1),
    "rprop options": lambda p: o.Rprop(p, 0.1, etas=(0.4, 1.5), step_sizes=(0.01, 0.2)),
    "lion": lambda p: Lion(p, 0.02),
    "lion options": lambda p: Lion(p, 0.02, betas=(0.7, 0.8), weight_decay=0.1),
    "groups": lambda p: o.AdamW(
        [dict(params=p[:1]), dict(params=p[1:], lr=0.2, weight_decay=0.0, betas=(0.5, 0.9))], 0.02, weight_decay=0.3
    ),
}



def valley(**options):
    p = torch.tensor([-1.2, 1.0], requires_grad=True)
    optimizer, rows = torch.optim.LBFGS([p], **options), []

    def closure():
        optimizer.zero_grad()
        loss = (1 - p[0]).square() + 100 * (p[1] - p[0].square()).square()
        loss.backward()
        return loss

    for _ in range(12):
        optimizer.step(closure)
        rows.append(p.detach().clone().numpy())
    return numpy.stack(rows)


VALLEYS = {
    "lbfgs": valley(max_iter=4, line_search_fn="strong_wolfe"),
    "lbfgs history": valley(max_iter=6, max_eval=9, history_size=2, lr=0.5, line_search_fn="strong_wolfe"),
    "lbfgs fixed": valley(max_iter=4, lr=0.1),
}
tensors = VALLEYS | {"x": x, "y": y, "w": w, "b": b} | {name: trained(make) for name, make in MAKERS.items()}
save_file(tensors, pathlib.Path(__file__).parent / "values.safetensors", {"torch": torch.__version__.split("+")[0]})
