//! From a graph in parts to what is drawn: one operation for each part, and the nodes between parts.

use std::collections::HashMap;

use tapegrad_core::DType;
use tapegrad_core::tape::NodeInfo;

use super::parts::{Cut, Part};
use super::steps::Steps;
use super::wording::{self, count};
use crate::layered::{Graph, NodeBox, NodeStyle, Operation};

/// Inputs outside the tape that an op has before they share a box.
const FEW: usize = 3;

/// The graph as it is drawn.
///
/// A node within a fold is not drawn. Nodes that lead from one part to the same others share a box if one of those parts is a fold:
/// the weights of a thousand folded layers are one box.
pub(super) fn of(title: String, steps: &Steps, cut: &Cut) -> Graph {
    let flow = Flow::of(steps, &cut.parts);
    let mut nodes = Vec::new();
    let place = shared_boxes(steps, cut, &flow, &mut nodes);
    let mut operations = Vec::with_capacity(cut.parts.len());
    let mut first = 0;
    for (part, Part { len, fold }) in cut.parts.iter().enumerate() {
        let range = first..first + len;
        let ops = range.clone().map(|step| steps.ops(step)).sum();
        let mut outputs: Vec<usize> = range
            .clone()
            .flat_map(|step| steps.edge(step).outputs.iter().flatten().filter_map(|&node| place[node]))
            .collect();
        outputs.sort_unstable();
        outputs.dedup();
        let operation = match fold {
            None => {
                let site = steps.edge(first).site;
                let (inputs, lines) = (slots(steps, first, &place, &mut nodes), wording::of_step(steps, first));
                Operation { inputs, outputs, lines, tooltip: site.to_string(), ops, folded: false }
            }
            Some(lines) => {
                let mut inputs: Vec<usize> = flow.read_by(part).filter_map(|node| place[node]).collect();
                inputs.sort_unstable();
                inputs.dedup();
                let outside = range.flat_map(|step| steps.sources(step)).filter(Option::is_none).count();
                inputs.extend((outside > 0).then(|| constants(&mut nodes, outside)));
                let tooltip = format!("{} ops in one box", count(ops));
                Operation { inputs, outputs, lines: lines.clone(), tooltip, ops, folded: true }
            }
        };
        operations.push(operation);
        first += len;
    }
    Graph { title, note: cut.note.clone(), nodes, operations }
}

/// The inputs of an op that stands for itself, in their order.
fn slots(steps: &Steps, step: usize, place: &[Option<usize>], nodes: &mut Vec<NodeBox>) -> Vec<usize> {
    let outside = steps.sources(step).filter(Option::is_none).count();
    let mut shared = None;
    let mut inputs = Vec::new();
    for source in steps.sources(step) {
        let input = match source.and_then(|node| place[node]) {
            Some(input) => input,
            None if outside <= FEW => constants(nodes, 1),
            None => *shared.get_or_insert_with(|| constants(nodes, outside)),
        };
        // Many nodes in one box are one line.
        if nodes[input].nodes == 1 || !inputs.contains(&input) {
            inputs.push(input);
        }
    }
    inputs
}

/// A box for inputs that the tape knows nothing of.
fn constants(nodes: &mut Vec<NodeBox>, n: usize) -> usize {
    let name = if n == 1 { "constant".to_string() } else { format!("{} constants", count(n)) };
    let tooltip = "requires no gradient, so it is not on the tape".to_string();
    nodes.push(NodeBox { lines: vec![name], style: NodeStyle::Constant, tooltip, nodes: n });
    nodes.len() - 1
}

/// Which nodes lead from part to part.
struct Flow {
    /// For each node the part that makes it.
    made_in: Vec<Option<usize>>,
    /// The nodes that other parts than their own read, with these parts, in rising order.
    crossings: Vec<(usize, usize)>,
    /// The same with the part first.
    by_part: Vec<(usize, usize)>,
}

impl Flow {
    fn of(steps: &Steps, parts: &[Part]) -> Self {
        let mut made_in = vec![None; steps.graph.nodes.len()];
        let mut crossings = Vec::new();
        let mut first = 0;
        for (part, Part { len, .. }) in parts.iter().enumerate() {
            for step in first..first + len {
                // Inputs are older than outputs, so whatever made them has been met.
                for node in steps.sources(step).flatten() {
                    if made_in[node] != Some(part) && crossings.last() != Some(&(node, part)) {
                        crossings.push((node, part));
                    }
                }
                steps.edge(step).outputs.iter().flatten().for_each(|&node| made_in[node] = Some(part));
            }
            first += len;
        }
        crossings.sort_unstable();
        crossings.dedup();
        let mut by_part: Vec<_> = crossings.iter().map(|&(node, part)| (part, node)).collect();
        by_part.sort_unstable();
        Self { made_in, crossings, by_part }
    }

