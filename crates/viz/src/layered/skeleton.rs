//! First step: which blocks there are, in which layer each stands, and how the lines between them run from layer to
//! layer.

use super::Graph;
use crate::Error;
use std::collections::VecDeque;

/// What is placed as one: a node with the operation that alone produces it, a node that nothing produces alone, or an
/// operation with several outputs (or none).
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) node: Option<usize>,
    pub(super) operation: Option<usize>,
}

/// A line from a vertex to one in the next layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// How many lines run side by side: as often as an operation takes this input.
    pub(super) count: usize,
}

/// Blocks and lanes in layers. The vertices are the blocks by their index, then the lanes: a lane leads a line past a
/// layer. All lines of one block towards lower layers share its lanes, so a value that is used a hundred times does not
/// become a hundred lines.
#[derive(Debug)]
pub(super) struct Skeleton {
    pub(super) blocks: Vec<Block>,
    /// The vertices of each layer, from left to right.
    pub(super) layers: Vec<Vec<usize>>,
    /// The block at which a vertex's line begins: for a block itself.
    pub(super) origin: Vec<usize>,
    /// In rising order of (from, to).
    pub(super) links: Vec<Link>,
    /// The neighbours of each vertex in the layer above.
    pub(super) above: Vec<Vec<usize>>,
    /// The neighbours of each vertex in the layer below.
    pub(super) below: Vec<Vec<usize>>,
}

impl Skeleton {
    pub(super) fn of(graph: &Graph) -> Result<Self, Error> {
        let (blocks, arrows) = blocks_and_arrows(graph)?;
        let ranks = ranks(graph, &blocks, &arrows)?;
        let depth = ranks.iter().max().map_or(0, |deepest| deepest + 1);
        let mut layers = vec![Vec::new(); depth];
        let mut origin: Vec<usize> = (0..blocks.len()).collect();
        ranks.iter().enumerate().for_each(|(block, &rank)| layers[rank].push(block));

        let mut links = Vec::new();
        for of_one_block in arrows.chunk_by(|a, b| a.from == b.from) {
            let from = of_one_block[0].from;
            // The vertex of this block's line in each layer from its own on.
            let mut line = vec![from];
            for arrow in of_one_block {
                let not_yet_passed = ranks[from] + line.len()..ranks[arrow.to];
                for layer in layers.get_mut(not_yet_passed).unwrap_or_default() {
                    let lane = origin.len();
                    origin.push(from);
                    layer.push(lane);
                    links.push(Link { from: line[line.len() - 1], to: lane, count: 1 });
                    line.push(lane);
                }
                links.push(Link { from: line[ranks[arrow.to] - ranks[from] - 1], ..*arrow });
            }
        }
        links.sort_unstable();
        let (mut above, mut below) = (vec![Vec::new(); origin.len()], vec![Vec::new(); origin.len()]);
        for link in &links {
            above[link.to].push(link.from);
            below[link.from].push(link.to);
        }
        Ok(Self { blocks, layers, origin, links, above, below })
    }

    /// Whether a vertex leads a line past a layer.
    pub(super) fn is_lane(&self, vertex: usize) -> bool {
        vertex >= self.blocks.len()
    }

    /// Whether the line through a vertex begins at a block into which no line leads: leaves and constants.
    pub(super) fn begins_at_source(&self, vertex: usize) -> bool {
        self.above[self.origin[vertex]].is_empty()
    }
}

/// The blocks, and the lines between them in rising order, each pair once.
fn blocks_and_arrows(graph: &Graph) -> Result<(Vec<Block>, Vec<Link>), Error> {
    let cannot = |reason: String| Err(Error::cannot_draw(format!("graph {:?}", graph.title), reason));
    let nodes = graph.nodes.len();
    if nodes == 0 {
        return cannot("it has no nodes".into());
    }
    let mut producer = vec![None; nodes];
    for (i, operation) in graph.operations.iter().enumerate() {
        if let Some(&missing) = operation.inputs.iter().chain(&operation.outputs).find(|&&node| node >= nodes) {
            return cannot(format!("operation {i} names node {missing}, there are {nodes}"));
        }
        for &output in &operation.outputs {
            if let Some(other) = producer[output].replace(i) {
                return cannot(format!("node {output} is an output of operation {other} and again of operation {i}"));
            }
        }
    }
    // A block of its own only for operations that do not belong to exactly one node.
    let mut blocks = Vec::new();
    let single = |operation: &usize| graph.operations[*operation].outputs.len() == 1;
    for (node, made_by) in producer.iter().enumerate() {
        blocks.push(Block { node: Some(node), operation: made_by.filter(single) });
    }
    let mut arrows = Vec::new();
    for (i, operation) in graph.operations.iter().enumerate() {
        let block = match operation.outputs[..] {
            [output] => output,
            [..] => {
                blocks.push(Block { node: None, operation: Some(i) });
                let block = blocks.len() - 1;
                arrows.extend(operation.outputs.iter().map(|&output| (block, output)));
                block
            }
        };
        arrows.extend(operation.inputs.iter().map(|&input| (input, block)));
    }
    arrows.sort_unstable();
    let same = arrows.chunk_by(|a, b| a == b);
    let arrows = same.map(|same| Link { from: same[0].0, to: same[0].1, count: same.len() }).collect();
    Ok((blocks, arrows))
}

/// The layer of each block: as far down as its longest way from a block without inputs, or, for what feeds on leaves and
/// constants and at most one result, just above its first use.
fn ranks(graph: &Graph, blocks: &[Block], arrows: &[Link]) -> Result<Vec<usize>, Error> {
    let mut waiting = vec![0; blocks.len()];
    let mut first_arrow = vec![arrows.len(); blocks.len() + 1];
    for (i, arrow) in arrows.iter().enumerate().rev() {
        waiting[arrow.to] += 1;
        first_arrow[arrow.from] = i;
    }
    let arrows_of = |block: usize| arrows[first_arrow[block]..].iter().take_while(move |arrow| arrow.from == block);
    let mut ready: VecDeque<usize> = (0..blocks.len()).filter(|&block| waiting[block] == 0).collect();
    let source: Vec<bool> = waiting.iter().map(|&above| above == 0).collect();
    let mut results_above = vec![0; blocks.len()];
    arrows.iter().filter(|arrow| !source[arrow.from]).for_each(|arrow| results_above[arrow.to] += 1);
    let mut ranks = vec![0; blocks.len()];
    let mut order = Vec::new();
    while let Some(block) = ready.pop_front() {
        order.push(block);
        for arrow in arrows_of(block) {
            ranks[arrow.to] = ranks[arrow.to].max(ranks[block] + 1);
            waiting[arrow.to] -= 1;
            if waiting[arrow.to] == 0 {
                ready.push_back(arrow.to);
            }
        }
    }
    if order.len() < blocks.len() {
        let stuck = (0..blocks.len()).find(|&block| waiting[block] > 0).map(|block| blocks[block]);
        let name = match stuck {
            Some(Block { node: Some(node), .. }) => format!("node {node}"),
            _ => "an operation".into(),
        };
        let reason = format!("the operations form a cycle, on or above {name}");
        return Err(Error::cannot_draw(format!("graph {:?}", graph.title), reason));
    }
    // Lines from several results would grow longer for the sake of the one line to the first use.
    for &block in order.iter().rev().filter(|&&block| results_above[block] <= 1) {
        if let Some(first_use) = arrows_of(block).map(|arrow| ranks[arrow.to]).min() {
            ranks[block] = first_use - 1;
        }
    }
    Ok(ranks)
}
