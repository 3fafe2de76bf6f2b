//! The drawing of what was recorded: nodes are data, edges are operations.
//!
//! `steps` folds broadcasts and reshapes into the ops that read them, `likeness` says which steps count as the same, `repeats` finds runs that
//! repeat, `parts` cuts the graph accordingly, `boxes` makes the boxes and lines, `wording` their text. All of it is loops over
//! the order of recording, and costs about as much per op as recording it did.

mod boxes;
#[cfg(test)]
mod laws;
mod likeness;
mod parts;
mod repeats;
mod steps;
mod wording;

use tapegrad_core::{Tensor, fail, tape};

use crate::layered::Graph;
use likeness::Likeness;
use steps::Steps;

/// More boxes than this are not readable on one page.
const MOST_BOXES: usize = 300;
/// So many of the first and of the last ops are drawn where those between are left out.
const MOST_ENDS: usize = 12;
/// Leaves, constants, roots that are leaves and roots that are results: no graph can be folded to less.
const FEWEST_BOXES: usize = 4;

impl Graph {
    /// The graph behind some tensors, as it stands on this thread's tape: draw it before `backward`, which lets the edges go.
    /// A box is a node with its name, shape and type; a badge is an operation with its attributes and the user's line. An input
    /// that requires no gradient is no node of the tape and is drawn as an unnamed constant. A broadcast or reshape
    /// that one op reads is a line in that op's badge.
    ///
    /// A graph of more than 300 boxes is folded, and the drawing says what was folded: see [`Graph::recorded`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_viz::Graph;
    ///
    /// let w = Tensor::from(2.0).requires_grad().named("w");
    /// let loss = (&w * 3.0).exp();
    /// let drawing = Graph::of("exp(3 w)", &[&loss]).draw()?;
    /// assert!(drawing.as_str().contains("exp"));
    /// # Ok::<(), tapegrad_viz::Error>(())
    /// ```
    ///
    /// # Panics
    /// If a tensor has no graph, or was computed on another thread.
    #[track_caller]
    pub fn of(title: impl Into<String>, roots: &[&Tensor]) -> Graph {
        if let Some(root) = roots.iter().find(|root| !root.needs_grad()) {
            fail!("Graph::of: the tensor {:?} has no graph", root.shape());
        }
        Graph::recorded(title, &tape::graph(roots), MOST_BOXES)
    }

