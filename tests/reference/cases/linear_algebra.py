"""Products of vectors and matrices, distances."""
import torch
import torch.nn.functional as F
from generate import INF, NAN, case, given, integers, normal, uniform

for a, b in [((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 2, 3), (2, 3, 2)), ((2, 1, 2, 3), (3, 3, 2)), ((2, 0), (0, 3)), ((17, 33), (33, 9))]:
    case("matmul", torch.matmul, normal(*a), normal(*b))

for x, w, bias in [((2, 3), (4, 3), True), ((2, 3), (4, 3), False), ((3,), (2, 3), True), ((2, 2, 3), (1, 3), True), ((1, 5), (2, 5), False)]:
    case("linear", F.linear, normal(*x), normal(*w), *([normal(w[0])] if bias else []))

for n in [1, 2, 5, 17, 0]:
    case("dot", torch.dot, normal(n), normal(n))
for n, m in [(2, 3), (1, 4), (5, 1), (7, 7), (0, 2)]:
    case("outer", torch.outer, normal(n), normal(m))
for b, m, k, n in [(2, 3, 4, 2), (1, 1, 5, 1), (3, 2, 0, 2), (4, 5, 3, 7), (0, 2, 3, 2)]:
    case("bmm", torch.bmm, normal(b, m, k), normal(b, k, n))
for x, beta, alpha in [((2, 4), 1.0, 1.0), ((4,), 1.0, 1.0), ((2, 1), 0.5, 2.0), ((), -1.0, 1.0), ((1, 4), 1.0, -0.5), ((2, 4), 0.0, 3.0)]:
    frozen = [0] if beta == 0 else []
    case("addmm", lambda x, a, b, beta, alpha: torch.addmm(x, a, b, beta=beta, alpha=alpha), normal(*x), normal(2, 3), normal(3, 4), frozen=frozen, beta=beta, alpha=alpha)

EINSUM = [
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("ij,jk", [(2, 3), (3, 4)]),
    ("bij,bjk->bik", [(2, 3, 4), (2, 4, 2)]),
    ("bhqd,bhkd->bhqk", [(2, 2, 3, 4), (2, 2, 5, 4)]),
    ("...ij,...jk->...ik", [(2, 1, 2, 3), (3, 3, 2)]),
    ("i...,j...->ij...", [(2, 3, 1), (4, 1, 2)]),
    ("...i,...i", [(2, 3), (3,)]),
    ("i...", [(2, 3, 2)]),
    ("i...->i", [(2, 3, 2)]),
    ("...->", [(2, 3)]),
    ("ii", [(3, 3)]),
    ("ii->i", [(3, 3)]),
    ("iij->j", [(2, 2, 3)]),
    ("i...i->...", [(2, 3, 2)]),
    ("ijij->ji", [(2, 3, 2, 3)]),
    ("iii->i", [(3, 3, 3)]),
    ("ba", [(2, 3)]),
    ("aB,Bc", [(2, 3), (3, 2)]),
    ("Ab, b C -> C A", [(2, 3), (3, 4)]),
    ("i,j,k->kij", [(2,), (3,), (2,)]),
    ("ij,jk,kl,lm->im", [(2, 3), (3, 4), (4, 2), (2, 3)]),
    ("bi,oij,bj->bo", [(2, 3), (4, 3, 2), (2, 2)]),
    ("i,i,i", [(3,), (3,), (3,)]),
    ("i,i", [(3,), (1,)]),
    ("ij,ij->i", [(2, 3), (2, 1)]),
    ("ij,j->ij", [(2, 3), (3,)]),
    ("ij,kl->", [(2, 3), (2, 2)]),
    ("ij,ik->", [(2, 3), (2, 2)]),
    (",ij,->ji", [(), (2, 3), ()]),
    ("ij,jk->ik", [(2, 0), (0, 3)]),
    ("nctkv,kvw->nctw", [(2, 2, 3, 2, 2), (2, 2, 3)]),
    ("abc,cd,be->aed", [(2, 3, 4), (4, 2), (3, 2)]),
]
for equation, shapes in EINSUM:
    case("einsum", lambda *x, equation: torch.einsum(equation, *x), *[normal(*s) for s in shapes], equation=equation)
case("einsum", lambda x, y, equation: torch.einsum(equation, x, y), integers(-5, 5, 2, 3), integers(-5, 5, 3, 2), equation="ij,jk->ki")

for a, b, n in [((2, 3), (3, 4), 1), ((2, 3, 4), (3, 4, 2), 2), ((2,), (3, 2), 0), ((2, 3), (2, 3), 2), ((2, 1), (3, 2), 1), ((2, 0), (0, 3), 1)]:
    case("tensordot", lambda x, y, n: torch.tensordot(x, y, n), normal(*a), normal(*b), n=n)
for a, b, i, j in [((2, 3, 4), (4, 2, 5), [0, -1], [1, 0]), ((2, 3, 4), (3, 2), [1], [0]), ((3, 2, 2), (2, 2, 3), [2, 0], [0, 2])]:
    case("tensordot", lambda x, y, axes, others: torch.tensordot(x, y, (axes, others)), normal(*a), normal(*b), axes=i, others=j)
