//! The backward walk: start reading here.
//!
//! A walk starts with the roots' cotangents and goes through the edges in reverse order of their recording. When an edge's turn
//! comes, every edge that consumed its outputs has been walked, so its outputs' cotangents are totals. Its rule turns them into
//! cotangents of its inputs, which are added to what the inputs' producers have so far. Leaves gather their totals until the
//! end. The walk holds an entry for each edge it has reached but not yet walked, so its cost is that of the edges between the
//! roots and the leaves, whatever else the tape holds.
//!
//! `roots.rs` holds what users call; it ends here.
//!
//! The tape is borrowed only to look things up: rules and hooks run with no borrow held, and may record, drop and walk.

use std::cell::Cell;
use std::collections::BinaryHeap;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use smallvec::SmallVec;

use crate::checkpoint::Checkpoint;
use crate::fail;
use crate::hook::Hook;
use crate::leaf::Leaf;
use crate::mode;
use crate::observe::{self, Ruled, Walked, Within};
use crate::op::{Cotangents, SharedOp, Vjp};
use crate::scope::{self, Site};
use crate::tape::{self, Kind, Mark, NodeId, Tape};
use crate::tensor::{NodeRef, Repr, Tensor};
use tapegrad_kernels::{Array, DType, Dims, elementwise};

/// What the walk knows of one edge or leaf.
struct Entry {
    node: NodeId,
    /// What the walk that this one is nested in had marked there.
    found: Mark,
    /// Per output; the first that arrives is stored, later ones are added.
    cotangents: SmallVec<[Option<Tensor>; 1]>,
    /// For a walk towards given nodes: whether one of them lies behind this entry's inputs.
    leads_on: bool,
    /// Whether a cotangent has arrived. From then on the walk holds a count on `node`.
    queued: bool,
}

/// The state of one walk.
pub(crate) struct Walk {
    id: u64,
    tape: u64,
    site: Site,
    create_graph: bool,
    keep_graph: bool,
    /// Edges to walk, latest first.
    frontier: BinaryHeap<(NonZeroU64, u32)>,
    entries: Vec<Entry>,
    /// Entries that were walked and may be used again.
    spare: Vec<u32>,
    /// Leaves in the order in which they were reached.
    leaves: Vec<u32>,
    /// The nodes whose totals are asked for; `None` for a walk to all leaves.
    targets: Option<Vec<Target>>,
}

/// A node whose total cotangent is asked for.
pub(crate) struct Target {
    pub(crate) node: NodeId,
    pub(crate) total: Option<Tensor>,
    pub(crate) reached: bool,
}

static NEXT_WALK: AtomicU64 = AtomicU64::new(1);

/// An edge, taken out of the tape so that its rule can run without a borrow.
struct Step {
    op: SharedOp,
    /// Where the graph is not kept, each holds a count until its cotangent is handed on.
    inputs: SmallVec<[Option<NodeId>; 2]>,
    saved: SmallVec<[Option<Array>; 3]>,
    site: Site,
    /// Output 0.
    node: NodeId,
    /// The tape, if the inputs are counted.
    counted: Option<u64>,
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(tape) = self.counted {
            for &input in self.inputs.iter().flatten() {
                tape::release(tape, input);
            }
        }
    }
}

/// What the tape says when an edge's turn comes.
enum Turn {
    Step(Step),
    /// Hooks first.
    Watched,
    Released {
        op: &'static str,
        site: Site,
        by: Site,
    },
}

impl Walk {
    pub(crate) fn new(site: Site, create_graph: bool, keep_graph: bool) -> Self {
        Walk {
            id: NEXT_WALK.fetch_add(1, Ordering::Relaxed),
            tape: tape::current(),
            site,
            create_graph,
            keep_graph,
            frontier: BinaryHeap::new(),
            entries: Vec::new(),
            spare: Vec::new(),
            leaves: Vec::new(),
            targets: None,
        }
    }

    /// Walks from the roots to all leaves and adds each leaf's total to its gradient.
    #[track_caller]
    pub(crate) fn gather_at_leaves(mut self, roots: Vec<(NodeRef, Tensor)>) {
        self.seed(&roots);
        self.run();
        for (_, leaf, total) in self.leaf_totals() {
            leaf.accumulate(total.into_value());
        }
    }