    /// The parts that read a node, other than its own.
    fn readers(&self, node: usize) -> impl Iterator<Item = usize> {
        let start = self.crossings.partition_point(|crossing| crossing.0 < node);
        self.crossings[start..].iter().take_while(move |crossing| crossing.0 == node).map(|crossing| crossing.1)
    }

    /// The nodes that a part reads and does not make.
    fn read_by(&self, part: usize) -> impl Iterator<Item = usize> {
        let start = self.by_part.partition_point(|crossing| crossing.0 < part);
        self.by_part[start..].iter().take_while(move |crossing| crossing.0 == part).map(|crossing| crossing.1)
    }
}

/// What nodes have in common that share a box.
#[derive(PartialEq, Eq, Hash)]
struct Role<'g> {
    made_in: Option<usize>,
    readers: Vec<usize>,
    root: bool,
    shape: Option<(&'g [usize], DType)>,
}

/// Nodes that share a box.
struct Shared<'g> {
    first: &'g NodeInfo,
    last: &'g NodeInfo,
    nodes: usize,
    style: NodeStyle,
    alike: bool,
}

/// Makes the boxes of all nodes that are drawn; gives each node's box.
///
/// Drawn are the roots, what a part makes and another reads, and what has a name unless it is within a fold. What an op makes
/// besides, for its own rule, is not.
fn shared_boxes(steps: &Steps, cut: &Cut, flow: &Flow, nodes: &mut Vec<NodeBox>) -> Vec<Option<usize>> {
    let graph = steps.graph;
    let folds = |part: usize| cut.parts[part].fold.is_some();
    let mut is_root = vec![false; graph.nodes.len()];
    graph.roots.iter().for_each(|&root| is_root[root] = true);
    let mut place = vec![None; graph.nodes.len()];
    let mut shared: Vec<Shared> = Vec::new();
    let mut known: HashMap<Role, usize> = HashMap::new();
    for (i, node) in graph.nodes.iter().enumerate() {
        let made_in = flow.made_in[i];
        let within = made_in.is_some_and(folds);
        let mut readers = flow.readers(i).peekable();
        if !is_root[i] && readers.peek().is_none() && (within || node.name.is_none()) {
            continue;
        }
        let readers: Vec<usize> = readers.collect();
        let root = is_root[i] && !node.leaf;
        let shareable = cut.coarse || !root && (within || readers.iter().any(|&part| folds(part)));
        let style = match (root, node.leaf) {
            (true, _) => NodeStyle::Root,
            (_, true) => NodeStyle::Leaf,
            _ => NodeStyle::Value,
        };
        let shape = (!cut.coarse).then_some((&node.shape[..], node.dtype));
        let mut new = || {
            shared.push(Shared { first: node, last: node, nodes: 0, style, alike: true });
            shared.len() - 1
        };
        let at =
            if shareable { *known.entry(Role { made_in, readers, root, shape }).or_insert_with(new) } else { new() };
        let found = &mut shared[at];
        found.alike &= found.first.shape == node.shape && found.first.dtype == node.dtype;
        (found.last, found.nodes) = (node, found.nodes + 1);
        place[i] = Some(at);
    }
    nodes.extend(shared.iter().map(node_box));
    place
}

fn node_box(shared: &Shared) -> NodeBox {
    let Shared { first, last, nodes, style, alike } = *shared;
    if nodes == 1 {
        let tooltip = wording::shape_and_type(&first.shape, first.dtype);
        return NodeBox { lines: wording::of_node(first), style, tooltip, nodes };
    }
    let described = if alike { wording::shape_and_type(&first.shape, first.dtype) } else { "of several shapes".into() };
    let described = format!("{}{}{described}", count(nodes), if alike { " × " } else { " nodes " });
    let name = first.name.as_ref().zip(last.name.as_ref()).map(|(first, last)| format!("{first} … {last}"));
    NodeBox { lines: name.into_iter().chain([described.clone()]).collect(), style, tooltip: described, nodes }
}
