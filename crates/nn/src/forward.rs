//! Computing with a module: implement [`Forward::forward`], call [`Forward::call`].
//!
//! `call` is what a user writes, and keeps every op's line right: a layer of this crate reports the line that calls it, a model of
//! the user's own the lines in its `forward`. (Were `forward` itself to carry the caller's line, every op of a user's model would
//! report the training loop.)

use std::panic::Location;
use std::sync::Arc;

use crate::copies::Copies;
use crate::field::{Field, Visitor};
use crate::module::{Address, Module};
use crate::observe;
use crate::values::Values;
use tapegrad_core::{Tensor, scope};

/// A module that computes: from a tensor a tensor, or from any [`Values`] any others. Several inputs are a tuple `In`, several
/// outputs a tuple `Out`.
///
/// ```
/// use tapegrad_core::{Tensor, tensor};
/// use tapegrad_nn::{Forward, Linear, Module};
///
/// #[derive(Module)]
/// struct Pair {
///     left: Linear,
///     right: Linear,
/// }
///
/// impl Forward<(Tensor, Tensor)> for Pair {
///     fn forward(&self, (x, y): &(Tensor, Tensor)) -> Tensor {
///         self.left.call(x) * self.right.call(y)
///     }
/// }
///
/// let pair = Pair { left: Linear::new(2, 3), right: Linear::new(1, 3) };
/// let z = pair.call(&(tensor![1.0, 2.0], tensor![3.0]));
/// assert_eq!(z.shape(), [3]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not compute a `{Out}` from a `{In}`",
    note = "a model implements `Forward`, a closure becomes a module as `nn::Func(|x: &Tensor| ..)`"
)]
pub trait Forward<In: Values + ?Sized = Tensor, Out: Values = Tensor>: Module + CopyBoxed<In, Out> {
    /// What the module computes. Implement this and use [`Forward::call`], on the parts in it too: where `forward` is called itself,
    /// observers do not see it, and the ops in a layer report lines of this crate.
    fn forward(&self, x: &In) -> Out;

    /// Computes. An op in a layer reports the line of this call, an op in a model of your own its own line.
    #[track_caller]
    fn call(&self, x: &In) -> Out {
        let site = Location::caller();
        let compute = || observe::call(self, x, || self.forward(x));
        if self.is_library() { scope::library(site, compute) } else { scope::user(compute) }
    }
}

/// How a module behind a pointer is copied. Every module that computes has it.
#[doc(hidden)]
pub trait CopyBoxed<In: Values + ?Sized, Out: Values> {
    fn copy_boxed(&self, copies: &mut Copies) -> Box<dyn Forward<In, Out>>;
}

impl<In: Values + ?Sized, Out: Values, M: Forward<In, Out>> CopyBoxed<In, Out> for M {
    fn copy_boxed(&self, copies: &mut Copies) -> Box<dyn Forward<In, Out>> {
        Box::new(self.copy_with(copies))
    }
}

impl<In: Values + ?Sized + 'static, Out: Values + 'static> Field for Box<dyn Forward<In, Out>> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
        (**self).visit(visitor);
    }

    fn copy_with(&self, copies: &mut Copies) -> Self {
        (**self).copy_boxed(copies)
    }
}

impl<In: Values + ?Sized + 'static, Out: Values + 'static> Module for Box<dyn Forward<In, Out>> {
    fn is_library(&self) -> bool {
        (**self).is_library()
    }

    fn type_name(&self) -> &'static str {
        (**self).type_name()
    }

    fn address(&self) -> Address {
        (**self).address()
    }
}

macro_rules! pointers {
    ($([$($generics:tt)*] $t:ty),*) => {$(
        impl<In: Values + ?Sized + 'static, Out: Values + 'static, $($generics)*> Forward<In, Out> for $t {
            fn forward(&self, x: &In) -> Out {
                (**self).forward(x)
            }
        }
    )*};
}
pointers!([] Box<dyn Forward<In, Out>>, [M: Forward<In, Out>] Box<M>, [M: Forward<In, Out>] Arc<M>);
