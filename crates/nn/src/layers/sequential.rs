//! Modules one after another.

use std::fmt;

use crate::{Copies, Field, Forward, Module, Visitor};
use tapegrad_core::Tensor;

/// Modules that are called one after another, each with what the one before gave. Their paths are their places, `0`, `1`, and so on.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, Func, Linear, Module, Sequential};
/// let net = Sequential::from((Linear::new(2, 16), Func(Tensor::tanh), Linear::new(16, 1)));
/// assert_eq!(net.call(&Tensor::ones([4, 2])).shape(), [4, 1]);
///
/// let mut deep = Sequential::new().push(Linear::new(2, 16));
/// for _ in 0..3 {
///     deep = deep.push(Linear::new(16, 16)).push(Func(Tensor::tanh));
/// }
/// let deep = deep.push_named("head", Linear::new(16, 1));
/// assert_eq!(deep.named_parameters().last().unwrap().0, "head.bias");
/// ```
#[derive(Default)]
pub struct Sequential {
    layers: Vec<(String, Box<dyn Forward>)>,
}

impl Sequential {
    /// Without any module it gives what it is given.
    pub fn new() -> Self {
        Sequential::default()
    }

    /// With one more module at the end.
    #[must_use]
    pub fn push(self, layer: impl Forward) -> Self {
        let name = self.layers.len().to_string();
        self.push_named(name, layer)
    }

    /// With one more module at the end, under a name of its own.
    ///
    /// # Panics
    /// If the name is empty, has a dot, or is there already.
    #[must_use]
    #[track_caller]
    pub fn push_named(mut self, name: impl Into<String>, layer: impl Forward) -> Self {
        let name = name.into();
        if name.is_empty() || name.contains('.') || self.layers.iter().any(|(other, _)| *other == name) {
            tapegrad_core::fail!("Sequential: the name {name:?} is empty, has a dot, or is there already");
        }
        self.layers.push((name, Box::new(layer)));
        self
    }

    /// How many modules there are.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// The modules in order.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Forward> {
        self.layers.iter().map(|(_, layer)| &**layer)
    }
}

impl Field for Sequential {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
        visitor.module(self);
        for (name, layer) in &self.layers {
            visitor.field(name, layer);
        }
    }

    fn copy_with(&self, copies: &mut Copies) -> Self {
        Sequential { layers: self.layers.iter().map(|(name, layer)| (name.clone(), layer.copy_with(copies))).collect() }
    }
}

impl Module for Sequential {
    fn is_library(&self) -> bool {
        true
    }
}

impl Forward for Sequential {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.layers.iter().fold(x.clone(), |x, (_, layer)| layer.call(&x))
    }
}

impl FromIterator<Box<dyn Forward>> for Sequential {
    fn from_iter<I: IntoIterator<Item = Box<dyn Forward>>>(layers: I) -> Self {
        layers.into_iter().fold(Sequential::new(), Sequential::push)
    }
}

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.layers.iter().map(|(name, layer)| (name, layer.type_name()))).finish()
    }
}

macro_rules! tuples {
    () => {};
    ($first:ident $($rest:ident)*) => {
        impl<$first: Forward, $($rest: Forward),*> From<($first, $($rest,)*)> for Sequential {
            #[allow(non_snake_case, reason = "a type and its value have one name in the macro")]
            fn from(($first, $($rest,)*): ($first, $($rest,)*)) -> Self {
                Sequential::new().push($first)$(.push($rest))*
            }
        }
        tuples!($($rest)*);
    };
}
tuples!(A B C D E F G H I J K L M N O P);
