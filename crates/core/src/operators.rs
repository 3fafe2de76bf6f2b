//! `+ - * /`, unary minus, `!` and the assigning forms.
//!
//! On the right stands any [`Operand`] through one generic impl. On the left, numbers are f64 and i64 only: with more of them,
//! the type of a literal in `(2.0 * &x).tanh()` could not be inferred.
//!
//! So this does not compile, while `&x * 2.0f32` does:
//!
//! ```compile_fail,E0277
//! let x = tapegrad_core::tensor![1.0];
//! let y = 2.0f32 * &x;
//! ```
//!
//! Nor does this, while `&x * 2i32` does:
//!
//! ```compile_fail,E0277
//! let x = tapegrad_core::tensor![1.0];
//! let y = 2i32 * &x;
//! ```
//!
//! A comparison of tensors gives a tensor, so Rust's own are not defined:
//!
//! ```compile_fail,E0369
//! let x = tapegrad_core::tensor![1.0];
//! let same = x == x.clone();
//! ```
//!
//! ```compile_fail,E0369
//! let x = tapegrad_core::tensor![1.0];
//! let less = x < x.clone();
//! ```
//!
//! Truth values and text are no operands:
//!
//! ```compile_fail,E0277
//! let x = tapegrad_core::tensor![1.0];
//! let y = &x + true;
//! ```
//!
//! The guard of a mode belongs to its thread:
//!
//! ```compile_fail,E0277
//! let guard = tapegrad_core::no_grad_guard();
//! std::thread::spawn(move || drop(guard));
//! ```

use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Not, Sub, SubAssign};

use crate::fail;
use crate::mode;
use crate::operand::{Operand, OperandRef, Scalar};
use crate::ops;
use crate::reuse;
use crate::tensor::{Repr, Tensor};
use tapegrad_kernels::{elementwise, math};

// `$light`: the op saves neither operands nor result, so that a recorded operand may be overwritten.
macro_rules! operator {
    ($trait:ident, $method:ident, $Assign:ident, $assign:ident, $function:path, $Op:expr, $light:literal, |$s:ident, $x:ident| $from_scalar:expr) => {
        impl<R: Operand> $trait<R> for &Tensor {
            type Output = Tensor;
            #[inline]
            #[track_caller]
            fn $method(self, right: R) -> Tensor {
                $function(self, right.operand())
            }
        }

        impl<R: Operand> $trait<R> for Tensor {
            type Output = Tensor;
            #[inline]
            #[track_caller]
            fn $method(self, right: R) -> Tensor {
                match right.operand() {
                    OperandRef::Tensor(y) if reuse::can_with(&self, y) => reuse::binary(math::$trait, self, y),
                    OperandRef::Tensor(y) if $light && reuse::can_recorded_with(&self, y) => {
                        reuse::recorded($Op, self, Some(y), |x| elementwise::binary_in_place(math::$trait, x, &y.value()))
                    }
                    right => $function(&self, right),
                }
            }
        }

        operator!(@left f64, Float, $trait, $method, $s, $x, $from_scalar);
        operator!(@left i64, Int, $trait, $method, $s, $x, $from_scalar);

        impl<R: Operand> $Assign<R> for Tensor {
            #[track_caller]
            fn $assign(&mut self, right: R) {
                let new = $function(self, right.operand());
                assign(self, new, stringify!($assign));
            }
        }
    };
    (@left $t:ty, $variant:ident, $trait:ident, $method:ident, $s:ident, $x:ident, $from_scalar:expr) => {
        impl $trait<&Tensor> for $t {
            type Output = Tensor;
            #[inline]
            #[track_caller]
            fn $method(self, $x: &Tensor) -> Tensor {
                let $s = Scalar::$variant(self);
                $from_scalar
            }
        }

        impl $trait<Tensor> for $t {
            type Output = Tensor;
            #[inline]
            #[track_caller]
            fn $method(self, right: Tensor) -> Tensor {
                self.$method(&right)
            }
        }
    };
}

operator!(Add, add, AddAssign, add_assign, ops::add::add, ops::add::Add, true, |s, x| ops::add::add(
    x,
    OperandRef::Scalar(s)
));
operator!(Sub, sub, SubAssign, sub_assign, ops::sub::sub, ops::sub::Sub, true, |s, x| ops::sub::scalar_sub(s, x));
operator!(Mul, mul, MulAssign, mul_assign, ops::mul::mul, ops::mul::Mul, false, |s, x| ops::mul::mul(
    x,
    OperandRef::Scalar(s)
));
operator!(Div, div, DivAssign, div_assign, ops::div::div, ops::div::Div, false, |s, x| ops::div::scalar_div(s, x));

/// A result and a constant are bound anew; a leaf's cell is written, which must not happen while it is being recorded.
#[track_caller]
fn assign(x: &mut Tensor, new: Tensor, op: &str) {
    match &x.0 {
        Repr::Leaf(leaf) => {
            if mode::is_recording() && leaf.requires_grad() {
                fail!("{op}: this leaf requires a gradient; change it under no_grad, or compute a new tensor from it");
            }
            if new.needs_grad() {
                fail!("{op}: a frozen leaf cannot take a value that has a graph; detach() the right-hand side");
            }
            x.set(&new);
        }
        _ => *x = new,
    }
}

impl Neg for &Tensor {
    type Output = Tensor;
    #[inline]
    #[track_caller]
    fn neg(self) -> Tensor {
        ops::neg::neg(self)
    }
}

impl Neg for Tensor {
    type Output = Tensor;
    #[inline]
    #[track_caller]
    fn neg(self) -> Tensor {
        if reuse::can(&self) {
            reuse::unary(math::Neg, self)
        } else if reuse::can_recorded(&self) {
            reuse::recorded(ops::neg::Neg, self, None, |x| elementwise::unary_in_place(math::Neg, x))
        } else {
            ops::neg::neg(&self)
        }
    }
}

impl Not for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn not(self) -> Tensor {
        self.logical_not()
    }
}

impl Not for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn not(self) -> Tensor {
        self.logical_not()
    }
}

/// The sum of tensors; of none, the f32 scalar 0.
impl std::iter::Sum for Tensor {
    #[track_caller]
    fn sum<I: Iterator<Item = Tensor>>(mut tensors: I) -> Tensor {
        let Some(first) = tensors.next() else { return Tensor::zeros([]) };
        tensors.fold(first, |sum, x| sum + x)
    }
}

/// The sum of tensors; of none, the f32 scalar 0.
impl<'a> std::iter::Sum<&'a Tensor> for Tensor {
    #[track_caller]
    fn sum<I: Iterator<Item = &'a Tensor>>(tensors: I) -> Tensor {
        tensors.cloned().sum()
    }
}
