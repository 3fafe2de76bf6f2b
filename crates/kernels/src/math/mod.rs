//! Functions of one and of two numbers, and the loops over slices that apply them.
//!
//! A function is a `Copy` value whose [`Unary::apply`] or [`Binary::apply`] is inlined into a dispatched loop, so that one
//! piece of branch-free code becomes scalar, SSE2, AVX2 and AVX-512 code. An element's result does not depend on where in
//! a slice it stands: loop bodies and tails are the same arithmetic, with every fused multiply-add written out.

mod arithmetic;
mod exp;
mod log;
mod normal;
mod pieces;
mod sigmoid;
mod slices;
mod special;
mod trig;

pub use arithmetic::{
    Abs, AbsGrad, Add, AddScalar, Div, DivScalar, MaxScalar, Maximum, MinScalar, Minimum, Mul, MulScalar, Neg, Pow,
    PowScalar, RDivScalar, RSubScalar, Reciprocal, Relu, ReluGrad, SigmoidGrad, Sign, Sqrt, Square, SquareGrad, Sub,
    SubScalar, TanhGrad,
};
pub use exp::Exp;
pub use log::Log;
pub use normal::{Gelu, GeluGrad};
pub use pieces::{Clamp, ClampGrad, Gate, LeakyRelu, LeakyReluGrad, MaximumShare, MinimumShare};
pub use sigmoid::{Sigmoid, Tanh};
pub use slices::{map, map_in_place, zip, zip_in_place};
pub use special::{
    Acos, Acosh, Asin, Asinh, Atan, Atan2, Atanh, Ceil, Copysign, Cosh, Erf, Erfc, Erfinv, Exp2, Expm1, Floor,
    FloorDivide, Fmod, Hypot, Log1p, Log2, Log10, LogAddExp, Logit, Remainder, Round, Rsqrt, Sinc, Sinh, Softplus, Tan,
    Trunc, Xlogy,
};
pub use trig::{Cos, Sin};

use crate::isa::{Float, Isa};

/// A function of one number, compiled for a SIMD level by being inlined into a dispatched loop.
pub trait Unary<T>: Copy + Send + Sync {
    /// The function's value at `x`. Mark it `#[inline(always)]`.
    fn apply<I: Isa>(self, x: T) -> T;

    /// Whether [`apply_near`](Unary::apply_near) holds at `x`. The loops over slices ask it of a block of elements at a time.
    #[inline(always)]
    fn is_near(self, _x: T) -> bool {
        true
    }

    /// A cheaper way to the same bits as `apply` where [`is_near`](Unary::is_near) is true; `apply` itself, if there is none.
    #[inline(always)]
    fn apply_near<I: Isa>(self, x: T) -> T {
        self.apply::<I>(x)
    }
}

/// A function of two numbers, compiled for a SIMD level by being inlined into a dispatched loop.
pub trait Binary<T>: Copy + Send + Sync {
    /// The function's value at `(x, y)`. Mark it `#[inline(always)]`.
    fn apply<I: Isa>(self, x: T, y: T) -> T;
}

/// `c[0] + c[1] x + c[2] x^2 + ...`.
#[inline(always)]
fn horner<I: Isa, T: Float, const N: usize>(x: T, c: [T; N]) -> T {
    let mut sum = c[N - 1];
    for i in (0..N - 1).rev() {
        sum = I::mul_add(sum, x, c[i]);
    }
    sum
}
