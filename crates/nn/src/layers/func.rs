//! A function as a module.

use std::fmt;

use crate::values::Values;
use crate::{Copies, Field, Forward, Module, Visitor};

/// A closure as a module without parameters, for a place in a [`Sequential`](crate::Sequential). Its ops report their own lines.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, Func, Linear, Sequential};
/// let net = Sequential::from((Linear::new(2, 3), Func(|x: &Tensor| x.relu() * 2.0)));
/// assert_eq!(net.call(&Tensor::ones([2])).shape(), [3]);
/// ```
#[derive(Clone, Copy)]
pub struct Func<F>(pub F);

impl<F: Clone + Send + Sync + 'static> Field for Func<F> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
        visitor.module(self);
    }

    fn copy_with(&self, _copies: &mut Copies) -> Self {
        self.clone()
    }
}

impl<F: Clone + Send + Sync + 'static> Module for Func<F> {}

impl<In, Out, F> Forward<In, Out> for Func<F>
where
    In: Values + ?Sized,
    Out: Values,
    F: Fn(&In) -> Out + Clone + Send + Sync + 'static,
{
    fn forward(&self, x: &In) -> Out {
        (self.0)(x)
    }
}

impl<F> fmt::Debug for Func<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Func")
    }
}
