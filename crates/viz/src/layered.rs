//! Drawings of computation graphs: boxes of data in layers from top to bottom, operations as badges where the lines of
//! their inputs meet, just above the box that they produce.
//!
//! The method is that of Sugiyama, Tagawa and Toda (1981), in four steps, each a file: `skeleton` gives every box a
//! layer and routes lines that pass a layer through lanes, `order` sorts the layers so that few lines cross, `place`
//! gives coordinates, `paint` draws. All steps are loops, no recursion: a chain may be as deep as it likes.

mod order;
mod paint;
mod place;
mod skeleton;

use crate::{Error, Svg};
pub(crate) use paint::{fits_first_line, fits_line};

/// A graph whose nodes are data and whose edges are operations, to be drawn in layers.
///
/// Each operation is drawn once, whatever the number of its inputs. A line that leaves a box towards several operations
/// further down runs as one line as long as it can. Up to about 300 nodes a person can read the drawing, and it is made
/// within milliseconds.
///
/// ```
/// # use tapegrad_viz::{Graph, NodeBox, NodeStyle, Operation};
/// let node = |name: &str, style| NodeBox { lines: vec![name.into(), "f32 [2, 3]".into()], style, tooltip: String::new(), nodes: 1 };
/// let graph = Graph {
///     title: "y = x * w".into(),
///     note: String::new(),
///     nodes: vec![node("x", NodeStyle::Constant), node("w", NodeStyle::Leaf), node("y", NodeStyle::Root)],
///     operations: vec![Operation {
///         inputs: vec![0, 1],
///         outputs: vec![2],
///         lines: vec!["mul".into(), "main.rs:7".into()],
///         tooltip: "an operation with two inputs".into(),
///         ops: 1,
///         folded: false,
///     }],
/// };
/// assert!(graph.draw()?.as_str().contains("main.rs:7"));
/// # Ok::<(), tapegrad_viz::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Shown above the drawing; may be empty.
    pub title: String,
    /// Shown below the title, in small type: what was folded or left out; may be empty.
    pub note: String,
    /// The data.
    pub nodes: Vec<NodeBox>,
    /// What makes data of data.
    pub operations: Vec<Operation>,
}

/// A box of a [`Graph`].
#[derive(Clone, Debug)]
pub struct NodeBox {
    /// The text in the box, the first line in bold. Lines wider than 240 pixels are shortened.
    pub lines: Vec<String>,
    /// The look of the box.
    pub style: NodeStyle,
    /// Shown while the pointer is on the box; may be empty.
    pub tooltip: String,
    /// How many nodes it stands for.
    pub nodes: usize,
}

/// What a box stands for; it decides the colour, and a legend explains those that occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeStyle {
    /// A leaf that requires a gradient.
    Leaf,
    /// Data that require none.
    Constant,
    /// The result of an operation.
    Value,
    /// What was asked for: a loss, from which the backward walk starts.
    Root,
}

/// An operation of a [`Graph`]: drawn as lines from its inputs to a badge, and from there to its outputs.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Indices of nodes; one that occurs twice gets two lines.
    pub inputs: Vec<usize>,
    /// Indices of nodes, each the output of no other operation.
    pub outputs: Vec<usize>,
    /// The text in the badge, the first line in bold. Lines wider than 240 pixels are shortened.
    pub lines: Vec<String>,
    /// Shown while the pointer is on the badge; may be empty.
    pub tooltip: String,
    /// How many recorded ops it stands for.
    pub ops: usize,
    /// Whether it is a fold of ops that are not drawn one by one.
    pub folded: bool,
}

