//! The tape: this thread's computation graph, an arena of nodes (data) and edges (operations).
//!
//! No tensor handle is stored here: an edge holds its op, the ids of its input nodes and the saved values. Handles and consuming
//! edges are counted; when the last of them goes, what only it needed is freed at once, by work-list, so that no graph is too
//! deep. What may run a user's destructor (ops, leaves, hooks) is carried out of the arena and dropped after the borrow ended.

mod anomaly;
mod mail;
mod record;
pub(crate) mod snapshot;
mod statistics;
mod stats;
mod watch;

use std::cell::{Cell, RefCell};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use smallvec::SmallVec;

use crate::hook::Hook;
use crate::leaf::Leaf;
use crate::op::SharedOp;
use crate::scope::Site;
use crate::tensor::Tensor;
use mail::Mailbox;
use tapegrad_kernels::{Array, DType, Dims};

pub use anomaly::{Anomalies, Anomaly, Sight, Stage, detect_anomaly};
pub use snapshot::{EdgeInfo, Graph, NodeInfo, graph};
pub use statistics::Statistics;
pub use stats::{LineMemory, Stats, memory, stats};
pub use watch::{Watch, watch};

pub(crate) use record::record;

/// A node: output `output` of the entry in `slot`, as long as the entry there has this `order`. Orders are never used twice,
/// so an id that outlived its node is known as stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId {
    pub(crate) order: NonZeroU64,
    pub(crate) slot: u32,
    pub(crate) output: u32,
}

impl NodeId {
    /// Nodes in the order of their recording.
    pub(crate) fn key(self) -> (NonZeroU64, u32) {
        (self.order, self.output)
    }
}

/// Where a walk keeps what it knows of an entry. Walks nest, so each restores the mark it found.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Mark {
    pub(crate) walk: u64,
    pub(crate) entry: u32,
}

/// One result of an edge.
pub(crate) struct Output {
    pub(crate) dtype: DType,
    pub(crate) shape: Dims,
    pub(crate) extras: Option<Box<Extras>>,
}

/// What few nodes have.
#[derive(Default)]
pub(crate) struct Extras {
    pub(crate) hooks: Vec<Hook>,
    pub(crate) retain: bool,
    pub(crate) grad: Option<Array>,
    pub(crate) name: Option<Arc<str>>,
}

pub(crate) struct Edge {
    pub(crate) op: SharedOp,
    pub(crate) inputs: SmallVec<[Option<NodeId>; 2]>,
    pub(crate) outputs: SmallVec<[Output; 1]>,
    /// The values the rule reads: a place for each input, then for each output.
    pub(crate) saved: SmallVec<[Option<Array>; 3]>,
    pub(crate) site: Site,
    /// The backward call that used the saved values up.
    pub(crate) released: Option<Site>,
    /// Handles on the outputs plus edges that consume them: the edge and all its nodes live until it is 0.
    live: u32,
}

/// A leaf as seen from this tape.
pub(crate) struct LeafNode {
    /// Edges that consume it, and handles on it that a rule was given.
    count: u32,
    pub(crate) leaf: Arc<Leaf>,
}

pub(crate) enum Kind {
    Leaf(LeafNode),
    Edge(Edge),
}

pub(crate) struct Entry {
    pub(crate) order: NonZeroU64,
    pub(crate) mark: Mark,
    pub(crate) kind: Kind,
}

#[expect(clippy::large_enum_variant, reason = "a freed slot is used again for the next edge")]
enum Slot {
    Free { next: u32 },
    Used(Entry),
}

const NO_SLOT: u32 = u32::MAX;

pub(crate) struct Tape {
    id: u64,
    slots: Vec<Slot>,
    free: u32,
    next_order: NonZeroU64,
    /// Entries whose count became 0 and that wait to be freed.
    doomed: Vec<u32>,
    nodes: usize,
    edges: usize,
    /// Edges that backward walks have visited since the thread began.
    pub(crate) visited: u64,
    /// Whether the first run of a checkpoint notes what it reads.
    pub(crate) noting: bool,
    mailbox: Arc<Mailbox>,
}

/// What may run code of a user when dropped; it leaves the arena first. The fields are only ever dropped.
pub(crate) enum Trash {
    Leaf { _leaf: Arc<Leaf> },
    Edge { _op: SharedOp, _extras: SmallVec<[Option<Box<Extras>>; 1]> },
}

static NEXT_TAPE: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static TAPE: RefCell<Tape> = RefCell::new(Tape::new());
    /// What was freed and still has to be dropped, and whether somebody up the stack is dropping already.
    static TRASH: RefCell<Vec<Trash>> = const { RefCell::new(Vec::new()) };
    static BURYING: Cell<bool> = const { Cell::new(false) };
}

/// This thread's tape, for as long as `f` runs. `f` must not drop tensors or run code of a user.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(&mut Tape) -> R) -> R {
    TAPE.with(|tape| f(&mut tape.borrow_mut()))
}

