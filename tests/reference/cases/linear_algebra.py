"""Products of vectors and matrices, distances."""
import torch
import torch.nn.functional as F
from generate import case, normal

for a, b in [((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 2, 3), (2, 3, 2)), ((2, 1, 2, 3), (3, 3, 2)), ((2, 0), (0, 3)), ((17, 33), (33, 9))]:
    case("matmul", torch.matmul, normal(*a), normal(*b))

for x, w, bias in [((2, 3), (4, 3), True), ((2, 3), (4, 3), False), ((3,), (2, 3), True), ((2, 2, 3), (1, 3), True), ((1, 5), (2, 5), False)]:
    case("linear", F.linear, normal(*x), normal(*w), *([normal(w[0])] if bias else []))
