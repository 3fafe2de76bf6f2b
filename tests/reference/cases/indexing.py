"""Elements are picked or placed by position."""
import torch
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
