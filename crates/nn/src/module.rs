//! What every module can do, over the walk of its fields.

use std::any::{TypeId, type_name};
use std::collections::BTreeMap;

use crate::copies::Copies;
use crate::error::Error;
use crate::field::{Field, Item, walk};
use crate::state::{self, Difference, StateDict};
use tapegrad_core::{DType, Tensor};

/// Where a module lies and of what type it is, which tells it from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct Address(usize, TypeId);

/// A model, or a part of one: a struct of layers, parameters and plain data with `#[derive(Module)]`.
///
/// The paths of its parts are the names of the fields, joined by dots: `encoder.0.weight`. A clone shares parameters and buffers with
/// the original; [`Module::deep_copy`] gives it its own.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, Linear, Module};
///
/// #[derive(Clone, Module)]
/// struct Net {
///     hidden: Linear,
///     output: Linear,
/// }
///
/// impl Forward for Net {
///     fn forward(&self, x: &Tensor) -> Tensor {
///         self.output.call(&self.hidden.call(x).relu())
///     }
/// }
///
/// let net = Net { hidden: Linear::new(2, 8), output: Linear::new(8, 1) };
/// let names: Vec<String> = net.named_parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["hidden.weight", "hidden.bias", "output.weight", "output.bias"]);
/// assert_eq!(net.num_parameters(), 33);
/// assert_eq!(net.call(&Tensor::ones([4, 2])).shape(), [4, 1]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a module",
    note = "a struct of layers is one with `#[derive(Module)]`"
)]
pub trait Module: Field {
    /// The parameters, frozen ones included, in the order of the fields; one that stands in several places comes once.
    fn parameters(&self) -> Vec<Tensor> {
        unnamed(self.named_parameters())
    }

    /// The parameters with their paths; one that stands in several places comes once, with the first.
    fn named_parameters(&self) -> Vec<(String, Tensor)> {
        let mut list = Vec::new();
        walk(self, |path, item| {
            if let Item::Param(param) = item {
                list.push((path.to_string(), param.tensor().clone()));
            }
        });
        once(list)
    }

    /// The buffers, in the order of the fields; one that stands in several places comes once.
    fn buffers(&self) -> Vec<Tensor> {
        unnamed(self.named_buffers())
    }

    /// The buffers with their paths; one that stands in several places comes once, with the first.
    fn named_buffers(&self) -> Vec<(String, Tensor)> {
        let mut list = Vec::new();
        walk(self, |path, item| {
            if let Item::Buffer(buffer) = item {
                list.push((path.to_string(), buffer.tensor().clone()));
            }
        });
        once(list)
    }

    /// This module, with an empty path, and those in it with theirs, each before its parts.
    fn named_modules(&self) -> Vec<(String, &dyn Module)> {
        let mut list = Vec::new();
        walk(self, |path, item| {
            if let Item::Module(module) = item {
                list.push((path.to_string(), module));
            }
        });
        list
    }

    /// How many numbers the parameters have.
    fn num_parameters(&self) -> usize {
        self.parameters().iter().map(Tensor::numel).sum()
    }

    /// How many numbers the parameters have that are not frozen.
    fn num_trainable_parameters(&self) -> usize {
        self.parameters().iter().filter(|param| param.needs_grad()).map(Tensor::numel).sum()
    }

    /// Switches to training: dropout leaves out, batch normalisation uses the batch's statistics. A new model trains.
    fn train(&self) {
        set_mode(self, true);
    }

    /// Switches to evaluation.
    fn eval(&self) {
        set_mode(self, false);
    }

    /// Freezes (`false`) or thaws all parameters. Frozen ones stay parameters.
    fn set_requires_grad(&self, on: bool) {
        self.parameters().iter().for_each(|param| param.set_requires_grad(on));
    }

    /// Forgets the parameters' gradients.
    fn zero_grad(&self) {
        self.parameters().iter().for_each(Tensor::zero_grad);
    }

    /// Converts parameters and float buffers in their cells, gradients included, so that an optimiser goes on with them.
    ///
    /// # Panics
    /// If `dtype` is not a float type.
    #[track_caller]
    fn to_dtype(&self, dtype: DType) {
        if !dtype.is_float() {
            tapegrad_core::fail!("to_dtype: a model computes in f32 or f64, not in {dtype}");
        }
        self.parameters().iter().for_each(|param| param.set_dtype(dtype));
        self.buffers().iter().filter(|buffer| buffer.dtype().is_float()).for_each(|buffer| buffer.set_dtype(dtype));
    }

    /// Gives parameters and buffers their paths as names ([`Tensor::named`]), which reports and drawings show.
    fn name_parameters(&self) {
        for (path, tensor) in self.named_parameters().into_iter().chain(self.named_buffers()) {
            let _ = tensor.named(path);
        }
    }

