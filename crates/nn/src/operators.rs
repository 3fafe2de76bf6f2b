//! `+ - * /`, unary minus and the assigning forms for parameters and buffers, as for tensors.

use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::param::{Buffer, Param};
use tapegrad_core::{Operand, OperandRef, Tensor};

macro_rules! operand {
    ($($t:ty),*) => {$(
        impl Operand for $t {
            #[inline]
            fn operand(&self) -> OperandRef<'_> {
                OperandRef::Tensor(self)
            }
        }
    )*};
}
operand!(Param, &Param, Buffer, &Buffer);

macro_rules! operator {
    ($cell:ident: $($trait:ident $method:ident),*) => {$(
        impl<R: Operand> $trait<R> for &$cell {
            type Output = Tensor;
            #[inline]
            #[track_caller]
            fn $method(self, right: R) -> Tensor {
                (&**self).$method(right)
            }
        }

        impl<R: Operand> $trait<R> for $cell {
            type Output = Tensor;
            #[inline]
            #[track_caller]
            fn $method(self, right: R) -> Tensor {
                (&*self).$method(right)
            }
        }

        operator!(@left f64, $cell, $trait, $method);
        operator!(@left i64, $cell, $trait, $method);
    )*};
    (@left $number:ty, $cell:ident, $trait:ident, $method:ident) => {
        impl $trait<&$cell> for $number {
            type Output = Tensor;
            #[inline]
            #[track_caller]
            fn $method(self, right: &$cell) -> Tensor {
                self.$method(&**right)
            }
        }

        impl $trait<$cell> for $number {
            type Output = Tensor;
            #[inline]
            #[track_caller]
            fn $method(self, right: $cell) -> Tensor {
                self.$method(&*right)
            }
        }
    };
}
operator!(Param: Add add, Sub sub, Mul mul, Div div);
operator!(Buffer: Add add, Sub sub, Mul mul, Div div);

macro_rules! assign {
    ($cell:ident: $($trait:ident $method:ident),*) => {$(
        /// Under `no_grad`: the shared cell takes the new value.
        impl<R: Operand> $trait<R> for $cell {
            #[inline]
            #[track_caller]
            fn $method(&mut self, right: R) {
                // A handle on the same cell, which the operator writes.
                self.tensor().clone().$method(right);
            }
        }
    )*};
}
assign!(Param: AddAssign add_assign, SubAssign sub_assign, MulAssign mul_assign, DivAssign div_assign);
assign!(Buffer: AddAssign add_assign, SubAssign sub_assign, MulAssign mul_assign, DivAssign div_assign);

macro_rules! negation {
    ($($t:ty),*) => {$(
        impl Neg for $t {
            type Output = Tensor;
            #[inline]
            #[track_caller]
            fn neg(self) -> Tensor {
                -self.tensor()
            }
        }
    )*};
}
negation!(Param, &Param, Buffer, &Buffer);
