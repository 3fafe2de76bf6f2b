//! Putting an edge on the tape.

use smallvec::SmallVec;

use super::{Edge, Kind, NodeId, Output, Tape, bury, with};
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
    let mut edge = Edge {
        op,
        inputs: SmallVec::new(),
        outputs: SmallVec::new(),
        saved: SmallVec::new(),
        site,
        released: None,
        live: 0,
    };
    let needs = Needs::of(inputs);
    for (i, x) in inputs.iter().enumerate() {
        edge.saved.push(edge.op.get().saves_input(i, &needs).then(|| x.value().into_owned()));
    }
    for (i, y) in outputs.iter().enumerate() {
        let value = y.value();
        edge.saved.push(edge.op.get().saves_output(i).then(|| (*value).clone()));
        let count = u32::from(value.dtype().is_float());
        edge.live += count;
        edge.outputs.push(Output { count, dtype: value.dtype(), shape: dims(value.shape()), extras: None });
    }
    if edge.live == 0 {
        // Integers and truth values carry no gradient: nothing to record.
        return outputs;
    }
    let recorded = with(|tape| {
        let mail = tape.mailbox.has_mail() && tape.drain();
        tape.push_edge(edge, inputs).map(|(id, tape)| (id, tape, mail))
    });
    let (first, tape, mail) = match recorded {
        Ok(recorded) => recorded,
        Err((i, name)) => fail!(
            "{name}: input {i} ({:?}) was computed on another thread and its graph stays there; \
             detach() it, or compute the whole expression on one thread",
            inputs[i].shape()
        ),
    };
    if mail {
        bury();
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
    /// Links the edge to its inputs' nodes. On failure, the place of the input that belongs to another tape,
    /// and the op's name.
    #[inline]
    fn push_edge(&mut self, mut edge: Edge, inputs: &[&Tensor]) -> Result<(NodeId, u64), (usize, &'static str)> {
        for (i, x) in inputs.iter().enumerate() {
            if let Repr::Result { node, .. } = &x.0
                && node.tape() != self.id
            {
                return Err((i, edge.op.name()));
            }
        }
        for x in inputs {
            let id = match &x.0 {
                Repr::Result { node, .. } => Some(node.id()),
                Repr::Leaf(leaf) if leaf.requires_grad() => Some(self.leaf_node(leaf)),
                _ => None,
            };
            if let Some(id) = id {
                self.acquire(id);
            }
            edge.inputs.push(id);
        }
        self.edges += 1;
        self.nodes += edge.nodes();
        let (slot, order) = self.push(Kind::Edge(edge));
        Ok((NodeId { order, slot, output: 0 }, self.id))
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
