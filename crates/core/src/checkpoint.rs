//! Checkpoints: memory for time. What a closure records is let go at once, and recorded again when a walk comes by.
//!
//! The edge of a checkpoint holds the closure. When its turn comes, the walk does not ask it for a rule but for its graph: the
//! closure runs again, what it records is new and so comes next, and the outputs' cotangents are handed to the new outputs. So
//! contributions are summed in the order of a plain run, and all that walks can do (hooks, graphs of gradients, gradients of some
//! inputs only) they do here too.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::num::NonZeroU64;
use std::panic::Location;
use std::sync::Arc;

use crate::fail;
use crate::leaf::Leaf;
use crate::mode;
use crate::observe;
use crate::op::{Cotangents, Op, Outputs, SharedOp, Vjp};
use crate::random::{RngState, default_rng};
use crate::rerun;
use crate::scope::{self, Site};
use crate::tape;
use crate::tensor::{NodeRef, Repr, Tensor};
use tapegrad_kernels::Array;

/// What a closure may give a [`checkpoint`]: a tensor, or several in a tuple, an array or a vector.
pub trait Tensors: Sized {
    /// The tensors, in order.
    fn into_vec(self) -> Vec<Tensor>;

    /// The same from as many tensors.
    fn from_vec(tensors: Vec<Tensor>) -> Self;
}

impl Tensors for Tensor {
    fn into_vec(self) -> Vec<Tensor> {
        vec![self]
    }

    fn from_vec(tensors: Vec<Tensor>) -> Self {
        let [tensor] = Tensors::from_vec(tensors);
        tensor
    }
}

impl Tensors for Vec<Tensor> {
    fn into_vec(self) -> Vec<Tensor> {
        self
    }

    fn from_vec(tensors: Vec<Tensor>) -> Self {
        tensors
    }
}

impl<const N: usize> Tensors for [Tensor; N] {
    fn into_vec(self) -> Vec<Tensor> {
        self.into()
    }

    fn from_vec(tensors: Vec<Tensor>) -> Self {
        tensors.try_into().unwrap_or_else(|tensors: Vec<Tensor>| panic!("{} tensors for {N}", tensors.len()))
    }
}

impl Tensors for (Tensor, Tensor) {
    fn into_vec(self) -> Vec<Tensor> {
        <[Tensor; 2]>::from(self).into()
    }

    fn from_vec(tensors: Vec<Tensor>) -> Self {
        <[Tensor; 2]>::from_vec(tensors).into()
    }
}

impl Tensors for (Tensor, Tensor, Tensor) {
    fn into_vec(self) -> Vec<Tensor> {
        <[Tensor; 3]>::from(self).into()
    }

    fn from_vec(tensors: Vec<Tensor>) -> Self {
        <[Tensor; 3]>::from_vec(tensors).into()
    }
}

/// Computes `f()` and keeps only its results: what it recorded is let go, and recorded again by a second run when a backward walk
/// needs it. A chain of n layers with a checkpoint around every k of them holds n / k + k layers at a time in place of n, for one
/// more forward pass (T. Chen et al., "Training deep nets with sublinear memory cost", 2016).
///
/// The closure owns what it reads: clone the tensors, or the model, into it; clones share their data. Everything it reads that
/// needs a gradient gets one, the same bits as in a plain call. In the second run the leaves have the values of the first, and
/// the thread's random numbers repeat, so that dropout leaves the same elements out; code with other effects asks [`is_rerun`]. A
/// generator that the closure holds itself is not put back. Checkpoints nest.
///
/// [`is_rerun`]: crate::is_rerun
///
/// ```
/// use tapegrad_core::{Tensor, checkpoint};
/// let w = Tensor::from([1.0, 2.0]).requires_grad();
/// let x = w.clone();
/// let y = checkpoint(move || x.exp().sin().sum());
/// y.backward();
/// assert_eq!(w.grad().unwrap().shape(), [2]);
/// ```
///
/// # Panics
/// Where `f` does; in the walk, if the second run gives results of other number, shape or type than the first.
#[track_caller]
pub fn checkpoint<T: Tensors>(f: impl Fn() -> T + Send + Sync + 'static) -> T {
    // Who looks on wants to see the inside.
    if !mode::is_recording() || observe::is_on() {
        return scope::user(f);
    }
    let site = scope::site(Location::caller());
    let random = default_rng(|rng| rng.state());
    let (mut results, inputs) = reads(|| scope::user(&f).into_vec());
    let recorded: Vec<usize> = (0..results.len()).filter(|&i| results[i].needs_grad()).collect();
    if recorded.is_empty() {
        return T::from_vec(results);
    }
    let values: Outputs = recorded.iter().map(|&i| results[i].detach()).collect();
    let run = Box::new(move || f().into_vec());
    let op = Checkpoint { run, random, recorded: recorded.clone(), results: results.len() };
    let inputs: Vec<&Tensor> = inputs.iter().collect();
    let nodes = tape::record(SharedOp::Checkpoint(Arc::new(op)), &inputs, values, site);
    for (i, node) in recorded.into_iter().zip(nodes) {
        results[i] = node;
    }
    T::from_vec(results)
}

