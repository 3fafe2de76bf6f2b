//! What may stand on the right of an operator: a tensor or a number.

use crate::fail;
use crate::tensor::Tensor;
use tapegrad_kernels::{DType, Element};

/// A number that an op has as an attribute. It is converted once, to the tensor's type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// From f32 and f64.
    Float(f64),
    /// From the integer types.
    Int(i64),
}

impl Scalar {
    /// The number as an element.
    pub(crate) fn to<T: Element>(self) -> T {
        match self {
            Scalar::Float(v) => T::from_f64(v),
            Scalar::Int(v) => T::from_i64(v),
        }
    }

    /// A float beside an integer tensor would be cut; that is an error.
    #[track_caller]
    pub(crate) fn check(self, op: &str, dtype: DType) {
        match (self, dtype) {
            (_, DType::Bool) => fail!("{op}: not defined for bool; cast the tensor with to_dtype"),
            (Scalar::Float(v), DType::I64) => {
                fail!("{op}: {v} is a float and the tensor i64; cast the tensor with to_dtype, or use an integer")
            }
            _ => {}
        }
    }
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Scalar::Float(v) => write!(f, "{v:?}"),
            Scalar::Int(v) => write!(f, "{v}"),
        }
    }
}

/// A tensor or a number, as an op sees it.
#[derive(Clone, Copy, Debug)]
pub enum OperandRef<'a> {
    /// A tensor.
    Tensor(&'a Tensor),
    /// A number.
    Scalar(Scalar),
}

/// What operators and two-place methods take on their right: `Tensor`, `&Tensor`, floats and integers.
pub trait Operand {
    /// As an op sees it.
    fn operand(&self) -> OperandRef<'_>;
}

impl Operand for Tensor {
    #[inline]
    fn operand(&self) -> OperandRef<'_> {
        OperandRef::Tensor(self)
    }
}

impl Operand for &Tensor {
    #[inline]
    fn operand(&self) -> OperandRef<'_> {
        OperandRef::Tensor(self)
    }
}

macro_rules! scalar_operand {
    ($variant:ident: $($t:ty),*) => {$(
        impl Operand for $t {
            #[inline]
            fn operand(&self) -> OperandRef<'_> {
                OperandRef::Scalar(Scalar::$variant((*self).to_owned().into()))
            }
        }
    )*};
}
scalar_operand!(Float: f32, f64, &f32, &f64);
scalar_operand!(Int: i8, i16, i32, i64, u8, u16, u32, &i64);

macro_rules! wide_operand {
    ($($t:ty),*) => {$(
        impl Operand for $t {
            /// Numbers above `i64::MAX` become the nearest float.
            #[inline]
            fn operand(&self) -> OperandRef<'_> {
                OperandRef::Scalar(i64::try_from(*self).map_or(Scalar::Float(*self as f64), Scalar::Int))
            }
        }
    )*};
}
wide_operand!(isize, i128, u64, u128, usize);
