"""Functions of single numbers, and of pairs."""
import torch
from generate import INF, NAN, case, given, integers, mask, normal, positive, uniform


def unary(op, call, make, *edges):
    """Four shapes of ordinary numbers, and one case of special values for each list in `edges`."""
    for shape in [(2, 3), (4, 1, 2), (7,), ()]:
        case(op, call, make(*shape))
    for values in edges:
        case(op, call, given(values))


def low_high(low, high):
    return lambda *shape: uniform(low, high, *shape)


unary("abs", torch.abs, normal, [0.0, -0.0, -1.5, INF, -INF])
unary("cos", torch.cos, normal, [0.0, 1e5, -3.0, 1e-9])
unary("exp", torch.exp, normal, [0.0, -800.0, 700.0, -INF, 1e-9])
unary("log", torch.log, positive, [0.0, 1.0, INF, 1e-300, -1.0])
unary("neg", torch.neg, normal, [0.0, INF, NAN])
unary("reciprocal", torch.reciprocal, positive, [-2.0, INF, 1e-3, 0.0])
unary("sigmoid", torch.sigmoid, normal, [0.0, 50.0, -50.0, -800.0, 800.0])
unary("sign", torch.sign, normal, [0.0, -0.0, -3.0, INF])
unary("sin", torch.sin, normal, [0.0, 1e5, -3.0, 1e-9])
unary("sqrt", torch.sqrt, positive, [0.25, 1e-8, 1e10])
case("sqrt", torch.sqrt, given([0.0, -1.0, INF]), order=1)
unary("square", torch.square, normal, [0.0, -3.0, 1e100])
unary("tanh", torch.tanh, normal, [0.0, 30.0, -30.0, 1e-9])

for op, call in [("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div)]:
    case(op, call, normal(2, 3), positive(2, 3))
    case(op, call, normal(2, 1, 3), positive(4, 1))
    case(op, call, normal(), positive(2, 2))
    case(op, call, normal(5), positive())
    case(op, lambda x, scalar, call=call: call(x, scalar), normal(3, 2), scalar=-1.75)
    case(op, call, given([0.0, 1.0, INF, NAN, -2.0]), given([2.0, INF, 3.0, 1.0, 0.5]))
case("sub", lambda x, reversed: reversed - x, normal(2, 2), reversed=2.5)
case("div", lambda x, reversed: reversed / x, positive(2, 2), reversed=2.5)
case("add", torch.add, integers(-9, 9, 2, 3), integers(-9, 9, 3))
case("mul", torch.mul, integers(-9, 9, 2, 3), integers(-9, 9, 3))

for op, call in [("maximum", torch.maximum), ("minimum", torch.minimum)]:
    case(op, call, normal(2, 3), normal(2, 3))
    case(op, call, normal(2, 1, 3), normal(4, 1))
    case(op, call, normal(3), normal())
    case(op, lambda x, scalar, call=call: call(x, torch.tensor(scalar)), normal(3, 2), scalar=0.25)
    case(op, call, given([1.0, 2.0, NAN, 0.0, -INF]), given([1.0, 3.0, 1.0, NAN, 0.0]))
    case(op, call, integers(-9, 9, 5), integers(-9, 9, 5))

for scalar in [2.0, 3.0, 0.5, -1.0, -2.5]:
    case("pow", lambda x, scalar: torch.pow(x, scalar), positive(2, 3), scalar=scalar)
case("pow", torch.pow, positive(2, 3), normal(2, 3))
case("pow", torch.pow, positive(2, 1), normal(3))
case("pow", torch.pow, given([0.0, 0.0, 0.0, 2.0]), given([0.0, 1.0, 3.0, 0.0]), order=1)
case("pow", lambda x, scalar: torch.pow(x, scalar), given([-2.0, 0.0, 3.0]), scalar=3.0)

case("clamp", torch.clamp, normal(2, 3), min=-0.5, max=0.5)
case("clamp", torch.clamp, normal(7), min=0.0, max=INF)
case("clamp", torch.clamp, normal(2, 1, 4), min=-INF, max=0.3)
# Not at a bound: there PyTorch's gradient is 0 for numbers and a half for tensors, where it used to be 1, as ours.
case("clamp", torch.clamp, given([-1.5, 0.75, 0.0, NAN, 5.0]), min=-1.0, max=1.0)
case("clamp", torch.clamp, given([-1.0, 2.0]), min=0.5, max=0.5)

case("to_dtype", lambda x, to, single: x.float().double(), normal(2, 3), to="f64", single=True)
case("to_dtype", lambda x, to: x.long(), given([1.7, -1.7, 0.0, -0.5]), to="i64")
case("to_dtype", lambda x, to: x.bool(), given([1.7, 0.0, NAN, -0.0]), to="bool")
case("to_dtype", lambda x, to: x.double(), integers(-9, 9, 4), to="f64")
case("to_dtype", lambda x, to: x.long(), mask(2, 3), to="i64")
case("to_dtype", lambda x, to, single: x.float().double(), given([1e-50, 1e50, INF]), to="f64", single=True)

case("where_cond", torch.where, mask(2, 3), normal(2, 3), normal(2, 3))
case("where_cond", torch.where, mask(2, 1), normal(3), normal(2, 3))
case("where_cond", torch.where, mask(4), normal(), normal(4))
case("where_cond", lambda c, x, scalar: torch.where(c, x, scalar), mask(3, 2), normal(3, 2), scalar=-1.5)
case("where_cond", torch.where, given([True, False, True]), given([1.0, NAN, INF]), given([NAN, 2.0, NAN]))