    /// A recorded graph, such as that of [`tape::graph`] or of a [`tape::Watch`], which adds the statistics of values and gradients,
    /// in at most `most` boxes (or four, if that is more); `usize::MAX` draws everything.
    ///
    /// What is too large is folded. Runs of ops that repeat become one badge, such as "98,000 × (sin, mul)": first runs of the same
    /// ops on the same lines with the same attributes and shapes; then, as far as needed, those with other attributes and with other
    /// shapes; then whole modules, where a [`tape::Watch`] knows them; then repeats on different lines. Nodes that lead from or to a fold share a box where their shapes agree, and those within it are
    /// not drawn. If nothing repeats, the first and last ops are drawn and those between are left out, in one badge that counts
    /// them. [`Graph::note`] says which it was, and [`Operation::ops`](crate::Operation::ops) add up to all ops.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tape};
    /// use tapegrad_viz::Graph;
    ///
    /// let x = Tensor::from(0.5).requires_grad().named("x");
    /// let mut y = x.clone();
    /// for _ in 0..1000 {
    ///     y = y.sin() * 1.01;
    /// }
    /// let graph = Graph::recorded("a chain", &tape::graph(&[&y]), 300);
    /// assert_eq!(graph.operations[0].lines[0], "1,000 × (sin, mul)");
    /// ```
    pub fn recorded(title: impl Into<String>, graph: &tape::Graph, most: usize) -> Graph {
        let (title, steps, most) = (title.into(), Steps::of(graph), most.max(FEWEST_BOXES));
        if steps.edges.len() <= most {
            let drawn = boxes::of(title.clone(), &steps, &parts::whole(&steps));
            if drawn.nodes.len() <= most {
                return drawn;
            }
        }
        let repeats = |likeness| parts::by_repeats(&steps, likeness, most);
        let cuts = [Likeness::All, Likeness::Shapes, Likeness::Line].into_iter().filter_map(repeats);
        let modules = std::iter::once_with(|| parts::by_modules(&steps, most)).flatten();
        for cut in cuts.chain(modules).chain(std::iter::once(Likeness::Op).filter_map(repeats)) {
            let drawn = boxes::of(title.clone(), &steps, &cut);
            if drawn.nodes.len() <= most {
                return drawn;
            }
        }
        let mut ends = MOST_ENDS.min(most / 3);
        loop {
            let drawn = boxes::of(title.clone(), &steps, &parts::ends(&steps, ends));
            if drawn.nodes.len() <= most || ends == 0 {
                return drawn;
            }
            ends /= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layered::NodeStyle;
    use tapegrad_core::scope;

    #[test]
    fn nodes_are_data_and_operations_name_the_line() {
        let x = Tensor::from(vec![1.0, 2.0]).requires_grad().named("x");
        let line = line!() + 1;
        let y = (&x * &x).sum();
        let graph = Graph::of("square", &[&y]);
        let first: Vec<&str> = graph.nodes.iter().map(|node| node.lines[0].as_str()).collect();
        assert_eq!(first, ["x", "[2] f64", "scalar f64"]);
        assert_eq!(graph.operations[0].inputs, [0, 0]);
        assert!(graph.operations.iter().all(|op| op.lines.last() == Some(&format!("mod.rs:{line}"))));
        assert_eq!(graph.nodes[2].style, NodeStyle::Root);
    }

    #[test]
    fn an_input_without_gradient_is_a_constant() {
        let x = Tensor::from(1.0).requires_grad();
        let graph = Graph::of("", &[&(&x * Tensor::from(2.0))]);
        assert_eq!(graph.nodes.iter().filter(|node| node.style == NodeStyle::Constant).count(), 1);
    }

    #[test]
    fn what_an_op_makes_for_its_own_rule_is_left_out() {
        let x = Tensor::from([[1.0, 2.0]]).requires_grad();
        let graph = Graph::of("", &[&x.cross_entropy(&Tensor::from([0i64]))]);
        assert_eq!(graph.nodes.iter().filter(|node| node.style != NodeStyle::Constant).count(), 2);
    }

    /// The drawn nodes' lines.
    fn texts(graph: &Graph) -> Vec<String> {
        graph.nodes.iter().map(|node| node.lines.join("; ")).collect()
    }

    #[test]
    fn a_broadcast_is_a_note_at_the_op_that_reads_it_unless_it_has_a_name() {
        let (x, b) = (Tensor::ones([4, 3]).requires_grad(), Tensor::ones([3]).requires_grad());
        let graph = Graph::of("", &[&(&x + &b)]);
        assert_eq!(graph.operations.len(), 1);
        assert_eq!(graph.operations[0].lines[..2], ["add", "broadcast [3] → [4, 3]"]);
        assert_eq!((graph.operations[0].ops, graph.operations[0].inputs.len()), (2, 2));

        let wide = b.reshape([1, 3]).broadcast_to([4, 3]);
        let graph = Graph::of("", &[&(&wide * &wide)]);
        assert_eq!(graph.operations.len(), 2, "read twice, it stays a box");
        assert_eq!(graph.operations[0].lines[..3], ["broadcast_to", "shape [4, 3]", "reshape [3] → [1, 3]"]);
        let wide = b.broadcast_to([4, 3]).named("wide");
        assert_eq!(Graph::of("", &[&(&x + &wide)]).operations.len(), 2);
    }

    #[test]
    fn layers_in_a_loop_are_one_fold_and_their_weights_share_boxes() {
        let mut h = Tensor::ones([2, 3]);
        for i in 0..200 {
            let w = Tensor::ones([3, 3]).requires_grad().named(format!("w{i}"));
            let b = Tensor::ones([3]).requires_grad().named(format!("b{i}"));
            h = (h.matmul(&w) + &b).relu();
        }
        let graph = Graph::of("", &[&h.sum().named("loss")]);
        let lines: Vec<&str> = graph.operations.iter().map(|operation| operation.lines[0].as_str()).collect();
        assert_eq!(lines, ["200 × (matmul, add, relu)", "sum"]);
        let expected =
            ["w0 … w199; 200 × [3, 3] f32", "b0 … b199; 200 × [3] f32", "[2, 3] f32", "loss; scalar f32", "constant"];
        assert_eq!(texts(&graph), expected);
        assert!(graph.note.contains("801 ops and 1,201 nodes"), "{}", graph.note);
    }

    #[test]
    fn modules_are_folded_where_nothing_repeats() {
        let watch = tape::watch();
        let mut y = Tensor::from(0.5).requires_grad();
        for i in 0..20_i32 {
            let layer = |x: Tensor| {
                let mut x = x;
                // No two layers alike.
                for k in 0..=i {
                    x = if (i * 7 + k * k) % 3 == 0 { x.sin() } else { x.tanh() };
                }
                x
            };
            y = scope::named("net", || scope::named(&i.to_string(), || layer(y.clone())));
        }
        let graph = Graph::recorded("", &watch.graph(&[&y]), 22);
        let first: Vec<&str> = graph.operations.iter().map(|operation| operation.lines[0].as_str()).collect();
        assert_eq!(first.len(), 20);
        assert_eq!((first[1], first[19], graph.operations[19].ops), ("net.1", "net.19", 20));
        assert!(graph.note.contains("each module is one box"), "{}", graph.note);
    }

    #[test]
    fn a_watched_graph_shows_values_and_gradients_also_after_backward() {
        let watch = tape::watch();
        let w = Tensor::from([1.0, 3.0]).requires_grad().named("w");
        let loss = w.square().sum();
        loss.backward();
        let graph = Graph::recorded("", &watch.graph(&[&loss]), 300);
        assert_eq!(texts(&graph)[0], "w; [2] f64; 1 to 3, mean 2; gradient 2 to 6, mean 4");
    }

    #[test]
    fn a_deep_chain_is_drawn_on_a_small_stack() {
        let draw = || {
            let mut y = Tensor::from(0.5).requires_grad();
            for _ in 0..100_000 {
                y = y.sin() * 1.01;
            }
            let whole = Graph::recorded("", &tape::graph(&[&y]), usize::MAX);
            assert_eq!((whole.operations.len(), whole.nodes.len()), (200_000, 200_001));
            assert_eq!(whole.to_dot().matches("[shape=box").count(), 400_001);
            let graph = Graph::of("", &[&y]);
            assert_eq!(graph.operations[0].lines[0], "100,000 × (sin, mul)");
            assert!(graph.draw().is_ok());
        };
        let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(draw).expect("a thread");
        assert!(thread.join().is_ok());
    }
}
