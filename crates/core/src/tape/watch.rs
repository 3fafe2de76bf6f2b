//! A watch keeps the graph of what is recorded while it lasts, with the statistics of every value and gradient.
//!
//! A backward walk lets go of the edges it has walked, so after it the tape cannot be drawn any more. The watch writes its own
//! account down as ops are recorded, and adds the gradients as a walk meets them: what it has can be drawn before and after.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use super::snapshot::{EdgeInfo, Graph, NodeInfo};
use super::{NodeId, Statistics};
use crate::leaf::Leaf;
use crate::observe::{self, Call, Observer, Observing, Walked};
use crate::scope;
use crate::tensor::{Repr, Tensor};

/// Begins a watch on this thread: until it is dropped, the statistics of every value that is recorded are kept, and of every
/// gradient that a walk computes. A [`crate::checkpoint`] records its inside as any other code while it is watched.
///
/// ```
/// use tapegrad_core::{Tensor, tape};
/// let w = Tensor::from([1.0, 3.0]).requires_grad().named("w");
/// let watch = tape::watch();
/// let loss = w.square().sum();
/// loss.backward();
/// let graph = watch.graph(&[&loss]);
/// assert_eq!(graph.nodes[0].name.as_deref(), Some("w"));
/// assert_eq!(graph.nodes[0].value.unwrap().mean, 2.0);
/// assert_eq!(graph.nodes[0].gradient.unwrap().max, 6.0);
/// ```
pub fn watch() -> Watch {
    let account = Rc::new(Account::default());
    Watch { _observing: observe::begin(account.clone()), account }
}

/// A watch on this thread's tape; see [`watch`].
#[must_use = "the watch lasts until it is dropped"]
pub struct Watch {
    _observing: Observing,
    account: Rc<Account>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let notes = self.account.0.borrow();
        write!(f, "Watch {{ nodes: {}, edges: {} }}", notes.nodes.len(), notes.edges.len())
    }
}

#[derive(Default)]
struct Account(RefCell<Notes>);

#[derive(Default)]
struct Notes {
    nodes: Vec<NodeInfo>,
    edges: Vec<EdgeInfo>,
    places: HashMap<Key, usize>,
    /// Kept so that no other leaf comes to lie at the same address.
    leaves: Vec<Arc<Leaf>>,
}

/// What a node is known by: a leaf has another id on the tape each time it comes into use.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Leaf(usize),
    Result(u64, u32),
}

impl Key {
    fn of(x: &Tensor) -> Option<Key> {
        match &x.0 {
            Repr::Constant(_) => None,
            Repr::Result { node, .. } => Some(Key::node(node.id())),
            Repr::Leaf(leaf) => leaf.requires_grad().then(|| Key::leaf(leaf)),
        }
    }

    fn leaf(leaf: &Arc<Leaf>) -> Key {
        Key::Leaf(Arc::as_ptr(leaf) as usize)
    }

    fn node(id: NodeId) -> Key {
        Key::Result(id.order.get(), id.output)
    }
}

impl Notes {
    /// The tensor's place among the nodes; `None` if it needs no gradient.
    fn place(&mut self, x: &Tensor) -> Option<usize> {
        let key = Key::of(x)?;
        if let Some(&place) = self.places.get(&key) {
            return Some(place);
        }
        if let Repr::Leaf(leaf) = &x.0 {
            self.leaves.push(leaf.clone());
        }
        self.places.insert(key, self.nodes.len());
        let value = Some(Statistics::of(x));
        let (dtype, shape, leaf) = (x.dtype(), x.shape().to_vec(), x.is_leaf());
        self.nodes.push(NodeInfo { name: x.name(), dtype, shape, leaf, value, gradient: None });
        Some(self.nodes.len() - 1)
    }

    fn note_gradient(&mut self, key: Key, total: &Tensor) {
        if let Some(&place) = self.places.get(&key) {
            self.nodes[place].gradient = Some(Statistics::of(total));
        }
    }
}

impl Observer for Account {
    fn ran(&self, call: &mut Call<'_>) {
        let Some(op) = call.op.filter(|_| call.outputs.iter().any(Tensor::needs_grad)) else { return };
        // Ops describe themselves with no borrow held, since they may be a user's.
        let (op, attributes) = (op.name(), op.attributes());
        let notes = &mut *self.0.borrow_mut();
        let inputs = call.inputs.iter().map(|x| notes.place(x)).collect();
        let outputs = call.outputs.iter().map(|y| notes.place(y)).collect();
        notes.edges.push(EdgeInfo { op, attributes, site: call.site, scope: scope::path(), inputs, outputs });
    }

    fn walked(&self, edge: &Walked<'_>) {
        let notes = &mut *self.0.borrow_mut();
        for (output, total) in edge.totals.iter().enumerate() {
            if let Some(total) = total {
                notes.note_gradient(Key::node(NodeId { output: output as u32, ..edge.node }), total);
            }
        }
    }

    fn gathered(&self, leaf: &Arc<Leaf>, total: &Tensor) {
        self.0.borrow_mut().note_gradient(Key::leaf(leaf), total);
    }

    fn named(&self, node: NodeId, name: &Arc<str>) {
        let notes = &mut *self.0.borrow_mut();
        if let Some(&place) = notes.places.get(&Key::node(node)) {
            notes.nodes[place].name = Some(name.clone());
        }
    }
}

impl Watch {
    /// The graph behind these tensors, as far as it was recorded during the watch: as [`super::graph`], before and after a
    /// backward walk, with the statistics of values and gradients. A leaf that was trained meanwhile shows the value it had when
    /// it was first seen; a gradient is that of the last walk that met the node, hooks applied.
    pub fn graph(&self, roots: &[&Tensor]) -> Graph {
        let notes = self.account.0.borrow();
        let roots: Vec<usize> = roots.iter().filter_map(|root| notes.places.get(&Key::of(root)?).copied()).collect();
        let mut seen = vec![false; notes.nodes.len()];
        roots.iter().for_each(|&root| seen[root] = true);
        // An edge's inputs are older than its outputs, so one pass from the youngest edge on finds all.
        let mut behind = vec![false; notes.edges.len()];
        for (i, edge) in notes.edges.iter().enumerate().rev() {
            behind[i] = edge.outputs.iter().flatten().any(|&node| seen[node]);
            if behind[i] {
                edge.inputs.iter().chain(&edge.outputs).flatten().for_each(|&node| seen[node] = true);
            }
        }
        let mut places = vec![0; notes.nodes.len()];
        let mut graph = Graph::default();
        for (i, node) in notes.nodes.iter().enumerate().filter(|(i, _)| seen[*i]) {
            places[i] = graph.nodes.len();
            graph.nodes.push(node.clone());
        }
        let moved = |node: &Option<usize>| node.map(|node| places[node]);
        graph.edges = (notes.edges.iter().zip(behind).filter(|(_, behind)| *behind))
            .map(|(edge, _)| EdgeInfo {
                inputs: edge.inputs.iter().map(moved).collect(),
                outputs: edge.outputs.iter().map(moved).collect(),
                ..edge.clone()
            })
            .collect();
        graph.roots = roots.into_iter().map(|root| places[root]).collect();
        graph
    }
}