    /// A copy with parameters, buffers and switches of its own, for ensembles, averages and best weights. What was shared within the
    /// model stays shared within the copy. (A derived `Clone` shares parameters and buffers with the original.)
    #[must_use]
    fn deep_copy(&self) -> Self
    where
        Self: Sized,
    {
        self.copy_with(&mut Copies::default())
    }

    /// The same model with other tensors for its parameters, in the order of [`Module::parameters`], and with buffers of its own. They
    /// may be results: a model that is differentiated by how its parameters were computed, for steps within a loss, or for the checks
    /// of `gradcheck`.
    ///
    /// ```
    /// use tapegrad_core::{Grad, tensor};
    /// use tapegrad_nn::{Forward, Linear, Module};
    /// let (model, x) = (Linear::new(2, 1), tensor![1.0, 2.0]);
    /// let params = model.parameters();
    /// let loss = model.call(&x).square().sum();
    /// let grads = Grad::of(&[&loss]).wrt(&params.iter().collect::<Vec<_>>()).create_graph().run();
    /// let stepped: Vec<_> = params.iter().zip(&grads).map(|(w, g)| w - g * 0.05).collect();
    /// model.with_parameters(&stepped).call(&x).square().sum().backward();
    /// assert!(model.weight.grad().is_some());
    /// ```
    ///
    /// # Panics
    /// If their number, or a shape, is not that of the parameters.
    #[must_use]
    #[track_caller]
    fn with_parameters(&self, values: &[Tensor]) -> Self
    where
        Self: Sized,
    {
        let named = self.named_parameters();
        if named.len() != values.len() {
            tapegrad_core::fail!("with_parameters: {} tensors for {} parameters", values.len(), named.len());
        }
        for ((path, param), value) in named.iter().zip(values) {
            if param.shape() != value.shape() {
                tapegrad_core::fail!(
                    "with_parameters: {path}: found {:?}, expected {:?}",
                    value.shape(),
                    param.shape()
                );
            }
        }
        self.copy_with(&mut Copies::given(
            named.into_iter().map(|(_, param)| param).zip(values.iter().cloned()).collect(),
        ))
    }

    /// The values of parameters and buffers by path, as they are now: later training does not change them. A parameter that stands
    /// in several places is there under each path.
    fn state_dict(&self) -> StateDict {
        let mut values = BTreeMap::new();
        walk(self, |path, item| {
            if let Some(cell) = state::cell(item) {
                values.insert(path.to_string(), cell.detach());
            }
        });
        values.into_iter().collect()
    }

    /// Stores the values in the cells of parameters and buffers, so that optimisers and clones see them. Floats are converted to the
    /// cell's type.
    ///
    /// # Errors
    /// All names that are missing, unexpected, or of another shape or kind of type, at once. Nothing is stored then.
    fn load_state_dict(&self, state: &StateDict) -> Result<(), Error> {
        let difference = state::compare(self, state);
        if !difference.is_empty() {
            return Err(Error::State(difference));
        }
        state::store(self, state);
        Ok(())
    }

    /// As [`Module::load_state_dict`], but stores what there is for the names that both have, and tells of the others.
    ///
    /// # Errors
    /// All values of another shape or kind of type. Nothing is stored then.
    fn load_state_dict_lenient(&self, state: &StateDict) -> Result<Difference, Error> {
        let difference = state::compare(self, state);
        if !difference.mismatched.is_empty() {
            return Err(Error::State(difference));
        }
        state::store(self, state);
        Ok(difference)
    }

    /// The type's name, without the modules that it is in.
    fn type_name(&self) -> &'static str {
        let full = type_name::<Self>();
        let name = full.split('<').next().unwrap_or(full);
        name.rsplit("::").next().unwrap_or(name)
    }

    /// Whether [`Forward::call`] reports the line that calls it, not those within: `#[module(library)]`.
    ///
    /// [`Forward::call`]: crate::Forward::call
    #[doc(hidden)]
    fn is_library(&self) -> bool {
        false
    }

    #[doc(hidden)]
    fn address(&self) -> Address {
        Address(std::ptr::from_ref(self).cast::<()>() as usize, TypeId::of::<Self>())
    }
}

impl std::fmt::Debug for dyn Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.type_name())
    }
}

fn set_mode<M: Module + ?Sized>(module: &M, training: bool) {
    walk(module, |_, item| {
        if let Item::Mode(mode) = item {
            mode.set(training);
        }
    });
}

/// Each cell once, under its first name.
fn once(list: Vec<(String, Tensor)>) -> Vec<(String, Tensor)> {
    let mut found: Vec<(String, Tensor)> = Vec::with_capacity(list.len());
    for (path, cell) in list {
        if !found.iter().any(|(_, other)| other.same(&cell)) {
            found.push((path, cell));
        }
    }
    found
}

fn unnamed(list: Vec<(String, Tensor)>) -> Vec<Tensor> {
    list.into_iter().map(|(_, tensor)| tensor).collect()
}