    /// Walks from the roots as far as the targets need, and gives them back with their totals.
    #[track_caller]
    pub(crate) fn gather_at_targets(mut self, roots: Vec<(NodeRef, Tensor)>, nodes: &[NodeRef]) -> Vec<Target> {
        let mut targets: Vec<Target> =
            nodes.iter().map(|node| Target { node: node.id(), total: None, reached: false }).collect();
        targets.sort_unstable_by_key(|target| target.node.key());
        targets.dedup_by_key(|target| target.node);
        self.targets = Some(targets);
        tape::with(|tape| {
            self.plan(tape, roots.iter().map(|(root, _)| root.id()).collect());
            for target in self.targets.iter_mut().flatten() {
                target.reached = tape.entry(target.node).mark.walk == self.id;
            }
        });
        self.seed(&roots);
        self.run();
        for (node, _, total) in self.leaf_totals() {
            self.deliver(node, &total);
        }
        self.targets.take().unwrap_or_default()
    }

    /// Gives the roots their cotangents.
    fn seed(&mut self, roots: &[(NodeRef, Tensor)]) {
        for (root, cotangent) in roots {
            // A handle is taken on the tape itself.
            let cotangent = cotangent.clone();
            tape::with(|tape| self.add(tape, root.id(), cotangent, false)).finish(self);
        }
    }

    /// Marks everything behind these nodes, and what of it leads to a target, so that rules compute nothing in vain.
    fn plan(&mut self, tape: &mut Tape, mut waiting: Vec<NodeId>) {
        let planned = self.entries.len() as u32;
        while let Some(node) = waiting.pop() {
            if tape.entry(node).mark.walk == self.id {
                continue;
            }
            self.enter(tape, node);
            if let Kind::Edge(edge) = &tape.entry(node).kind {
                waiting.extend(edge.inputs.iter().flatten());
            }
        }
        // Inputs were recorded before the edges that consume them.
        let mut order: Vec<u32> = (planned..self.entries.len() as u32).collect();
        order.sort_unstable_by_key(|&i| self.entries[i as usize].node.order);
        for i in order {
            let Kind::Edge(edge) = &tape.entry(self.entries[i as usize].node).kind else { continue };
            let inputs = edge.inputs.clone();
            self.entries[i as usize].leads_on = inputs.iter().flatten().any(|&input| self.wants(tape, input));
        }
    }

    /// The place of a node among the targets.
    fn target(&self, node: NodeId) -> Option<usize> {
        self.targets.as_ref()?.binary_search_by_key(&node.key(), |target| target.node.key()).ok()
    }

    /// Whether a cotangent for `node` is of use.
    fn wants(&self, tape: &mut Tape, node: NodeId) -> bool {
        self.targets.is_none()
            || self.entries[tape.entry(node).mark.entry as usize].leads_on
            || self.target(node).is_some()
    }

    /// Makes an entry for the node's edge or leaf and marks it on the tape.
    fn enter(&mut self, tape: &mut Tape, node: NodeId) -> u32 {
        let at = tape.entry(node);
        let outputs = match &at.kind {
            Kind::Edge(edge) => edge.outputs.len(),
            Kind::Leaf(_) => 1,
        };
        let mut cotangents = SmallVec::new();
        for _ in 0..outputs {
            cotangents.push(None);
        }
        let entry = Entry { node, found: at.mark, cotangents, leads_on: false, queued: false };
        let index = match self.spare.pop() {
            Some(index) => {
                self.entries[index as usize] = entry;
                index
            }
            None => {
                self.entries.push(entry);
                self.entries.len() as u32 - 1
            }
        };
        at.mark = Mark { walk: self.id, entry: index };
        index
    }

    /// Stores a node's first cotangent; for a later one, tells which sum is due once the tape is free again. `counted`: the
    /// caller gives away a count on the node.
    #[inline]
    fn add(&mut self, tape: &mut Tape, node: NodeId, cotangent: Tensor, counted: bool) -> Added {
        let mark = tape.entry(node).mark;
        let index = if mark.walk == self.id { mark.entry } else { self.enter(tape, node) };
        let entry = &mut self.entries[index as usize];
        if !entry.queued {
            entry.queued = true;
            entry.node = node;
            if !counted {
                tape.acquire(node);
            }
            match tape.entry(node).kind {
                Kind::Edge(_) => self.frontier.push((node.order, index)),
                Kind::Leaf(_) => self.leaves.push(index),
            }
        } else if counted {
            tape.decrement(node);
        }
        let place = &mut self.entries[index as usize].cotangents[node.output as usize];
        match place {
            None => {
                *place = Some(cotangent);
                Added::Stored
            }
            Some(_) => Added::Due { index, output: node.output, cotangent },
        }
    }

