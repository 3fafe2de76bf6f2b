"""The losses of generate.py: torch.nn's, and those that it lacks from their formulas."""
import torch
from torch import nn

SIGN = torch.tensor([1, -1, -1, 1])
SIGNS = torch.tensor([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]], dtype=torch.float64)
ROWS = torch.tensor([0, 2, 1, 2])
OTHERS = torch.tensor([[0, 2], [1, -1]])
WEIGHT = torch.ones(3, dtype=torch.float64)


def between(low, high, *shape):
    """Irregular numbers between the two, all different."""
    count = torch.Size(shape).numel()
    return (low + (high - low) * ((torch.arange(1, count + 1) * 0.7548776662466927 + 0.3) % 1)).reshape(shape)


def reduced(losses, reduction):
    return {"mean": losses.mean, "sum": losses.sum, "none": lambda: losses}[reduction]()


class OfFormula(nn.Module):
    """A loss that torch.nn lacks."""
    def __init__(self, formula, reduction="mean", **options):
        super().__init__()
        self.formula, self.reduction, self.options = formula, reduction, options

    def forward(self, *x):
        return reduced(self.formula(*x, **self.options), self.reduction)


def focal(x, y, alpha=0.25, gamma=2.0):
    """T.-Y. Lin et al., 2017: -alpha_t (1 - p_t)^gamma log p_t, mixed for targets between 0 and 1 as torchvision mixes it."""
    p = 1 / (1 + torch.exp(-x))
    entropy = -(y * torch.log(p) + (1 - y) * torch.log(1 - p))
    p_t = p * y + (1 - p) * (1 - y)
    alpha_t = 1 if alpha is None else alpha * y + (1 - alpha) * (1 - y)
    return alpha_t * (1 - p_t) ** gamma * entropy


def dice(p, y, smooth=1.0):
    """C. Sudre et al., 2017."""
    p, y = p.flatten(2), y.flatten(2)
    return 1 - (2 * torch.einsum("ncd,ncd->nc", p, y) + smooth) / (p.sum(-1) + y.sum(-1) + smooth)


def areas(a, b):
    """Of the intersection, the union and the hull of boxes (x1, y1, x2, y2)."""
    area = lambda low, high: (high - low).clamp(min=0).prod(-1)
    both = area(torch.max(a[..., :2], b[..., :2]), torch.min(a[..., 2:], b[..., 2:]))
    union = area(a[..., :2], a[..., 2:]) + area(b[..., :2], b[..., 2:]) - both
    return both, union, area(torch.min(a[..., :2], b[..., :2]), torch.max(a[..., 2:], b[..., 2:]))


def iou(a, b):
    both, union, _ = areas(a, b)
    return 1 - both / (union + 1e-7)


def giou(a, b):
    """H. Rezatofighi et al., 2019."""
    both, union, hull = areas(a, b)
    return 1 - both / (union + 1e-7) + (hull - union) / (hull + 1e-7)


