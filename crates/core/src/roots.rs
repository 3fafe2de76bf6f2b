//! Where a backward walk starts: the roots with their cotangents, as users give them.

use std::panic::Location;

use crate::backward::Walk;
use crate::fail;
use crate::scope;
use crate::tape;
use crate::tensor::{NodeRef, Tensor};

impl Tensor {
    /// Walks the graph back from this tensor, which has one element, and adds the derivative by every leaf that requires a
    /// gradient to its [`Tensor::grad`]. The values that ops saved are released on the way.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// let w = Tensor::from(3.0).requires_grad();
    /// (&w * &w).backward();
    /// assert_eq!(w.grad().unwrap().item(), 6.0);
    /// ```
    ///
    /// # Panics
    /// If there is not one element, no graph, a graph on another thread, or one whose saved values a former walk released.
    #[track_caller]
    pub fn backward(&self) {
        Backward::of(&[self]).run();
    }

    /// As [`Tensor::backward`] for a tensor of any shape, starting from `cotangent`.
    ///
    /// # Panics
    /// As [`Tensor::backward`], or if shape or type of the cotangent differ from the tensor's.
    #[track_caller]
    pub fn backward_with(&self, cotangent: &Tensor) {
        Backward::of(&[self]).cotangents(&[cotangent]).run();
    }
}

/// One walk from several roots; their contributions are summed.
///
/// # Panics
/// As [`Tensor::backward_with`] for each root.
#[track_caller]
pub fn backward_all(roots: &[(&Tensor, &Tensor)]) {
    let (ys, gs): (Vec<_>, Vec<_>) = roots.iter().copied().unzip();
    Backward::of(&ys).cotangents(&gs).run();
}

/// A backward walk with options.
///
/// ```
/// use tapegrad_core::{Backward, Tensor};
/// let w = Tensor::from(3.0).requires_grad();
/// let y = &w * &w;
/// Backward::of(&[&y]).keep_graph().run();
/// y.backward();
/// assert_eq!(w.grad().unwrap().item(), 12.0);
/// ```
#[derive(Debug)]
#[must_use = "nothing is walked before run()"]
pub struct Backward<'a> {
    roots: Vec<&'a Tensor>,
    cotangents: Option<Vec<&'a Tensor>>,
    keep_graph: bool,
}

impl<'a> Backward<'a> {
    /// A walk from these roots.
    pub fn of(roots: &[&'a Tensor]) -> Self {
        Backward { roots: roots.to_vec(), cotangents: None, keep_graph: false }
    }

    /// The roots' cotangents; without them each root must have one element, and starts with 1.
    pub fn cotangents(mut self, cotangents: &[&'a Tensor]) -> Self {
        self.cotangents = Some(cotangents.to_vec());
        self
    }

    /// Keeps the saved values, so that the graph can be walked again.
    pub fn keep_graph(mut self) -> Self {
        self.keep_graph = true;
        self
    }

    /// Walks.
    ///
    /// # Panics
    /// As [`Tensor::backward_with`].
    #[track_caller]
    pub fn run(self) {
        tape::collect_mail();
        let seeds = seeds("backward", &self.roots, self.cotangents.as_deref());
        Walk::new(scope::site(Location::caller()), false, self.keep_graph).gather_at_leaves(seeds);
    }
}

/// The roots' nodes with the given cotangents, or with ones.
#[track_caller]
pub(crate) fn seeds(what: &str, roots: &[&Tensor], given: Option<&[&Tensor]>) -> Vec<(NodeRef, Tensor)> {
    if let Some(given) = given
        && given.len() != roots.len()
    {
        fail!("{what}: {} cotangents for {} roots", given.len(), roots.len());
    }
    let mut seeds = Vec::with_capacity(roots.len());
    for (i, root) in roots.iter().enumerate() {
        let Some(node) = root.node(what) else {
            fail!(
                "{what}: the root ({:?}) has no graph: no input of it requires a gradient, or it was computed under no_grad, or \
                 detached",
                root.shape()
            )
        };
        let cotangent = match given {
            Some(given) => {
                root.check_like(what, given[i]);
                given[i].clone()
            }
            None if root.numel() == 1 => root.ones_like(),
            None => fail!(
                "{what}: the root has shape {:?}; start from a cotangent of that shape, or reduce it to one element",
                root.shape()
            ),
        };
        seeds.push((node, cotangent));
    }
    seeds
}