    /// Walks edge after edge.
    #[track_caller]
    fn run(&mut self) {
        let _mode = mode::set(self.create_graph);
        while let Some((_, index)) = self.frontier.pop() {
            let node = self.entries[index as usize].node;
            // Given back when the edge is walked: if nobody else has a handle on it, it is freed there and then.
            let _held = NodeRef::counted(self.tape, node);
            if self.targets.is_some() {
                self.settle(index);
                let entry = &self.entries[index as usize];
                if !entry.leads_on {
                    // A target itself, with nothing asked for behind it.
                    observe_totals(|| op_and_site(entry.node), entry.node, &entry.cotangents);
                    continue;
                }
            }
            let mut turn = tape::with(|tape| self.take_step(tape, index, self.targets.is_some()));
            if let Turn::Watched = turn {
                self.settle(index);
                turn = tape::with(|tape| self.take_step(tape, index, true));
            }
            match turn {
                Turn::Step(step) => {
                    let mut cotangents = std::mem::take(&mut self.entries[index as usize].cotangents);
                    if self.targets.is_none() {
                        self.spare.push(index);
                    }
                    self.walk_edge(step, &mut cotangents);
                }
                Turn::Released { op, site, by } => fail!(
                    "backward: the values saved by {op} (recorded at {site}) were released by the backward at {by}; keep them \
                     with keep_graph(), record the shared part again, or detach() it"
                ),
                Turn::Watched => unreachable!("settled twice"),
            }
        }
    }

    /// Takes an edge out of the tape: a copy if the graph is kept, else its op, inputs and saved values themselves.
    #[inline]
    fn take_step(&self, tape: &mut Tape, index: u32, settled: bool) -> Turn {
        let &Entry { node, found, .. } = &self.entries[index as usize];
        let all = self.targets.is_none();
        let at = tape.entry(node);
        let Kind::Edge(edge) = &mut at.kind else { unreachable!("the frontier holds edges") };
        if let Some(by) = edge.released {
            return Turn::Released { op: edge.op.name(), site: edge.site, by };
        }
        if !settled && edge.outputs.iter().any(|output| output.extras.is_some()) {
            return Turn::Watched;
        }
        let node = NodeId { output: 0, ..node };
        let step = if self.keep_graph {
            let inputs = SmallVec::from_slice(&edge.inputs);
            Step { op: edge.op.clone(), inputs, saved: edge.saved.clone(), site: edge.site, node, counted: None }
        } else {
            edge.released = Some(self.site);
            let (inputs, saved) = (std::mem::take(&mut edge.inputs), std::mem::take(&mut edge.saved));
            Step { op: edge.op.take(), inputs, saved, site: edge.site, node, counted: Some(self.tape) }
        };
        if all {
            at.mark = found;
        }
        tape.visited += 1;
        Turn::Step(step)
    }

