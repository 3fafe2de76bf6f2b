"""Elements are picked or placed by position."""
import torch
import torch.nn.functional as F
from generate import INF, NAN, case, given, integers, mask, normal

for shape, dim, descending in [((5,), 0, False), ((3, 4), 0, True), ((3, 4), -1, False), ((2, 3, 4), 1, True), ((1, 3), 0, False)]:
    case("argsort", lambda x, dim, descending: torch.argsort(x, dim=dim, descending=descending, stable=True), normal(*shape), dim=dim, descending=descending)
    case("sort", lambda x, dim, descending: torch.sort(x, dim=dim, descending=descending, stable=True), normal(*shape), dim=dim, descending=descending)
case("sort", lambda x, dim, descending: torch.sort(x, dim=dim, descending=descending, stable=True), given([2.0, 1.0, 2.0, 1.0]), dim=0, descending=False)
case("argsort", lambda x, dim, descending: torch.argsort(x, dim=dim, descending=descending, stable=True), given([2.0, NAN, -INF, INF]), dim=0, descending=False)
for shape, k, dim, largest in [((5,), 2, 0, True), ((3, 4), 2, 0, False), ((3, 4), 4, -1, True), ((2, 3, 4), 1, 1, True), ((2, 9), 3, 1, False)]:
    case("topk", torch.topk, normal(*shape), k=k, dim=dim, largest=largest)

for shape, index, dim in [((4, 3), (2, 3), 0), ((3, 4), (3, 6), 1), ((5,), (7,), 0), ((2, 3, 4), (2, 2, 3), -2), ((4, 2), (1, 1), 0)]:
    case("gather", lambda x, i, dim: torch.gather(x, dim, i), normal(*shape), integers(0, shape[dim], *index), dim=dim)
    case("scatter_add", lambda x, i, s, dim: torch.scatter_add(x, dim, i, s), normal(*shape), integers(0, shape[dim], *index), normal(*index), dim=dim)
    narrow = [length if axis == dim % len(shape) else 1 for axis, length in enumerate(index)]
    case("take_along_dim", lambda x, i, dim: torch.take_along_dim(x, i, dim), normal(*shape), integers(0, shape[dim], *narrow), dim=dim)

for shape, count, dim in [((4, 3), 2, 0), ((3, 4), 6, 1), ((5,), 3, 0), ((2, 3, 4), 3, -2), ((4, 2), 1, -1)]:
    source = list(shape)
    source[dim] = count
    case("index_select", lambda x, i, dim: torch.index_select(x, dim, i), normal(*shape), integers(0, shape[dim], count), dim=dim)
    case("index_add", lambda x, i, s, dim: torch.index_add(x, dim, i, s), normal(*shape), integers(0, shape[dim], count), normal(*source), dim=dim)

case("i", lambda x, index: x[1], normal(3, 2), index="1")
case("i", lambda x, index: x[-1, ...], normal(3, 2, 2), index="-1, ...")
case("i", lambda x, index: x[:, 1:3], normal(2, 4), index=":, 1:3")
case("i", lambda x, index: x[None, ..., 0], normal(2, 3, 2), index="None, ..., 0")
case("i", lambda x, m, index: x[m], normal(2, 3), given([[True, False, True], [False, True, True]]), index="mask")
case("i", lambda x, i, index: x[i], normal(4, 2), given([2, 0, 2, 3]), index="indices")

case("masked_fill", lambda x, m, value: x.masked_fill(m, value), normal(2, 3), mask(2, 3), value=-INF)
case("masked_fill", lambda x, m, value: x.masked_fill(m, value), normal(2, 3), mask(3), value=0.5)
case("masked_fill", lambda x, m, value: x.masked_fill(m, value), normal(2, 1, 3), mask(1, 1, 3), value=NAN)
case("masked_fill", lambda x, m, value: x.masked_fill(m, value), normal(), given(True), value=2.0)
case("masked_fill", lambda x, m, value: x.masked_fill(m, value), given([NAN, INF, 1.0]), given([True, True, False]), value=0.0)

case("masked_select", torch.masked_select, normal(2, 3), mask(2, 3))
case("masked_select", torch.masked_select, normal(2, 3), given([True, False, True]))
case("masked_select", torch.masked_select, normal(3), given([False, False, False]))
case("masked_select", torch.masked_select, normal(2, 2), given([[True], [False]]))
case("masked_select", torch.masked_select, normal(7), mask(7))

for shape, dim, start, length in [((5,), 0, 1, 3), ((3, 4), 1, 0, 2), ((3, 4), 0, 2, 1), ((2, 3, 4), -1, 1, 3), ((2, 3), 1, 3, 0)]:
    case("narrow", lambda x, dim, start, length: torch.narrow(x, dim, start, length), normal(*shape), dim=dim, start=start, length=length)
for shape, dim, index in [((5,), 0, 1), ((3, 4), 1, -1), ((3, 4), 0, 2), ((2, 3, 4), -2, -3), ((1, 3), 0, 0)]:
    case("select", lambda x, dim, index: torch.select(x, dim, index), normal(*shape), dim=dim, index=index)


def sliced(x, dim, start, end, step):
    return torch.movedim(torch.movedim(x, dim, 0)[start:end:step], 0, dim)


for shape, dim, start, end, step in [((5,), 0, 1, 4, 2), ((3, 4), 1, 0, 4, 3), ((6, 2), 0, -4, -1, 1), ((2, 3, 4), -1, 1, 4, 1), ((2, 7), 1, 2, 7, 2)]:
    case("slice", sliced, normal(*shape), dim=dim, start=start, end=end, step=step)