impl Graph {
    /// Draws the graph.
    ///
    /// # Errors
    ///
    /// [`Error::CannotDraw`] if there is no node, an operation names a node that does not exist, two operations (or one
    /// twice) have the same output, or the operations form a cycle.
    pub fn draw(&self) -> Result<Svg, Error> {
        let mut skeleton = skeleton::Skeleton::of(self)?;
        order::reduce_crossings(&mut skeleton);
        let sizes: Vec<_> = skeleton.blocks.iter().map(|block| paint::block_size(self, block)).collect();
        let layout = place::Layout::of(&skeleton, &sizes);
        Ok(paint::paint(self, &skeleton, &layout))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::svg::Rect;
    use crate::well_formed::assert_well_formed;

    fn operation(inputs: &[usize], outputs: &[usize]) -> Operation {
        Operation {
            inputs: inputs.to_vec(),
            outputs: outputs.to_vec(),
            lines: vec!["op".into(), "main.rs:10".into()],
            tooltip: String::new(),
            ops: 1,
            folded: false,
        }
    }

    /// A graph of `n` nodes and the operations `inputs -> outputs`.
    fn graph(n: usize, operations: &[(&[usize], &[usize])]) -> Graph {
        let node = |i| NodeBox {
            lines: vec![format!("node {i}"), "f32 [64, 1000]".into()],
            style: NodeStyle::Value,
            tooltip: String::new(),
            nodes: 1,
        };
        Graph {
            title: String::new(),
            note: String::new(),
            nodes: (0..n).map(node).collect(),
            operations: operations.iter().map(|(inputs, outputs)| operation(inputs, outputs)).collect(),
        }
    }

    /// Lays the graph out and checks what holds for every drawing; gives its skeleton and layout.
    #[track_caller]
    fn checked(graph: &Graph) -> (skeleton::Skeleton, place::Layout) {
        let mut skeleton = skeleton::Skeleton::of(graph).expect("a graph that can be drawn");
        order::reduce_crossings(&mut skeleton);
        let sizes: Vec<_> = skeleton.blocks.iter().map(|block| paint::block_size(graph, block)).collect();
        let layout = place::Layout::of(&skeleton, &sizes);
        let blocks: Vec<Rect> = (0..skeleton.blocks.len()).map(|block| layout.rects[block]).collect();
        for (i, a) in blocks.iter().enumerate() {
            let (right, bottom) = (a.right() - layout.width, a.bottom() - layout.height);
            assert!(a.x > -1e-6 && a.y > -1e-6 && right < 1e-6 && bottom < 1e-6, "{a:?} is outside");
            for b in &blocks[..i] {
                let apart = a.right() < b.x || b.right() < a.x || a.bottom() < b.y || b.bottom() < a.y;
                assert!(apart, "{a:?} and {b:?} overlap");
            }
        }
        for link in &skeleton.links {
            let (from, to) = (layout.rects[link.from], layout.rects[link.to]);
            assert!(from.bottom() < to.y, "a line goes from {from:?} up to {to:?}");
        }
        for lane in skeleton.blocks.len()..layout.rects.len() {
            let lane = layout.rects[lane];
            for block in &blocks {
                let crosses = block.x < lane.right() && lane.x < block.right();
                assert!(!(crosses && block.y < lane.bottom() && lane.y < block.bottom()), "a line behind a box");
            }
        }
        let svg = graph.draw().expect("a drawing");
        assert_well_formed(svg.as_str(), &[]);
        assert_eq!(svg, graph.draw().expect("a drawing"), "the same bytes every time");
        (skeleton, layout)
    }

    fn centre(rect: Rect) -> f64 {
        rect.x + rect.width / 2.0
    }

    #[test]
    fn a_chain_of_300_is_one_straight_column() {
        let mut chain = graph(300, &[]);
        chain.operations = (0..299).map(|i| operation(&[i], &[i + 1])).collect();
        let (_, layout) = checked(&chain);
        assert!(layout.rects.iter().all(|rect| (centre(*rect) - centre(layout.rects[0])).abs() < 1e-6));
    }

    #[test]
    fn a_deep_chain_needs_little_stack() {
        let mut deep = graph(20_000, &[]);
        deep.operations = (0..19_999).map(|i| operation(&[i, i], &[i + 1])).collect();
        let draw = move || deep.draw().map(|svg| svg.as_str().len());
        let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(draw).expect("a thread");
        assert!(thread.join().expect("no overflow").expect("a drawing") > 1_000_000);
    }

    #[test]
    fn results_run_straight_down_with_leaves_beside_them() {
        // Nodes 0, 2, 4.. are the chain; 1, 3, 5.. a leaf for each step.
        let mut network = graph(41, &[]);
        network.operations = (0..20).map(|i| operation(&[2 * i, 2 * i + 1], &[2 * i + 2])).collect();
        let (_, layout) = checked(&network);
        let column: Vec<f64> = (1..=20).map(|i| centre(layout.rects[2 * i])).collect();
        let spread = column.iter().fold(0.0_f64, |most, x| most.max((x - column[0]).abs()));
        assert!(spread < 8.0, "the chain drifts by {spread} pixels");
    }

    #[test]
    fn fan_in_and_fan_out_of_a_hundred() {
        let mut fan = graph(102, &[]);
        let spread = (1..=100).map(|i| operation(&[0], &[i]));
        fan.operations = spread.chain([operation(&(1..=100).collect::<Vec<_>>(), &[101])]).collect();
        let (skeleton, _) = checked(&fan);
        assert_eq!(skeleton.layers.iter().map(Vec::len).collect::<Vec<_>>(), [1, 100, 1]);
    }

    #[test]
    fn reuse_far_below_shares_one_lane() {
        let mut reuse = graph(60, &[]);
        reuse.operations = (0..59).map(|i| operation(&[i, 0], &[i + 1])).collect();
        let (skeleton, _) = checked(&reuse);
        assert!(skeleton.layers.iter().all(|layer| layer.len() <= 2), "a block and at most one lane");
        let twice: Vec<_> = skeleton.links.iter().filter(|link| link.count == 2).collect();
        assert_eq!(twice.len(), 1, "only the first operation takes node 0 twice");
    }

    #[test]
    fn an_operation_with_several_outputs_stands_above_them() {
        let (skeleton, layout) = checked(&graph(4, &[(&[0], &[1, 2]), (&[1, 2], &[3])]));
        assert_eq!(skeleton.blocks.len(), 5);
        let badge = layout.rects[4];
        assert!(layout.rects[0].bottom() < badge.y && badge.bottom() < layout.rects[1].y.min(layout.rects[2].y));
    }

    #[test]
    fn what_feeds_on_leaves_stands_just_above_its_use() {
        // 0 -> 1 -> 2 -> 3, and the leaf 4 by way of 5 into 3; 6 is used nowhere.
        let (_, layout) = checked(&graph(7, &[(&[0], &[1]), (&[1], &[2]), (&[2, 5], &[3]), (&[4], &[5])]));
        assert_eq!(layout.rects[5].bottom(), layout.rects[2].bottom());
        assert_eq!(layout.rects[4].bottom(), layout.rects[1].bottom());
        assert!(layout.width < 400.0, "an unused node stands beside the others");
    }

    #[test]
    fn a_line_past_the_middle_goes_round_it() {
        // The input of the first two operations is used again at the end: beside them is room, between them is not.
        let operations: [(&[usize], &[usize]); 5] =
            [(&[0], &[2]), (&[0, 1], &[3]), (&[3, 2], &[4]), (&[4], &[5]), (&[5, 0], &[6])];
        let (_, layout) = checked(&graph(7, &operations));
        let (beside, first, second) = (centre(layout.rects[7]), layout.rects[2], layout.rects[3]);
        let (left, right) = (first.x.min(second.x), first.right().max(second.right()));
        assert!(!(left..right).contains(&beside), "{beside} within {left}..{right}");
    }

    #[test]
    fn lines_that_need_not_cross_do_not() {
        // Three independent chains, with the numbers shuffled.
        let chains: [(&[usize], &[usize]); 6] =
            [(&[0], &[5]), (&[1], &[4]), (&[2], &[3]), (&[5], &[7]), (&[4], &[8]), (&[3], &[6])];
        let (_, layout) = checked(&graph(9, &chains));
        for (inputs, outputs) in chains {
            assert!((centre(layout.rects[inputs[0]]) - centre(layout.rects[outputs[0]])).abs() < 1e-6);
        }
    }

    #[test]
    fn graphs_of_many_shapes_hold_the_laws() {
        // A fixed linear congruential generator: any graphs will do, as long as they are the same ones every time.
        let mut state = 12345_u64;
        let mut below = |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % bound
        };
        for size in [1, 2, 5, 20, 60, 300] {
            let mut random = graph(size, &[]);
            for node in 1..size {
                if below(3) > 0 {
                    let inputs: Vec<usize> = (0..1 + below(3)).map(|_| below(node)).collect();
                    random.operations.push(operation(&inputs, &[node]));
                }
            }
            checked(&random);
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_explained() {
        let reason = |n, operations: &[(&[usize], &[usize])]| {
            graph(n, operations).draw().expect_err("not a graph that can be drawn").to_string()
        };
        assert!(reason(0, &[]).contains("no nodes"));
        assert!(reason(2, &[(&[0], &[2])]).contains("operation 0 names node 2, there are 2"));
        assert!(reason(2, &[(&[0], &[1]), (&[0], &[1])]).contains("node 1 is an output of operation 0 and again"));
        assert!(reason(3, &[(&[0, 2], &[1]), (&[1], &[2])]).contains("cycle"));
        assert!(reason(1, &[(&[0], &[0])]).contains("cycle"));
    }

    #[test]
    fn text_is_escaped_and_long_lines_are_shortened() {
        let mut hostile = graph(2, &[(&[0], &[1])]);
        let text = "<script>&\"' a line that goes on and on and on and on and on and on\u{1b}".to_owned();
        hostile.title.clone_from(&text);
        hostile.nodes[0].lines = vec![text.clone(), text.clone()];
        hostile.nodes[1].tooltip.clone_from(&text);
        hostile.operations[0] = Operation { lines: Vec::new(), tooltip: text, ..operation(&[0], &[1]) };
        let (_, layout) = checked(&hostile);
        assert!(layout.width < 280.0);
        assert!(!hostile.draw().expect("a drawing").as_str().contains("<script"));
    }
}