    /// Runs the rule and hands its cotangents on.
    #[track_caller]
    fn walk_edge(&mut self, mut step: Step, cotangents: &mut [Option<Tensor>]) {
        let needs: Option<SmallVec<[bool; 8]>> = self.targets.is_some().then(|| {
            tape::with(|tape| {
                step.inputs.iter().map(|input| input.is_some_and(|node| self.wants(tape, node))).collect()
            })
        });
        let (name, site) = (step.op.name(), step.site);
        observe_totals(|| (name, site), step.node, cotangents);
        if let SharedOp::Checkpoint(checkpoint) = &step.op {
            self.walk_again(checkpoint, &step, cotangents);
            return;
        }
        let arrived = observe::is_on().then(|| cotangents.to_vec());
        let mut ctx = Vjp {
            op: name,
            cotangents,
            saved: &step.saved,
            inputs: &step.inputs,
            needs: needs.as_deref(),
            node: step.node,
            create_graph: self.create_graph,
            reads_graph: Cell::new(false),
            walked: Cell::new(false),
        };
        let op = step.op.get();
        let mut rule =
            || scope::replay(site, || if op.zero_gradient() { zeros(&step.inputs) } else { op.vjp(&mut ctx) });
        let mut given = match &arrived {
            Some(_) => observe::within(Within::Walk, rule),
            None => rule(),
        };
        if given.len() != step.inputs.len() {
            let (found, expected) = (given.len(), step.inputs.len());
            fail!("{name}: the rule gave {found} cotangents for {expected} inputs (recorded at {site})");
        }
        if let Some(totals) = arrived {
            let asked: SmallVec<[bool; 8]> = (0..given.len()).map(|i| ctx.needs(i)).collect();
            let (node, saved) = (step.node, &step.saved[..]);
            let told = Ruled { op: name, site, node, asked: &asked, totals: &totals, saved, given: &given };
            observe::tell(|observer| observer.ruled(&told));
        }
        if self.create_graph {
            let others = given.iter().flatten().any(Tensor::needs_grad);
            for (i, cotangent) in given.iter_mut().enumerate().filter(|(i, _)| ctx.needs(*i)) {
                if let Some(g) = cotangent.take_if(|g| !g.needs_grad()) {
                    *cotangent = Some(ctx.without_graph(op, g, i, others, site));
                }
            }
        }
        for (i, cotangent) in given.iter_mut().enumerate() {
            let (Some(node), true) = (step.inputs[i], needs.as_ref().is_none_or(|needs| needs[i])) else { continue };
            let Some(cotangent) = cotangent.take() else { continue };
            let counted = step.counted.is_some();
            let added = tape::with(|tape| match tape.check_cotangent(node, &cotangent) {
                Ok(()) => Ok(self.add(tape, node, cotangent, counted)),
                Err(expected) => Err((cotangent, expected)),
            });
            match added {
                Ok(added) => {
                    if counted {
                        step.inputs[i] = None;
                    }
                    if let Added::Due { .. } = added {
                        scope::replay(site, || added.finish(self));
                    }
                }
                Err((cotangent, (dtype, shape))) => fail!(
                    "{name}: the rule's cotangent for input {i} is {} {:?}, the input is {dtype} {shape:?} (recorded at {site})",
                    cotangent.dtype(),
                    cotangent.shape(),
                ),
            }
        }
    }

    /// Records a checkpoint again and hands its outputs' cotangents to the new ones. These are younger than all that waits, so the
    /// walk goes through them next.
    #[track_caller]
    fn walk_again(&mut self, checkpoint: &Checkpoint, step: &Step, cotangents: &mut [Option<Tensor>]) {
        let leaves = tape::with(|tape| {
            let leaf = |(input, value): (&Option<NodeId>, &Option<Array>)| match &tape.entry((*input)?).kind {
                Kind::Leaf(node) => Some((node.leaf.clone(), value.clone()?)),
                Kind::Edge(_) => None,
            };
            step.inputs.iter().zip(&step.saved).filter_map(leaf).collect()
        });
        let outputs = observe::within(Within::Walk, || checkpoint.record_again(leaves, step.site));
        for ((output, node), cotangent) in outputs.iter().zip(cotangents) {
            let Some(cotangent) = cotangent.take() else { continue };
            let alike = (output.shape(), output.dtype()) == (cotangent.shape(), cotangent.dtype());
            let Some(node) = node.as_ref().filter(|_| alike) else {
                let describe = |x: &Tensor| format!("{} {:?}", x.dtype(), x.shape());
                let (first, second, site) = (describe(&cotangent), describe(output), step.site);
                let graph = if node.is_some() { "" } else { " without graph" };
                fail!("checkpoint: the first run gave {first}, the second {second}{graph} (recorded at {site})");
            };
            let added = tape::with(|tape| {
                if self.targets.is_some() {
                    self.plan(tape, vec![node.id()]);
                }
                self.add(tape, node.id(), cotangent, false)
            });
            scope::replay(step.site, || added.finish(self));
        }
    }

    /// Runs the hooks on an entry's totals, keeps those that are to be kept, and delivers those that were asked for.
    #[track_caller]
    fn settle(&mut self, index: u32) {
        let first = self.entries[index as usize].node;
        for output in 0..self.entries[index as usize].cotangents.len() {
            let node = NodeId { output: output as u32, ..first };
            let Some(mut total) = self.entries[index as usize].cotangents[output].take() else { continue };
            let (hooks, retain) = tape::with(|tape| tape.hooks(node));
            total = run_hooks(&hooks, total);
            if retain && self.targets.is_none() {
                let value = total.value().into_owned();
                let old = tape::with(|tape| tape.extras(node).and_then(|extras| extras.grad.replace(value)));
                drop(old);
            }
            self.deliver(node, &total);
            self.entries[index as usize].cotangents[output] = Some(total);
        }
    }

