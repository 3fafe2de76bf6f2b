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
case("cross_entropy", cross_entropy, normal(2, 3, 4), integers(0, 3, 2, 4), label_smoothing=0.1)
case("cross_entropy", cross_entropy, normal(4, 3), uniform(0.0, 1.0, 4, 3), reduction="sum")


def nll(x, target, weight=None, weighted=False, **options):
    return F.nll_loss(x, target, weight.detach() if weight is not None else None, **options)


for reduction in ["mean", "sum", "none"]:
    for op in ["mse_loss", "l1_loss"]:
        case(op, getattr(F, op), normal(2, 3), normal(2, 3), reduction=reduction)
        case(op, getattr(F, op), normal(4), normal(4), reduction=reduction)
    case("nll_loss", nll, normal(4, 3), integers(0, 3, 4), reduction=reduction)
    case("nll_loss", nll, normal(6, 3), integers(0, 3, 6), uniform(0.5, 2.0, 3), weighted=True, reduction=reduction)
    case("nll_loss", nll, normal(2, 3, 4), integers(0, 3, 2, 4), ignore_index=1, reduction=reduction)
    case("binary_cross_entropy", F.binary_cross_entropy, uniform(0.1, 0.9, 2, 3), uniform(0, 1, 2, 3), reduction=reduction)
    case("binary_cross_entropy", F.binary_cross_entropy, uniform(0.1, 0.9, 2, 3), uniform(0, 1, 2, 3), uniform(0, 1, 3), frozen=[2], reduction=reduction)
    for names in [{}, {"weight": 2}, {"pos_weight": 2}]:
        logits = lambda x, y, *w, reduction, **names: F.binary_cross_entropy_with_logits(x, y, **{k: w[0] for k in names}, reduction=reduction)
        case("binary_cross_entropy_with_logits", logits, normal(2, 3), uniform(0, 1, 2, 3), *([uniform(0.5, 2, 3)] if names else []), frozen=[2], reduction=reduction, **names)
case("binary_cross_entropy_with_logits", lambda x, y: F.binary_cross_entropy_with_logits(x, y), given([800.0, -800.0, 0.0]), given([0.0, 1.0, 0.5]))
