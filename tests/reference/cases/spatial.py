"""Images are resized and rearranged."""
import torch
import torch.nn.functional as F
from generate import case, integers, normal


def interpolate(x, mode, size=None, scale=None, align_corners=None):
    name = "nearest" if mode == "nearest" else {3: "linear", 4: "bilinear"}[x.dim()]
    return F.interpolate(x, size=size, scale_factor=scale, mode=name, align_corners=align_corners)


for shape, size in [((2, 3, 5), [7]), ((1, 2, 7), [3]), ((1, 1, 3), [1]), ((1, 2, 3, 4), [5, 2]), ((2, 1, 1, 1), [2, 3]), ((1, 2, 4, 3), [8, 3]), ((1, 1, 6, 5), [4, 9])]:
    case("interpolate", interpolate, normal(*shape), mode="nearest", size=size)
    for corners in [False, True]:
        case("interpolate", interpolate, normal(*shape), mode="linear", size=size, align_corners=corners)
for shape, scale in [((2, 1, 5), [1.3]), ((1, 1, 3), [1.3]), ((1, 2, 4), [0.6]), ((1, 1, 3, 4), [2.0, 0.5]), ((1, 2, 5, 3), [1.7, 2.5])]:
    # Where factors leave a length as it is, PyTorch's gradient is that of the identity, which its values are not.
    same = any(int(n * s) == n for n, s in zip(shape[2:], scale))
    case("interpolate", interpolate, normal(*shape), order=0 if same else 2, mode="nearest", scale=scale)
    for corners in [False, True]:
        case("interpolate", interpolate, normal(*shape), mode="linear", scale=scale, align_corners=corners)
# Where there is nothing, PyTorch cannot shuffle back.
order = lambda shape: 0 if 0 in shape else 2
for shape, factor in [((2, 4, 2, 3), 2), ((9, 1, 2), 3), ((1, 2, 3, 3), 1), ((2, 1, 8, 1, 2), 2), ((0, 4, 2, 2), 2)]:
    case("pixel_shuffle", lambda x, factor: F.pixel_shuffle(x, factor), normal(*shape), order=order(shape), factor=factor)
for shape, factor in [((2, 1, 4, 6), 2), ((2, 3, 6), 3), ((1, 2, 3, 3), 1), ((2, 1, 2, 2, 4), 2), ((1, 1, 2, 6), 2)]:
    case("pixel_unshuffle", lambda x, factor: F.pixel_unshuffle(x, factor), normal(*shape), factor=factor)
shuffle = lambda x, groups: F.channel_shuffle(x, groups)
for shape, groups in [((2, 6, 2, 2), 2), ((1, 6, 3, 1), 3), ((2, 4, 2), 4), ((1, 3, 2, 2), 1)]:
    case("channel_shuffle", shuffle, normal(*shape), groups=groups)
case("channel_shuffle", shuffle, integers(-5, 5, 1, 6, 2, 1), groups=3)
