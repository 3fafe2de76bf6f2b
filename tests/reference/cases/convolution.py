"""Convolutions and the patches they are made of."""
import torch
import torch.nn.functional as F
from generate import case, normal


def options(**o):
    return o


def convolutions(op, call, rank, rows):
    """Rows of input without its batch and channels, kernel, channels in and out, whether there is a bias, and attributes."""
    for size, kernel, channels, out, bias, attributes in rows:
        groups = attributes.get("groups", 1)
        shape = (out, channels // groups) if "transpose" not in op else (channels, out // groups)
        inputs = [normal(2, channels, *size), normal(*shape, *kernel)] + ([normal(out)] if bias else [])
        case(op, lambda x, w, *b, **a: call(x, w, *b, **a), *inputs, **attributes)


convolutions("conv1d", F.conv1d, 1, [
    ([6], [3], 2, 3, True, {}),
    ([7], [3], 2, 2, False, options(stride=2, padding=1)),
    ([8], [2], 4, 4, True, options(groups=2, dilation=2)),
    ([5], [1], 3, 2, True, {}),
    ([9], [4], 1, 2, True, options(stride=3, padding=2, dilation=2)),
])
convolutions("conv2d", F.conv2d, 2, [
    ([4, 5], [3, 3], 2, 3, True, options(padding=1)),
    ([5, 6], [3, 2], 2, 2, False, options(stride=[2, 1], padding=[1, 0])),
    ([5, 5], [2, 2], 4, 4, True, options(groups=2, dilation=2)),
    ([3, 3], [1, 1], 3, 2, True, {}),
    ([7, 6], [3, 3], 1, 2, True, options(stride=2, padding=2, dilation=2)),
    ([4, 4], [3, 3], 3, 3, False, options(groups=3, padding=1)),
])
convolutions("conv3d", F.conv3d, 3, [
    ([3, 3, 3], [2, 2, 2], 1, 2, True, {}),
    ([3, 4, 3], [2, 1, 3], 2, 2, False, options(padding=1)),
    ([4, 3, 4], [2, 2, 2], 2, 2, True, options(groups=2, stride=2)),
    ([2, 2, 2], [1, 1, 1], 2, 1, True, {}),
    ([4, 4, 3], [2, 2, 2], 1, 1, True, options(dilation=[2, 1, 1])),
])
convolutions("conv_transpose1d", F.conv_transpose1d, 1, [
    ([4], [3], 2, 3, True, {}),
    ([4], [3], 2, 2, False, options(stride=2, padding=1, output_padding=1)),
    ([5], [2], 4, 4, True, options(groups=2, dilation=2)),
    ([3], [1], 3, 2, True, {}),
    ([3], [4], 1, 2, True, options(stride=3, padding=1)),
])
convolutions("conv_transpose2d", F.conv_transpose2d, 2, [
    ([3, 2], [3, 3], 2, 3, True, {}),
    ([3, 3], [2, 2], 2, 2, False, options(stride=2)),
    ([3, 4], [3, 2], 2, 2, True, options(stride=[2, 1], padding=[1, 0], output_padding=[1, 0])),
    ([3, 3], [2, 2], 4, 4, True, options(groups=2, dilation=2)),
    ([2, 2], [1, 1], 3, 2, True, {}),
])
for size, kernel, o in [((4, 5), [2, 2], {}), ((5, 5), [3, 2], options(padding=[1, 0])), ((6, 4), [2, 2], options(stride=2)), ((5, 6), [2, 3], options(dilation=[2, 1])), ((3, 3), [3, 3], options(padding=1, stride=2))]:
    case("unfold2d", lambda x, kernel, **a: F.unfold(x, kernel, **a), normal(2, 2, *size), kernel=kernel, **o)
    columns = F.unfold(torch.zeros(2, 2, *size), kernel, **o).shape
    case("fold2d", lambda x, size, kernel, **a: F.fold(x, size, kernel, **a), normal(*columns), size=list(size), kernel=kernel, **o)
