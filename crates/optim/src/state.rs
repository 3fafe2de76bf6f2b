//! An optimiser's state as named tensors, so that training can go on from a file as if it had never stopped.
//!
//! Everything is a tensor, numbers too: such a map is what a safetensors file holds. The options are not in it, the program
//! that builds the optimiser has them.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::optimizer::{Optimizer, Rule};
use crate::slot::{Buffer, Slot};
use tapegrad_core::{DType, Tensor};
use tapegrad_kernels::{Array, elementwise, with_type};

/// Reads a state, and keeps account of what does not fit.
pub(crate) struct Reader {
    optimizer: &'static str,
    state: BTreeMap<String, Tensor>,
    known: BTreeSet<String>,
    missing: Vec<String>,
    unfit: Vec<String>,
}

impl Reader {
    pub(crate) fn new(
        optimizer: &'static str,
        state: impl IntoIterator<Item = (impl AsRef<str>, impl Borrow<Tensor>)>,
    ) -> Self {
        let state = state.into_iter().map(|(name, x)| (name.as_ref().to_string(), x.borrow().detach())).collect();
        Reader { optimizer, state, known: BTreeSet::new(), missing: Vec::new(), unfit: Vec::new() }
    }

    /// How many tensors the state has.
    pub(crate) fn len(&self) -> usize {
        self.state.len()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.state.contains_key(name)
    }

    /// The tensor of this name, if it is of this type and shape; a float of another type is converted. `None` is accounted for.
    pub(crate) fn tensor(&mut self, name: &str, (dtype, shape): (DType, &[usize])) -> Option<Tensor> {
        self.known.insert(name.to_string());
        let Some(found) = self.state.get(name) else {
            self.missing.push(name.to_string());
            return None;
        };
        let convertible = found.dtype() == dtype || found.dtype().is_float() && dtype.is_float();
        if !convertible || found.shape() != shape {
            let (d, s) = (found.dtype(), found.shape());
            self.unfit.push(format!("{name} ({d} {s:?}, expected {dtype} {shape:?})"));
            return None;
        }
        Some(found.to_dtype(dtype))
    }

    /// A number.
    pub(crate) fn number(&mut self, name: &str) -> Option<f64> {
        self.tensor(name, (DType::F64, &[])).map(|x| x.item())
    }

    /// A number from 0 up.
    pub(crate) fn amount(&mut self, name: &str) -> Option<f64> {
        let number = self.number(name)?;
        if !(number >= 0.0 && number.is_finite()) {
            self.unfit.push(format!("{name} ({number}, expected a finite number from 0 up)"));
            return None;
        }
        Some(number)
    }

    /// A count.
    pub(crate) fn count(&mut self, name: &str) -> Option<u64> {
        let number = self.tensor(name, (DType::I64, &[]))?.to_vec::<i64>().ok()?[0];
        let count = u64::try_from(number).ok();
        if count.is_none() {
            self.unfit.push(format!("{name} ({number}, expected a count)"));
        }
        count
    }

    /// Whether all was found, and nothing else is there.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let Reader { optimizer, state, known, missing, unfit } = self;
        let unexpected: Vec<String> = state.keys().filter(|name| !known.contains(*name)).cloned().collect();
        if missing.is_empty() && unfit.is_empty() && unexpected.is_empty() {
            return Ok(());
        }
        Err(Error::State { optimizer, missing, unexpected, unfit })
    }
}

/// A count as a tensor.
pub(crate) fn count(count: u64) -> Tensor {
    Tensor::from(i64::try_from(count).expect("fewer steps than 2^63"))
}

fn to_tensor(array: &Array) -> Tensor {
    with_type!(float array.dtype(), T => {
        let elements = array.as_slice::<T>().expect("contiguous").to_vec();
        Tensor::from_vec(elements, array.shape()).expect("as many elements as the shape holds")
    })
}