def cases(case):
    two = ((2, 3), (2, 3))
    for name, loss in [("MSELoss", nn.MSELoss), ("L1Loss", nn.L1Loss)]:
        case(f"{name}/plain", loss(), *two)
        case(f"{name}/sum", loss(reduction="sum"), *two)
        case(f"{name}/each", loss(reduction="none"), *two)
    case("SmoothL1Loss/plain", nn.SmoothL1Loss(), *two)
    case("SmoothL1Loss/beta, each", nn.SmoothL1Loss(beta=2.5, reduction="none"), *two)
    case("SmoothL1Loss/beta 0, sum", nn.SmoothL1Loss(beta=0.0, reduction="sum"), *two)
    case("HuberLoss/plain", nn.HuberLoss(), *two)
    case("HuberLoss/delta, each", nn.HuberLoss(delta=2.5, reduction="none"), *two)
    case("HuberLoss/delta, sum", nn.HuberLoss(delta=0.7, reduction="sum"), *two)

    case("CrossEntropyLoss/plain", nn.CrossEntropyLoss(), (4, 3), ROWS)
    case("CrossEntropyLoss/sum", nn.CrossEntropyLoss(reduction="sum"), (4, 3), ROWS)
    case("CrossEntropyLoss/smoothing, each", nn.CrossEntropyLoss(label_smoothing=0.2, reduction="none"), (4, 3), ROWS)
    case("CrossEntropyLoss/weight", nn.CrossEntropyLoss(WEIGHT.clone()), (4, 3), ROWS)
    case("CrossEntropyLoss/weight, sum", nn.CrossEntropyLoss(WEIGHT.clone(), reduction="sum"), (4, 3), ROWS)
    case("CrossEntropyLoss/weight, smoothing, ignored",
         nn.CrossEntropyLoss(WEIGHT.clone(), label_smoothing=0.1, ignore_index=-1), (2, 3, 2), OTHERS)
    case("CrossEntropyLoss/ignored class, each", nn.CrossEntropyLoss(ignore_index=2, reduction="none"), (4, 3), ROWS)
    case("CrossEntropyLoss/probabilities", nn.CrossEntropyLoss(), (3, 4), between(0.1, 0.5, 3, 4))
    case("CrossEntropyLoss/probabilities, weight, smoothing", nn.CrossEntropyLoss(WEIGHT.clone(), label_smoothing=0.3),
         (2, 3, 2), between(0.1, 0.5, 2, 3, 2))
    case("NLLLoss/plain", nn.NLLLoss(), (4, 3), ROWS)
    case("NLLLoss/sum", nn.NLLLoss(reduction="sum"), (4, 3), ROWS)
    case("NLLLoss/weight", nn.NLLLoss(WEIGHT.clone()), (4, 3), ROWS)
    case("NLLLoss/weight, ignored", nn.NLLLoss(WEIGHT.clone(), ignore_index=-1), (2, 3, 2), OTHERS)
    case("NLLLoss/weight, ignored, each", nn.NLLLoss(WEIGHT.clone(), ignore_index=2, reduction="none"), (4, 3), ROWS)
    case("MultiMarginLoss/plain", nn.MultiMarginLoss(), (4, 3), ROWS)
    case("MultiMarginLoss/squared, margin, weight, each",
         nn.MultiMarginLoss(p=2, margin=1.3, weight=WEIGHT.clone(), reduction="none"), (4, 3), ROWS)
    case("MultiMarginLoss/weight", nn.MultiMarginLoss(weight=WEIGHT.clone()), (4, 3), ROWS)
    case("MultiMarginLoss/margin, sum", nn.MultiMarginLoss(margin=0.7, reduction="sum"), (4, 3), ROWS)

    probabilities = lambda: (between(0.1, 0.9, 2, 3), between(0.95, 0.05, 2, 3))
    case("BCELoss/plain", nn.BCELoss(), *probabilities())
    case("BCELoss/sum", nn.BCELoss(reduction="sum"), *probabilities())
    case("BCELoss/weight, each", nn.BCELoss(WEIGHT.clone(), reduction="none"), *probabilities())
    case("BCEWithLogitsLoss/plain", nn.BCEWithLogitsLoss(), (2, 3), between(0.05, 0.95, 2, 3))
    case("BCEWithLogitsLoss/sum", nn.BCEWithLogitsLoss(reduction="sum"), (2, 3), between(0.05, 0.95, 2, 3))
    case("BCEWithLogitsLoss/weight", nn.BCEWithLogitsLoss(WEIGHT.clone()), (2, 3), between(0.05, 0.95, 2, 3))
    case("BCEWithLogitsLoss/both weights, each",
         nn.BCEWithLogitsLoss(WEIGHT.clone(), pos_weight=WEIGHT.clone(), reduction="none"), (2, 3), between(0.05, 0.95, 2, 3))

    case("KLDivLoss/plain", nn.KLDivLoss(reduction="mean"), between(-3, -0.1, 2, 3), between(0.9, 0.1, 2, 3))
    case("KLDivLoss/each", nn.KLDivLoss(reduction="none"), between(-3, -0.1, 2, 3), between(0.9, 0.1, 2, 3))
    case("KLDivLoss/log target, sum", nn.KLDivLoss(reduction="sum", log_target=True), (2, 3), (2, 3))
    counts = lambda: (between(0.2, 2, 2, 3), between(4.1, 0.1, 2, 3))
    case("PoissonNLLLoss/plain", nn.PoissonNLLLoss(), *counts())
    case("PoissonNLLLoss/counts, eps, sum", nn.PoissonNLLLoss(log_input=False, eps=0.1, reduction="sum"), *counts())
    case("PoissonNLLLoss/full, each", nn.PoissonNLLLoss(full=True, reduction="none"), *counts())
    case("GaussianNLLLoss/plain", nn.GaussianNLLLoss(), *two, between(0.5, 2, 2, 3))
    case("GaussianNLLLoss/full, one variance a row, each", nn.GaussianNLLLoss(full=True, reduction="none"), *two,
         between(0.5, 2, 2, 1))
    case("GaussianNLLLoss/eps, sum", nn.GaussianNLLLoss(eps=0.4, reduction="sum"), *two, between(0.1, 1, 2, 3))

    signed = dict(call=lambda m, *x: m(*x, SIGNS))
    case("SoftMarginLoss/plain", nn.SoftMarginLoss(), (2, 3), **signed)
    case("SoftMarginLoss/sum", nn.SoftMarginLoss(reduction="sum"), (2, 3), **signed)
    case("SoftMarginLoss/each", nn.SoftMarginLoss(reduction="none"), (2, 3), **signed)
    case("HingeEmbeddingLoss/plain", nn.HingeEmbeddingLoss(), between(0.1, 2, 2, 3), **signed)
    case("HingeEmbeddingLoss/margin, each", nn.HingeEmbeddingLoss(1.7, reduction="none"), between(0.1, 2, 2, 3), **signed)
    case("HingeEmbeddingLoss/sum", nn.HingeEmbeddingLoss(reduction="sum"), between(0.1, 2, 2, 3), **signed)
    case("MarginRankingLoss/plain", nn.MarginRankingLoss(), *two, **signed)
    case("MarginRankingLoss/margin, each", nn.MarginRankingLoss(0.7, reduction="none"), *two, **signed)
    case("MarginRankingLoss/sum", nn.MarginRankingLoss(reduction="sum"), *two, **signed)
    vectors, signed = ((4, 3), (4, 3)), dict(call=lambda m, *x: m(*x, SIGN))
    case("CosineEmbeddingLoss/plain", nn.CosineEmbeddingLoss(), *vectors, **signed)
    case("CosineEmbeddingLoss/margin, each", nn.CosineEmbeddingLoss(-0.9, reduction="none"), *vectors, **signed)
    case("CosineEmbeddingLoss/sum", nn.CosineEmbeddingLoss(reduction="sum"), *vectors, **signed)
    case("TripletMarginLoss/plain", nn.TripletMarginLoss(), *vectors, (4, 3))
    case("TripletMarginLoss/margin, p, eps, each", nn.TripletMarginLoss(2.3, p=3.0, eps=1e-3, reduction="none"), *vectors, (4, 3))
    case("TripletMarginLoss/swap, sum", nn.TripletMarginLoss(2.3, swap=True, reduction="sum"), *vectors, (4, 3))

    case("FocalLoss/plain", OfFormula(focal), (2, 3), between(0.05, 0.95, 2, 3))
    case("FocalLoss/alpha, sum", OfFormula(focal, "sum", alpha=0.6), (2, 3), between(0.05, 0.95, 2, 3))
    case("FocalLoss/without alpha, gamma, each", OfFormula(focal, "none", alpha=None, gamma=1.5), (2, 3),
         between(0.05, 0.95, 2, 3))
    masks = lambda: (between(0.1, 0.9, 2, 2, 2, 3), between(0.9, 0.2, 2, 2, 2, 3))
    case("DiceLoss/plain", OfFormula(dice), *masks())
    case("DiceLoss/smooth, each", OfFormula(dice, "none", smooth=0.1), *masks())
    case("DiceLoss/sum", OfFormula(dice, "sum"), *masks())
    boxes = lambda: (
        torch.tensor([[0.2, 0.1, 2.5, 1.8], [0.1, 0.2, 4.1, 4.0], [0.4, 0.3, 1.1, 1.3]]),
        torch.tensor([[1.1, 0.6, 3.0, 2.5], [1.2, 0.8, 2.3, 3.1], [2.1, 2.0, 3.4, 3.1]]),
    )
    for name, formula in [("IoULoss", iou), ("GIoULoss", giou)]:
        case(f"{name}/plain", OfFormula(formula), *boxes())
        case(f"{name}/sum", OfFormula(formula, "sum"), *boxes())
        case(f"{name}/each", OfFormula(formula, "none"), *boxes())
