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

unary("expm1", torch.expm1, normal, [0.0, 1e-18, -800.0, 700.0])
unary("log1p", torch.log1p, positive, [0.0, 1e-18, -0.5])
unary("log2", torch.log2, positive, [1.0, 8.0, 1e-300])
unary("log10", torch.log10, positive, [1.0, 1e-7, 1e300])
unary("exp2", torch.exp2, normal, [0.0, -2000.0, 10.0])
unary("rsqrt", torch.rsqrt, positive, [0.25, 1e-4, 1e10])
unary("tan", torch.tan, normal, [0.0, 1.5, -1e-9])
unary("asin", torch.asin, low_high(-0.9, 0.9), [0.0, 0.5, -1e-9])
unary("acos", torch.acos, low_high(-0.9, 0.9), [0.0, 0.5, -1e-9])
unary("atan", torch.atan, normal, [0.0, 1e10, -1e-9])
unary("sinh", torch.sinh, normal, [0.0, 20.0, -1e-9])
unary("cosh", torch.cosh, normal, [0.0, 20.0, -1e-9])
unary("asinh", torch.asinh, normal, [0.0, 1e10, -1e-9])
unary("acosh", torch.acosh, low_high(1.2, 5.0), [1.5, 1e5])
unary("atanh", torch.atanh, low_high(-0.9, 0.9), [0.0, 0.99, -1e-9])
unary("erf", torch.erf, normal, [0.0, 6.0, -1e-9, 1e-300])
unary("erfc", torch.erfc, normal, [0.0, 6.0, -6.0, 20.0])
unary("erfinv", torch.erfinv, low_high(-0.95, 0.95), [0.0, 0.999999, -0.99, 1e-12])
unary("sinc", torch.sinc, low_high(0.2, 3.0), [-2.5, 1.0, 7.25])
case("sinc", torch.sinc, given([0.0, 1.0]), order=1)
unary("frac", torch.frac, normal, [2.0, -2.5])
unary("logit", torch.logit, low_high(0.1, 0.9), [0.5, 1e-9])
case("logit", torch.logit, low_high(-0.3, 1.3)(3, 4), eps=0.1)
unary("nan_to_num", torch.nan_to_num, normal, [NAN, INF, -INF, 2.0])
case("nan_to_num", torch.nan_to_num, given([NAN, INF, -INF, 2.0]), nan=0.5, posinf=2.0, neginf=-3.0)
for op in ["ceil", "floor", "round", "trunc"]:
    unary(op, getattr(torch, op), normal, [0.0, 0.5, 1.5, 2.5, -0.5, -1.5, INF, 1e300])

for op in ["remainder", "fmod", "floor_divide"]:
    call = getattr(torch, op)
    case(op, call, low_high(-6, 6)(2, 3), positive(2, 3), order=0 if op == "floor_divide" else 2)
    case(op, call, low_high(-6, 6)(2, 1, 3), low_high(-3.0, -0.5)(4, 1), order=0 if op == "floor_divide" else 2)
    case(op, lambda x, scalar, call=call: call(x, scalar), low_high(-6, 6)(3, 2), order=0 if op == "floor_divide" else 2, scalar=-1.75)
    case(op, call, integers(-9, 9, 3, 4), integers(1, 5, 4))
    case(op, call, integers(-9, 9, 3, 4), integers(-5, -1, 3, 1))
    case(op, call, given([5.5, -5.5, 0.0, 1e17]), given([2.0, 2.0, -3.0, 3.0]), order=0)

for op, second in [("atan2", normal), ("hypot", normal), ("copysign", normal), ("logaddexp", normal), ("xlogy", positive)]:
    call = getattr(torch, op)
    case(op, call, normal(2, 3), second(2, 3))
    case(op, call, normal(2, 1, 3), second(4, 1))
    case(op, call, normal(), second(5))
    case(op, lambda x, scalar, call=call: call(x, torch.tensor(scalar)), normal(3, 2), scalar=1.75)
    case(op, call, normal(4), second())
case("atan2", torch.atan2, given([0.0, 0.0, 1.0, -1.0]), given([0.0, -1.0, 0.0, -2.0]), order=1)
case("hypot", torch.hypot, given([3e200, 3e-200]), given([4e200, 4e-200]), order=0)
case("copysign", torch.copysign, given([0.0, 3.0, -2.0]), given([-1.0, -0.0, 1.0]), order=1)
case("logaddexp", torch.logaddexp, given([1000.0, 3.0, 1.0]), given([999.0, 0.0, 1.0]))
case("logaddexp", torch.logaddexp, given([-INF, 2.0]), given([0.0, -INF]), order=1)
case("xlogy", torch.xlogy, given([0.0, 2.0, 0.0]), given([1.0, 0.5, 3.0]))
case("floor_divide", torch.floor_divide, given([INF, -INF, INF, 5.0, 5.0]), given([2.0, 2.0, INF, -INF, 0.0]), order=0)
case("remainder", torch.remainder, given([1.0, -1.0]), given([0.1, 0.1]))
case("logit", torch.logit, given([0.0, 1.0, -0.5, 1.5]), order=1)

for weight in [0.0, 0.3, 1.0, -2.0]:
    case("lerp", lambda x, y, weight: torch.lerp(x, y, weight), normal(2, 1), normal(3), weight=weight)
case("lerp", torch.lerp, normal(2, 3), normal(2, 3), normal(2, 3))
case("lerp", torch.lerp, normal(2, 3), normal(3), normal(2, 1))
case("lerp", torch.lerp, given([1e16, 0.1]), given([1.0, 0.7]), given([1.0, 0.5]))
for op in ["addcmul", "addcdiv"]:
    call = getattr(torch, op)
    for x, a, b, value in [((2, 3), (2, 3), (2, 3), 1.0), ((3,), (2, 1), (3,), -0.5), ((), (2,), (1,), 2.0), ((4, 1), (1, 3), (), 0.0), ((1,), (1,), (1,), 3.0)]:
        case(op, lambda x, a, b, value, call=call: call(x, a, b, value=value), normal(*x), normal(*a), positive(*b), value=value)
