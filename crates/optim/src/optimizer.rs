//! What all optimisers share: the parameters, what is remembered of each, and the learning rate.

use std::borrow::Borrow;
use std::fmt;

use tapegrad_core::{Tensor, fail};
use tapegrad_kernels::{Array, elementwise, with_type};

/// How one parameter is updated, and the options of that. The rules are this crate's own; a bound `R: Rule` lets a function take
/// any optimiser.
pub trait Rule {
    /// The optimiser's name in messages.
    const NAME: &'static str;

    /// How many arrays of the parameter's shape are remembered between steps. They start as zeros.
    fn buffers(&self) -> usize;

    /// Updates one parameter in place.
    fn update(&self, update: Update<'_>);
}

/// One parameter's turn in a step. All arrays have one shape and one float type.
#[derive(Debug)]
pub struct Update<'a> {
    /// The learning rate of the moment.
    pub lr: f64,
    /// How many updates the parameter has had, this one included: from 1 on.
    pub t: u64,
    /// The parameter.
    pub value: &'a mut Array,
    /// Its gradient, of any layout.
    pub grad: &'a Array,
    /// What is remembered of it, as many as [`Rule::buffers`].
    pub buffers: &'a mut [Array],
}

/// A parameter and what is remembered of it.
struct Slot {
    param: Tensor,
    updates: u64,
    buffers: Vec<Array>,
}

/// Moves parameters by their gradients: [`Sgd`](crate::Sgd), [`Adam`](crate::Adam).
///
/// Handles share the parameters, so a model sees every step. Updates are not recorded, and a graph recorded before a step
/// differentiates at the values it was recorded with. The bits of a result do not depend on the number of threads.
pub struct Optimizer<R> {
    slots: Vec<Slot>,
    lr: f64,
    pub(crate) rule: R,
}

impl<R: Rule> Optimizer<R> {
    #[track_caller]
    pub(crate) fn with_rule(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64, rule: R) -> Self {
        let name = R::NAME;
        check_amount(name, "the learning rate", lr);
        let mut slots: Vec<Slot> = Vec::new();
        for (i, param) in params.into_iter().enumerate() {
            let param = param.borrow();
            if !param.is_leaf() {
                fail!("{name}: parameter {i} ({:?}) is not a leaf; make one with requires_grad()", param.shape());
            }
            if let Some(first) = slots.iter().position(|slot| slot.param.same(param)) {
                fail!("{name}: parameters {first} and {i} ({:?}) are the same leaf", param.shape());
            }
            slots.push(Slot { param: param.clone(), updates: 0, buffers: Vec::new() });
        }
        if slots.is_empty() {
            fail!("{name}: there are no parameters");
        }
        Optimizer { slots, lr, rule }
    }

    /// Moves every parameter that has a gradient. One without is skipped: it neither decays nor goes on with its velocity, and
    /// what is remembered of it stays. (A frozen parameter gets no gradient any more, but one that it already had counts until
    /// [`Optimizer::zero_grad`].)
    pub fn step(&mut self) {
        let Optimizer { slots, lr, rule } = self;
        for Slot { param, updates, buffers } in slots {
            param.step_in_place(|value, grad| {
                let dtype = value.dtype();
                let grad = elementwise::cast(grad, dtype);
                let shape = value.shape();
                // Not in `new`: options may follow, and a parameter without gradient needs no memory.
                buffers.resize_with(rule.buffers(), || with_type!(float dtype, T => Array::full(shape, T::default())));
                for buffer in buffers.iter_mut().filter(|buffer| buffer.dtype() != dtype) {
                    *buffer = elementwise::cast(buffer, dtype);
                }
                *updates += 1;
                rule.update(Update { lr: *lr, t: *updates, value, grad: &grad, buffers });
            });
        }
    }

    /// Forgets the parameters' gradients.
    pub fn zero_grad(&self) {
        self.slots.iter().for_each(|slot| slot.param.zero_grad());
    }

    /// The learning rate.
    pub fn lr(&self) -> f64 {
        self.lr
    }

    /// Uses another learning rate from the next step on.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn set_lr(&mut self, lr: f64) {
        check_amount(R::NAME, "the learning rate", lr);
        self.lr = lr;
    }
}

impl<R: fmt::Debug> fmt::Debug for Optimizer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Optimizer { slots, lr, rule } = self;
        write!(f, "{rule:?} with lr {lr} over {} parameters", slots.len())
    }
}

/// An option that is a share: what stays of something from step to step.
#[track_caller]
pub(crate) fn check_share(name: &str, what: &str, share: f64) {
    if !(0.0..1.0).contains(&share) {
        fail!("{name}: {what} must be at least 0 and below 1, got {share}");
    }
}

/// An option that is added or multiplied, and only makes sense from 0 up.
#[track_caller]
pub(crate) fn check_amount(name: &str, what: &str, amount: f64) {
    if !(amount >= 0.0 && amount.is_finite()) {
        fail!("{name}: {what} must be finite and not negative, got {amount}");
    }
}
