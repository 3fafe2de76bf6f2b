//! What holds for the drawing of any graph.

use std::panic::Location;
use std::sync::Arc;

use tapegrad_core::DType;
use tapegrad_core::tape::{EdgeInfo, Graph as Recorded, NodeInfo};

use crate::layered::{Graph, NodeStyle};
use crate::well_formed::assert_well_formed;

/// A fixed linear congruential generator: any graphs will do, as long as they are the same ones every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

fn node(random: &mut Random, leaf: bool) -> NodeInfo {
    let name = (random.below(20) == 0).then(|| Arc::from(format!("n{}", random.below(1000))));
    let shape = vec![1 + random.below(3); random.below(3)];
    NodeInfo { name, dtype: DType::F32, shape, leaf, value: None, gradient: None }
}

/// A graph of `ops` ops: at random, or with turns that are repeated at random.
fn graph(random: &mut Random, ops: usize) -> Recorded {
    let mut graph = Recorded::default();
    graph.nodes.push(node(random, true));
    let turn = 1 + random.below(7);
    let wild = random.below(3) * 10;
    while graph.edges.len() < ops {
        let i = graph.edges.len();
        let kind = if random.below(40) < wild { random.below(6) } else { i % turn };
        let op = ["sin", "mul", "broadcast_to", "reshape", "split", "add"][kind % 6];
        let mut input = |graph: &mut Recorded| match random.below(8) {
            0 => None,
            1 => {
                graph.nodes.push(node(random, true));
                Some(graph.nodes.len() - 1)
            }
            2 => Some(random.below(graph.nodes.len())),
            _ => Some(graph.nodes.len() - 1),
        };
        let inputs: Vec<Option<usize>> = (0..1 + kind % 2).map(|_| input(&mut graph)).collect();
        let outputs = if op == "split" {
            vec![Some(graph.nodes.len()), None, Some(graph.nodes.len() + 1)]
        } else {
            vec![Some(graph.nodes.len())]
        };
        outputs.iter().flatten().for_each(|_| graph.nodes.push(node(random, false)));
        let attributes = if kind == 0 { vec![("axis", format!("{}", random.below(2)))] } else { Vec::new() };
        let scope = (random.below(3) > 0).then(|| Arc::from(format!("net.{}.part", i / 50)));
        graph.edges.push(EdgeInfo { op, attributes, site: Location::caller(), scope, inputs, outputs });
    }
    let last = graph.nodes.len() - 1;
    graph.roots = (0..1 + random.below(3)).map(|_| random.below(last + 1)).chain([last]).collect();
    graph
}

fn check(recorded: &Recorded, most: usize) {
    let drawn = Graph::recorded("title", recorded, most);
    assert!(drawn.nodes.len() <= most, "{} boxes, at most {most}", drawn.nodes.len());
    assert_eq!(drawn.operations.iter().map(|operation| operation.ops).sum::<usize>(), recorded.edges.len());
    let count =
        |style: NodeStyle| drawn.nodes.iter().filter(|node| node.style == style).map(|node| node.nodes).sum::<usize>();

    let mut read = vec![false; recorded.nodes.len()];
    recorded.edges.iter().flat_map(|edge| edge.inputs.iter().flatten()).for_each(|&node| read[node] = true);
    let mut root = vec![false; recorded.nodes.len()];
    recorded.roots.iter().for_each(|&node| root[node] = true);
    let nodes = || recorded.nodes.iter().enumerate();
    let roots = nodes().filter(|(i, node)| root[*i] && !node.leaf).count();
    let leaves = nodes().filter(|(i, node)| node.leaf && (read[*i] || root[*i] || node.name.is_some())).count();
    assert_eq!((count(NodeStyle::Root), count(NodeStyle::Leaf)), (roots, leaves));
    let outside = recorded.edges.iter().flat_map(|edge| &edge.inputs).filter(|input| input.is_none()).count();
    assert_eq!(count(NodeStyle::Constant), outside);

    let folds = drawn.operations.iter().any(|operation| operation.folded);
    assert_eq!(folds, !drawn.note.is_empty(), "{:?}", drawn.note);
    if drawn.nodes.len() <= 300 {
        assert_well_formed(drawn.draw().expect("lines run one way").as_str(), &[]);
    }
    assert_eq!(drawn.to_dot(), Graph::recorded("title", recorded, most).to_dot(), "the same text every time");
}

#[test]
fn every_op_is_drawn_or_counted_within_the_bound() {
    let mut random = Random(1);
    for ops in [1, 2, 3, 10, 50, 200, 1000, 3000] {
        for _ in 0..8 {
            let recorded = graph(&mut random, ops);
            [4, 20, 300, usize::MAX].into_iter().for_each(|most| check(&recorded, most));
        }
    }
}

#[test]
fn what_does_not_repeat_is_cut_in_the_middle_and_counted() {
    let mut random = Random(2);
    let mut recorded = Recorded { nodes: vec![node(&mut random, true)], ..Recorded::default() };
    for i in 1..=10_000 {
        let op = ["sin", "mul", "add", "exp", "log"][random.below(5)];
        let inputs = vec![Some(random.below(i)), Some(i - 1)];
        let (site, attributes) = (Location::caller(), Vec::new());
        recorded.edges.push(EdgeInfo { op, attributes, site, scope: None, inputs, outputs: vec![Some(i)] });
        recorded.nodes.push(node(&mut random, false));
    }
    recorded.roots = vec![10_000];
    check(&recorded, 300);
    let drawn = Graph::recorded("", &recorded, 300);
    let folds: Vec<_> = drawn.operations.iter().filter(|operation| operation.folded).collect();
    assert_eq!(folds.len(), 1);
    assert_eq!(folds[0].lines[0], format!("{} ops left out", super::wording::count(folds[0].ops)));
    assert!(drawn.note.starts_with("10,000 ops and 10,001 nodes"), "{}", drawn.note);
    assert!(drawn.operations.len() > 10, "the first and the last ops are drawn");
}
