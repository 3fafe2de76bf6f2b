//! `grad`: derivatives as tensors, which can be differentiated again.

use std::panic::Location;

use crate::backward::Walk;
use crate::fail;
use crate::roots::seeds;
use crate::scope;
use crate::tape;
use crate::tensor::{NodeRef, Tensor};

/// The derivatives of the sum of `ys` by each of `xs`, leaves or results, without touching any [`Tensor::grad`].
///
/// ```
/// use tapegrad_core::{Tensor, grad};
/// let x = Tensor::from(2.0).requires_grad();
/// let y = &x * &x * &x;
/// assert_eq!(grad(&[&y], &[&x])[0].item(), 12.0);
/// ```
///
/// # Panics
/// As [`Grad::run`].
#[track_caller]
pub fn grad(ys: &[&Tensor], xs: &[&Tensor]) -> Vec<Tensor> {
    Grad::of(ys).wrt(xs).run()
}

/// [`grad`] with options.
///
/// ```
/// use tapegrad_core::{Grad, Tensor, grad};
/// let x = Tensor::from(2.0).requires_grad();
/// let y = &x * &x * &x;
/// let dx = Grad::of(&[&y]).wrt(&[&x]).create_graph().run().remove(0);
/// assert_eq!(grad(&[&dx], &[&x])[0].item(), 12.0); // 6 x
/// ```
#[derive(Debug)]
#[must_use = "nothing is walked before run()"]
pub struct Grad<'a> {
    ys: Vec<&'a Tensor>,
    xs: Vec<&'a Tensor>,
    cotangents: Option<Vec<&'a Tensor>>,
    create_graph: bool,
    keep_graph: bool,
    allow_unused: bool,
}

impl<'a> Grad<'a> {
    /// The derivatives of these.
    pub fn of(ys: &[&'a Tensor]) -> Self {
        let ys = ys.to_vec();
        Grad { ys, xs: Vec::new(), cotangents: None, create_graph: false, keep_graph: false, allow_unused: false }
    }

    /// By these, leaves or results. Duplicates are allowed.
    pub fn wrt(mut self, xs: &[&'a Tensor]) -> Self {
        self.xs = xs.to_vec();
        self
    }

    /// What the outputs' gradients start from; without it each output must have one element, and starts with 1.
    pub fn cotangents(mut self, cotangents: &[&'a Tensor]) -> Self {
        self.cotangents = Some(cotangents.to_vec());
        self
    }

    /// Records the walk itself, so that the result can be differentiated. Keeps the graph too.
    pub fn create_graph(mut self) -> Self {
        self.create_graph = true;
        self.keep_graph = true;
        self
    }

    /// Keeps the saved values, so that the graph can be walked again.
    pub fn keep_graph(mut self) -> Self {
        self.keep_graph = true;
        self
    }

    /// Zeros for an input that the outputs do not depend on, in place of an error.
    pub fn allow_unused(mut self) -> Self {
        self.allow_unused = true;
        self
    }

    /// Walks, and gives a derivative for each input.
    ///
    /// # Panics
    /// If an output needs a cotangent and has none, has no graph, or its graph is on another thread or released; if an input
    /// does not require a gradient; or if the outputs do not depend on one and [`Grad::allow_unused`] was not given.
    #[track_caller]
    pub fn run(self) -> Vec<Tensor> {
        tape::collect_mail();
        let seeds = seeds("grad", &self.ys, self.cotangents.as_deref());
        let mut nodes = Vec::with_capacity(self.xs.len());
        for (i, x) in self.xs.iter().enumerate() {
            nodes.push(node(i, x));
        }
        let walk = Walk::new(scope::site(Location::caller()), self.create_graph, self.keep_graph);
        let targets = walk.gather_at_targets(seeds, &nodes);
        let mut gradients = Vec::with_capacity(self.xs.len());
        for (i, (x, node)) in self.xs.iter().zip(nodes).enumerate() {
            let found = targets.iter().find(|target| target.node == node.id());
            gradients.push(match found.and_then(|target| target.total.clone()) {
                Some(total) => total,
                None if self.allow_unused || found.is_some_and(|target| target.reached) => x.zeros_like(),
                None => {
                    let name = x.name().map(|name| format!(" \"{name}\"")).unwrap_or_default();
                    fail!(
                        "grad: the outputs do not depend on input {i}{name} ({:?}); allow_unused() gives zeros for it",
                        x.shape()
                    )
                }
            });
        }
        gradients
    }
}

#[track_caller]
fn node(i: usize, x: &Tensor) -> NodeRef {
    match x.node("grad") {
        Some(node) => node,
        None => fail!("grad: input {i} ({:?}) does not require a gradient", x.shape()),
    }
}
