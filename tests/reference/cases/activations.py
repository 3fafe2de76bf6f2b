"""The nonlinearities of networks."""
import torch
import torch.nn.functional as F
from generate import INF, case, given, normal

for shape in [(2, 3), (7,), (), (2, 1, 4)]:
    case("relu", torch.relu, normal(*shape))
case("relu", torch.relu, given([0.0, -0.0, 1.0, -1.0, INF]))
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
