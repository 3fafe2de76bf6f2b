//! The drawing of what was recorded: nodes are data, edges are operations.

use std::path::Path;

use tapegrad_core::tape::{self, EdgeInfo, NodeInfo};
use tapegrad_core::{Tensor, fail};

use crate::error::Error;
use crate::layered::{Graph, NodeBox, NodeStyle, Operation};

/// More boxes than this are not readable on one page.
const MOST_NODES: usize = 300;

impl Graph {
    /// The graph behind some tensors, as it stands on this thread's tape: draw it before `backward`, which lets the edges go.
    /// A box is a node with its name, shape and type; a badge is an operation with its attributes and the user's line. An input
    /// that requires no gradient is no node of the tape and is drawn as an unnamed constant.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_viz::Graph;
    ///
    /// let w = Tensor::from(2.0).requires_grad().named("w");
    /// let loss = (&w * 3.0).exp();
    /// let drawing = Graph::of("exp(3 w)", &[&loss])?.draw()?;
    /// assert!(drawing.as_str().contains("exp"));
    /// # Ok::<(), tapegrad_viz::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::CannotDraw`] if there are more than 300 nodes.
    ///
    /// # Panics
    /// If a tensor has no graph, or was computed on another thread.
    #[track_caller]
    pub fn of(title: impl Into<String>, roots: &[&Tensor]) -> Result<Graph, Error> {
        if let Some(root) = roots.iter().find(|root| !root.needs_grad()) {
            fail!("Graph::of: the tensor {:?} has no graph", root.shape());
        }
        let recorded = tape::graph(roots);
        let shown = shown(&recorded);
        let mut nodes: Vec<NodeBox> = Vec::new();
        let mut places = vec![None; recorded.nodes.len()];
        for (i, node) in recorded.nodes.iter().enumerate().filter(|(i, _)| shown[*i]) {
            places[i] = Some(nodes.len());
            let root = recorded.roots.contains(&i) && !node.leaf;
            nodes.push(node_box(node, root));
        }
        let mut operations = Vec::with_capacity(recorded.edges.len());
        for edge in &recorded.edges {
            let place = |node: &Option<usize>| node.and_then(|node| places[node]);
            let inputs = edge.inputs.iter().map(|input| place(input).unwrap_or_else(|| constant(&mut nodes))).collect();
            let outputs = edge.outputs.iter().filter_map(place).collect();
            operations.push(operation(edge, inputs, outputs));
        }
        if nodes.len() > MOST_NODES {
            let reason = format!("the graph has {} nodes, at most {MOST_NODES} are drawn", nodes.len());
            return Err(Error::cannot_draw("graph", reason));
        }
        Ok(Graph { title: title.into(), nodes, operations })
    }
}

/// Which nodes are drawn: the roots, what an edge consumes, and what has a name. What an op makes besides, for its own rule, is
/// left out.
fn shown(graph: &tape::Graph) -> Vec<bool> {
    let mut shown: Vec<bool> = graph.nodes.iter().map(|node| node.name.is_some()).collect();
    for &node in graph.roots.iter().chain(graph.edges.iter().flat_map(|edge| edge.inputs.iter().flatten())) {
        shown[node] = true;
    }
    shown
}

fn node_box(node: &NodeInfo, root: bool) -> NodeBox {
    let described = if node.shape.is_empty() {
        format!("scalar {}", node.dtype)
    } else {
        format!("{:?} {}", node.shape, node.dtype)
    };
    let lines = node.name.iter().map(|name| name.to_string()).chain([described.clone()]).collect();
    let style = match (root, node.leaf) {
        (true, _) => NodeStyle::Loss,
        (_, true) => NodeStyle::Leaf,
        _ => NodeStyle::Value,
    };
    NodeBox { lines, style, tooltip: described }
}

/// A box for an input that the tape knows nothing of.
fn constant(nodes: &mut Vec<NodeBox>) -> usize {
    let tooltip = "requires no gradient, so it is not on the tape".to_string();
    nodes.push(NodeBox { lines: vec!["constant".to_string()], style: NodeStyle::Constant, tooltip });
    nodes.len() - 1
}

fn operation(edge: &EdgeInfo, inputs: Vec<usize>, outputs: Vec<usize>) -> Operation {
    let attributes =
        edge.attributes.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ");
    let file =
        Path::new(edge.site.file()).file_name().map_or_else(|| edge.site.file().into(), |name| name.to_string_lossy());
    let line = format!("{file}:{}", edge.site.line());
    let lines = [edge.op.to_string(), attributes, line].into_iter().filter(|text| !text.is_empty()).collect();
    Operation { inputs, outputs, lines, tooltip: edge.site.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tapegrad_core::Tensor;

    #[test]
    fn nodes_are_data_and_operations_name_the_line() {
        let x = Tensor::from(vec![1.0, 2.0]).requires_grad().named("x");
        let line = line!() + 1;
        let y = (&x * &x).sum();
        let graph = Graph::of("square", &[&y]).unwrap();
        let first: Vec<&str> = graph.nodes.iter().map(|node| node.lines[0].as_str()).collect();
        assert_eq!(first, ["x", "[2] f64", "scalar f64"]);
        assert_eq!(graph.operations[0].inputs, [0, 0]);
        assert!(graph.operations.iter().all(|op| op.lines.last() == Some(&format!("recorded.rs:{line}"))));
        assert_eq!(graph.nodes[2].style, NodeStyle::Loss);
    }

    #[test]
    fn an_input_without_gradient_is_a_constant() {
        let x = Tensor::from(1.0).requires_grad();
        let graph = Graph::of("", &[&(&x * Tensor::from(2.0))]).unwrap();
        assert_eq!(graph.nodes.iter().filter(|node| node.style == NodeStyle::Constant).count(), 1);
    }

    #[test]
    fn what_an_op_makes_for_its_own_rule_is_left_out() {
        let x = Tensor::from([[1.0, 2.0]]).requires_grad();
        let graph = Graph::of("", &[&x.cross_entropy(&Tensor::from([0i64]))]).unwrap();
        assert_eq!(graph.nodes.iter().filter(|node| node.style != NodeStyle::Constant).count(), 2);
    }

    #[test]
    fn too_large_a_graph_is_an_error_that_says_how_large() {
        let mut y = Tensor::from(1.0).requires_grad();
        for _ in 0..300 {
            y = y.sin();
        }
        let error = Graph::of("", &[&y]).unwrap_err();
        assert!(error.to_string().contains("301 nodes"), "{error}");
    }
}
