"""Windows become one element each."""
import torch
import torch.nn.functional as F
from generate import NAN, case, given, normal

for size, o in [((4, 4), {"kernel": 2}), ((5, 6), {"kernel": [3, 2], "stride": [2, 1]}), ((5, 5), {"kernel": 3, "stride": 2, "padding": 1}), ((5, 6), {"kernel": 2, "ceil_mode": True}), ((7, 6), {"kernel": [2, 3], "stride": 2, "padding": 1, "ceil_mode": True})]:
    maximum = lambda x, kernel, **a: F.max_pool2d(x, kernel, return_indices=True, **a)
    case("max_pool2d", maximum, normal(2, 2, *size), **o)
    case("avg_pool2d", lambda x, kernel, **a: F.avg_pool2d(x, kernel, **a), normal(2, 2, *size), **o)
    case("avg_pool2d", lambda x, kernel, **a: F.avg_pool2d(x, kernel, **a), normal(1, 2, *size), count_include_pad=False, **o)
case("avg_pool2d", lambda x, kernel, **a: F.avg_pool2d(x, kernel, **a), normal(1, 2, 4, 4), kernel=2, divisor_override=3)
case("max_pool2d", maximum, normal(1, 1, 7, 7), kernel=2, dilation=[2, 3], stride=1)
case("max_pool2d", maximum, given([[[1.0, 1.0, NAN], [1.0, 0.0, 2.0]]]), kernel=[2, 1])
for size, kernel, stride, padding in [(6, 2, 2, 0), (5, 3, 1, 1), (7, 3, 2, 0), (4, 4, 4, 2), (3, 1, 1, 0)]:
    for op in ["max_pool1d", "avg_pool1d"]:
        case(op, lambda x, kernel, stride, padding, call=getattr(F, op): call(x, kernel, stride, padding), normal(2, 2, size), kernel=kernel, stride=stride, padding=padding)
for size, out in [((4, 6), [2, 3]), ((5, 3), [3, 2]), ((2, 3), [4, 1]), ((7, 7), [3, 3]), ((1, 1), [1, 1])]:
    for op in ["adaptive_avg_pool2d", "adaptive_max_pool2d"]:
        case(op, lambda x, size, call=getattr(F, op): call(x, size), normal(1, 2, *size), size=out)
    case("adaptive_avg_pool1d", lambda x, size: F.adaptive_avg_pool1d(x, size), normal(2, 2, size[1]), size=out[1])
for indices in [[[0, 3], [9, 14]], [[1, 2], [4, 8]], [[0, 1], [2, 3]], [[15, 14], [13, 12]], [[5, 6], [7, 10]]]:
    case("max_unpool2d", lambda x, i, size: F.max_unpool2d(x, i, 2, output_size=size), normal(1, 1, 2, 2), given([[indices]]), size=[4, 4])
