"""Comparisons and truth functions."""
import torch
from generate import INF, NAN, case, given, integers, mask, normal

SPECIAL = [0.0, -0.0, 1.5, INF, -INF, NAN]

for op in ["eq", "ne", "lt", "le", "gt", "ge"]:
    call = getattr(torch, op)
    case(op, call, integers(0, 3, 3, 4), integers(0, 3, 3, 4))
    case(op, call, normal(2, 1, 3), normal(4, 1))
    case(op, call, given(SPECIAL), given([-0.0, 0.0, 1.5, INF, INF, NAN]))
    case(op, call, given([[0.5], [1.5]]), given([0.5, 1.0, 1.5]))
    case(op, lambda x, scalar, call=call: call(x, scalar), given(SPECIAL), scalar=1.5)

for op in ["logical_and", "logical_or", "logical_xor"]:
    call = getattr(torch, op)
    case(op, call, mask(2, 3), mask(2, 3))
    case(op, call, mask(2, 1), mask(3))
    case(op, call, mask(), mask(4))
    case(op, call, given([True, True, False, False]), given([True, False, True, False]))
    case(op, call, mask(0, 3), mask(1, 3))

for op in ["isnan", "isfinite", "isinf"]:
    call = getattr(torch, op)
    case(op, call, given(SPECIAL))
    case(op, call, normal(2, 3))
    case(op, call, given([[NAN, 1.0], [INF, -INF]]))
    case(op, call, normal())
    case(op, call, normal(0, 2))

case("logical_not", torch.logical_not, mask(2, 3))
case("logical_not", torch.logical_not, mask(5))
case("logical_not", torch.logical_not, mask())
case("logical_not", torch.logical_not, mask(0, 2))
case("logical_not", torch.logical_not, given([[True], [False]]))

for op in ["all", "any"]:
    call = getattr(torch, op)
    case(op, call, mask(2, 3))
    case(op, call, given([True, True]))
    case(op, call, mask(0))
    case(op, lambda x, dim, call=call: call(x, dim), mask(3, 4), dim=0)
    case(op, lambda x, dim, call=call: call(x, dim), mask(2, 3, 2), dim=[0, -1])

for rtol, atol in [(1e-5, 1e-8), (0.0, 0.0), (0.1, 0.0), (0.0, 0.3)]:
    close = lambda x, y, rtol, atol: torch.tensor(torch.allclose(x, y, rtol, atol))
    case("allclose", close, given([1.0, 2.0]), given([1.05, 2.1]), rtol=rtol, atol=atol)
    case("allclose", close, given([1.0, INF]), given([1.0, INF]), rtol=rtol, atol=atol)
case("allclose", close, given([1.0, NAN]), given([1.0, NAN]), rtol=1.0, atol=1.0)

for rtol, atol in [(1e-5, 1e-8), (0.0, 0.0), (0.1, 0.0), (0.0, 0.3)]:
    case("isclose", lambda x, y, rtol, atol: torch.isclose(x, y, rtol, atol), given([1.0, 2.0, INF, NAN]), given([1.05, 2.1, INF, NAN]), rtol=rtol, atol=atol)
case("isclose", lambda x, y, rtol, atol: torch.isclose(x, y, rtol, atol), given([[1.0], [INF]]), given([1.0, -INF, INF]), rtol=0.5, atol=0.0)
case("isclose", torch.isclose, given([1.0, NAN, NAN]), given([1.0, NAN, 1.0]), rtol=0.0, atol=0.5, equal_nan=True)
case("isclose", torch.isclose, integers(-4, 4, 3, 4), integers(-4, 4, 4), rtol=0.3, atol=0.5)

SORTED = [-1.0, 0.0, 0.0, 0.5, 2.0]
for right in [False, True]:
    for values in [[0.0, 0.5, 3.0, -2.0], [[2.0, -1.0], [0.25, NAN]], [INF, -INF]]:
        case("searchsorted", lambda s, v, right: torch.searchsorted(s, v, right=right), given(SORTED), given(values), order=0, right=right)
        case("bucketize", lambda v, b, right: torch.bucketize(v, b, right=right), given(values), given(SORTED), order=0, right=right)
