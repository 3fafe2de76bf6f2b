"""Many elements become one."""
import torch
from generate import INF, NAN, case, given, integers, mask, normal


def forms(op, call, make, full=None):
    """All elements, one axis, several, and axes that stay."""
    case(op, full or call, make(2, 3))
    case(op, call, make(3, 4), dim=0)
    case(op, call, make(2, 3, 4), dim=[0, -1])
    case(op, call, make(4, 2), dim=-1, keepdim=True)
    case(op, call, make(2, 3, 2), dim=[1], keepdim=True)


forms("sum", torch.sum, normal)
case("sum", torch.sum, given([1.0, INF, 3.0]))
case("sum", torch.sum, normal(0, 2), dim=0)
case("sum", torch.sum, integers(-9, 9, 3, 2), dim=1)
case("sum", torch.sum, mask(3, 4))
forms("mean", torch.mean, normal)
case("mean", torch.mean, normal())
forms("var", torch.var, normal)
case("var", torch.var, normal(1), order=0)
forms("std", torch.std, normal)
case("std", torch.std, given([2.0, 2.0, 2.0]), order=1)
forms("norm", torch.linalg.vector_norm, normal)
case("norm", torch.linalg.vector_norm, given([0.0, 0.0]), order=1)
case("norm", torch.linalg.vector_norm, given([3e200, 4e200]), order=1)
forms("logsumexp", torch.logsumexp, normal, lambda x: torch.logsumexp(x, list(range(x.dim()))))
case("logsumexp", torch.logsumexp, given([1000.0, 999.0, -1000.0]), dim=0)
case("logsumexp", torch.logsumexp, given([-INF, 0.0]), dim=0, keepdim=True)

for op, call in [("amax", torch.amax), ("amin", torch.amin)]:
    forms(op, call, normal)
    case(op, call, given([[1.0, 1.0], [1.0, 0.0]]), dim=0)
    case(op, call, given([2.0, 2.0, 2.0]))
    case(op, call, given([1.0, NAN, 0.0]), order=0)
    case(op, call, integers(-9, 9, 6))

for op, call in [("argmax", torch.argmax), ("argmin", torch.argmin)]:
    case(op, call, normal(3, 4))
    case(op, call, normal(3, 4), dim=0)
    case(op, call, normal(2, 3, 4), dim=-2)
    case(op, call, given([1.0, NAN, 5.0, NAN]))
    case(op, call, normal(1, 5), dim=1)
    case(op, call, normal(2, 37), dim=1)

for op, call in [("max_dim", torch.max), ("min_dim", torch.min)]:
    case(op, call, normal(3, 4), dim=0)
    case(op, call, normal(2, 3, 4), dim=1)
    case(op, call, normal(5), dim=-1)
    case(op, call, normal(3, 1), dim=1)
    case(op, call, normal(2, 41), dim=1)

for shape, to in [((2, 3), (3,)), ((2, 3), (2, 1)), ((4, 2, 3), (1, 3)), ((3,), ()), ((2, 2), (2, 2)), ((4, 2, 3), (4, 1, 1))]:
    case("sum_to", lambda x, shape: x.sum_to_size(shape), normal(*shape), shape=list(to))

for op in ["cumsum", "cumprod", "logcumsumexp", "cummax", "cummin"]:
    call = getattr(torch, op)
    for shape, dim in [((5,), 0), ((3, 4), 0), ((3, 4), -1), ((2, 3, 4), 1), ((1, 2), 0)]:
        case(op, call, normal(*shape), dim=dim)
case("cumprod", torch.cumprod, given([2.0, 0.0, 3.0, 0.0, 4.0]), dim=0)
case("cumsum", torch.cumsum, integers(-9, 9, 3, 4), dim=1)
case("cummax", torch.cummax, given([1.0, 1.0, 0.0, NAN, 2.0]), dim=0, order=1)
case("cummin", torch.cummin, given([1.0, 1.0, 2.0, 0.0, 0.0]), dim=0)
case("logcumsumexp", torch.logcumsumexp, given([1000.0, 999.0, -1000.0]), dim=0)


def product(x, dim=None, keepdim=False):
    for axis in sorted(dim if isinstance(dim, list) else [dim], key=lambda a: a % x.dim(), reverse=True):
        x = torch.prod(x, axis, keepdim=keepdim)
    return x


forms("prod", product, normal, torch.prod)
case("prod", torch.prod, given([2.0, 0.0, 3.0]))
case("prod", torch.prod, given([0.0, 5.0, 0.0]))
case("prod", product, given([[0.0, 2.0], [3.0, 0.0]]), dim=0)
case("prod", torch.prod, integers(1, 5, 2, 3))

for op in ["nansum", "nanmean"]:
    call = getattr(torch, op)
    forms(op, call, normal)
    case(op, call, given([[1.0, NAN, 2.0], [NAN, 4.0, NAN], [INF, -3.0, NAN]]), dim=1)
    # Where all are NaN, PyTorch's mean has the gradient NaN, the infinite share times 0; ours has 0, as every NaN.
    case(op, call, given([[1.0, NAN], [NAN, NAN]]), dim=1, order=0)
    case(op, call, given([[1.0, NAN], [3.0, 4.0]]))
case("nansum", torch.nansum, integers(-9, 9, 3, 2), dim=1)
case("nansum", torch.nansum, normal(0, 2), dim=0)

for op, call in [("var_mean", torch.var_mean), ("std_mean", torch.std_mean)]:
    forms(op, call, normal)
    case(op, call, normal(1), order=0)
    case(op, call, given([2.0, 2.0, 2.0]), order=1)

case("median", torch.median, normal(3, 3))
case("median", torch.median, normal(2, 3, 4))
case("median", torch.median, normal())
case("median", torch.median, given([3.0, 1.0, 3.0, 3.0]))
case("median", torch.median, given([1.0, NAN, 0.0]), order=0)
case("median", torch.median, integers(-9, 9, 6))
case("median_dim", torch.median, normal(3, 4), dim=0)
case("median_dim", torch.median, normal(3, 5), dim=-1)
case("median_dim", torch.median, normal(2, 3, 4), dim=1)
case("median_dim", torch.median, given([[1.0, NAN, 0.0, NAN], [4.0, 3.0, 2.0, 1.0]]), dim=1)
case("median_dim", torch.median, normal(2, 41), dim=1)

case("count_nonzero", torch.count_nonzero, integers(-2, 3, 3, 4))
case("count_nonzero", torch.count_nonzero, given([[0.0, -0.0, NAN], [1.0, 0.0, INF]]), dim=1, order=0)
case("count_nonzero", torch.count_nonzero, mask(3, 4), dim=0)
case("count_nonzero", torch.count_nonzero, integers(-1, 2, 2, 3, 4), dim=[0, -1])
case("count_nonzero", torch.count_nonzero, normal(0, 2), dim=0, order=0)
