"""Elements are moved, repeated or joined."""
import torch
from generate import case, given, integers, mask, normal

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

for shape, a, b in [((2, 3, 4), 0, -1), ((2, 3, 4), 2, 0), ((3, 2), 0, 1), ((2, 1, 3, 2), 1, 2), ((5,), 0, 0)]:
    case("movedim", lambda x, a, b: torch.movedim(x, a, b), normal(*shape), a=a, b=b)
for shape, dim, sizes in [((2, 6), 1, [2, 3]), ((6, 2), 0, [-1, 2]), ((12,), 0, [2, 3, 2]), ((1, 4), -1, [4, 1]), ((2, 8), 1, [2, -1, 2])]:
    case("unflatten", lambda x, dim, sizes: torch.unflatten(x, dim, sizes), normal(*shape), dim=dim, sizes=sizes)
for shape, dims in [((2, 3), [1]), ((2, 3), [0, 1]), ((5,), [0]), ((2, 3, 2), [0, -1]), ((1, 4), [1])]:
    case("flip", lambda x, dims: torch.flip(x, dims), normal(*shape), dims=dims)
for shape, shift, dim in [((5,), 2, 0), ((2, 3), -1, 1), ((3, 2), 7, 0), ((2, 3, 2), 0, 1), ((4, 1), -5, 0)]:
    case("roll", lambda x, shift, dim: torch.roll(x, shift, dim), normal(*shape), shift=shift, dim=dim)
for shape, counts in [((2, 3), [2, 2]), ((2,), [3, 1, 2]), ((3,), [4]), ((), [2]), ((1, 2), [2, 1])]:
    case("repeat", lambda x, counts: x.repeat(counts), normal(*shape), counts=counts)
for shape, counts in [((2, 3), [2]), ((2,), [3, 2]), ((3,), [4]), ((2, 2, 1), [2, 3]), ((1, 2), [2, 1])]:
    case("tile", lambda x, counts: torch.tile(x, counts), normal(*shape), counts=counts)
for shape, count, dim in [((2, 3), 2, 1), ((2, 3), 3, 0), ((4,), 2, 0), ((2, 1, 2), 3, -2)]:
    case("repeat_interleave", lambda x, count, dim: torch.repeat_interleave(x, count, dim), normal(*shape), count=count, dim=dim)
case("repeat_interleave", lambda x, n, dim: torch.repeat_interleave(x, n, dim), normal(3, 2), given([2, 0, 3]), dim=0)
for shapes in [[(2, 3), (2, 1)], [(2,), (3,)], [(1, 2), (1, 2), (1, 4)], [(2, 2, 2), (2, 1, 2)], [(5,)]]:
    case("hstack", lambda *x: torch.hstack(x), *[normal(*s) for s in shapes])
for shapes in [[(2, 3), (1, 3)], [(2,), (2,)], [(1, 2), (2, 2), (2,)], [(2, 2, 2), (1, 2, 2)], [(5,)]]:
    case("vstack", lambda *x: torch.vstack(x), *[normal(*s) for s in shapes])
for shapes in [[(2,), (3,)], [(2,)], [(2,), (1,), (3,)], [(4,), (4,)], [(), (3,)]]:
    case("meshgrid", lambda *x: torch.meshgrid(*x, indexing="ij"), *[normal(*s) for s in shapes])
for shape, offset, a, b in [((3, 3), 0, 0, 1), ((2, 4), 1, 0, 1), ((4, 2), -2, 0, 1), ((2, 3, 4), 0, 2, 0), ((2, 2, 3), 1, -2, -1), ((2, 2), 3, 0, 1)]:
    case("diagonal", lambda x, offset, a, b: torch.diagonal(x, offset, a, b), normal(*shape), offset=offset, a=a, b=b)
for shape, offset in [((3,), 0), ((2, 3), 1), ((2,), -2), ((2, 1, 2), 0), ((1,), 3)]:
    case("diag_embed", lambda x, offset: torch.diag_embed(x, offset), normal(*shape), offset=offset)
for shape, offset in [((3,), 0), ((2, 3), 1), ((2,), -2), ((3, 2), -1), ((2, 2), 0)]:
    case("diag", lambda x, offset: torch.diag(x, offset), normal(*shape), offset=offset)
for shape, offset in [((3, 4), 0), ((2, 3, 2), 1), ((4, 2), -2), ((1, 1), 0), ((2, 2), 3)]:
    case("tril", lambda x, offset: torch.tril(x, offset), normal(*shape), offset=offset)
    case("triu", lambda x, offset: torch.triu(x, offset), normal(*shape), offset=offset)
for shape, turns, a, b in [((2, 3), 1, 0, 1), ((2, 3), 2, 0, 1), ((2, 3, 2), -1, 2, 0), ((3, 2), 4, 0, 1), ((2, 3, 2), 1, 2, 1)]:
    case("rot90", lambda x, turns, a, b: torch.rot90(x, turns, [a, b]), normal(*shape), turns=turns, a=a, b=b)
for shape, dim, size, step in [((5,), 0, 2, 1), ((2, 7), -1, 3, 2), ((4, 2), 0, 2, 2), ((2, 5, 2), 1, 4, 1), ((3,), 0, 3, 5)]:
    case("unfold", lambda x, dim, size, step: x.unfold(dim, size, step), normal(*shape), dim=dim, size=size, step=step)


def pad_last(x, before, after, mode, value=0.0):
    options = {"value": value} if mode == "constant" else {}
    return torch.nn.functional.pad(x, (before, after), mode, **options)


for shape, before, after, mode, value in [((2, 3), 1, 2, "constant", 0.5), ((2, 2), 0, 3, "constant", -1.0), ((2, 4), 3, 2, "reflect", 0.0), ((1, 3), 3, 1, "replicate", 0.0), ((2, 3), 2, 3, "circular", 0.0)]:
    case("pad", pad_last, normal(*shape), before=before, after=after, mode=mode, value=value)