fn to_array(tensor: &Tensor) -> Array {
    with_type!(float tensor.dtype(), T => {
        Array::from_slice(tensor.shape(), &tensor.to_vec::<T>().expect("of this type"))
    })
}

/// What replaces a slot's memory.
type Loaded = (u64, &'static [Buffer], Vec<Array>);

impl<R: Rule> Optimizer<R> {
    /// All that is remembered, by name: `Adam.lr` (f64), and of the parameters that have had an update, by their number in the
    /// order in which they were given, `Adam.0.step` (i64) and what the rule keeps, `Adam.0.exp_avg` and so on, by PyTorch's
    /// names. A snapshot: later steps do not change it. Options are not part of it.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_optim::Adam;
    /// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
    /// let mut opt = Adam::new([&w], 0.1);
    /// w.square().sum().backward();
    /// opt.step();
    /// let state = opt.state_dict();
    /// assert_eq!(state["Adam.0.exp_avg"].shape(), [2]);
    ///
    /// let mut other = Adam::new([&w], 0.5);
    /// other.load_state_dict(&state).unwrap();
    /// assert_eq!(other.lr(), 0.1);
    /// ```
    pub fn state_dict(&self) -> BTreeMap<String, Tensor> {
        let name = self.name();
        let mut state = BTreeMap::from([(format!("{name}.lr"), Tensor::from(self.lr()))]);
        for (i, slot) in self.slots().enumerate().filter(|(_, slot)| slot.updates > 0) {
            state.insert(format!("{name}.{i}.step"), count(slot.updates));
            for (buffer, array) in slot.layout.iter().zip(&slot.buffers) {
                // A parameter's type may have changed since its last step.
                let (dtype, _) = buffer.form(slot.param.dtype(), slot.param.shape());
                state.insert(format!("{name}.{i}.{}", buffer.name()), to_tensor(&elementwise::cast(array, dtype)));
            }
        }
        state
    }

    /// Goes on from where a [`state_dict`](Optimizer::state_dict) was taken: with the same parameters, options and gradients,
    /// the next steps have the same bits. Takes the map itself, or any names with tensors, such as a read file's.
    ///
    /// # Errors
    /// If names are missing or unknown, or tensors do not have the parameters' shapes: all of them are reported, and
    /// nothing is loaded.
    pub fn load_state_dict(
        &mut self,
        state: impl IntoIterator<Item = (impl AsRef<str>, impl Borrow<Tensor>)>,
    ) -> Result<(), Error> {
        let name = self.name();
        let mut reader = Reader::new(name, state);
        let lr = reader.amount(&format!("{name}.lr"));
        let mut loaded: Vec<Loaded> = Vec::new();
        for (i, (slot, rule)) in self.ruled_slots().enumerate() {
            loaded.push(load_slot(&mut reader, &format!("{name}.{i}"), slot, rule));
        }
        reader.finish()?;
        if let Some(lr) = lr {
            self.set_lr(lr);
        }
        let slots = self.groups.iter_mut().flat_map(|group| &mut group.slots);
        for (slot, (updates, layout, buffers)) in slots.zip(loaded) {
            *slot = Slot { param: slot.param.clone(), updates, layout, buffers };
        }
        Ok(())
    }
}

fn load_slot(reader: &mut Reader, prefix: &str, slot: &Slot, rule: &impl Rule) -> Loaded {
    let layout = rule.buffers();
    let step = format!("{prefix}.step");
    let names: Vec<String> = layout.iter().map(|buffer| format!("{prefix}.{}", buffer.name())).collect();
    if !reader.has(&step) && !names.iter().any(|name| reader.has(name)) {
        return (0, &[], Vec::new());
    }
    let updates = reader.count(&step).unwrap_or(0);
    let mut buffers = Vec::new();
    for (buffer, name) in layout.iter().zip(&names) {
        let form = buffer.form(slot.param.dtype(), slot.param.shape());
        buffers.extend(reader.tensor(name, form).map(|x| to_array(&x)));
    }
    (updates, layout, buffers)
}
