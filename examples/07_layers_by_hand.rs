//! Layers with forward and backward written by hand, beside the tape and beside ops of one's own.
//!
//! `cargo run --release --example 07_layers_by_hand` has each layer in three forms that must agree to 1e-12: by hand on arrays, as a
//! plain tensor expression that the tape differentiates, and as an `Op`, the form in which a layer by hand joins the tape. Then a
//! network of two layers is differentiated and trained by hand and by the tape.

use smallvec::smallvec;
use tapegrad::gradcheck::{gradcheck, gradgradcheck};
use tapegrad::ndarray::{Array2, ArrayD, Ix2, Zip, arr0};
use tapegrad::op::{Cotangents, Outputs, Vjp};
use tapegrad::optim::Sgd;
use tapegrad::prelude::*;
use tapegrad::viz::{Graph, Plot};
use tapegrad_examples::{Failure, Report, Run};

const ABOUT: &str = "Layers with forward and backward written by hand, beside the tape and beside ops of one's own.";
const EXACT: f64 = 1e-12;

/// A layer by hand: `forward` keeps what `backward` will read; `backward` takes dL/d(output) and gives dL/d(input) for each input.
trait Layer {
    fn forward(&mut self, inputs: &[ArrayD<f64>]) -> ArrayD<f64>;
    fn backward(&self, dout: &ArrayD<f64>) -> Vec<ArrayD<f64>>;
}

/// x y: each input's gradient is the other input.
#[derive(Debug, Default)]
struct Multiply {
    inputs: Vec<ArrayD<f64>>,
}

impl Layer for Multiply {
    fn forward(&mut self, inputs: &[ArrayD<f64>]) -> ArrayD<f64> {
        self.inputs = inputs.to_vec();
        &inputs[0] * &inputs[1]
    }

    fn backward(&self, dout: &ArrayD<f64>) -> Vec<ArrayD<f64>> {
        vec![dout * &self.inputs[1], dout * &self.inputs[0]]
    }
}

/// max(x, 0): the gradient passes where x > 0.
#[derive(Debug, Default)]
struct Relu {
    positive: ArrayD<bool>,
}

impl Layer for Relu {
    fn forward(&mut self, inputs: &[ArrayD<f64>]) -> ArrayD<f64> {
        self.positive = inputs[0].mapv(|x| x > 0.0);
        inputs[0].mapv(|x| x.max(0.0))
    }

    fn backward(&self, dout: &ArrayD<f64>) -> Vec<ArrayD<f64>> {
        vec![Zip::from(dout).and(&self.positive).map_collect(|&g, &positive| if positive { g } else { 0.0 })]
    }
}

/// x where x > 0, else alpha x. The slope alpha is learned, and its gradient is the sum of g x where x <= 0.
#[derive(Debug, Default)]
struct LeakyRelu {
    x: ArrayD<f64>,
    alpha: f64,
}

impl Layer for LeakyRelu {
    fn forward(&mut self, inputs: &[ArrayD<f64>]) -> ArrayD<f64> {
        self.x = inputs[0].clone();
        self.alpha = inputs[1].sum();
        self.x.mapv(|x| if x > 0.0 { x } else { self.alpha * x })
    }

    fn backward(&self, dout: &ArrayD<f64>) -> Vec<ArrayD<f64>> {
        let dx = Zip::from(dout).and(&self.x).map_collect(|&g, &x| if x > 0.0 { g } else { self.alpha * g });
        vec![dx, arr0((dout * &self.x.mapv(|x| x.min(0.0))).sum()).into_dyn()]
    }
}

/// The same layers as ops: the same two passes in tensor expressions, which the tape records, walks and differentiates again.
#[derive(Clone, Copy, Debug)]
enum ByOp {
    Multiply,
    Relu,
    LeakyRelu,
}

impl Op for ByOp {
    fn name(&self) -> &'static str {
        match self {
            ByOp::Multiply => "my multiply",
            ByOp::Relu => "my relu",
            ByOp::LeakyRelu => "my leaky relu",
        }
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        smallvec![self.by_tape(inputs)]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (g, x) = (ctx.g(), |i| ctx.input(i));
        // Which side of 0 an element is on stays the same when it moves a little: a constant.
        let positive = || ctx.constant_input(0).gt(0.0);
        match self {
            ByOp::Multiply => smallvec![Some(g * x(1)), Some(g * x(0))],
            ByOp::Relu => smallvec![Some(positive().where_cond(g, 0.0))],
            ByOp::LeakyRelu => {
                let dalpha = positive().where_cond(0.0, g * x(0)).sum();
                smallvec![Some(positive().where_cond(g, g * x(1))), Some(dalpha)]
            }
        }
    }
}

impl ByOp {
    /// The layer as an expression: recorded outside of an op, its derivative is the tape's own.
    fn by_tape(self, x: &[&Tensor]) -> Tensor {
        match self {
            ByOp::Multiply => x[0] * x[1],
            ByOp::Relu => x[0].relu(),
            ByOp::LeakyRelu => x[0].gt(0.0).where_cond(x[0], x[0] * x[1]),
        }
    }
}