/// The op of a checkpoint.
pub(crate) struct Checkpoint {
    run: Box<dyn Fn() -> Vec<Tensor> + Send + Sync>,
    /// Where the thread's generator stood before the first run.
    random: RngState,
    /// Which of the results have a node.
    recorded: Vec<usize>,
    results: usize,
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Checkpoint")
    }
}

impl Op for Checkpoint {
    fn name(&self) -> &'static str {
        "checkpoint"
    }

    fn forward(&self, _inputs: &[&Tensor]) -> Outputs {
        let results = (self.run)();
        self.recorded.iter().map(|&i| results[i].detach()).collect()
    }

    fn vjp(&self, _ctx: &mut Vjp<'_>) -> Cotangents {
        unreachable!("the walk records a checkpoint again and goes on from there")
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Checkpoint {
    /// Records the closure again, the leaves having these values: the results that had a node, with the nodes they have now.
    #[track_caller]
    pub(crate) fn record_again(&self, leaves: Vec<(Arc<Leaf>, Array)>, site: Site) -> Vec<(Tensor, Option<NodeRef>)> {
        let _mode = mode::set(true);
        let results: Vec<_> = rerun::run(leaves, self.random, || {
            let with_node = |y: Tensor| (y.clone(), y.node("checkpoint"));
            scope::user(&self.run).into_iter().map(with_node).collect()
        });
        if results.len() != self.results {
            let (first, second) = (self.results, results.len());
            fail!("checkpoint: the first run gave {first} tensors, the second {second} (recorded at {site})");
        }
        results.into_iter().enumerate().filter(|(i, _)| self.recorded.contains(i)).map(|(_, result)| result).collect()
    }
}

/// What a first run has read so far of what was there before it.
struct Reads {
    /// From this order on nodes are the run's own.
    since: NonZeroU64,
    seen: HashSet<(usize, u64, u32)>,
    tensors: Vec<Tensor>,
}

thread_local! {
    static READS: RefCell<Option<Reads>> = const { RefCell::new(None) };
}

/// Runs `run` and gives its results and the tensors with a node that it read and did not make.
fn reads(run: impl FnOnce() -> Vec<Tensor>) -> (Vec<Tensor>, Vec<Tensor>) {
    struct Restore(Option<Reads>);
    impl Drop for Restore {
        fn drop(&mut self) {
            tape::with(|tape| tape.noting = self.0.is_some());
            let left = READS.replace(self.0.take());
            drop(left);
        }
    }
    let since = tape::with(|tape| {
        tape.noting = true;
        tape.next_order()
    });
    let inner = Reads { since, seen: HashSet::new(), tensors: Vec::new() };
    let _restore = Restore(READS.replace(Some(inner)));
    let results = run();
    note(&results.iter().collect::<Vec<_>>());
    let read = READS.with_borrow_mut(|reads| reads.as_mut().map(|reads| std::mem::take(&mut reads.tensors)));
    (results, read.unwrap_or_default())
}

/// Notes which of these tensors the first run that is going on did not make itself.
#[cold]
pub(crate) fn note(inputs: &[&Tensor]) {
    for x in inputs {
        let key = match &x.0 {
            Repr::Result { node, .. } => (0, node.id().order.get(), node.id().output),
            Repr::Leaf(leaf) if leaf.requires_grad() => (Arc::as_ptr(leaf) as usize, 0, 0),
            _ => continue,
        };
        let new = READS.with_borrow_mut(|reads| {
            let Some(reads) = reads else { return false };
            (key.0 != 0 || key.1 < reads.since.get()) && reads.seen.insert(key)
        });
        if new {
            let mut x = Some((*x).clone());
            READS.with_borrow_mut(|reads| reads.iter_mut().for_each(|reads| reads.tensors.extend(x.take())));
        }
    }
}
