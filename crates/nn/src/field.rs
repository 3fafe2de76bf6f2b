//! What a module is made of, and the walk over it.
//!
//! Everything that is done to a model (collecting parameters, switching modes, saving, copying) is a walk over its fields, so each
//! type says only two things of itself: what it shows to a visitor, and how it is copied.

use std::any::Any;
use std::fmt::Write;

use crate::copies::Copies;
use crate::mode::Mode;
use crate::module::Module;
use crate::param::{Buffer, Param};

/// What can be a field of a module: a module, a [`Param`], a [`Buffer`], a [`Mode`], plain data, or `Option`, `Vec`, arrays, tuples,
/// `Box` and `Arc` of these. `#[derive(Module)]` writes it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a part of a module",
    label = "neither a module nor a parameter, a buffer or plain data",
    note = "a tensor is trained and saved as a `Param`, saved only as a `Buffer`",
    note = "a type of your own is a module with `#[derive(Module)]`; any other field needs `#[module(skip)]`"
)]
pub trait Field: Any + Send + Sync {
    /// Shows what is in it to the visitor.
    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>);

    /// A copy with parameters and buffers of its own, for [`Module::deep_copy`].
    #[must_use]
    fn copy_with(&self, copies: &mut Copies) -> Self
    where
        Self: Sized;
}

/// What a visitor gets to see.
#[derive(Clone, Copy)]
pub enum Item<'a> {
    /// A module, before what is in it.
    Module(&'a dyn Module),
    /// A parameter.
    Param(&'a Param),
    /// A buffer.
    Buffer(&'a Buffer),
    /// A switch between training and evaluation.
    Mode(&'a Mode),
}

/// Walks over a model of lifetime `'a` and calls a closure with each item and its dotted path.
pub struct Visitor<'a, 'v> {
    path: String,
    see: &'v mut dyn FnMut(&str, Item<'a>),
}

impl<'a> Visitor<'a, '_> {
    /// Goes into a part of that name.
    pub fn field<F: Field + ?Sized>(&mut self, name: &str, field: &'a F) {
        let end = self.path.len();
        if end > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        field.visit(self);
        self.path.truncate(end);
    }

    /// Goes into parts that are named by their places: `0`, `1`, and so on.
    pub fn fields<F: Field>(&mut self, fields: impl IntoIterator<Item = &'a F>) {
        let mut name = String::new();
        for (i, field) in fields.into_iter().enumerate() {
            name.clear();
            write!(name, "{i}").expect("a string takes what is written");
            self.field(&name, field);
        }
    }

    /// Shows the module whose parts follow.
    pub fn module(&mut self, module: &'a dyn Module) {
        self.item(Item::Module(module));
    }

    pub(crate) fn item(&mut self, item: Item<'a>) {
        (self.see)(&self.path, item);
    }
}

/// Walks over `field` and all that is in it.
pub(crate) fn walk<'a, F: Field + ?Sized>(field: &'a F, mut see: impl FnMut(&str, Item<'a>)) {
    field.visit(&mut Visitor { path: String::new(), see: &mut see });
}

impl std::fmt::Debug for Visitor<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Visitor at {:?}", self.path)
    }
}

impl std::fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Item::Module(module) => write!(f, "Module({})", module.type_name()),
            Item::Param(param) => write!(f, "Param({:?})", param.shape()),
            Item::Buffer(buffer) => write!(f, "Buffer({:?})", buffer.shape()),
            Item::Mode(mode) => write!(f, "{mode:?}"),
        }
    }
}
