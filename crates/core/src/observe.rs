//! Those who look on while ops run: watches, the search for faults, the account of lost gradients.
//!
//! With nobody looking on, an op pays for the test of one flag of its thread. Observers are told after the fact, with no borrow
//! held, and only look; what they are told of is what the program computes, not what an op computes inside its own forward pass.

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

use smallvec::smallvec;

use crate::leaf::Leaf;
use crate::mode;
use crate::op::{Op, Outputs, SharedOp};
use crate::scope::{self, Site};
use crate::tape::{self, NodeId};
use crate::tensor::Tensor;
use tapegrad_kernels::Array;

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
    pub(crate) name: &'a str,
    /// `None` for what is no edge at any time.
    pub(crate) op: Option<&'a dyn Op>,
    /// Whether it only copies a value, without its graph.
    pub(crate) copies: bool,
    pub(crate) inputs: &'a [&'a Tensor],
    pub(crate) outputs: &'a mut Outputs,
    pub(crate) site: Site,
    pub(crate) within: Within,
}

/// An edge whose turn has come in a walk.
pub(crate) struct Walked<'a> {
    pub(crate) op: &'static str,
    pub(crate) site: Site,
    /// Output 0.
    pub(crate) node: NodeId,
    /// The totals that arrived, per output.
    pub(crate) totals: &'a [Option<Tensor>],
}

/// A rule that ran.
pub(crate) struct Ruled<'a> {
    pub(crate) op: &'static str,
    pub(crate) site: Site,
    /// Output 0.
    pub(crate) node: NodeId,
    /// Per input, whether its cotangent was asked for.
    pub(crate) asked: &'a [bool],
    /// The totals that had arrived, per output.
    pub(crate) totals: &'a [Option<Tensor>],
    /// Inputs, then outputs, where the rule reads them.
    pub(crate) saved: &'a [Option<Array>],
    /// The cotangents that it gave, per input.
    pub(crate) given: &'a [Option<Tensor>],
}

/// Is told what this thread computes.
pub(crate) trait Observer {
    /// An op ran, and was recorded if its outputs have nodes.
    fn ran(&self, call: &mut Call<'_>);

    /// An edge's turn has come in a walk.
    fn walked(&self, edge: &Walked<'_>) {
        let _ = edge;
    }

    /// Its rule ran.
    fn ruled(&self, rule: &Ruled<'_>) {
        let _ = rule;
    }

    /// A leaf's total, at the end of a walk.
    fn gathered(&self, leaf: &Arc<Leaf>, total: &Tensor) {
        let _ = (leaf, total);
    }

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
    let op = op.get();
    tell_of(&mut Call {
        name: op.name(),
        op: Some(op),
        copies: false,
        inputs,
        outputs: &mut outputs,
        site,
        within: WITHIN.get(),
    });
    outputs
}

/// Tells of an op that never records, as a comparison.
#[inline]
#[track_caller]
pub(crate) fn unrecorded(name: &str, inputs: &[&Tensor], y: Tensor) -> Tensor {
    if is_on() { told(name, false, inputs, y, scope::site(Location::caller())) } else { y }
}

/// Tells of a copy of a value without its graph.
#[inline]
#[track_caller]
pub(crate) fn copied(name: &str, x: &Tensor, y: Tensor) -> Tensor {
    if is_on() { told(name, true, &[x], y, scope::site(Location::caller())) } else { y }
}

#[cold]
fn told(name: &str, copies: bool, inputs: &[&Tensor], y: Tensor, site: Site) -> Tensor {
    let mut outputs: Outputs = smallvec![y];
    tell_of(&mut Call { name, op: None, copies, inputs, outputs: &mut outputs, site, within: WITHIN.get() });
    outputs.remove(0)
}

fn tell_of(call: &mut Call<'_>) {
    if call.within == Within::Forward {
        return;
    }
    let all = OBSERVERS.with_borrow(Vec::clone);
    all.iter().rev().for_each(|observer| observer.ran(call));
}
