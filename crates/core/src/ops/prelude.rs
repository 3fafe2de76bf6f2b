//! What an op's file needs.

pub(crate) use std::borrow::Cow;

pub(crate) use smallvec::smallvec;

pub(crate) use crate::axes::{self, Axes};
pub(crate) use crate::fail;
pub(crate) use crate::observe;
pub(crate) use crate::op::{Cotangents, Needs, Op, Outputs, Vjp};
pub(crate) use crate::operand::{Operand, OperandRef, Scalar};
pub(crate) use crate::reuse;
pub(crate) use crate::spec::{
    Derivative, Group, Kink, OpSpec, Sample, Types, boxes, misuse, no_errors, no_kinks, spread, spread_around,
};
pub(crate) use crate::tensor::Tensor;
pub(crate) use tapegrad_kernels::{self as kernels, Array, DType, Dims, elementwise, math, reduce, view, with_type};

use tapegrad_kernels::elementwise::Comparison;
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

/// Two operands are of one type, and not bool.
#[inline]
#[track_caller]
pub(crate) fn check_pair(op: &str, x: &Tensor, y: &Tensor) {
    check_number(op, x);
    if x.dtype() != y.dtype() {
        fail!("{op}: operands are {} and {}; cast one with to_dtype", x.dtype(), y.dtype());
    }
}

/// Bool elements count as 0 and 1.
#[track_caller]
pub(crate) fn count_bool(x: &Tensor) -> Cow<'_, Tensor> {
    if x.dtype() == DType::Bool { Cow::Owned(x.to_dtype(DType::I64)) } else { Cow::Borrowed(x) }
}

/// Whether two operands can be taken as they stand.
#[inline]
pub(crate) fn alike(x: &Tensor, y: &Tensor) -> bool {
    kernels::same_shape(x.shape(), y.shape()) && x.dtype() == y.dtype()
}

/// A prediction and its target are of one shape and one float type.
#[track_caller]
pub(crate) fn check_alike(op: &str, x: &Tensor, y: &Tensor) {
    check_float(op, x);
    if x.shape() != y.shape() {
        fail!("{op}: prediction {:?} and target {:?} differ", x.shape(), y.shape());
    }
    if x.dtype() != y.dtype() {
        fail!("{op}: the prediction is {}, the target {}; cast one with to_dtype", x.dtype(), y.dtype());
    }
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
    (stretch(x, &shape), stretch(y, &shape))
}

/// A tensor brought to a shape that it is known to broadcast to.
#[inline]
#[track_caller]
fn stretch<'a>(x: &'a Tensor, shape: &[usize]) -> Cow<'a, Tensor> {
    if x.shape() == shape { Cow::Borrowed(x) } else { Cow::Owned(x.broadcast_to(shape)) }
}

/// An operand as a tensor: a number takes the type of the tensor beside it, and no axes.
#[track_caller]
pub(crate) fn operand<'a>(op: &str, beside: &Tensor, operand: OperandRef<'a>) -> Cow<'a, Tensor> {
    match operand {
        OperandRef::Tensor(y) => Cow::Borrowed(y),
        OperandRef::Scalar(s) => {
            s.check(op, beside.dtype());
            Cow::Owned(scalar(s, beside.dtype()))
        }
    }
}

/// A number as a tensor without axes.
pub(crate) fn scalar(s: Scalar, dtype: DType) -> Tensor {
    Tensor::constant(with_type!(any dtype, T => Array::scalar(s.to::<T>())))
}

/// A comparison of two operands of one type. Truth values have no gradient, so nothing is recorded.
#[track_caller]
pub(crate) fn compare(op: &str, how: Comparison, x: &Tensor, y: OperandRef<'_>) -> Tensor {
    let inputs = [x, &operand(op, x, y)];
    let [x, y] = inputs.map(Tensor::untracked);
    let (x, y) = broadcast(op, &x, &y);
    observe::unrecorded(op, &inputs, Tensor::constant(elementwise::compare(how, &x.value(), &y.value())))
}

/// A truth function of two bool tensors.
#[track_caller]
pub(crate) fn logical(op: &str, x: &Tensor, y: &Tensor, f: impl Fn(bool, bool) -> bool + Sync) -> Tensor {
    for dtype in [x.dtype(), y.dtype()] {
        if dtype != DType::Bool {
            fail!("{op}: not defined for {dtype}; compare first");
        }
    }
    let inputs = [x, y];
    let (x, y) = broadcast(op, x, y);
    observe::unrecorded(op, &inputs, Tensor::constant(elementwise::logical(&x.value(), &y.value(), f)))
}
