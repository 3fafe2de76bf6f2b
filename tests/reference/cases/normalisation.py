"""Means and variances are taken out."""
import torch
import torch.nn.functional as F
from generate import INF, case, given, normal, positive

for shape, last, affine in [((2, 3), [3], 2), ((2, 3, 4), [3, 4], 2), ((2, 3, 4), [4], 1), ((4, 5), [5], 0), ((1, 17), [17], 2)]:
    inputs = [positive(*last), normal(*last)][:affine]
    case("layer_norm", lambda x, *p, last, eps: F.layer_norm(x, last, *p, eps=eps), normal(*shape), *inputs, last=last, eps=1e-5)
    case("rms_norm", lambda x, *p, last, eps: F.rms_norm(x, last, *p, eps=eps), normal(*shape), *inputs[:1], last=last, eps=1e-3)
for shape, affine in [((4, 3), 2), ((2, 3, 4), 2), ((2, 2, 3, 3), 1), ((5, 2), 0), ((2, 2, 1, 2), 2)]:
    c = shape[1]
    inputs = [positive(c), normal(c)][:affine]
    training = lambda x, *p, eps: F.batch_norm(x, None, None, *p, training=True, eps=eps)
    case("batch_norm", training, normal(*shape), *inputs, eps=1e-5)
    case("batch_norm", lambda x, m, v, *p, eps, evaluate: F.batch_norm(x, m, v, *p, training=False, eps=eps), normal(*shape), normal(c), positive(c), *inputs, frozen=[1, 2], eps=1e-3, evaluate=True)
for shape, groups, affine in [((2, 4, 3), 2, 2), ((2, 4), 4, 2), ((1, 6, 2, 2), 3, 1), ((2, 3, 4), 1, 0), ((2, 2, 5), 2, 2)]:
    inputs = [positive(shape[1]), normal(shape[1])][:affine]
    case("group_norm", lambda x, *p, groups, eps: F.group_norm(x, groups, *p, eps=eps), normal(*shape), *inputs, groups=groups, eps=1e-5)
for shape, affine in [((2, 4, 3), 2), ((1, 2, 2, 3), 2), ((3, 2, 4), 1), ((2, 3, 5), 0), ((2, 1, 4), 2)]:
    inputs = [positive(shape[1]), normal(shape[1])][:affine]
    case("instance_norm", lambda x, *p, eps: F.instance_norm(x, None, None, *p, eps=eps), normal(*shape), *inputs, eps=1e-5)
for shape, order, dim in [((2, 3), 2.0, 1), ((2, 3, 4), 1.0, 1), ((5,), 3.0, 0), ((2, 3, 2), 2.0, [0, 2]), ((2, 3), INF, -1), ((2, 2), 0.5, 0)]:
    case("normalize", lambda x, p, dim, eps: F.normalize(x, p=p, dim=dim, eps=eps), normal(*shape), p=order, dim=dim, eps=1e-12)
# At 0, PyTorch's second derivative is NaN.
case("normalize", lambda x, p, dim, eps: F.normalize(x, p=p, dim=dim, eps=eps), given([[0.0, 0.0], [0.3, -0.4]]), order=1, p=2.0, dim=1, eps=1.0)
for shape, size, alpha, beta, k in [((2, 4, 2), 3, 1e-4, 0.75, 1.0), ((1, 4, 2, 2), 2, 0.5, 0.75, 1.0), ((1, 2, 3), 5, 1.5, 2.0, 0.5), ((2, 1, 1), 1, 0.1, 0.5, 2.0), ((1, 5, 2, 2, 2), 4, 1.0, 1.0, 1.0)]:
    case("local_response_norm", lambda x, size, alpha, beta, k: F.local_response_norm(x, size, alpha, beta, k), normal(*shape), size=size, alpha=alpha, beta=beta, k=k)
