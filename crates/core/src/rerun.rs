//! What is different while a checkpoint records its closure again: leaves have the values they had in the first run, the thread's
//! generator draws the same numbers, and code with effects can ask whether it ran before.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::leaf::Leaf;
use crate::random::{Rng, RngState, default_rng};
use tapegrad_kernels::Array;

thread_local! {
    static RERUN: Cell<bool> = const { Cell::new(false) };
    /// The latest last, since re-runs nest.
    static VALUES: RefCell<Vec<(Arc<Leaf>, Array)>> = const { RefCell::new(Vec::new()) };
}

/// Whether a [`crate::checkpoint`] is running its closure again, for the backward walk: then what the first run did besides
/// computing, as keeping running statistics, must not be done once more.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use tapegrad_core::{Tensor, checkpoint, is_rerun};
///
/// let (w, batches) = (Tensor::from(2.0).requires_grad(), Arc::new(AtomicUsize::new(0)));
/// let (x, count) = (w.clone(), batches.clone());
/// let y = checkpoint(move || {
///     if !is_rerun() {
///         count.fetch_add(1, Ordering::Relaxed);
///     }
///     x.square()
/// });
/// y.backward();
/// assert_eq!(batches.load(Ordering::Relaxed), 1);
/// assert_eq!(w.grad().unwrap().item(), 4.0);
/// ```
#[inline]
pub fn is_rerun() -> bool {
    RERUN.get()
}

/// The value that a re-run reads in place of the leaf's own, if it is to read another.
#[inline]
pub(crate) fn value(leaf: &Leaf) -> Option<Array> {
    if RERUN.get() { find(leaf) } else { None }
}

#[cold]
fn find(leaf: &Leaf) -> Option<Array> {
    let same = |(other, _): &&(Arc<Leaf>, Array)| std::ptr::eq(&**other, leaf);
    VALUES.with_borrow(|values| values.iter().rev().find(same).map(|(_, value)| value.clone()))
}

/// Runs `run` as a re-run: with these values of leaves, and with random numbers from `state` on.
pub(crate) fn run<R>(values: Vec<(Arc<Leaf>, Array)>, state: RngState, run: impl FnOnce() -> R) -> R {
    struct Restore {
        rerun: bool,
        values: usize,
        rng: Option<Rng>,
    }
    impl Drop for Restore {
        fn drop(&mut self) {
            RERUN.set(self.rerun);
            let gone = VALUES.with_borrow_mut(|values| values.split_off(self.values));
            drop(gone);
            default_rng(|rng| self.rng.take().into_iter().for_each(|old| *rng = old));
        }
    }
    let rng = Some(default_rng(|rng| std::mem::replace(rng, Rng::from_state(state))));
    let _restore = Restore { rerun: RERUN.replace(true), values: VALUES.with_borrow(Vec::len), rng };
    VALUES.with_borrow_mut(|all| all.extend(values));
    run()
}
