//! The graph behind some tensors as plain data: for drawings, reports and exports.

use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::Arc;

use super::{Kind, NodeId, Statistics, with};
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
        let mut seen: HashMap<NonZeroU64, NodeId> = HashMap::new();
        let mut waiting: Vec<NodeId> = roots.iter().map(|root| root.id()).collect();
        while let Some(id) = waiting.pop() {
            if seen.insert(id.order, id).is_none()
                && let Some(edge) = tape.edge(id)
            {
                waiting.extend(edge.inputs.iter().flatten());
            }
        }
        let mut ids: Vec<NodeId> = seen.into_values().collect();
        ids.sort_unstable_by_key(|id| id.order);
        let mut places: HashMap<(NonZeroU64, u32), usize> = HashMap::new();
        for id in ids {
            match &tape.entry(id).kind {
                Kind::Leaf(node) => {
                    places.insert((id.order, 0), graph.nodes.len());
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
                    let inputs = edge.inputs.iter().map(|input| input.map(|node| places[&node.key()])).collect();
                    let mut outputs = Vec::new();
                    for (i, output) in edge.outputs.iter().enumerate() {
                        if !output.dtype.is_float() {
                            outputs.push(None);
                            continue;
                        }
                        places.insert((id.order, i as u32), graph.nodes.len());
                        outputs.push(Some(graph.nodes.len()));
                        let name = output.extras.as_ref().and_then(|extras| extras.name.clone());
                        let (dtype, shape) = (output.dtype, output.shape.to_vec());
                        graph.nodes.push(NodeInfo { name, dtype, shape, leaf: false, value: None, gradient: None });
                    }
                    found.push((edge.op.clone(), edge.site, inputs, outputs));
                }
            }
        }
        graph.roots = roots.iter().map(|root| places[&root.id().key()]).collect();
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
