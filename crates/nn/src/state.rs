//! States: the values of a model's parameters and buffers by their paths, and what tells a model's from another's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::field::{Item, walk};
use crate::module::Module;
use tapegrad_core::{DType, Tensor};

/// Values of parameters and buffers by their paths, in the order of the paths. Made by [`Module::state_dict`], or collected from
/// pairs; `save` and `load` are there with the feature `safetensors`.
///
/// ```
/// use tapegrad_nn::{Linear, Module};
/// let (a, b) = (Linear::new(3, 2), Linear::new(3, 2));
/// b.load_state_dict(&a.state_dict()).unwrap();
/// assert!(b.weight.equal(&a.weight));
///
/// let error = Linear::new(4, 2).load_state_dict(&a.state_dict()).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "load_state_dict: the state is not that of the model\n  of another shape or type: weight: found f32 [2, 3], expected f32 [2, 4]"
/// );
/// ```
#[derive(Clone, Debug, Default)]
pub struct StateDict(BTreeMap<String, Tensor>);

impl StateDict {
    /// The value under that path.
    pub fn get(&self, path: &str) -> Option<&Tensor> {
        self.0.get(path)
    }

    /// Puts a value under a path, and gives back the one that was there.
    pub fn insert(&mut self, path: impl Into<String>, value: &Tensor) -> Option<Tensor> {
        self.0.insert(path.into(), value.detach())
    }

    /// Takes a value out.
    pub fn remove(&mut self, path: &str) -> Option<Tensor> {
        self.0.remove(path)
    }

    /// The paths and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.0.iter().map(|(path, value)| (path.as_str(), value))
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<S: Into<String>> FromIterator<(S, Tensor)> for StateDict {
    fn from_iter<I: IntoIterator<Item = (S, Tensor)>>(pairs: I) -> Self {
        StateDict(pairs.into_iter().map(|(path, value)| (path.into(), value.detach())).collect())
    }
}

/// What tells a state from a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The model's paths for which the state has no value.
    pub missing: Vec<String>,
    /// The state's paths that the model does not have.
    pub unexpected: Vec<String>,
    /// The paths whose value is of another shape, or a float for an integer or the other way round, with what was found and what was
    /// expected.
    pub mismatched: Vec<String>,
}

impl Difference {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.mismatched.is_empty()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, paths) in [
            ("missing", &self.missing),
            ("unexpected", &self.unexpected),
            ("of another shape or type", &self.mismatched),
        ] {
            if !paths.is_empty() {
                write!(f, "\n  {what}: {}", paths.join(", "))?;
            }
        }
        Ok(())
    }
}

/// The tensor that a state has a value for.
pub(crate) fn cell(item: Item<'_>) -> Option<&Tensor> {
    match item {
        Item::Param(param) => Some(param.tensor()),
        Item::Buffer(buffer) => Some(buffer.tensor()),
        Item::Module(_) | Item::Mode(_) => None,
    }
}

/// Whether a value of one type can be stored in a cell of another: floats are converted, others must agree.
fn storable(value: DType, cell: DType) -> bool {
    value == cell || value.is_float() && cell.is_float()
}

/// What tells the state from the model.
pub(crate) fn compare<M: Module + ?Sized>(module: &M, state: &StateDict) -> Difference {
    let mut difference = Difference::default();
    let mut unexpected: BTreeSet<&str> = state.0.keys().map(String::as_str).collect();
    walk(module, |path, item| {
        let Some(cell) = cell(item) else { return };
        unexpected.remove(path);
        match state.get(path) {
            None => difference.missing.push(path.to_string()),
            Some(value) if value.shape() != cell.shape() || !storable(value.dtype(), cell.dtype()) => {
                let (found, expected) = ((value.dtype(), value.shape()), (cell.dtype(), cell.shape()));
                difference
                    .mismatched
                    .push(format!("{path}: found {} {:?}, expected {} {:?}", found.0, found.1, expected.0, expected.1));
            }
            Some(_) => {}
        }
    });
    difference.unexpected = unexpected.into_iter().map(str::to_string).collect();
    difference
}

/// Stores what fits, after [`compare`] has found that all that is there does.
pub(crate) fn store<M: Module + ?Sized>(module: &M, state: &StateDict) {
    walk(module, |path, item| {
        if let Some(cell) = cell(item)
            && let Some(value) = state.get(path)
        {
            cell.set(&value.to_dtype(cell.dtype()));
        }
    });
}
