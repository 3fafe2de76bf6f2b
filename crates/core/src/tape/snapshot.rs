//! The graph behind some tensors as plain data: for drawings, reports and exports.

use std::sync::Arc;

use super::{Entry, Kind, NodeId, Slot, Statistics, Tape, with};
use crate::scope::Site;
use crate::tensor::Tensor;
use tapegrad_kernels::DType;

/// A node of the graph: data.
#[derive(Clone, Debug)]
pub struct NodeInfo {
    /// The name given by [`Tensor::named`].
    pub name: Option<Arc<str>>,
    /// The element type.
    pub dtype: DType,
    /// The lengths of the axes.
    pub shape: Vec<usize>,
    /// Whether this is a leaf.
    pub leaf: bool,
    /// What the value is like; only a [`super::Watch`] knows.
    pub value: Option<Statistics>,
    /// What the gradient is like, if a walk met the node during a [`super::Watch`].
    pub gradient: Option<Statistics>,
}

/// An edge of the graph: an operation.
#[derive(Clone, Debug)]
pub struct EdgeInfo {
    /// The op's name.
    pub op: &'static str,
    /// The op's attributes.
    pub attributes: Vec<(&'static str, String)>,
    /// The user's line.
    pub site: Site,
    /// The path of [`crate::scope::named`] it was recorded in, as `encoder.attention`; only a [`super::Watch`] knows.
    pub scope: Option<Arc<str>>,
    /// Places in [`Graph::nodes`]; `None` for an input without gradient.
    pub inputs: Vec<Option<usize>>,
    /// Places in [`Graph::nodes`]; `None` for an output that cannot carry a gradient.
    pub outputs: Vec<Option<usize>>,
}

/// What lies behind some roots.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// In the order of recording.
    pub nodes: Vec<NodeInfo>,
    /// In the order of recording.
    pub edges: Vec<EdgeInfo>,
    /// The roots' places in [`Graph::nodes`]; roots without graph are left out.
    pub roots: Vec<usize>,
}

/// The graph behind these tensors on this thread's tape.
///
/// ```
/// use tapegrad_core::{Tensor, tape};
/// let w = Tensor::from(2.0).requires_grad().named("w");
/// let y = (&w * 3.0).exp();
/// let graph = tape::graph(&[&y]);
/// assert_eq!(graph.edges.iter().map(|e| e.op).collect::<Vec<_>>(), ["mul", "exp"]);
/// assert_eq!(graph.nodes[0].name.as_deref(), Some("w"));
/// ```
///
/// # Panics
/// If a tensor was computed on another thread.
#[track_caller]
pub fn graph(roots: &[&Tensor]) -> Graph {
    let roots: Vec<_> = roots.iter().filter_map(|root| root.node("graph")).collect();
    let mut graph = Graph::default();
    // Ops describe themselves with no borrow held, since they may be a user's.
    let mut found = Vec::new();
    with(|tape| {
        let ids = reached(tape, roots.iter().map(|root| root.id()).collect());
        // The place of an entry's first node. A list by slot, since hashing a million of them takes longer than all the rest.
        let mut first = vec![usize::MAX; tape.slots.len()];
        for id in ids {
            first[id.slot as usize] = graph.nodes.len();
            match &tape.peek(id).kind {
                Kind::Leaf(node) => {
                    let (leaf, shape) = (&node.leaf, node.leaf.shape().to_vec());
                    graph.nodes.push(NodeInfo {
                        name: leaf.name(),
                        dtype: leaf.dtype(),
                        shape,
                        leaf: true,
                        value: None,
                        gradient: None,
                    });
                }
                Kind::Edge(edge) => {
                    let inputs = edge.inputs.iter().map(|input| input.map(|node| place(tape, &first, node))).collect();
                    let mut outputs = Vec::new();
                    for output in &edge.outputs {
                        if !output.dtype.is_float() {
                            outputs.push(None);
                            continue;
                        }
                        outputs.push(Some(graph.nodes.len()));
                        let name = output.extras.as_ref().and_then(|extras| extras.name.clone());
                        let (dtype, shape) = (output.dtype, output.shape.to_vec());
                        graph.nodes.push(NodeInfo { name, dtype, shape, leaf: false, value: None, gradient: None });
                    }
                    found.push((edge.op.clone(), edge.site, inputs, outputs));
                }
            }
        }
        graph.roots = roots.iter().map(|root| place(tape, &first, root.id())).collect();
    });
    graph.edges = found
        .into_iter()
        .map(|(op, site, inputs, outputs)| EdgeInfo {
            op: op.name(),
            attributes: op.attributes(),
            site,
            scope: None,
            inputs,
            outputs,
        })
        .collect();
    graph
}

/// All that the roots depend on, each entry once, in the order of recording.
fn reached(tape: &Tape, mut waiting: Vec<NodeId>) -> Vec<NodeId> {
    let (mut ids, mut seen) = (Vec::new(), vec![false; tape.slots.len()]);
    while let Some(id) = waiting.pop() {
        if std::mem::replace(&mut seen[id.slot as usize], true) {
            continue;
        }
        ids.push(id);
        if let Kind::Edge(edge) = &tape.peek(id).kind {
            waiting.extend(edge.inputs.iter().flatten());
        }
    }
    ids.sort_unstable_by_key(|id| id.order);
    ids
}

/// A node's place: after those of the outputs before it that are nodes too.
fn place(tape: &Tape, first: &[usize], id: NodeId) -> usize {
    let before = match &tape.peek(id).kind {
        Kind::Edge(edge) if id.output > 0 => &edge.outputs[..id.output as usize],
        _ => &[],
    };
    first[id.slot as usize] + before.iter().filter(|output| output.dtype.is_float()).count()
}

impl Tape {
    /// The entry of a node that somebody holds a count on, to be read only.
    fn peek(&self, id: NodeId) -> &Entry {
        match self.slots.get(id.slot as usize) {
            Some(Slot::Used(entry)) if entry.order == id.order => entry,
            _ => unreachable!("a counted node is on its tape"),
        }
    }
}