/// Normal numbers.
fn normal(shape: [usize; 2]) -> Result<Array2<f64>, tapegrad::Error> {
    Tensor::randn(shape).to_dtype(DType::F64).to_array_of::<f64, Ix2>()
}

/// The largest difference, as a part of the largest number.
fn difference(by_hand: &ArrayD<f64>, tensor: &Tensor) -> Result<f64, tapegrad::Error> {
    let other = tensor.to_array::<f64>()?;
    assert_eq!(by_hand.shape(), other.shape());
    let largest = |x: &ArrayD<f64>| x.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    Ok(largest(&(by_hand - &other)) / largest(by_hand))
}

/// A difference as text.
fn part(difference: f64) -> String {
    if difference == 0.0 { "0".to_owned() } else { format!("{difference:.0e}") }
}

/// A table, or why there is none.
type Rows = Result<Vec<Vec<String>>, Failure>;

/// One layer in its three forms on the same inputs and the same dL/d(output): a row for each number that must agree.
fn compare(layer: &mut dyn Layer, op: ByOp, names: &[&str], inputs: &[ArrayD<f64>]) -> Rows {
    let y = layer.forward(inputs);
    let dout = normal([y.shape()[0], y.shape()[1]])?.into_dyn();
    let by_hand = [vec![y], layer.backward(&dout)].concat();
    let leaves: Vec<Tensor> = inputs.iter().map(|x| Tensor::from(x).requires_grad()).collect();
    let leaves: Vec<&Tensor> = leaves.iter().collect();
    let mut columns = Vec::new();
    for y in [op.by_tape(&leaves), op.apply(&leaves)] {
        y.backward_with(&Tensor::from(&dout));
        let mut column = vec![difference(&by_hand[0], &y)?];
        for (x, dx) in leaves.iter().zip(&by_hand[1..]) {
            column.push(difference(dx, &x.grad().ok_or("no gradient")?)?);
            x.zero_grad();
        }
        columns.push(column);
    }
    let what = ["y".to_owned()].into_iter().chain(names.iter().map(|name| format!("dL/d{name}")));
    let rows = what.enumerate().map(|(i, what)| {
        assert!(columns.iter().all(|column| column[i] <= EXACT), "{}: {what} differs: {columns:?}", op.name());
        let (shape, [by_tape, by_op]) =
            (format!("{:?}", by_hand[i].shape()), [0, 1].map(|form| part(columns[form][i])));
        vec![op.name().to_owned(), what, shape, by_tape, by_op]
    });
    Ok(rows.collect())
}

/// h = relu(x w1) w2 and the derivatives of L = sum (h - y)^2 by hand: dL/dh, dL/dw2, dL/dw1, and L.
fn network_by_hand(x: &Array2<f64>, y: &Array2<f64>, w1: &Array2<f64>, w2: &Array2<f64>) -> ([Array2<f64>; 3], f64) {
    let z = x.dot(w1);
    let g = z.mapv(|z| z.max(0.0));
    let h = g.dot(w2);
    let dh = 2.0 * (&h - y);
    let dw2 = g.t().dot(&dh);
    let mut dz = dh.dot(&w2.t());
    dz.zip_mut_with(&z, |dz, &z| *dz = if z > 0.0 { *dz } else { 0.0 });
    let dw1 = x.t().dot(&dz);
    ([dh, dw2, dw1], (h - y).mapv(|e| e * e).sum())
}

