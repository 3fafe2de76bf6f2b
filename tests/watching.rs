//! What a watch keeps of a graph, and what it leaves alone.

mod common;

use common::caught;
use tapegrad::tape::{self, Graph, Statistics};
use tapegrad::{Grad, Tensor, grad, scope, spec, tensor};

/// The graph without what only a watch knows.
fn structure(graph: &Graph) -> String {
    let mut graph = graph.clone();
    for node in &mut graph.nodes {
        (node.value, node.gradient) = (None, None);
    }
    for edge in &mut graph.edges {
        edge.scope = None;
    }
    format!("{graph:?}")
}

fn find<'a>(graph: &'a Graph, name: &str) -> &'a tape::NodeInfo {
    graph.nodes.iter().find(|node| node.name.as_deref() == Some(name)).expect("a node of that name")
}

fn small_model() -> (Tensor, Tensor, Tensor, Tensor) {
    let x = spec::spread([3, 2], -1.0, 1.0);
    let w = spec::spread([2, 2], -1.0, 1.0).requires_grad().named("w");
    let h = x.matmul(&w).tanh().named("h");
    let loss = h.square().sum();
    (x, w, h, loss)
}

#[test]
fn a_watched_graph_is_the_tapes_and_stays_after_backward() {
    let watch = tape::watch();
    let (_, _, _, loss) = small_model();
    let recorded = tape::graph(&[&loss]);
    assert_eq!(structure(&watch.graph(&[&loss])), structure(&recorded));
    loss.backward();
    assert_eq!(structure(&watch.graph(&[&loss])), structure(&recorded));
    assert_eq!(tape::stats().edges, 1, "the walk let the edges go as always: only the loss is held");
}

#[test]
fn every_value_and_gradient_has_its_statistics() {
    let watch = tape::watch();
    let (_, w, h, loss) = small_model();
    h.retain_grad();
    assert!(watch.graph(&[&loss]).nodes.iter().all(|node| node.gradient.is_none() && node.value.is_some()));
    loss.backward();
    let graph = watch.graph(&[&loss]);
    assert!(graph.nodes.iter().all(|node| node.gradient.is_some()));
    assert_eq!(find(&graph, "h").value, Some(Statistics::of(&h)));
    assert_eq!(find(&graph, "h").gradient, Some(Statistics::of(&(&h * 2.0))));
    assert_eq!(find(&graph, "w").value, Some(Statistics::of(&w)));
    assert_eq!(find(&graph, "w").gradient, Some(Statistics::of(&w.grad().unwrap())));
}

#[test]
fn not_a_number_is_counted_where_it_arises_and_where_it_flows() {
    let x = tensor![0.0, 1.0].requires_grad().named("x");
    let watch = tape::watch();
    let y = x.sqrt().named("root");
    let loss = (&y * 0.0).sum();
    loss.backward();
    let graph = watch.graph(&[&loss]);
    assert_eq!(find(&graph, "root").gradient.unwrap().nan, 0);
    assert_eq!(find(&graph, "x").gradient.unwrap().nan, 1, "0 times infinity");
}

#[test]
fn a_hooks_gradient_is_the_one_that_is_kept() {
    let x = tensor![1.0, 2.0].requires_grad().named("x");
    let watch = tape::watch();
    let y = (&x * 3.0).named("y");
    let _hook = y.register_hook(|g| Some(g * 10.0));
    let loss = y.sum();
    loss.backward();
    assert_eq!(find(&watch.graph(&[&loss]), "y").gradient.unwrap().max, 10.0);
    assert_eq!(find(&watch.graph(&[&loss]), "x").gradient.unwrap().max, 30.0);
}

#[test]
fn derivatives_as_tensors_are_watched_too() {
    let x = Tensor::from(2.0).requires_grad().named("x");
    let watch = tape::watch();
    let y = (&x * &x).named("y");
    let z = &y * 3.0;
    let dy = grad(&[&z], &[&y]).remove(0);
    assert_eq!((dy.item(), find(&watch.graph(&[&z]), "y").gradient.unwrap().mean), (3.0, 3.0));
    let z = &x * &x * &x;
    let dx = Grad::of(&[&z]).wrt(&[&x]).create_graph().run().remove(0);
    dx.backward();
    let graph = watch.graph(&[&dx]);
    assert_eq!(find(&graph, "x").gradient.unwrap().mean, 12.0);
    assert!(graph.edges.len() > 2);
}

#[test]
fn only_what_lies_behind_the_roots_is_shown() {
    let x = tensor![1.0, 2.0].requires_grad();
    let watch = tape::watch();
    let (y, z) = (x.sin().sum(), x.cos());
    let graph = watch.graph(&[&y]);
    assert_eq!(graph.edges.iter().map(|edge| edge.op).collect::<Vec<_>>(), ["sin", "sum"]);
    assert_eq!((graph.nodes.len(), graph.roots.clone()), (3, vec![2]));
    assert_eq!(watch.graph(&[&z, &y]).edges.len(), 3);
    assert!(watch.graph(&[&tensor![1.0]]).nodes.is_empty());
}

#[test]
fn a_watch_sees_what_is_recorded_while_it_lasts() {
    let x = tensor![1.0, 2.0].requires_grad();
    let before = x.sin();
    let watch = tape::watch();
    let y = before.exp();
    assert_eq!(watch.graph(&[&y]).edges.iter().map(|edge| edge.op).collect::<Vec<_>>(), ["exp"]);
    assert!(!watch.graph(&[&y]).nodes[0].leaf);
    let second = tape::watch();
    drop(watch);
    let z = y.sum();
    assert_eq!(second.graph(&[&z]).edges.len(), 1);
    drop(second);
    let watch = tape::watch();
    assert!(watch.graph(&[&z]).edges.is_empty());
}

#[test]
fn edges_carry_the_names_around_them_also_after_a_panic() {
    let x = tensor![1.0, 2.0].requires_grad();
    let watch = tape::watch();
    let y = scope::named("encoder", || {
        let h = scope::named("0", || x.sin());
        caught(|| scope::named("1", || h.reshape([7])));
        h.exp()
    });
    let z = y.sum();
    let scopes: Vec<_> = watch.graph(&[&z]).edges.into_iter().map(|edge| edge.scope).collect();
    assert_eq!(scopes.iter().map(Option::as_deref).collect::<Vec<_>>(), [Some("encoder.0"), Some("encoder"), None]);
}

#[test]
fn a_watch_changes_no_bit() {
    let run = || {
        let w = spec::spread([128, 130], -1.0, 1.0).requires_grad();
        let x = Tensor::full([128, 130], 0.3).to_dtype(tapegrad::DType::F64) * 2.0 + 1.0;
        let loss = ((x.clone() * &w + x).tanh() * 0.5 + 1.0).sum();
        loss.backward();
        (loss.to_vec::<f64>().unwrap(), w.grad().unwrap().to_vec::<f64>().unwrap())
    };
    let plain = run();
    let watch = tape::watch();
    assert_eq!(plain, run());
    drop(watch);
}

#[test]
fn a_watch_keeps_no_node_alive() {
    let w = tensor![1.0, 2.0].requires_grad();
    let watch = tape::watch();
    for _ in 0..100 {
        let y = (&w * 2.0).sin();
        drop(y);
        (&w * 3.0).sum().backward();
    }
    assert_eq!((tape::stats().nodes, tape::stats().edges), (0, 0));
    assert_eq!(watch.graph(&[&w]).nodes.len(), 1, "a leaf stays one node");
}
