//! The edges that are drawn as operations. A broadcast or reshape that one op alone reads is none of them: it is how operands meet,
//! and a box for each would hide the computation behind it. It becomes a note at the op that reads it.

use tapegrad_core::tape::{EdgeInfo, Graph, NodeInfo};

/// A recorded graph with its broadcasts and reshapes folded into the ops that read them. A *step* is an edge that is drawn.
pub(super) struct Steps<'g> {
    pub(super) graph: &'g Graph,
    /// The steps' places among the graph's edges, in the order of recording.
    pub(super) edges: Vec<usize>,
    /// For each node the edge that made it.
    producer: Vec<Option<usize>>,
    /// For each edge whether it is a mere note at the op that reads it.
    noted: Vec<bool>,
}

impl<'g> Steps<'g> {
    pub(super) fn of(graph: &'g Graph) -> Self {
        let mut producer = vec![None; graph.nodes.len()];
        let mut readers = vec![0_u32; graph.nodes.len()];
        // What must stay a box of its own counts as read once more.
        graph.roots.iter().for_each(|&root| readers[root] += 2);
        let mut noted = vec![false; graph.edges.len()];
        for (i, edge) in graph.edges.iter().enumerate() {
            edge.outputs.iter().flatten().for_each(|&output| producer[output] = Some(i));
            edge.inputs.iter().flatten().for_each(|&input| readers[input] += 1);
        }
        for edge in &graph.edges {
            for &input in edge.inputs.iter().flatten() {
                if let Some(made_by) = producer[input]
                    && fits_shapes(&graph.edges[made_by])
                    && readers[input] == 1
                    && graph.nodes[input].name.is_none()
                {
                    noted[made_by] = true;
                }
            }
        }
        let edges = (0..graph.edges.len()).filter(|&edge| !noted[edge]).collect();
        Self { graph, edges, producer, noted }
    }

    pub(super) fn edge(&self, step: usize) -> &'g EdgeInfo {
        &self.graph.edges[self.edges[step]]
    }

    /// The nodes a step reads, by its inputs: what lies before the notes. `None` is no node of the tape.
    pub(super) fn sources(&self, step: usize) -> impl Iterator<Item = Option<usize>> {
        self.edge(step).inputs.iter().map(|input| input.map(|node| self.source(node)))
    }

    /// What is noted at a step, from its inputs upwards: an op, the node that it reads and the node that it makes.
    pub(super) fn notes(&self, step: usize) -> impl Iterator<Item = (&'g str, &'g NodeInfo, &'g NodeInfo)> {
        let graph = self.graph;
        let notes = self.edge(step).inputs.iter().flatten().flat_map(|&node| self.notes_before(node));
        notes.map(|(edge, from, to)| (graph.edges[edge].op, &graph.nodes[from], &graph.nodes[to]))
    }

    /// How many recorded ops a step stands for: itself and those noted at it.
    pub(super) fn ops(&self, step: usize) -> usize {
        1 + self.notes(step).count()
    }

    fn source(&self, node: usize) -> usize {
        self.notes_before(node).last().map_or(node, |(_, from, _)| from)
    }

    /// The noted edges that lead to a node, from the last to the first, each with the node that it reads and the one it makes.
    fn notes_before(&self, node: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        let note = |node: usize| {
            let edge = self.producer[node].filter(|&edge| self.noted[edge])?;
            Some((edge, self.graph.edges[edge].inputs[0]?, node))
        };
        std::iter::successors(note(node), move |&(_, from, _)| note(from))
    }
}

/// Whether an edge only gives its one input another shape.
fn fits_shapes(edge: &EdgeInfo) -> bool {
    matches!(edge.op, "broadcast_to" | "reshape") && matches!(edge.inputs[..], [Some(_)]) && edge.outputs.len() == 1
}
