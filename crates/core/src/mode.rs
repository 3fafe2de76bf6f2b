//! Whether this thread records: `no_grad` and `enable_grad`, which nest.

use std::cell::Cell;
use std::marker::PhantomData;

thread_local! {
    static RECORDING: Cell<bool> = const { Cell::new(true) };
}

/// Whether ops on this thread are recorded. True on a new thread.
#[inline]
pub fn is_recording() -> bool {
    RECORDING.get()
}

/// Restores the previous mode when dropped, also on unwinding. It belongs to its thread.
#[derive(Debug)]
#[must_use = "the mode lasts until the guard is dropped"]
pub struct ModeGuard {
    previous: bool,
    not_send: PhantomData<*const ()>,
}

impl Drop for ModeGuard {
    #[inline]
    fn drop(&mut self) {
        RECORDING.set(self.previous);
    }
}

/// Switches recording on or off until the guard is dropped.
#[inline]
pub(crate) fn set(recording: bool) -> ModeGuard {
    ModeGuard { previous: RECORDING.replace(recording), not_send: PhantomData }
}

/// Records nothing on this thread until the guard is dropped.
///
/// ```
/// use tapegrad_core::{Tensor, no_grad_guard};
/// let w = Tensor::from(1.0).requires_grad();
/// let guard = no_grad_guard();
/// assert!(!(&w * 2.0).needs_grad());
/// drop(guard);
/// assert!((&w * 2.0).needs_grad());
/// ```
pub fn no_grad_guard() -> ModeGuard {
    set(false)
}

/// Runs `f` without recording: results carry no graph.
///
/// ```
/// use tapegrad_core::{Tensor, no_grad};
/// let w = Tensor::from(1.0).requires_grad();
/// let y = no_grad(|| &w * 2.0);
/// assert!(!y.needs_grad());
/// ```
pub fn no_grad<R>(f: impl FnOnce() -> R) -> R {
    let _guard = set(false);
    f()
}

/// Runs `f` with recording on, inside a [`no_grad`] too.
pub fn enable_grad<R>(f: impl FnOnce() -> R) -> R {
    let _guard = set(true);
    f()
}