/// As [`with`]; `None` when the thread is ending and its tape is gone.
#[inline]
fn try_with<R>(f: impl FnOnce(&mut Tape) -> R) -> Option<R> {
    TAPE.try_with(|tape| f(&mut tape.borrow_mut())).ok()
}

/// This thread's tape's id.
#[inline]
pub(crate) fn current() -> u64 {
    TAPE.with(|tape| tape.borrow().id)
}

/// Drops what was freed, one after another: an op that holds tensors frees more while it is dropped, which the loop up the
/// stack then takes, so that no chain of such ops is too long.
#[cold]
fn bury() {
    if BURYING.replace(true) {
        return;
    }
    struct Done;
    impl Drop for Done {
        fn drop(&mut self) {
            BURYING.set(false);
        }
    }
    let _done = Done;
    loop {
        let trash = TRASH.try_with(|trash| trash.borrow_mut().pop());
        match trash {
            Ok(Some(trash)) => drop(trash),
            _ => break,
        }
    }
}

fn discard(trash: Trash) {
    // While the thread ends, what cannot be queued any more is dropped where it stands.
    let mut trash = Some(trash);
    let _ = TRASH.try_with(|all| all.borrow_mut().extend(trash.take()));
}

/// One more handle on a node.
pub(crate) fn acquire(tape: u64, id: NodeId) {
    let local = try_with(|t| (t.id == tape).then(|| t.acquire(id)).is_some());
    if local != Some(true) {
        mail::send(tape, id, 1);
    }
}

/// One handle on a node less.
#[inline]
pub(crate) fn release(tape: u64, id: NodeId) {
    let freed = try_with(|t| {
        if t.id != tape {
            return None;
        }
        Some(t.release(id))
    });
    match freed {
        Some(Some(true)) => bury(),
        Some(Some(false)) => {}
        Some(None) | None => mail::send(tape, id, -1),
    }
}

/// Applies what other threads sent about this thread's nodes.
pub(crate) fn collect_mail() {
    if with(Tape::drain) {
        bury();
    }
}

impl Tape {
    fn new() -> Self {
        let id = NEXT_TAPE.fetch_add(1, Ordering::Relaxed);
        Tape {
            id,
            slots: Vec::new(),
            free: NO_SLOT,
            next_order: NonZeroU64::MIN,
            doomed: Vec::new(),
            nodes: 0,
            edges: 0,
            visited: 0,
            noting: false,
            mailbox: mail::register(id),
        }
    }

    /// Puts an entry on the tape, as the newest.
    #[inline]
    fn push(&mut self, kind: Kind) -> (u32, NonZeroU64) {
        let order = self.next_order;
        self.next_order = order.checked_add(1).expect("a tape holds fewer than 2^64 ops");
        let entry = Slot::Used(Entry { order, mark: Mark::default(), kind });
        let slot = match self.slots.get_mut(self.free as usize) {
            Some(place) => {
                let slot = self.free;
                if let Slot::Free { next } = *place {
                    self.free = next;
                }
                *place = entry;
                slot
            }
            None => {
                let slot = u32::try_from(self.slots.len()).ok().filter(|&slot| slot != NO_SLOT);
                self.slots.push(entry);
                slot.expect("a tape holds fewer than 2^32 live ops")
            }
        };
        (slot, order)
    }

    /// The order of what is recorded next.
    pub(crate) fn next_order(&self) -> NonZeroU64 {
        self.next_order
    }

    /// The entry of a node, or `None` if it was freed.
    #[inline]
    pub(crate) fn get_mut(&mut self, id: NodeId) -> Option<&mut Entry> {
        match self.slots.get_mut(id.slot as usize) {
            Some(Slot::Used(entry)) if entry.order == id.order => Some(entry),
            _ => None,
        }
    }

    /// The entry of a node that somebody holds a count on.
    #[inline]
    pub(crate) fn entry(&mut self, id: NodeId) -> &mut Entry {
        self.get_mut(id).expect("a counted node is on its tape")
    }

    /// The edge that made a node, unless the node is a leaf.
    #[inline]
    pub(crate) fn edge(&mut self, id: NodeId) -> Option<&mut Edge> {
        match &mut self.entry(id).kind {
            Kind::Edge(edge) => Some(edge),
            Kind::Leaf(_) => None,
        }
    }

    /// What few nodes have, made where it is missing; `None` for a leaf.
    pub(crate) fn extras(&mut self, id: NodeId) -> Option<&mut Extras> {
        let edge = self.edge(id)?;
        Some(edge.outputs[id.output as usize].extras.get_or_insert_default())
    }

    /// A node's hooks, without those that were removed, and whether it keeps its gradient.
    pub(crate) fn hooks(&mut self, id: NodeId) -> (Vec<Hook>, bool) {
        let extras = self.edge(id).and_then(|edge| edge.outputs[id.output as usize].extras.as_deref());
        extras.map_or((Vec::new(), false), |extras| (extras.hooks.clone(), extras.retain))
    }

