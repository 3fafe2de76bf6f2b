//! Gradient hooks: a user's functions that see, and may replace, a node's total cotangent.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::tensor::Tensor;

/// Sees the total cotangent; `Some` replaces it.
pub(crate) type HookFn = dyn Fn(&Tensor) -> Option<Tensor> + Send + Sync;

#[derive(Clone)]
pub(crate) struct Hook {
    pub(crate) run: Arc<HookFn>,
    active: Arc<AtomicBool>,
}

/// Removes a hook. Dropping the handle leaves the hook in place.
#[derive(Clone)]
pub struct HookHandle {
    active: Arc<AtomicBool>,
}

impl Hook {
    pub(crate) fn new(run: impl Fn(&Tensor) -> Option<Tensor> + Send + Sync + 'static) -> (Self, HookHandle) {
        let active = Arc::new(AtomicBool::new(true));
        (Hook { run: Arc::new(run), active: active.clone() }, HookHandle { active })
    }

    pub(crate) fn is_active(&self) -> bool {
        self.active.load(Ordering::Acquire)
    }

    /// Splits off the removed hooks, for the caller to drop when it holds no lock.
    pub(crate) fn take_removed(hooks: &mut Vec<Hook>) -> Vec<Hook> {
        hooks.extract_if(.., |hook| !hook.is_active()).collect()
    }
}

impl HookHandle {
    /// The hook is not called any more, from any thread.
    pub fn remove(self) {
        self.active.store(false, Ordering::Release);
    }
}

impl fmt::Debug for HookHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HookHandle {{ active: {} }}", self.active.load(Ordering::Relaxed))
    }
}
