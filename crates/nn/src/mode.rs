//! Training or evaluation.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::copies::Copies;
use crate::field::{Field, Item, Visitor};

/// Whether a module trains. A field of modules that compute differently then, such as dropout; [`Module::train`] and
/// [`Module::eval`] switch all in a model. A clone of a model has switches of its own: it can be evaluated while the other trains.
///
/// [`Module::train`]: crate::Module::train
/// [`Module::eval`]: crate::Module::eval
pub struct Mode(AtomicBool);

impl Mode {
    /// Training, as a new model is.
    pub fn new() -> Self {
        Mode(AtomicBool::new(true))
    }

    /// Whether the module trains.
    pub fn is_training(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Switches this one module.
    pub fn set(&self, training: bool) {
        self.0.store(training, Ordering::Relaxed);
    }
}

impl Default for Mode {
    fn default() -> Self {
        Mode::new()
    }
}

impl Clone for Mode {
    fn clone(&self) -> Self {
        Mode(AtomicBool::new(self.is_training()))
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_training() { "training" } else { "evaluation" })
    }
}

impl Field for Mode {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
        visitor.item(Item::Mode(self));
    }

    fn copy_with(&self, _copies: &mut Copies) -> Self {
        self.clone()
    }
}