    fn deliver(&mut self, node: NodeId, total: &Tensor) {
        if let (Some(i), Some(targets)) = (self.target(node), &mut self.targets) {
            targets[i].total = Some(total.clone());
        }
    }

    /// The leaves' totals, after their hooks.
    #[track_caller]
    fn leaf_totals(&mut self) -> Vec<(NodeId, Arc<Leaf>, Tensor)> {
        let _mode = mode::set(self.create_graph);
        let mut totals = Vec::with_capacity(self.leaves.len());
        for &index in &self.leaves {
            let entry = &mut self.entries[index as usize];
            let Some(total) = entry.cotangents[0].take() else { continue };
            let node = entry.node;
            let leaf = tape::with(|tape| match &tape.entry(node).kind {
                Kind::Leaf(node) => node.leaf.clone(),
                Kind::Edge(_) => unreachable!("an edge among the leaves"),
            });
            let total = run_hooks(&leaf.hooks(), total);
            if observe::is_on() {
                observe::tell(|observer| observer.gathered(&leaf, &total));
            }
            totals.push((node, leaf, total));
        }
        totals
    }
}

impl Drop for Walk {
    /// Gives the walk that this one was nested in its marks back, and the counts of what was not walked; also on unwinding.
    fn drop(&mut self) {
        let entries = &self.entries;
        let id = self.id;
        tape::with(|tape| {
            for (i, entry) in entries.iter().enumerate() {
                let mark = Mark { walk: id, entry: i as u32 };
                if let Some(at) = tape.get_mut(entry.node).filter(|at| at.mark == mark) {
                    at.mark = entry.found;
                }
            }
        });
        let unwalked = self.frontier.iter().map(|(_, index)| index);
        for &index in unwalked.chain(&self.leaves) {
            tape::release(self.tape, self.entries[index as usize].node);
        }
    }
}

/// What became of a cotangent.
#[must_use]
enum Added {
    Stored,
    /// It is to be added to the one that is there; sums may record, so they wait until the tape is free.
    Due {
        index: u32,
        output: u32,
        cotangent: Tensor,
    },
}

impl Added {
    #[inline]
    fn finish(self, walk: &mut Walk) {
        let Added::Due { index, output, cotangent } = self else { return };
        let place = &mut walk.entries[index as usize].cotangents[output as usize];
        if let Some(total) = place.take() {
            *place = Some(sum(total, cotangent));
        }
    }
}

/// The sum of two cotangents, in place where the first one's buffer is nobody else's.
fn sum(total: Tensor, more: Tensor) -> Tensor {
    match (total.0, &more.0) {
        (Repr::Constant(mut total), Repr::Constant(more)) => {
            elementwise::add_assign(&mut total, more);
            Tensor::constant(total)
        }
        (total, _) => observe::within(Within::Walk, || Tensor(total) + more),
    }
}

/// Shows what arrived at an edge to those who look on.
#[inline]
fn observe_totals(edge: impl Fn() -> (&'static str, Site), node: NodeId, totals: &[Option<Tensor>]) {
    if observe::is_on() {
        let (op, site) = edge();
        observe::tell(|observer| observer.walked(&Walked { op, site, node, totals }));
    }
}

/// The op that made a node, and its line.
fn op_and_site(node: NodeId) -> (&'static str, Site) {
    let found = tape::with(|tape| tape.edge(node).map(|edge| (edge.op.clone(), edge.site)));
    let (op, site) = found.expect("the frontier holds edges");
    (op.name(), site)
}

/// Zero cotangents, for ops whose derivative is zero by definition.
fn zeros(inputs: &[Option<NodeId>]) -> Cotangents {
    let described = |node: &NodeId| tape::with(|tape| tape.describe(*node));
    let zeros = |(dtype, shape): (DType, Dims)| Tensor::zeros(&shape[..]).to_dtype(dtype);
    inputs.iter().map(|input| input.as_ref().map(described).map(zeros)).collect()
}

#[track_caller]
fn run_hooks(hooks: &[Hook], mut total: Tensor) -> Tensor {
    for hook in hooks.iter().filter(|hook| hook.is_active()) {
        if let Some(new) = scope::user(|| (hook.run)(&total)) {
            if new.shape() != total.shape() || new.dtype() != total.dtype() {
                fail!(
                    "hook: the replacement is {} {:?}, the cotangent is {} {:?}",
                    new.dtype(),
                    new.shape(),
                    total.dtype(),
                    total.shape()
                );
            }
            total = new;
        }
    }
    total
}
