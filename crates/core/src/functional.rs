//! Derivatives of functions: Jacobians, Hessians, and their products with vectors.
//!
//! Each calls the function on leaves of its own, so it touches no [`Tensor::grad`], and the function's ops keep the user's lines.

use crate::fail;
use crate::grad::Grad;
use crate::scope;
use crate::tensor::Tensor;

/// The function at leaves with the inputs' values, and those leaves.
#[track_caller]
fn evaluate(op: &str, f: impl Fn(&[Tensor]) -> Tensor, inputs: &[Tensor]) -> (Tensor, Vec<Tensor>) {
    if let Some(x) = inputs.iter().find(|x| !x.dtype().is_float()) {
        fail!("{op}: an input is {}, expected f32 or f64", x.dtype());
    }
    let leaves: Vec<Tensor> = inputs.iter().map(|x| x.detach().requires_grad()).collect();
    let y = scope::user(|| f(&leaves));
    (y, leaves)
}

/// The gradients of `g y` by the leaves, zeros where y does not depend on one.
#[track_caller]
fn pull(y: &Tensor, leaves: &[Tensor], g: &Tensor, create_graph: bool) -> Vec<Tensor> {
    if !y.needs_grad() {
        return leaves.iter().map(Tensor::zeros_like).collect();
    }
    let wrt: Vec<&Tensor> = leaves.iter().collect();
    let (ys, gs) = ([y], [g]);
    let walk = Grad::of(&ys).wrt(&wrt).cotangents(&gs).allow_unused();
    if create_graph { walk.create_graph() } else { walk.keep_graph() }.run()
}

/// For each input, the derivatives of every element of y: `y.shape + x.shape`.
#[track_caller]
fn rows(y: &Tensor, leaves: &[Tensor]) -> Vec<Tensor> {
    let n = y.numel();
    let shape: Vec<isize> = y.shape().iter().map(|&length| length as isize).collect();
    let each: Vec<Vec<Tensor>> = (0..n as i64)
        .map(|k| pull(y, leaves, &Tensor::arange(0, n as i64).eq(k).to_dtype(y.dtype()).reshape(&shape), false))
        .collect();
    let block = |(i, x): (usize, &Tensor)| {
        let joined: Vec<usize> = y.shape().iter().chain(x.shape()).copied().collect();
        if n == 0 {
            return Tensor::zeros(joined).to_dtype(x.dtype());
        }
        let parts: Vec<&Tensor> = each.iter().map(|row| &row[i]).collect();
        Tensor::stack(&parts, 0).reshape(joined.iter().map(|&length| length as isize).collect::<Vec<_>>())
    };
    leaves.iter().enumerate().map(block).collect()
}

/// A function's value, and the product of a cotangent with its Jacobian: one gradient for each input, in one backward pass.
///
/// ```
/// use tapegrad_core::{tensor, vjp};
/// let (y, g) = vjp(|x| x[0].square(), &[tensor![1.0, 3.0]], &tensor![1.0, 10.0]);
/// assert_eq!(y.to_vec::<f32>().unwrap(), [1.0, 9.0]);
/// assert_eq!(g[0].to_vec::<f32>().unwrap(), [2.0, 60.0]);
/// ```
///
/// # Panics
/// If an input is not f32 or f64, or the cotangent does not have the value's shape and type.
#[track_caller]
pub fn vjp(f: impl Fn(&[Tensor]) -> Tensor, inputs: &[Tensor], cotangent: &Tensor) -> (Tensor, Vec<Tensor>) {
    let (y, leaves) = evaluate("vjp", f, inputs);
    if (cotangent.shape(), cotangent.dtype()) != (y.shape(), y.dtype()) {
        let (given, value) = ((cotangent.dtype(), cotangent.shape()), (y.dtype(), y.shape()));
        fail!("vjp: the cotangent is {} {:?}, the value {} {:?}", given.0, given.1, value.0, value.1);
    }
    let gradients = pull(&y, &leaves, cotangent, false);
    (y.detach(), gradients)
}

/// A function's value, and the product of its Jacobian with tangents, one for each input: how the value changes as the inputs
/// move along them.
///
/// This is double backward, not forward mode: the vjp is linear in its cotangent, and its own vjp by the cotangent is the jvp. It
/// costs about two backward passes (J. Townsend, "A new trick for calculating Jacobian vector products", 2017).
///
/// ```
/// use tapegrad_core::{jvp, tensor};
/// let (_, t) = jvp(|x| &x[0] * &x[1], &[tensor![2.0], tensor![5.0]], &[tensor![1.0], tensor![10.0]]);
/// assert_eq!(t.item(), 25.0);
/// ```
///
/// # Panics
/// If an input is not f32 or f64, or the tangents do not have the inputs' number, shapes and types.
#[track_caller]
pub fn jvp(f: impl Fn(&[Tensor]) -> Tensor, inputs: &[Tensor], tangents: &[Tensor]) -> (Tensor, Tensor) {
    let (y, leaves) = evaluate("jvp", f, inputs);
    check_alike("jvp", inputs, tangents);
    let cotangent = y.zeros_like().requires_grad();
    let value = y.detach();
    let linear = pull(&y, &leaves, &cotangent, true);
    let product = (linear.iter().zip(tangents)).filter(|(g, _)| g.needs_grad()).map(|(g, t)| (g * t).sum());
    let tangent = match product.reduce(|a, b| a + b) {
        Some(total) => Grad::of(&[&total]).wrt(&[&cotangent]).allow_unused().run().remove(0),
        None => value.zeros_like(),
    };
    (value, tangent)
}

