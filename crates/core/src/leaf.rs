//! Leaves: the shared cell that all handles on a parameter look at.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smallvec::SmallVec;

use crate::hook::Hook;
use crate::rerun;
use crate::tape::NodeId;
use tapegrad_kernels::{Array, DType, Dims, elementwise};

/// One cell: every clone of the handle sees an update.
pub(crate) struct Leaf {
    requires_grad: AtomicBool,
    shape: Dims,
    state: Mutex<State>,
}

struct State {
    value: Array,
    grad: Option<Array>,
    name: Option<Arc<str>>,
    hooks: Vec<Hook>,
    /// Where this leaf stands on the tapes that use it now.
    nodes: SmallVec<[(u64, NodeId); 1]>,
}

impl Leaf {
    pub(crate) fn new(value: Array, requires_grad: bool) -> Arc<Self> {
        let shape = Dims::from_slice(value.shape());
        let state = State { value, grad: None, name: None, hooks: Vec::new(), nodes: SmallVec::new() };
        Arc::new(Leaf { requires_grad: AtomicBool::new(requires_grad), shape, state: Mutex::new(state) })
    }

    /// The cell's lock guards single assignments, which a panic cannot leave half done; so a poisoned one is fine.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    pub(crate) fn requires_grad(&self) -> bool {
        self.requires_grad.load(Ordering::Relaxed) || rerun::value(self).is_some()
    }

    pub(crate) fn set_requires_grad(&self, on: bool) {
        self.requires_grad.store(on, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn shape(&self) -> &[usize] {
        &self.shape
    }

    #[inline]
    pub(crate) fn value(&self) -> Array {
        rerun::value(self).unwrap_or_else(|| self.lock().value.clone())
    }

    #[inline]
    pub(crate) fn dtype(&self) -> DType {
        self.lock().value.dtype()
    }

    pub(crate) fn grad(&self) -> Option<Array> {
        self.lock().grad.clone()
    }

    /// Replaces the gradient and gives the old one back.
    pub(crate) fn set_grad(&self, grad: Option<Array>) -> Option<Array> {
        std::mem::replace(&mut self.lock().grad, grad)
    }

    /// Adds to the gradient, as the leaf's type.
    pub(crate) fn accumulate(&self, total: Array) {
        let mut state = self.lock();
        let total = elementwise::cast(&total, state.value.dtype());
        match &mut state.grad {
            Some(grad) => elementwise::add_assign(grad, &total),
            grad => *grad = Some(total),
        }
    }

    /// Stores a new value of the same shape.
    pub(crate) fn set(&self, value: Array) {
        debug_assert_eq!(value.shape(), self.shape());
        let old = std::mem::replace(&mut self.lock().value, value);
        drop(old);
    }

    /// Converts value and gradient where they lie.
    pub(crate) fn set_dtype(&self, dtype: DType) {
        let state = &mut *self.lock();
        state.value = elementwise::cast(&state.value, dtype);
        state.grad = state.grad.take().map(|grad| elementwise::cast(&grad, dtype));
    }

    /// Changes the value where it lies, with the gradient at hand, if there is one.
    pub(crate) fn step(&self, f: impl FnOnce(&mut Array, &Array)) -> bool {
        let state = &mut *self.lock();
        let Some(grad) = &state.grad else { return false };
        f(&mut state.value, grad);
        true
    }

    pub(crate) fn name(&self) -> Option<Arc<str>> {
        self.lock().name.clone()
    }

    pub(crate) fn set_name(&self, name: Arc<str>) {
        self.lock().name = Some(name);
    }

    pub(crate) fn hooks(&self) -> Vec<Hook> {
        let mut state = self.lock();
        if state.hooks.is_empty() {
            return Vec::new();
        }
        let gone = Hook::take_removed(&mut state.hooks);
        let hooks = state.hooks.clone();
        drop(state);
        drop(gone);
        hooks
    }

    pub(crate) fn add_hook(&self, hook: Hook) {
        self.lock().hooks.push(hook);
    }

    /// The leaf's node on `tape`; `make` puts it there if there is none.
    #[inline]
    pub(crate) fn node_on(&self, tape: u64, make: impl FnOnce() -> NodeId) -> NodeId {
        let mut state = self.lock();
        if let Some(&(_, node)) = state.nodes.iter().find(|(id, _)| *id == tape) {
            return node;
        }
        let node = make();
        state.nodes.push((tape, node));
        node
    }

    /// The leaf has no node on `tape` any more.
    pub(crate) fn forget(&self, tape: u64) {
        self.lock().nodes.retain(|(id, _)| *id != tape);
    }
}