    /// A node's type and shape.
    pub(crate) fn describe(&mut self, id: NodeId) -> (DType, Dims) {
        match &self.entry(id).kind {
            Kind::Leaf(node) => (node.leaf.value().dtype(), Dims::from_slice(node.leaf.shape())),
            Kind::Edge(edge) => {
                let output = &edge.outputs[id.output as usize];
                (output.dtype, output.shape.clone())
            }
        }
    }

    /// Whether a cotangent has the type and shape of its node; if not, what those are.
    #[inline]
    pub(crate) fn check_cotangent(&mut self, id: NodeId, cotangent: &Tensor) -> Result<(), (DType, Dims)> {
        let fits = match &self.entry(id).kind {
            Kind::Leaf(node) => cotangent.shape() == node.leaf.shape() && cotangent.dtype() == node.leaf.dtype(),
            Kind::Edge(edge) => {
                let output = &edge.outputs[id.output as usize];
                cotangent.shape() == &output.shape[..] && cotangent.dtype() == output.dtype
            }
        };
        if fits { Ok(()) } else { Err(self.describe(id)) }
    }

    #[inline]
    pub(crate) fn acquire(&mut self, id: NodeId) {
        match &mut self.entry(id).kind {
            Kind::Leaf(node) => node.count += 1,
            Kind::Edge(edge) => edge.live += 1,
        }
    }

    /// One count less; frees what nothing holds any more. True if something waits to be buried.
    #[inline]
    fn release(&mut self, id: NodeId) -> bool {
        if !self.decrement(id) {
            return false;
        }
        // Another thread may have cloned a handle meanwhile; its +1 counts before anything is freed.
        if self.mailbox.has_mail() {
            return self.drain();
        }
        self.free_doomed()
    }

    /// One count less; true if the entry now waits to be freed.
    #[inline]
    pub(crate) fn decrement(&mut self, id: NodeId) -> bool {
        let left = match &mut self.entry(id).kind {
            Kind::Leaf(node) => {
                node.count -= 1;
                node.count
            }
            Kind::Edge(edge) => {
                edge.live -= 1;
                edge.live
            }
        };
        if left == 0 {
            self.doomed.push(id.slot);
        }
        left == 0
    }

    /// Applies mail, then frees. True if something waits to be buried.
    fn drain(&mut self) -> bool {
        let letters = self.mailbox.take();
        // A handle made elsewhere may have been dropped here already, so a count can be too low until all +1 are in.
        for (id, _) in letters.iter().filter(|(_, change)| *change > 0) {
            self.acquire(*id);
        }
        for (id, _) in letters.iter().filter(|(_, change)| *change < 0) {
            self.decrement(*id);
        }
        self.free_doomed()
    }

    /// Frees all doomed entries, and those that only they needed. True if something waits to be buried.
    fn free_doomed(&mut self) -> bool {
        let mut buried = false;
        while let Some(slot) = self.doomed.pop() {
            let place = &mut self.slots[slot as usize];
            let Slot::Used(entry) = place else { continue };
            // Taken out piece by piece: moving whole records costs more than the rest. Mail may have brought an entry back, or
            // doomed it twice.
            match &mut entry.kind {
                Kind::Leaf(node) if node.count == 0 => {
                    let leaf = node.leaf.clone();
                    *place = Slot::Free { next: self.free };
                    self.free = slot;
                    self.nodes -= 1;
                    leaf.forget(self.id);
                    // Others nearly always hold the leaf; the last holder's drop may run a hook's destructor.
                    buried = true;
                    discard(Trash::Leaf { _leaf: leaf });
                }
                Kind::Edge(edge) if edge.live == 0 => {
                    self.edges -= 1;
                    self.nodes -= edge.nodes();
                    let inputs = std::mem::take(&mut edge.inputs);
                    let extras = edge.outputs.iter().any(|output| output.extras.is_some());
                    if extras || edge.op.is_shared() {
                        buried = true;
                        let extras = edge.outputs.iter_mut().map(|output| output.extras.take()).collect();
                        discard(Trash::Edge { _op: edge.op.take(), _extras: extras });
                    }
                    *place = Slot::Free { next: self.free };
                    self.free = slot;
                    for id in inputs.iter().flatten() {
                        self.decrement(*id);
                    }
                }
                _ => {}
            }
        }
        // The free list is all there is: start over, so that the arena's memory follows the largest graph, not the oldest.
        if self.nodes == 0 {
            self.slots.clear();
            self.free = NO_SLOT;
        }
        buried
    }
}

impl Edge {
    /// How many of the outputs are nodes: those that can carry a gradient.
    fn nodes(&self) -> usize {
        self.outputs.iter().filter(|output| output.dtype.is_float()).count()
    }
}