/// For each input, the derivative of every element of the value by every element of the input: `y.shape + x.shape`. One backward
/// pass for each element of the value.
///
/// ```
/// use tapegrad_core::{jacobian, tensor};
/// let j = jacobian(|x| x[0].square(), &[tensor![1.0, 3.0]]).remove(0);
/// assert!(j.equal(&tensor![[2.0, 0.0], [0.0, 6.0]]));
/// ```
///
/// # Panics
/// If an input is not f32 or f64.
#[track_caller]
pub fn jacobian(f: impl Fn(&[Tensor]) -> Tensor, inputs: &[Tensor]) -> Vec<Tensor> {
    let (y, leaves) = evaluate("jacobian", f, inputs);
    rows(&y, &leaves)
}

/// The second derivatives of a function with one element: block `[i][j]`, of shape `x_i.shape + x_j.shape`, has those by inputs i
/// and j. One backward pass for each element of the inputs.
///
/// ```
/// use tapegrad_core::{hessian, tensor};
/// let h = hessian(|x| x[0].pow(3).sum(), &[tensor![1.0, 2.0]]);
/// assert!(h[0][0].equal(&tensor![[6.0, 0.0], [0.0, 12.0]]));
/// ```
///
/// # Panics
/// If an input is not f32 or f64, or the value does not have one element.
#[track_caller]
pub fn hessian(f: impl Fn(&[Tensor]) -> Tensor, inputs: &[Tensor]) -> Vec<Vec<Tensor>> {
    let (gradients, leaves) = gradients("hessian", f, inputs);
    gradients.iter().map(|g| rows(g, &leaves)).collect()
}

/// The product of the Hessian of a function with one element and vectors, one for each input, without the Hessian itself: two
/// backward passes (B. Pearlmutter, "Fast exact multiplication by the Hessian", 1994).
///
/// ```
/// use tapegrad_core::{hvp, tensor};
/// let product = hvp(|x| x[0].pow(3).sum(), &[tensor![1.0, 2.0]], &[tensor![1.0, 10.0]]);
/// assert_eq!(product[0].to_vec::<f32>().unwrap(), [6.0, 120.0]);
/// ```
///
/// # Panics
/// If an input is not f32 or f64, the value does not have one element, or the vectors do not have the inputs' number, shapes and
/// types.
#[track_caller]
pub fn hvp(f: impl Fn(&[Tensor]) -> Tensor, inputs: &[Tensor], vectors: &[Tensor]) -> Vec<Tensor> {
    check_alike("hvp", inputs, vectors);
    let (gradients, leaves) = gradients("hvp", f, inputs);
    let product = (gradients.iter().zip(vectors)).filter(|(g, _)| g.needs_grad()).map(|(g, v)| (g * v).sum());
    match product.reduce(|a, b| a + b) {
        Some(total) => pull(&total, &leaves, &total.detach().ones_like(), false),
        None => leaves.iter().map(Tensor::zeros_like).collect(),
    }
}

/// The gradients of a function with one element, with their graph.
#[track_caller]
fn gradients(op: &str, f: impl Fn(&[Tensor]) -> Tensor, inputs: &[Tensor]) -> (Vec<Tensor>, Vec<Tensor>) {
    let (y, leaves) = evaluate(op, f, inputs);
    if y.numel() != 1 {
        fail!("{op}: the value has shape {:?}, expected one element", y.shape());
    }
    (pull(&y, &leaves, &y.detach().ones_like(), true), leaves)
}

#[track_caller]
fn check_alike(op: &str, inputs: &[Tensor], vectors: &[Tensor]) {
    let alike = |x: &Tensor, v: &Tensor| (x.shape(), x.dtype()) == (v.shape(), v.dtype());
    if inputs.len() != vectors.len() || !inputs.iter().zip(vectors).all(|(x, v)| alike(x, v)) {
        let shapes = |list: &[Tensor]| format!("{:?}", list.iter().map(Tensor::shape).collect::<Vec<_>>());
        fail!("{op}: inputs {} and vectors {} differ in number, shape or type", shapes(inputs), shapes(vectors));
    }
}
