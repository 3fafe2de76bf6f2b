//! The tensors of a module: parameters, which are trained, and buffers, which are only kept and saved.
//!
//! Both are shared cells: a clone of a model, and its optimiser, hold the same ones.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use crate::copies::Copies;
use crate::field::{Field, Item, Visitor};
use tapegrad_core::Tensor;

macro_rules! cell {
    ($(#[$doc:meta])* $name:ident, $item:ident, $make:ident, $make_doc:literal, $panics:literal) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Tensor);

        impl $name {
            #[doc = $make_doc]
            ///
            /// # Panics
            #[doc = $panics]
            #[track_caller]
            pub fn new(value: impl Into<Tensor>) -> Self {
                $name(value.into().$make())
            }

            /// The handle, which shares the cell.
            pub fn tensor(&self) -> &Tensor {
                &self.0
            }
        }

        impl Deref for $name {
            type Target = Tensor;

            #[inline]
            fn deref(&self) -> &Tensor {
                &self.0
            }
        }

        impl Borrow<Tensor> for $name {
            fn borrow(&self) -> &Tensor {
                &self.0
            }
        }

        impl Borrow<Tensor> for &$name {
            fn borrow(&self) -> &Tensor {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), self.0)
            }
        }

        impl Field for $name {
            fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
                visitor.item(Item::$item(self));
            }

            fn copy_with(&self, copies: &mut Copies) -> Self {
                $name(copies.of(&self.0))
            }
        }
    };
}

cell! {
    /// A tensor that is trained. Frozen (`set_requires_grad(false)`), it stays a parameter.
    ///
    /// It is used as a tensor:
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::Param;
    /// let w = Param::new(tensor![0.5, -1.0]);
    /// (2.0 * &w - 1).square().sum().backward();
    /// assert_eq!(w.grad().unwrap().shape(), [2]);
    /// ```
    Param, Param, requires_grad, "A parameter that starts with this value.", "If the tensor is not f32 or f64, or has a graph."
}

cell! {
    /// A tensor that is kept and saved with the model but not trained, of any type: running statistics, masks, tables. A new value is
    /// stored with [`Tensor::set`].
    Buffer, Buffer, into_leaf, "A buffer that starts with this value.", "If the tensor has a graph."
}