for a, b in [((2, 2), (2, 3)), ((2,), (3,)), ((2,), (2, 1, 2)), ((2, 2), ()), ((1, 3, 2), (2, 2)), ((0, 2), (2, 3))]:
    case("kron", torch.kron, normal(*a), normal(*b))
for a, b, axis in [((3,), (3,), 0), ((2, 3), (2, 3), -1), ((3, 2), (3, 2), 0), ((2, 1, 3), (1, 4, 3), -1), ((2, 3, 2), (1, 3, 2), 1)]:
    case("cross", lambda x, y, axis: torch.linalg.cross(x, y, dim=axis), normal(*a), normal(*b), axis=axis)
for shape, n in [((2, 2), 2), ((3, 3), 1), ((3, 2, 2), 5), ((2, 2), 6), ((1, 1), 7)]:
    case("matrix_power", lambda x, n: torch.linalg.matrix_power(x, n), normal(*shape), n=n)
case("matrix_power", lambda x, n: torch.linalg.matrix_power(x, n), normal(2, 3, 3), order=0, n=0)
for rows, (o, i, j), bias in [((2,), (3, 2, 4), True), ((2, 3), (1, 3, 2), True), ((), (2, 2, 3), True), ((5,), (4, 1, 3), False), ((1, 2, 2), (3, 2, 2), True)]:
    case("bilinear", F.bilinear, normal(*rows, i), normal(*rows, j), normal(o, i, j), *([normal(o)] if bias else []))
for shape in [(3, 3), (1, 1), (2, 5), (4, 2), (1, 3)]:
    case("trace", torch.trace, normal(*shape))

for i, order in enumerate([0.5, 1.0, 1.5, 2.0, 3.0, INF, -INF, -1.0]):
    case("vector_norm", lambda x, p: torch.linalg.vector_norm(x, p), uniform(-2, 2, 2, 3), p=order)
    case("vector_norm", lambda x, p, dim, keepdim: torch.linalg.vector_norm(x, p, dim=dim, keepdim=keepdim), uniform(-2, 2, 2, 3, 4), p=order, dim=[[1], [0, 2], [-1]][i % 3], keepdim=i % 2 == 0)
case("vector_norm", lambda x, p: torch.linalg.vector_norm(x, p), given([0.0, 1.0, NAN, 0.0, -2.0]), p=0.0)
case("vector_norm", lambda x, p, dim, keepdim: torch.linalg.vector_norm(x, p, dim=dim, keepdim=keepdim), normal(2, 0), p=3.0, dim=[1], keepdim=False)
for order in [0.5, 1.0, 1.5, 3.0]:
    case("vector_norm", lambda x, p: torch.linalg.vector_norm(x, p), given([0.0, 0.0]), p=order, order=1)
    case("vector_norm", lambda x, p: torch.linalg.vector_norm(x, p), given([0.0, 1.0, -2.0]), p=order, order=1)
for x, y, dim in [((2, 3), (2, 3), 1), ((3, 2), (3, 2), 0), ((2, 1, 3), (4, 3), -1), ((5,), (5,), 0), ((2, 3, 2), (2, 1, 2), 2)]:
    case("cosine_similarity", lambda x, y, dim, eps: F.cosine_similarity(x, y, dim=dim, eps=eps), normal(*x), normal(*y), dim=dim, eps=1e-8)
case("cosine_similarity", lambda x, y, dim, eps: F.cosine_similarity(x, y, dim=dim, eps=eps), given([0.0, 0.0]), normal(2), dim=0, eps=0.5, order=1)
for x, y, order, keepdim in [((2, 3), (2, 3), 2.0, False), ((2, 3), (3,), 1.0, True), ((2, 1, 3), (4, 3), 3.0, False), ((5,), (5,), 0.5, False), ((2, 3), (2, 3), INF, True), ((3, 1), (3, 1), 2.0, False)]:
    case("pairwise_distance", lambda x, y, p, keepdim, eps: F.pairwise_distance(x, y, p=p, eps=eps, keepdim=keepdim), normal(*x), normal(*y), p=order, keepdim=keepdim, eps=1e-6)

# PyTorch's cdist has no second derivative; where it is asked for, the norm of all differences stands for it.
differences = lambda x, y, p: torch.linalg.vector_norm(x.unsqueeze(-2) - y.unsqueeze(-3), p, dim=-1)
for x, y in [((2, 3), (4, 3)), ((1, 1), (1, 1)), ((2, 3, 2), (2, 2, 2)), ((3, 1, 2, 3), (2, 3, 3))]:
    for order in [0.5, 1.0, 1.5, 2.0, 3.0, INF]:
        case("cdist", lambda x, y, p: torch.cdist(x, y, p=p), normal(*x), normal(*y), p=order, order=1)
        case("cdist", differences, normal(*x), normal(*y), p=order)
case("cdist", lambda x, y, p: torch.cdist(x, y, p=p), normal(30, 5), normal(40, 5), p=2.0, order=1)
case("cdist", lambda x, y, p: torch.cdist(x, y, p=p), normal(2, 3), normal(4, 3), p=0.0, order=1)
case("cdist", lambda x, y, p: torch.cdist(x, y, p=p), given([[1.0, 2.0]]), given([[1.0, 2.0], [0.0, 1.0]]), p=INF, order=1)
case("cdist", lambda x, y, p: torch.cdist(x, y, p=p), normal(2, 0), normal(3, 0), p=2.0, order=1)
