//! The chain rule on one expression, in numbers that can be checked on paper.
//!
//! `cargo run --release --example 01_derivative` takes f(x, y) = (x y + e^(x - 2))^2 at x = 2, y = 3, where every step is a whole
//! number: values forwards, a local derivative on each edge, gradients backwards, and second derivatives. Each is derived by hand
//! beside the tape's, and the graph is drawn: nodes are data, edges are operations.

use tapegrad::Grad;
use tapegrad::gradcheck::{gradcheck, gradgradcheck};
use tapegrad::prelude::*;
use tapegrad::viz::{Graph, Plot};
use tapegrad_examples::{Failure, Report, Run};

const ABOUT: &str = "The chain rule on (x y + e^(x - 2))^2, checkable by hand.";
const X: f64 = 2.0;
const Y: f64 = 3.0;

/// f in plain expressions, for tensors of any shape.
fn f(x: &Tensor, y: &Tensor) -> Tensor {
    (x * y + (x - 2.0).exp()).square()
}

/// dy/dx without letting the graph go, as it will be walked again.
fn derivative(y: &Tensor, x: &Tensor) -> f64 {
    Grad::of(&[y]).wrt(&[x]).keep_graph().run()[0].item()
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "examples/01_derivative");
    let mut text = String::new();
    let mut say = |line: String| {
        println!("{line}");
        text += &line;
        text += "\n";
    };

    // Forwards: every intermediate result has a name here, so that it can be asked about.
    let x = Tensor::from(X).requires_grad().named("x");
    let y = Tensor::from(Y).requires_grad().named("y");
    let a = (&x * &y).named("a");
    let b = (&x - 2.0).named("b");
    let c = b.exp().named("c");
    let u = (&a + &c).named("u");
    let f_xy = u.square().named("f");
    say(format!("f(x, y) = (x y + e^(x - 2))^2 at x = {X}, y = {Y}\n\nForwards, one operation after the other:"));
    for (formula, node, by_hand) in [
        ("a = x y     = 2 * 3", &a, 6.0),
        ("b = x - 2   = 2 - 2", &b, 0.0),
        ("c = e^b     = e^0  ", &c, 1.0),
        ("u = a + c   = 6 + 1", &u, 7.0),
        ("f = u^2     = 7^2  ", &f_xy, 49.0),
    ] {
        say(format!("  {formula} = {:>2}", node.item()));
        assert_eq!(node.item(), by_hand);
    }
    assert_eq!(f(&x, &y).item(), f_xy.item(), "the steps are those of the expression");

    say("\nEach edge has a local derivative:".to_owned());
    for (formula, to, from, by_hand) in [
        ("da/dx = y    ", &a, &x, 3.0),
        ("da/dy = x    ", &a, &y, 2.0),
        ("db/dx = 1    ", &b, &x, 1.0),
        ("dc/db = e^b  ", &c, &b, 1.0),
        ("du/da = 1    ", &u, &a, 1.0),
        ("du/dc = 1    ", &u, &c, 1.0),
        ("df/du = 2 u  ", &f_xy, &u, 14.0),
    ] {
        let tape = derivative(to, from);
        say(format!("  {formula} = {tape:>2}"));
        assert_eq!(tape, by_hand);
    }

    // Backwards: one walk gives every node its gradient, and lets the graph go; so it is drawn first.
    let graph = Graph::of("f = (x y + e^(x - 2))^2", &[&f_xy]).draw()?;
    let nodes = [&u, &a, &c, &b];
    nodes.iter().for_each(|node| node.retain_grad());
    f_xy.backward();
    say("\nBackwards, from f to the leaves, the product along a path and the sum over paths:".to_owned());
    for (formula, node, by_hand) in [
        ("df/du = 2 u                                = 2 * 7          ", &u, 14.0),
        ("df/da = df/du du/da                        = 14 * 1         ", &a, 14.0),
        ("df/dc = df/du du/dc                        = 14 * 1         ", &c, 14.0),
        ("df/db = df/dc dc/db                        = 14 * 1         ", &b, 14.0),
        ("df/dy = df/da da/dy                        = 14 * 2         ", &y, 28.0),
        ("df/dx = df/da da/dx + df/db db/dx          = 14 * 3 + 14 * 1", &x, 56.0),
    ] {
        let tape = node.grad().ok_or("backward did not reach a node")?.item();
        say(format!("  {formula} = {tape}"));
        assert_eq!(tape, by_hand);
    }

    // The walk can be recorded itself: then first derivatives are tensors with a graph of their own.
    let f_xy = f(&x, &y);
    let first = Grad::of(&[&f_xy]).wrt(&[&x, &y]).create_graph().run();
    let [fx, fy] = [first[0].clone().named("df/dx"), first[1].clone().named("df/dy")];
    let gradient_graph = Graph::of("The graph of df/dx", &[&fx]).draw()?;
    say("\nSecond derivatives, of df/dx = 2 u (y + c) and df/dy = 2 u x:".to_owned());
    for (formula, of, by, by_hand) in [
        ("d2f/dx2  = 2 (y + c)^2 + 2 u c   = 2 * 4^2 + 2 * 7 * 1    ", &fx, &x, 46.0),
        ("d2f/dxdy = 2 x (y + c) + 2 u     = 2 * 2 * 4 + 2 * 7      ", &fx, &y, 30.0),
        ("d2f/dydx = the same              = 2 * 2 * 4 + 2 * 7      ", &fy, &x, 30.0),
        ("d2f/dy2  = 2 x^2                 = 2 * 2^2                ", &fy, &y, 8.0),
    ] {
        let tape = derivative(of, by);
        say(format!("  {formula} = {tape}"));
        assert_eq!(tape, by_hand);
    }

    // Nobody has to trust a derivation by hand: central differences know nothing of the chain rule.
    let point = [Tensor::from(X), Tensor::from(Y)];
    gradcheck(|v| f(&v[0], &v[1]), &point)?;
    gradgradcheck(|v| f(&v[0], &v[1]), &point)?;
    say("\nCentral differences agree, in first and second order.".to_owned());

    // The same function on many points at once, with y held at 3, and its tangent at x = 2.
    let xs = Tensor::linspace(1.0, 2.6, if run.quick { 20 } else { 200 }).to_dtype(DType::F64);
    let along = xs.to_vec::<f64>()?;
    let values = f(&xs, &Tensor::from(Y)).to_vec::<f64>()?;
    let tangent: Vec<f64> = along.iter().map(|x| 49.0 + 56.0 * (x - X)).collect();
    let curve = Plot::new("f(x, 3) and its tangent at x = 2")
        .x_label("x")
        .y_label("f")
        .line("f(x, 3)", &along, &values)
        .line("49 + 56 (x - 2)", &along, &tangent)
        .points("(2, 49)", &[X], &[49.0])
        .draw()?;

    Report::new(&run, "The chain rule, checkable by hand")
        .paragraph("Every number below is derived by hand and compared with the tape's.")
        .preformatted(&text)
        .figure("graph", &graph, "What the tape recorded: boxes are data, the badges on the edges are operations, each with the line it came from.")?
        .figure("tangent", &curve, "The derivative by x is the slope of the tangent: 56.")?
        .heading("The gradient is computed by a graph, too")
        .paragraph("Recorded on request, the walk backwards can be differentiated again: that is where second derivatives come from.")
        .figure("gradient_graph", &gradient_graph, "The graph of df/dx, which holds that of f.")?
        .result("every derivative is the one found by hand, in first and second order")
        .save()?;
    Ok(())
}
