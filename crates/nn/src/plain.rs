//! Fields of Rust's own types: plain data has no parts, containers have those of what they hold.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::copies::Copies;
use crate::field::{Field, Visitor};
use crate::module::{Address, Module};
use tapegrad_core::{
    AvgPool2dOptions, Conv1dOptions, Conv2dOptions, Conv3dOptions, ConvTranspose1dOptions, ConvTranspose2dOptions,
    DType, Interpolation, MaxPool2dOptions, Reduction, Resize,
};

macro_rules! plain {
    ($($t:ty),*) => {$(
        impl Field for $t {
            fn visit<'a>(&'a self, _visitor: &mut Visitor<'a, '_>) {}

            fn copy_with(&self, _copies: &mut Copies) -> Self {
                self.clone()
            }
        }
    )*};
}
plain!(bool, char, String, f32, f64, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, (), &'static str);
plain!(DType, Conv1dOptions, Conv2dOptions, Conv3dOptions, ConvTranspose1dOptions, ConvTranspose2dOptions);
plain!(AvgPool2dOptions, MaxPool2dOptions, Interpolation, Reduction, Resize);

impl<T: Send + Sync + 'static> Field for PhantomData<T> {
    fn visit<'a>(&'a self, _visitor: &mut Visitor<'a, '_>) {}

    fn copy_with(&self, _copies: &mut Copies) -> Self {
        PhantomData
    }
}

/// Without a name of its own: what is in it has the field's.
impl<F: Field> Field for Option<F> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
        if let Some(field) = self {
            field.visit(visitor);
        }
    }

    fn copy_with(&self, copies: &mut Copies) -> Self {
        self.as_ref().map(|field| field.copy_with(copies))
    }
}

impl<M: Module> Module for Option<M> {}

impl<F: Field> Field for Vec<F> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
        visitor.fields(self);
    }

    fn copy_with(&self, copies: &mut Copies) -> Self {
        self.iter().map(|field| field.copy_with(copies)).collect()
    }
}

/// A list of modules: what PyTorch has as `ModuleList`.
impl<M: Module> Module for Vec<M> {}

impl<F: Field, const N: usize> Field for [F; N] {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
        visitor.fields(self);
    }

    fn copy_with(&self, copies: &mut Copies) -> Self {
        self.each_ref().map(|field| field.copy_with(copies))
    }
}

impl<M: Module, const N: usize> Module for [M; N] {}

impl<F: Field> Field for Box<F> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
        (**self).visit(visitor);
    }

    fn copy_with(&self, copies: &mut Copies) -> Self {
        Box::new((**self).copy_with(copies))
    }
}

impl<M: Module> Module for Box<M> {
    fn is_library(&self) -> bool {
        (**self).is_library()
    }

    fn address(&self) -> Address {
        (**self).address()
    }
}

/// A module that stands in several places. In a copy each place has a module of its own, whose parameters stay shared.
impl<F: Field> Field for Arc<F> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
        (**self).visit(visitor);
    }

    fn copy_with(&self, copies: &mut Copies) -> Self {
        Arc::new((**self).copy_with(copies))
    }
}

impl<M: Module> Module for Arc<M> {
    fn is_library(&self) -> bool {
        (**self).is_library()
    }

    fn address(&self) -> Address {
        (**self).address()
    }
}

macro_rules! tuples {
    ($($name:ident $index:tt),*) => {
        impl<$($name: Field),*> Field for ($($name,)*) {
            fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
                $(visitor.field(stringify!($index), &self.$index);)*
            }

            fn copy_with(&self, copies: &mut Copies) -> Self {
                ($(self.$index.copy_with(copies),)*)
            }
        }

        impl<$($name: Module),*> Module for ($($name,)*) {}
    };
}
tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
