//! Those who look on while ops run: watches, the search for faults, the account of lost gradients.
//!
//! With nobody looking on, an op pays for the test of one flag of its thread. Observers are told after the fact, with no borrow
//! held, and only look; what they are told of is what the program computes, not what an op computes inside its own forward pass.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::leaf::Leaf;
use crate::mode;
use crate::op::{Op, Outputs, SharedOp};
use crate::scope::Site;
use crate::tape::{self, NodeId};
use crate::tensor::Tensor;

/// Whose computation an op is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    Program,
    /// The forward pass of another op.
    Forward,
    /// A backward walk.
    Walk,
}

/// An op that ran.
pub(crate) struct Call<'a> {
    pub(crate) op: &'a dyn Op,
    pub(crate) inputs: &'a [&'a Tensor],
    pub(crate) outputs: &'a mut Outputs,
    pub(crate) site: Site,
    pub(crate) within: Within,
}

/// An edge that was walked.
pub(crate) struct Walked<'a> {
    /// Output 0.
    pub(crate) node: NodeId,
    /// The totals that arrived, per output.
    pub(crate) totals: &'a [Option<Tensor>],
}

/// Is told what this thread computes.
pub(crate) trait Observer {
    /// An op ran, and was recorded if its outputs have nodes.
    fn ran(&self, call: &mut Call<'_>);

    /// An edge was walked.
    fn walked(&self, edge: &Walked<'_>);

    /// A leaf's total, at the end of a walk.
    fn gathered(&self, leaf: &Arc<Leaf>, total: &Tensor);

    /// A result got a name.
    fn named(&self, node: NodeId, name: &Arc<str>) {
        let _ = (node, name);
    }
}

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
    static WITHIN: Cell<Within> = const { Cell::new(Within::Program) };
    static OBSERVERS: RefCell<Vec<Rc<dyn Observer>>> = const { RefCell::new(Vec::new()) };
}

/// Whether anybody looks on.
#[inline]
pub(crate) fn is_on() -> bool {
    ON.get()
}

/// Ends the observation when dropped, also on unwinding. It belongs to its thread.
pub(crate) struct Observing(Rc<dyn Observer>);

/// Tells `observer` what this thread computes from now on.
pub(crate) fn begin(observer: Rc<dyn Observer>) -> Observing {
    OBSERVERS.with_borrow_mut(|all| all.push(observer.clone()));
    ON.set(true);
    Observing(observer)
}

impl Drop for Observing {
    fn drop(&mut self) {
        let gone = OBSERVERS.with_borrow_mut(|all| {
            let place = all.iter().position(|observer| Rc::ptr_eq(observer, &self.0));
            let gone = place.map(|place| all.remove(place));
            ON.set(!all.is_empty());
            gone
        });
        drop(gone);
    }
}

/// Tells all observers, the one that began last first.
#[cold]
pub(crate) fn tell(tell: impl Fn(&dyn Observer)) {
    let all = OBSERVERS.with_borrow(Vec::clone);
    all.iter().rev().for_each(|observer| tell(&**observer));
}

/// Runs `run` as part of something.
pub(crate) fn within<R>(what: Within, run: impl FnOnce() -> R) -> R {
    struct Restore(Within);
    impl Drop for Restore {
        fn drop(&mut self) {
            WITHIN.set(self.0);
        }
    }
    let _restore = Restore(WITHIN.replace(what));
    run()
}

/// As `op::record`, and tells of it.
#[cold]
#[track_caller]
pub(crate) fn record(op: SharedOp, inputs: &[&Tensor], outputs: Outputs, site: Site) -> Outputs {
    let recorded = mode::is_recording() && inputs.iter().any(|x| x.needs_grad());
    let mut outputs = if recorded { tape::record(op.clone(), inputs, outputs, site) } else { outputs };
    let within = WITHIN.get();
    tell_of(&mut Call { op: op.get(), inputs, outputs: &mut outputs, site, within });
    outputs
}

fn tell_of(call: &mut Call<'_>) {
    if call.within == Within::Forward {
        return;
    }
    let all = OBSERVERS.with_borrow(Vec::clone);
    all.iter().rev().for_each(|observer| observer.ran(call));
}
