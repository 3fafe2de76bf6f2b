//! A function at a point: its value, its derivative from the tape, and its derivative from differences.

use tapegrad_core::{DType, Grad, Tensor, enable_grad, scope, tape};

use crate::report::OpSite;

/// The function as the check sees it.
pub(crate) type Function<'a> = dyn Fn(&[Tensor]) -> Vec<Tensor> + 'a;

/// The values of the float outputs; the others do not change with small steps.
pub(crate) type Values = Vec<Vec<f64>>;

/// A function and the point where it is checked.
pub(crate) struct Problem<'a> {
    pub(crate) f: &'a Function<'a>,
    /// The inputs: f64 without graph where they are floats, in the caller's memory layout.
    pub(crate) point: Vec<Tensor>,
    /// The places of the inputs that are differentiated.
    pub(crate) varied: Vec<usize>,
    /// The names of the inputs in reports.
    pub(crate) labels: Vec<String>,
    /// The names of the outputs begin with this.
    pub(crate) output_label: &'static str,
}

/// What the tape says.
pub(crate) struct Analytic {
    /// The derivative of the projected outputs by each of the varied inputs.
    pub(crate) gradients: Vec<Vec<f64>>,
    /// The ops behind each of the varied inputs.
    pub(crate) ops: Vec<Vec<OpSite>>,
}

impl Problem<'_> {
    /// Calls the function as its author would: recording, with ops taking their own lines.
    pub(crate) fn call(&self, inputs: &[Tensor]) -> Vec<Tensor> {
        enable_grad(|| scope::user(|| (self.f)(inputs)))
    }

    /// The float outputs' values with some inputs replaced.
    pub(crate) fn values(&self, inputs: &[Tensor]) -> Values {
        values(&self.call(inputs))
    }

    /// The point with its varied inputs as leaves that the tape knows by their labels.
    fn leaves(&self) -> Vec<Tensor> {
        let leaf = |(i, x): (usize, &Tensor)| match self.varied.contains(&i) {
            true => x.clone().requires_grad().named(self.labels[i].as_str()),
            false => x.clone(),
        };
        self.point.iter().enumerate().map(leaf).collect()
    }

    /// The derivative of the outputs' product with `cotangents`.
    pub(crate) fn analytic(&self, cotangents: &[Tensor]) -> Analytic {
        let leaves = self.leaves();
        let outputs = self.call(&leaves);
        let wrt: Vec<&Tensor> = self.varied.iter().map(|&i| &leaves[i]).collect();
        // Before the walk, which lets the graph go.
        let graph = tape::graph(&outputs.iter().filter(|y| y.needs_grad()).collect::<Vec<_>>());
        let ops = self.varied.iter().map(|&i| ops_behind(&graph, &self.labels[i])).collect();
        let gradients = gradients(&outputs, &wrt, cotangents, false);
        Analytic { gradients: gradients.iter().map(numbers).collect(), ops }
    }

    /// The derivative of each element of each float output by one element of one input: a column of the Jacobian. `None` if
    /// there are too many outputs to walk from each.
    pub(crate) fn column(&self, input: usize, element: usize) -> Option<Values> {
        const MOST: usize = 4096;
        let leaves = self.leaves();
        let outputs: Vec<Tensor> = floats(self.call(&leaves));
        if outputs.iter().map(Tensor::numel).sum::<usize>() > MOST {
            return None;
        }
        let row = |y: &Tensor, k: usize| {
            if !y.needs_grad() {
                return 0.0;
            }
            let mut one = vec![0.0; y.numel()];
            one[k] = 1.0;
            let one = shaped(one, y.shape());
            let walk = Grad::of(&[y]).wrt(&[&leaves[input]]).cotangents(&[&one]).keep_graph().allow_unused();
            numbers(&walk.run()[0])[element]
        };
        Some(outputs.iter().map(|y| (0..y.numel()).map(|k| row(y, k)).collect()).collect())
    }

    /// The float outputs' values after input `i` has moved by `t` in the given direction.
    pub(crate) fn moved(&self, i: usize, direction: &[f64], t: f64) -> Values {
        let x = numbers(&self.point[i]);
        let mut inputs = self.point.clone();
        inputs[i] = shaped(x.iter().zip(direction).map(|(x, u)| x + t * u).collect(), self.point[i].shape());
        self.values(&inputs)
    }

    /// As [`Problem::moved`], along one element.
    pub(crate) fn nudged(&self, i: usize, element: usize, by: f64) -> Values {
        let mut x = numbers(&self.point[i]);
        x[element] += by;
        let mut inputs = self.point.clone();
        inputs[i] = shaped(x, self.point[i].shape());
        self.values(&inputs)
    }
}

/// The derivatives of the float outputs by leaves, zeros where no path leads; with a graph of their own if asked for.
pub(crate) fn gradients(outputs: &[Tensor], wrt: &[&Tensor], cotangents: &[Tensor], graph: bool) -> Vec<Tensor> {
    let (ys, vs): (Vec<&Tensor>, Vec<&Tensor>) =
        outputs.iter().filter(|y| y.dtype().is_float()).zip(cotangents).filter(|(y, _)| y.needs_grad()).unzip();
    if ys.is_empty() {
        return wrt.iter().map(|x| x.zeros_like()).collect();
    }
    let walk = Grad::of(&ys).wrt(wrt).cotangents(&vs).allow_unused();
    if graph { walk.create_graph().run() } else { walk.run() }
}

/// The float outputs, which alone have derivatives.
pub(crate) fn floats(outputs: Vec<Tensor>) -> Vec<Tensor> {
    outputs.into_iter().filter(|y| y.dtype().is_float()).collect()
}

pub(crate) fn values(outputs: &[Tensor]) -> Values {
    outputs.iter().filter(|y| y.dtype().is_float()).map(numbers).collect()
}

/// A float tensor's elements as f64.
pub(crate) fn numbers(x: &Tensor) -> Vec<f64> {
    x.detach().to_dtype(DType::F64).to_vec().expect("cast to f64")
}

pub(crate) fn shaped(elements: Vec<f64>, shape: &[usize]) -> Tensor {
    Tensor::from_vec(elements, shape).expect("as many elements as before")
}

/// The product of the cotangents with the change from one value to another.
pub(crate) fn projected_change(from: &Values, to: &Values, cotangents: &[Vec<f64>]) -> f64 {
    let pairs = from.iter().flatten().zip(to.iter().flatten());
    pairs.zip(cotangents.iter().flatten()).map(|((a, b), v)| v * (b - a)).sum()
}

/// Every edge that a leaf reaches, directly or not.
fn ops_behind(graph: &tape::Graph, leaf: &str) -> Vec<OpSite> {
    let mut reached: Vec<bool> =
        graph.nodes.iter().map(|node| node.leaf && node.name.as_deref() == Some(leaf)).collect();
    let mut ops: Vec<OpSite> = Vec::new();
    for edge in &graph.edges {
        if edge.inputs.iter().flatten().any(|&node| reached[node]) {
            edge.outputs.iter().flatten().for_each(|&node| reached[node] = true);
            let op = OpSite { op: edge.op, site: edge.site };
            if !ops.contains(&op) {
                ops.push(op);
            }
        }
    }
    ops
}
