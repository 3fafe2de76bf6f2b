"""Elements are moved, repeated or joined."""
import torch
from generate import case, integers, mask, normal

for shape, to in [((3,), (2, 3)), ((2, 1), (2, 4)), ((), (2, 2)), ((1, 2, 1), (3, 2, 2)), ((2, 2), (2, 2))]:
    case("broadcast_to", lambda x, shape: torch.broadcast_to(x, shape), normal(*shape), shape=list(to))

for shapes, dim in [([(2, 3), (1, 3)], 0), ([(2, 3), (2, 1), (2, 2)], 1), ([(2, 2)], -1), ([(2, 0), (2, 3)], 1), ([(1, 2, 2)] * 3, -2)]:
    case("cat", lambda *x, dim: torch.cat(x, dim), *[normal(*s) for s in shapes], dim=dim)
    case("stack", lambda *x, dim: torch.stack(x, dim), *[normal(2, 3)] * len(shapes), dim=dim)
case("cat", lambda *x, dim: torch.cat(x, dim), integers(0, 9, 2), integers(0, 9, 3), dim=0)

for shape, chunks, dim in [((6, 2), 3, 0), ((7,), 3, 0), ((2, 5), 2, 1), ((2, 4), 4, -1), ((3, 2), 5, 0)]:
    case("chunk", torch.chunk, normal(*shape), chunks=chunks, dim=dim)
for shape, sizes, dim in [((6, 2), 4, 0), ((7,), 3, 0), ((2, 5), [2, 3], 1), ((2, 4), [1, 0, 3], -1), ((3, 2), 5, 0)]:
    case("split", lambda x, sizes, dim: torch.split(x, sizes, dim), normal(*shape), sizes=sizes, dim=dim)

for shape, start, end in [((2, 3, 4), 0, -1), ((2, 3, 4), 1, -1), ((2, 3, 4), 0, 1), ((5,), 0, 0), ((2, 1, 3, 2), 1, 2)]:
    case("flatten", lambda x, start, end: torch.flatten(x, start, end), normal(*shape), start=start, end=end)

for shape, dims in [((2, 3), (1, 0)), ((2, 3, 4), (2, 0, 1)), ((2, 3, 4), (0, -1, 1)), ((3,), (0,)), ((2, 1, 3, 2), (3, 1, 2, 0))]:
    case("permute", lambda x, dims: torch.permute(x, dims), normal(*shape), dims=list(dims))

for shape, to in [((2, 3), (3, 2)), ((2, 3), (-1,)), ((4, 3), (2, -1, 3)), ((1,), (1, 1)), ((0, 3), (3, 0))]:
    case("reshape", lambda x, shape: torch.reshape(x, shape), normal(*shape), shape=list(to))

for shape, dim in [((1, 3, 1), None), ((1, 3, 1), 0), ((1, 3, 1), [0, -1]), ((2, 3), None), ((2, 1), -1)]:
    squeeze = lambda x, dim: torch.squeeze(x) if dim is None else torch.squeeze(x, tuple(dim) if isinstance(dim, list) else dim)
    case("squeeze", squeeze, normal(*shape), dim=dim)

for shape, a, b in [((2, 3), 0, 1), ((2, 3, 4), 0, -1), ((2, 3, 4), -2, -1), ((3,), 0, 0), ((2, 1, 3, 2), 1, 3)]:
    case("transpose", lambda x, a, b: torch.transpose(x, a, b), normal(*shape), a=a, b=b)

for shape, dim in [((2, 3), 0), ((2, 3), -1), ((4,), 0), ((2, 3, 2), 1), ((1, 3), 0)]:
    case("unbind", torch.unbind, normal(*shape), dim=dim)
    case("unsqueeze", torch.unsqueeze, normal(*shape), dim=dim)
case("transpose", lambda x, a, b: torch.transpose(x, a, b), mask(2, 3), a=0, b=1)
