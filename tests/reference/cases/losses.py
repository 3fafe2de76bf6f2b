"""Predictions beside targets."""
import torch
import torch.nn.functional as F
from generate import case, given, integers, normal, uniform


def cross_entropy(x, target, weight=None, weighted=False, **options):
    weight = weight.detach() if weight is not None else None
    return F.cross_entropy(x, target, weight, **options)


case("cross_entropy", cross_entropy, normal(4, 3), integers(0, 3, 4))
case("cross_entropy", cross_entropy, normal(4, 3), integers(0, 3, 4), reduction="sum")
case("cross_entropy", cross_entropy, normal(4, 3), integers(0, 3, 4), reduction="none")
case("cross_entropy", cross_entropy, normal(5, 4), integers(0, 4, 5), ignore_index=1)
case("cross_entropy", cross_entropy, normal(4, 3), integers(0, 3, 4), label_smoothing=0.2)
case("cross_entropy", cross_entropy, normal(6, 3), integers(0, 3, 6), uniform(0.5, 2.0, 3), weighted=True)
case("cross_entropy", cross_entropy, given([[1000.0, 0.0], [-1000.0, 0.0]]), given([0, 1]))
