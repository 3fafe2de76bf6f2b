//! What an op's file needs.

pub(crate) use std::borrow::Cow;

pub(crate) use smallvec::smallvec;

pub(crate) use crate::axes::{self, Axes};
pub(crate) use crate::fail;
pub(crate) use crate::op::{Cotangents, Needs, Op, Outputs, Vjp};
pub(crate) use crate::operand::{OperandRef, Scalar};
pub(crate) use crate::spec::{Derivative, OpSpec, Sample, misuse, no_errors, no_kinks, spread};
pub(crate) use crate::tensor::Tensor;
pub(crate) use tapegrad_kernels::{self as kernels, Array, DType, Dims, elementwise, math, reduce, view, with_type};

use tapegrad_kernels::math::{Binary, Unary};

/// The outputs of an op that has one.
#[inline]
pub(crate) fn one(value: Array) -> Outputs {
    smallvec![Tensor::constant(value)]
}

/// `f` of each element of a float or integer array.
pub(crate) fn map<F: Unary<f32> + Unary<f64> + Unary<i64>>(f: F, x: &Tensor) -> Outputs {
    let x = x.value();
    one(with_type!(number x.dtype(), T => elementwise::unary_typed::<T, F>(f, &x)))
}

/// `f` of each pair of elements of two float or integer arrays.
#[inline]
pub(crate) fn zip<F: Binary<f32> + Binary<f64> + Binary<i64>>(f: F, x: &Tensor, y: &Tensor) -> Outputs {
    let (x, y) = (x.value(), y.value());
    one(with_type!(number x.dtype(), T => elementwise::binary_typed::<T, F>(f, &x, &y)))
}

/// The op is for f32 and f64.
#[inline]
#[track_caller]
pub(crate) fn check_float(op: &str, x: &Tensor) {
    let dtype = x.dtype();
    if !dtype.is_float() {
        fail!("{op}: not defined for {dtype}; cast the tensor with to_dtype");
    }
}

/// The op is for all types but bool.
#[inline]
#[track_caller]
pub(crate) fn check_number(op: &str, x: &Tensor) {
    if x.dtype() == DType::Bool {
        fail!("{op}: not defined for bool; cast the tensor with to_dtype");
    }
}

/// Whether two operands can be taken as they stand.
#[inline]
pub(crate) fn alike(x: &Tensor, y: &Tensor) -> bool {
    kernels::same_shape(x.shape(), y.shape()) && x.dtype() == y.dtype()
}

/// Two operands of one type, brought to one shape.
#[inline]
#[track_caller]
pub(crate) fn broadcast<'a>(op: &str, x: &'a Tensor, y: &'a Tensor) -> (Cow<'a, Tensor>, Cow<'a, Tensor>) {
    if x.dtype() != y.dtype() {
        fail!("{op}: operands are {} and {}; cast one with to_dtype", x.dtype(), y.dtype());
    }
    broadcast_shapes(op, x, y)
}

/// Two operands of any types, brought to one shape.
#[inline]
#[track_caller]
pub(crate) fn broadcast_shapes<'a>(op: &str, x: &'a Tensor, y: &'a Tensor) -> (Cow<'a, Tensor>, Cow<'a, Tensor>) {
    if x.shape() == y.shape() {
        return (Cow::Borrowed(x), Cow::Borrowed(y));
    }
    let Some(shape) = kernels::broadcast_shape(x.shape(), y.shape()) else {
        fail!("{op}: shapes {:?} and {:?} do not broadcast", x.shape(), y.shape());
    };
    let to =
        |t: &'a Tensor| if t.shape() == &shape[..] { Cow::Borrowed(t) } else { Cow::Owned(t.broadcast_to(&shape)) };
    (to(x), to(y))
}
