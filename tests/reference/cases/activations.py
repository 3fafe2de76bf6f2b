"""The nonlinearities of networks."""
import torch
import torch.nn.functional as F
from generate import INF, NAN, case, given, normal

for shape in [(2, 3), (7,), (), (2, 1, 4)]:
    case("relu", torch.relu, normal(*shape))
case("relu", torch.relu, given([0.0, -0.0, 1.0, -1.0, INF]))
case("relu", torch.relu, given([NAN, 1.0, -1.0]))
for slope in [0.01, 0.3, 0.0, 1.0]:
    case("leaky_relu", lambda x, slope: F.leaky_relu(x, slope), normal(2, 3), slope=slope)
case("leaky_relu", lambda x, slope: F.leaky_relu(x, slope), given([0.0, -INF, INF, -2.0]), slope=0.1)

for op, call in [("softmax", torch.softmax), ("log_softmax", torch.log_softmax)]:
    case(op, call, normal(2, 5), dim=-1)
    case(op, call, normal(3, 2), dim=0)
    case(op, call, normal(2, 3, 2), dim=1)
    case(op, call, given([1000.0, 999.0, -1000.0]), dim=0)
    case(op, call, normal(1, 1), dim=1)
    case(op, call, normal(2, 37), dim=1)
case("softmax", torch.softmax, given([-INF, 0.0, 1.0]), dim=0)

EDGES = {
    "hardsigmoid": [-3.0, 3.0, 0.0, 10.0, -10.0],
    "hardswish": [0.0, 10.0, -10.0],
    "log_sigmoid": [0.0, 800.0, -800.0],
    "mish": [0.0, 30.0, -30.0],
    "relu6": [0.0, 6.0, 3.0, 7.0],
    "selu": [1e-3, 800.0, -800.0],
    "silu": [0.0, 800.0, -800.0],
    "softsign": [1e10, -1e10],
    "tanhshrink": [0.0, 30.0, 1e-3],
}
for op, edges in EDGES.items():
    call = F.logsigmoid if op == "log_sigmoid" else getattr(F, op)
    if op == "hardsigmoid":
        # PyTorch's own has a gradient of 1/6 rounded to f32, in f64 too.
        call = lambda x: F.relu6(x + 3) / 6
    for shape in [(2, 3), (7,), (), (2, 1, 4)]:
        case(op, call, normal(*shape))
    case(op, call, given(edges))
case("softsign", F.softsign, given([0.0]), order=1)
case("selu", F.selu, given([0.0]), order=1)
for alpha in [1.0, 0.5, 2.0]:
    for op in ["celu", "elu"]:
        case(op, lambda x, alpha, call=getattr(F, op): call(x, alpha), normal(2, 3), alpha=alpha)
        case(op, lambda x, alpha, call=getattr(F, op): call(x, alpha), given([800.0, -800.0, 0.5]), alpha=alpha)
case("elu", lambda x, alpha: F.elu(x, alpha), given([0.0, -0.0]), order=1, alpha=0.5)
for approximate in ["none", "tanh"]:
    for make in [normal(2, 3), normal(5), given([0.0, 10.0, -10.0, 3.0])]:
        case("gelu", lambda x, approximate: F.gelu(x, approximate=approximate), make, approximate=approximate)
for shape, dim in [((2, 4), -1), ((4, 3), 0), ((2, 2, 3), 1), ((6,), 0), ((2, 2, 2), -2)]:
    case("glu", F.glu, normal(*shape), dim=dim)
    case("softmin", F.softmin, normal(*shape), dim=dim)
shrink = lambda op: lambda x, **a: getattr(F, op)(x, a["lambda"])
for value in [0.5, 0.0, 1.0]:
    for op in ["hardshrink", "softshrink"]:
        case(op, shrink(op), normal(3, 4), **{"lambda": value})
        case(op, shrink(op), given([value + 0.5, value, -value, -value - 1.0]), **{"lambda": value})
for low, high in [(-1.0, 1.0), (0.0, 0.5), (-2.0, -0.5), (-0.1, 3.0)]:
    case("hardtanh", lambda x, min, max: F.hardtanh(x, min, max), normal(3, 4), min=low, max=high)
case("hardtanh", lambda x, min, max: F.hardtanh(x, min, max), given([-1.0, 1.0, 0.0]), min=-1.0, max=1.0)
for shape, slope in [((2, 3), (1,)), ((2, 3), (3,)), ((2, 3, 4), (3,)), ((5,), (1,)), ((2, 2, 2, 2), (2,))]:
    case("prelu", F.prelu, normal(*shape), normal(*slope))
case("prelu", F.prelu, given([0.0, -1.0, 2.0]), given([0.25]), order=1)
for beta, limit in [(1.0, 20.0), (2.0, 1.0), (0.5, 3.0)]:
    case("softplus", lambda x, beta, threshold: F.softplus(x, beta, threshold), normal(3, 4), beta=beta, threshold=limit)
case("softplus", F.softplus, normal(2, 3))
case("softplus", F.softplus, given([0.0, -800.0, -30.0]))
for limit, value in [(0.0, 0.0), (0.5, 2.0), (-1.0, -5.0), (0.1, 0.0)]:
    case("threshold", lambda x, threshold, value: F.threshold(x, threshold, value), normal(3, 4), threshold=limit, value=value)
case("threshold", lambda x, threshold, value: F.threshold(x, threshold, value), given([0.5, 0.6]), threshold=0.5, value=2.0)
