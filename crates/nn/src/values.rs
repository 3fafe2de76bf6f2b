//! Inputs and outputs of modules: one tensor, or several in tuples, lists and options.

use tapegrad_core::Tensor;

/// What can go into a module and come out of it. For observers, which are shown the tensors in it; a type of your own may leave
/// them out: `impl Values for Graph {}`.
pub trait Values {
    /// Gives the tensors to `see`, in order.
    fn tensors<'a>(&'a self, see: &mut dyn FnMut(&'a Tensor)) {
        let _ = see;
    }
}

/// The tensors as a list.
pub(crate) fn listed<V: Values + ?Sized>(values: &V) -> Vec<&Tensor> {
    let mut list = Vec::new();
    values.tensors(&mut |tensor| list.push(tensor));
    list
}

impl Values for Tensor {
    fn tensors<'a>(&'a self, see: &mut dyn FnMut(&'a Tensor)) {
        see(self);
    }
}

impl<V: Values> Values for [V] {
    fn tensors<'a>(&'a self, see: &mut dyn FnMut(&'a Tensor)) {
        self.iter().for_each(|values| values.tensors(see));
    }
}

macro_rules! deref {
    ($([$($generics:tt)*] $t:ty),*) => {$(
        impl<$($generics)*> Values for $t {
            fn tensors<'a>(&'a self, see: &mut dyn FnMut(&'a Tensor)) {
                (**self).tensors(see);
            }
        }
    )*};
}
deref!([V: Values + ?Sized] &V, [V: Values + ?Sized] Box<V>, [V: Values] Vec<V>);

impl<V: Values, const N: usize> Values for [V; N] {
    fn tensors<'a>(&'a self, see: &mut dyn FnMut(&'a Tensor)) {
        self[..].tensors(see);
    }
}

impl<V: Values> Values for Option<V> {
    fn tensors<'a>(&'a self, see: &mut dyn FnMut(&'a Tensor)) {
        if let Some(values) = self {
            values.tensors(see);
        }
    }
}

macro_rules! tuples {
    ($($name:ident $index:tt),*) => {
        impl<$($name: Values),*> Values for ($($name,)*) {
            fn tensors<'a>(&'a self, see: &mut dyn FnMut(&'a Tensor)) {
                $(self.$index.tensors(see);)*
            }
        }
    };
}
tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);

macro_rules! none {
    ($($t:ty),*) => {$( impl Values for $t {} )*};
}
none!((), bool, usize, i64, f32, f64, str, String);
