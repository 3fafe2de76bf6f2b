//! Putting an edge on the tape.

use smallvec::SmallVec;

use super::{Edge, Kind, NodeId, Output, Tape, bury, current, with};
use crate::checkpoint;
use crate::fail;
use crate::leaf::Leaf;
use crate::op::{Needs, Outputs, SharedOp};
use crate::scope::Site;
use crate::tensor::{NodeRef, Repr, Tensor};
use std::sync::Arc;
use tapegrad_kernels::dims;

/// Records `op` from `inputs` to `outputs` and gives the outputs back as nodes.
///
/// # Panics
/// If an input that needs a gradient was recorded on another thread's tape.
#[track_caller]
pub(crate) fn record(op: SharedOp, inputs: &[&Tensor], mut outputs: Outputs, site: Site) -> Outputs {
    let needs = Needs::of(inputs);
    let mut saved = SmallVec::new();
    for (i, x) in inputs.iter().enumerate() {
        saved.push(op.get().saves_input(i, &needs).then(|| x.value().into_owned()));
    }
    let (mut described, mut live) = (SmallVec::new(), 0);
    for (i, y) in outputs.iter().enumerate() {
        let value = y.value();
        saved.push(op.get().saves_output(i).then(|| (*value).clone()));
        live += u32::from(value.dtype().is_float());
        described.push(Output { dtype: value.dtype(), shape: dims(value.shape()), extras: None });
    }
    if live == 0 {
        // Integers and truth values carry no gradient: nothing to record.
        return outputs;
    }
    // Before the op goes to the tape: it may hold tensors, which must not be dropped while the tape is borrowed.
    let tape = current();
    let foreign = |x: &&Tensor| matches!(&x.0, Repr::Result { node, .. } if node.tape() != tape);
    if let Some(i) = inputs.iter().position(foreign) {
        fail!(
            "{}: input {i} ({:?}) was computed on another thread and its graph stays there; \
             detach() it, or compute the whole expression on one thread",
            op.name(),
            inputs[i].shape()
        );
    }
    let (first, mail, noting) = with(|tape| {
        let mail = tape.mailbox.has_mail() && tape.drain();
        let inputs = tape.link(inputs);
        tape.edges += 1;
        tape.nodes += live as usize;
        let edge = Edge { op, inputs, outputs: described, saved, site, released: None, live };
        let (slot, order) = tape.push(Kind::Edge(edge));
        (NodeId { order, slot, output: 0 }, mail, tape.noting)
    });
    if mail {
        bury();
    }
    if noting {
        checkpoint::note(inputs);
    }
    let as_node = |(i, y): (usize, Tensor)| {
        let value = y.into_value();
        if value.dtype().is_float() {
            Tensor::result(value, NodeRef::counted(tape, NodeId { output: i as u32, ..first }))
        } else {
            Tensor::constant(value)
        }
    };
    // One output is by far the most frequent number, and collecting is slow.
    match outputs.pop() {
        Some(y) if outputs.is_empty() => outputs.push(as_node((0, y))),
        last => outputs = outputs.into_iter().chain(last).enumerate().map(as_node).collect(),
    }
    outputs
}

impl Tape {
    /// The inputs' nodes, each with a count for the edge that is being recorded.
    #[inline]
    fn link(&mut self, inputs: &[&Tensor]) -> SmallVec<[Option<NodeId>; 2]> {
        let mut nodes = SmallVec::new();
        for x in inputs {
            let id = match &x.0 {
                Repr::Result { node, .. } => Some(node.id()),
                Repr::Leaf(leaf) if leaf.requires_grad() => Some(self.leaf_node(leaf)),
                _ => None,
            };
            if let Some(id) = id {
                self.acquire(id);
            }
            nodes.push(id);
        }
        nodes
    }

    /// The leaf's node on this tape, made if it has none.
    pub(crate) fn leaf_node(&mut self, leaf: &Arc<Leaf>) -> NodeId {
        let id = self.id;
        leaf.node_on(id, || {
            self.nodes += 1;
            let (slot, order) = self.push(Kind::Leaf(super::LeafNode { count: 0, leaf: leaf.clone() }));
            NodeId { order, slot, output: 0 }
        })
    }

    /// On the thread's end: leaves forget this tape, and what may run a user's code is dropped without a borrow.
    pub(super) fn bequeath(&mut self) {
        for slot in self.slots.drain(..) {
            if let super::Slot::Used(super::Entry { kind: Kind::Leaf(node), .. }) = slot {
                node.leaf.forget(self.id);
            }
        }
    }
}
