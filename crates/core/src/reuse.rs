//! Computing in place where an operand is given away and nobody else can see its elements.
//!
//! What such an expression leaves behind is the same as without reuse; it only writes where it has just read, which spares large
//! arrays a third of their traffic and small ones an allocation. Where the operand has a graph, the edge is recorded as always;
//! then the op must be one that saves neither operand nor result.

use std::panic::Location;

use smallvec::{SmallVec, smallvec};

use crate::mode;
use crate::observe;
use crate::op::{self, Op};
use crate::operand::Scalar;
use crate::tensor::{Repr, Tensor};
use tapegrad_kernels::math::{Binary, MulScalar, Unary};
use tapegrad_kernels::{Array, elementwise, same_shape, with_type};

/// Whether the elements of `x` may be overwritten. Not while somebody looks on, who would see neither the op nor its input.
#[inline]
pub(crate) fn can(x: &Tensor) -> bool {
    matches!(&x.0, Repr::Constant(value) if value.is_unique() && value.dtype().is_float()) && !observe::is_on()
}

/// Whether the elements of `x` may be overwritten by a function of them and of those of `y`.
#[inline]
pub(crate) fn can_with(x: &Tensor, y: &Tensor) -> bool {
    can(x) && same_shape(x.shape(), y.shape()) && x.dtype() == y.dtype() && !(y.needs_grad() && mode::is_recording())
}

/// `f` of each element, where [`can`] says so.
#[inline]
pub(crate) fn unary<F: Unary<f32> + Unary<f64>>(f: F, x: Tensor) -> Tensor {
    let mut value = x.into_value();
    elementwise::unary_in_place(f, &mut value);
    Tensor::constant(value)
}

/// `f` of each pair of elements, where [`can_with`] says so.
#[inline]
pub(crate) fn binary<F: Binary<f32> + Binary<f64>>(f: F, x: Tensor, y: &Tensor) -> Tensor {
    let mut value = x.into_value();
    elementwise::binary_in_place(f, &mut value, &y.value());
    Tensor::constant(value)
}

/// From how many elements on it pays to compute a recorded result in place.
const LARGE: usize = 1 << 14;

/// Whether the elements of a recorded result may be overwritten by an op that saves nothing: no edge and no other handle holds
/// them.
#[inline]
pub(crate) fn can_recorded(x: &Tensor) -> bool {
    matches!(&x.0, Repr::Result { value, .. } if value.len() >= LARGE && value.is_unique() && value.dtype().is_float())
        && !observe::is_on()
}

/// As [`can_recorded`], for an op of two operands.
#[inline]
pub(crate) fn can_recorded_with(x: &Tensor, y: &Tensor) -> bool {
    can_recorded(x) && same_shape(x.shape(), y.shape()) && x.dtype() == y.dtype()
}

/// Applies an op that saves nothing, in place of its first operand: `compute` overwrites the elements.
#[track_caller]
pub(crate) fn recorded<O: Op>(op: O, mut x: Tensor, y: Option<&Tensor>, compute: impl FnOnce(&mut Array)) -> Tensor {
    // The handle keeps its node; of its value nothing is read any more.
    let Repr::Result { value, .. } = &mut x.0 else { unreachable!("`can_recorded` was asked") };
    let mut value = std::mem::replace(value, Array::scalar(0.0f32));
    compute(&mut value);
    let outputs = smallvec![Tensor::constant(value)];
    let inputs: SmallVec<[&Tensor; 2]> = std::iter::once(&x).chain(y).collect();
    match op::record(op, &inputs, outputs, Location::caller()).pop() {
        Some(output) => output,
        None => unreachable!("one output was given"),
    }
}

/// The product with a number, where [`can`] says so.
#[inline]
pub(crate) fn scale(x: Tensor, factor: Scalar) -> Tensor {
    let mut value = x.into_value();
    with_type!(float value.dtype(), T => elementwise::map_in_place::<T, _>(MulScalar(factor.to::<T>()), &mut value));
    Tensor::constant(value)
}
