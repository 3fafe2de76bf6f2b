//! Functions of one and of two numbers, and the loops over slices that apply them.
//!
//! A function is a `Copy` value whose [`Unary::apply`] or [`Binary::apply`] is inlined into a dispatched loop, so that one
//! piece of branch-free code becomes scalar, SSE2, AVX2 and AVX-512 code. An element's result does not depend on where in
//! a slice it stands: loop bodies and tails are the same arithmetic, with every fused multiply-add written out.

mod arithmetic;
mod slices;

pub use arithmetic::{
    Abs, AbsGrad, Add, AddScalar, Div, MaxScalar, Maximum, MinScalar, Minimum, Mul, MulScalar, Neg, Pow, PowScalar,
    RDivScalar, RSubScalar, Reciprocal, Relu, ReluGrad, SigmoidGrad, Sign, Sqrt, Square, Sub, TanhGrad,
};
pub use slices::{map, map_in_place, zip, zip_in_place};

use crate::isa::Isa;

/// A function of one number, compiled for a SIMD level by being inlined into a dispatched loop.
pub trait Unary<T>: Copy + Send + Sync {
    /// The function's value at `x`. Mark it `#[inline(always)]`.
    fn apply<I: Isa>(self, x: T) -> T;
}

/// A function of two numbers, compiled for a SIMD level by being inlined into a dispatched loop.
pub trait Binary<T>: Copy + Send + Sync {
    /// The function's value at `(x, y)`. Mark it `#[inline(always)]`.
    fn apply<I: Isa>(self, x: T, y: T) -> T;
}
