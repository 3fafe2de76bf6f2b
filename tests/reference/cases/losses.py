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
case("cross_entropy", cross_entropy, normal(4, 3), uniform(0.0, 1.0, 4, 3))
case("cross_entropy", cross_entropy, normal(2, 3, 4), uniform(0.0, 1.0, 2, 3, 4), reduction="none", label_smoothing=0.1)


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


def signs(*shape):
    return lambda n: n.integers(0, 2, *shape).double() * 2 - 1


def focal(x, y, alpha=0.25, gamma=2.0, reduction="mean"):
    """The formula of torchvision.ops.sigmoid_focal_loss."""
    p = torch.sigmoid(x)
    p_t = p * y + (1 - p) * (1 - y)
    loss = F.binary_cross_entropy_with_logits(x, y, reduction="none") * (1 - p_t) ** gamma
    loss = loss if alpha is None else loss * (alpha * y + (1 - alpha) * (1 - y))
    return reduced(loss, reduction)


def reduced(loss, reduction):
    return {"mean": torch.mean, "sum": torch.sum, "none": lambda v: v}[reduction](loss)


def dice(p, y, smooth=1.0, reduction="mean"):
    p, y = p.flatten(2), y.flatten(2)
    return reduced(1 - (2 * (p * y).sum(2) + smooth) / (p.sum(2) + y.sum(2) + smooth), reduction)


def boxes(*shape):
    """Corners x1, y1, x2, y2 with x1 < x2 and y1 < y2."""
    def make(n):
        corner = n.uniform(0, 2, *shape, 2)
        return torch.cat([corner, corner + n.uniform(0.2, 2.5, *shape, 2)], -1)
    return make


def overlap(a, b, eps=1e-7):
    """The formulas of torchvision.ops.generalized_box_iou_loss."""
    area = lambda c: (c[..., 2] - c[..., 0]) * (c[..., 3] - c[..., 1])
    within = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).relu()
    both = within[..., 0] * within[..., 1]
    union = area(a) + area(b) - both
    around = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    hull = around[..., 0] * around[..., 1]
    return both / (union + eps), (hull - union) / (hull + eps)


for reduction in ["mean", "sum", "none"]:
    case("smooth_l1_loss", F.smooth_l1_loss, normal(2, 3), normal(2, 3), reduction=reduction)
    case("smooth_l1_loss", F.smooth_l1_loss, normal(5), normal(5), beta=0.3, reduction=reduction)
    case("huber_loss", F.huber_loss, normal(2, 3), normal(2, 3), reduction=reduction)
    case("huber_loss", F.huber_loss, normal(5), normal(5), delta=0.3, reduction=reduction)
    case("kl_div", F.kl_div, normal(2, 3), uniform(0.1, 0.9, 2, 3), reduction=reduction)
    case("kl_div", F.kl_div, normal(2, 3), normal(2, 3), log_target=True, reduction=reduction)
    case("hinge_embedding_loss", F.hinge_embedding_loss, uniform(0.0, 2.0, 3, 3), signs(3, 3), frozen=[1], reduction=reduction)
    case("hinge_embedding_loss", F.hinge_embedding_loss, uniform(0.0, 2.0, 4), signs(4), frozen=[1], margin=0.6, reduction=reduction)
    case("margin_ranking_loss", F.margin_ranking_loss, normal(6), normal(6), signs(6), reduction=reduction)
    case("margin_ranking_loss", F.margin_ranking_loss, normal(2, 3), normal(2, 3), signs(2, 3), margin=0.5, reduction=reduction)
    case("soft_margin_loss", F.soft_margin_loss, normal(2, 3), signs(2, 3), frozen=[1], reduction=reduction)
    case("soft_margin_loss", F.soft_margin_loss, given([600.0, -600.0, 0.0]), given([1.0, 1.0, -1.0]), frozen=[1], reduction=reduction)
    for options in [{}, {"full": True}, {"log_input": False}]:
        case("poisson_nll_loss", F.poisson_nll_loss, uniform(0.2, 2, 2, 3), uniform(0, 4, 2, 3), **options, reduction=reduction)
    case("gaussian_nll_loss", F.gaussian_nll_loss, normal(4, 3), normal(4, 3), uniform(0.2, 2, 4, 3), reduction=reduction)
    case("gaussian_nll_loss", F.gaussian_nll_loss, normal(4, 3), normal(4, 3), uniform(0.2, 2, 4, 1), full=True, reduction=reduction)
    case("gaussian_nll_loss", F.gaussian_nll_loss, normal(3), normal(3), given([0.5, 1e-9, 0.0]), order=1, eps=1e-3, reduction=reduction)
    case("multi_margin_loss", F.multi_margin_loss, normal(4, 3), integers(0, 3, 4), reduction=reduction)
    case("multi_margin_loss", F.multi_margin_loss, normal(4, 3), integers(0, 3, 4), p=2, margin=0.4, reduction=reduction)
    weighted = lambda x, y, w, **options: F.multi_margin_loss(x, y, weight=w.detach(), **options)
    case("multi_margin_loss", weighted, normal(4, 3), integers(0, 3, 4), uniform(0.5, 2, 3), frozen=[2], reduction=reduction)
    cosine = lambda x, y, target, **options: F.cosine_embedding_loss(x, y, target, **options)
    case("cosine_embedding_loss", cosine, normal(6, 3), normal(6, 3), given([1, -1, 1, -1, -1, 1]), reduction=reduction)
    case("cosine_embedding_loss", cosine, normal(6, 3), normal(6, 3), given([1, -1, 1, -1, -1, 1]), margin=0.3, reduction=reduction)
    for options in [{}, {"margin": 2.0, "p": 1.0}, {"margin": 3.0, "p": 3.0, "swap": True}, {"margin": 2.5, "eps": 0.1}]:
        case("triplet_margin_loss", F.triplet_margin_loss, normal(4, 3), normal(4, 3), normal(4, 3), **options, reduction=reduction)
    case("sigmoid_focal_loss", focal, normal(2, 3), uniform(0, 1, 2, 3), reduction=reduction)
    case("sigmoid_focal_loss", focal, normal(4), given([0.0, 1.0, 1.0, 0.0]), alpha=0.6, gamma=1.5, reduction=reduction)
    case("dice_loss", dice, uniform(0, 1, 2, 3, 4), uniform(0, 1, 2, 3, 4), reduction=reduction)
    case("dice_loss", dice, uniform(0, 1, 1, 2, 3, 3), given([[[[1.0, 0, 0], [1, 0, 1], [0, 0, 1]], [[0, 0, 0], [0, 0, 0], [0, 0, 0]]]]), smooth=0.1, reduction=reduction)
    case("iou_loss", lambda a, b, reduction: reduced(1 - overlap(a, b)[0], reduction), boxes(5), boxes(5), reduction=reduction)
    case("iou_loss", lambda a, b, reduction: reduced(1 - overlap(a, b)[0], reduction), boxes(2, 3), boxes(2, 3), reduction=reduction)
    giou = lambda a, b, reduction: reduced(1 - overlap(a, b)[0] + overlap(a, b)[1], reduction)
    case("giou_loss", giou, boxes(5), boxes(5), reduction=reduction)
    case("giou_loss", giou, boxes(2, 3), boxes(2, 3), reduction=reduction)