def permutations(*shape):
    """In each row of the last axis different places."""
    return lambda n: torch.stack([n.permutation(shape[-1]) for _ in range(int(torch.tensor(shape[:-1]).prod()))]).reshape(shape)


# Where a place is named twice, PyTorch leaves open which element stays, so these name each once.
for shape, dim in [((3, 4), 1), ((5,), 0), ((2, 3, 4), -1), ((2, 2), 1)]:
    case("scatter", lambda x, i, s, dim: torch.scatter(x, dim, i, s), normal(*shape), permutations(*shape), normal(*shape), dim=dim)
case("scatter", lambda x, i, s, dim: torch.scatter(x, dim, i, s), normal(4, 2), given([[3, 0], [1, 2]]), normal(2, 2), dim=0)
case("scatter", lambda x, i, dim, value: torch.scatter(x, dim, i, value), normal(3, 4), integers(0, 4, 3, 2), dim=1, value=-1.5)
case("scatter", lambda x, i, dim, value: torch.scatter(x, dim, i, value), normal(3, 4), integers(0, 3, 2, 4), dim=0, value=INF)

for reduce in ["sum", "prod", "mean", "amax", "amin"]:
    for include_self in [True, False]:
        call = lambda x, i, s, dim, reduce, include_self: torch.scatter_reduce(x, dim, i, s, reduce, include_self=include_self)
        options = {"reduce": reduce, "include_self": include_self}
        case("scatter_reduce", call, normal(3, 4), integers(0, 4, 3, 6), normal(3, 6), dim=1, **options)
        case("scatter_reduce", call, normal(4, 3), integers(0, 4, 5, 2), normal(5, 2), dim=0, **options)
    case("scatter_reduce", call, given([1.0, 2.0, NAN]), given([0, 0, 1, 2]), given([3.0, NAN, 2.0, 5.0]), dim=0, reduce=reduce, include_self=True, order=0)
    if reduce != "mean":
        case("scatter_reduce", call, integers(-5, 5, 4), integers(0, 4, 9), integers(-5, 5, 9), dim=0, reduce=reduce, include_self=True)
case("scatter_reduce", call, given([2.0, 1.0]), given([0, 0, 1]), given([0.0, 3.0, 5.0]), dim=0, reduce="prod", include_self=True, order=1)
case("scatter_reduce", call, given([2.0, 1.0]), given([0, 0, 1]), given([0.0, 0.0, 5.0]), dim=0, reduce="prod", include_self=True, order=1)
case("scatter_reduce", call, given([2.0, 1.0]), given([0, 0, 1]), given([2.0, 1.0, 5.0]), dim=0, reduce="amax", include_self=True, order=1)

for shape, index, dim in [((4, 3), [2, 0], 0), ((3, 4), [3, 0, 1], 1), ((5,), [4], 0), ((2, 3, 4), [2, 1, 0], -2), ((4, 2), [1], -1)]:
    source = list(shape)
    source[dim] = len(index)
    case("index_copy", lambda x, i, s, dim: torch.index_copy(x, dim, i, s), normal(*shape), given(index), normal(*source), dim=dim)

put = lambda x, values, *indices, accumulate: torch.index_put(x, indices, values, accumulate)
case("index_put", put, normal(3, 4), normal(2), given([0, 2]), given([1, 3]), accumulate=False)
case("index_put", put, normal(3, 4), normal(5), integers(0, 3, 5), integers(0, 4, 5), accumulate=True)
case("index_put", put, normal(3, 4), normal(6, 4), integers(0, 3, 6), accumulate=True)
case("index_put", put, normal(3, 2, 2), normal(2), given([[0], [2]]), given([1, 0]), accumulate=False)
case("index_put", put, normal(3, 2, 4), normal(4), given([[0], [2]]), given([1, 0]), accumulate=True)
case("index_put", put, normal(2, 3), normal(3), given([[True, False, True], [False, True, False]]), accumulate=False)
case("index_put", put, normal(2, 3, 2), normal(), given([True, False]), given([0, 2]), accumulate=True)
case("index_put", put, integers(-9, 9, 4), integers(-9, 9, 3), given([1, 1, 0]), accumulate=True)

case("embedding", lambda w, i: F.embedding(i, w), normal(5, 3), integers(0, 5, 7))
case("embedding", lambda w, i: F.embedding(i, w), normal(4, 2), integers(0, 4, 2, 3))
case("embedding", lambda w, i, padding_idx: F.embedding(i, w, padding_idx=padding_idx), normal(4, 3), given([0, 2, 1, 2, 0]), padding_idx=2)
case("embedding", lambda w, i, padding_idx: F.embedding(i, w, padding_idx=padding_idx), normal(3, 2), given([[0, 2], [1, 0]]), padding_idx=0)
case("embedding", lambda w, i: F.embedding(i, w), normal(3, 1), given(1))

case("nonzero", torch.nonzero, integers(-1, 2, 3, 4))
case("nonzero", torch.nonzero, mask(2, 3, 2))
case("nonzero", torch.nonzero, given([0.0, -0.0, NAN, INF, 1.0]), order=0)
case("nonzero", torch.nonzero, given([0.0, 0.0]), order=0)
case("nonzero", torch.nonzero, given(3))

unique = lambda x: torch.unique(x, sorted=True, return_inverse=True, return_counts=True)
case("unique", unique, integers(-4, 4, 12))
case("unique", unique, integers(0, 3, 3, 4))
case("unique", unique, mask(7))
case("unique", unique, given([2.5, -INF, 2.5, 0.0, INF]), order=0)
case("unique", unique, given([[1.0, 1.0], [1.0, 1.0]]), order=0)