fn main() -> Result<(), Failure> {
    let run = Run::new(ABOUT, "examples/07_layers_by_hand");
    tapegrad::manual_seed(1);

    println!("Three layers by hand; the largest difference to the tape's and to one's own op, as a part of the whole:");
    let mut x = normal([64, 100])?;
    x[[0, 0]] = 0.0;
    let [x, other, alpha] = [x.into_dyn(), normal([64, 100])?.into_dyn(), arr0(0.1).into_dyn()];
    let mut rows = compare(&mut Multiply::default(), ByOp::Multiply, &["x", "y"], &[x.clone(), other])?;
    rows.extend(compare(&mut Relu::default(), ByOp::Relu, &["x"], std::slice::from_ref(&x))?);
    rows.extend(compare(&mut LeakyRelu::default(), ByOp::LeakyRelu, &["x", "alpha"], &[x, alpha])?);
    for row in &rows {
        println!("  {:<14} {:<10} {:<10} tape {:<6} op {}", row[0], row[1], row[2], row[3], row[4]);
    }
    // Central differences know nothing of either derivation.
    let points = [Tensor::from([[-1.5, -0.5], [0.7, 2.0]]), Tensor::from(0.1)];
    gradcheck(|x| ByOp::Relu.apply(&[&x[0]]), &points[..1])?;
    gradgradcheck(|x| ByOp::LeakyRelu.apply(&[&x[0], &x[1]]), &points)?;
    gradgradcheck(|x| ByOp::Multiply.apply(&[&x[0], &x[0]]), &points[..1])?;
    println!("  central differences agree");

    // The network: 64 examples of 1000 numbers, 100 hidden, 10 outputs.
    let (x, y) = (normal([64, 1000])?, normal([64, 10])?);
    let mut by_hand = [normal([1000, 100])?, normal([100, 10])?];
    let (tx, ty) = (Tensor::from(&x), Tensor::from(&y));
    let [w1, w2] = [("W1", 0), ("W2", 1)].map(|(name, i)| Tensor::from(&by_hand[i]).requires_grad().named(name));
    let z = tx.matmul(&w1).named("z");
    let g = z.relu().named("g");
    let h = g.matmul(&w2).named("h");
    let loss = (&h - &ty).square().sum().named("L");
    let graph = Graph::of("L = sum (relu(X W1) W2 - y)^2", &[&loss]).draw()?;
    h.retain_grad();
    loss.backward();

    let (gradients, loss_by_hand) = network_by_hand(&x, &y, &by_hand[0], &by_hand[1]);
    let apart = (loss_by_hand - loss.item()).abs() / loss_by_hand;
    assert!(apart <= EXACT, "L differs by {apart:e}");
    let mut steps = vec![
        vec!["z = X W1".to_owned(), format!("{:?} x {:?} -> {:?}", tx.shape(), w1.shape(), z.shape()), String::new()],
        vec!["g = relu(z)".to_owned(), format!("{:?}", g.shape()), String::new()],
        vec!["h = g W2".to_owned(), format!("{:?} x {:?} -> {:?}", g.shape(), w2.shape(), h.shape()), String::new()],
        vec!["L = sum (h - y)^2".to_owned(), format!("{:?}", loss.shape()), part(apart)],
    ];
    let formulas = ["dL/dh = 2 (h - y)", "dL/dW2 = g^T 2 (h - y)", "dL/dW1 = X^T (2 (h - y) W2^T where z > 0)"];
    for ((formula, node), by_hand) in formulas.iter().zip([&h, &w2, &w1]).zip(gradients) {
        let apart = difference(&by_hand.into_dyn(), &node.grad().ok_or("no gradient")?)?;
        assert!(apart <= EXACT, "{formula} differs by {apart:e}");
        steps.push(vec![formula.to_string(), format!("{:?}", node.shape()), part(apart)]);
    }
    println!("\nA network of two layers, and its largest difference to the tape's:");
    steps.iter().for_each(|row| println!("  {:<42} {:<34} {}", row[0], row[1], row[2]));

    // The same descent twice: by hand, and by the tape with an optimiser.
    let mut optimizer = Sgd::new([&w1, &w2], 1e-6);
    let (mut losses, mut losses_by_hand) = (Vec::new(), Vec::new());
    let count = if run.quick { 20 } else { 200 };
    for _ in 0..count {
        let ([_, dw2, dw1], loss) = network_by_hand(&x, &y, &by_hand[0], &by_hand[1]);
        by_hand[0].scaled_add(-1e-6, &dw1);
        by_hand[1].scaled_add(-1e-6, &dw2);
        losses_by_hand.push(loss);

        optimizer.zero_grad();
        let loss = (tx.matmul(&w1).relu().matmul(&w2) - &ty).square().sum();
        loss.backward();
        optimizer.step();
        losses.push(loss.item());
    }
    let apart = losses.iter().zip(&losses_by_hand).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs() / b));
    let (first, last) = (losses[0], losses[count - 1]);
    assert!(last < 0.2 * first, "the descent goes down");
    assert!(apart <= 1e-9, "the two descents are {apart:e} apart");

    let numbers: Vec<f64> = (0..count).map(|step| step as f64).collect();
    let tenth = |values: &[f64]| values.iter().copied().step_by(10).collect::<Vec<f64>>();
    let curve = Plot::new("The same descent twice")
        .x_label("step")
        .y_label("L")
        .log_y()
        .line("by the tape", &numbers, &losses)
        .points("by hand, every tenth step", &tenth(&numbers), &tenth(&losses_by_hand))
        .draw()?;
    Report::new(&run, "Layers by hand")
        .paragraph("A layer by hand has a forward and a backward pass on plain arrays. The same layer is an expression that the tape \
                    differentiates, or an op of one's own that the tape records.")
        .table(&["layer", "number", "shape", "hand and tape differ by", "hand and op differ by"], &rows)
        .heading("A network of two layers")
        .table(&["step", "shapes", "hand and tape differ by"], &steps)
        .figure("graph", &graph, "What the tape recorded: boxes are data, the badges on the edges are operations.")?
        .figure("descent", &curve, "Gradient descent by hand and by the tape.")?
        .result(&format!("{count} steps take L from {first:.4e} to {last:.4e}, by hand and by the tape"))
        .save()?;
    Ok(())
}
