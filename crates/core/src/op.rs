//! Operations: the edges of the graph.
//!
//! An op is a value with its attributes, a forward pass and a backward pass. The engine records it, saves what its rule says
//! it reads, and later asks the rule for the cotangents of the inputs. Rules never accumulate and never undo a broadcast.

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use crate::checkpoint::Checkpoint;
use crate::mode;
use crate::observe::{self, Within};
use crate::scope::{self, Site};
use crate::tape::{self, NodeId};
use crate::tensor::{NodeRef, Tensor};
use tapegrad_kernels::Array;

/// An op's results; most have one.
pub type Outputs = SmallVec<[Tensor; 1]>;
/// What a rule gives back: a cotangent for each input, `None` for no contribution.
pub type Cotangents = SmallVec<[Option<Tensor>; 2]>;

/// Which of an op's inputs need a gradient, known when the op is recorded.
#[derive(Debug)]
pub struct Needs<'a>(&'a [&'a Tensor]);

impl Needs<'_> {
    /// Whether input `i` needs a gradient.
    #[inline]
    pub fn input(&self, i: usize) -> bool {
        self.0[i].needs_grad()
    }
}

/// An operation with its derivative.
///
/// Both passes are written in tensor expressions; since the rule's expressions are differentiable themselves, derivatives of
/// any order follow.
///
/// ```
/// use tapegrad_core::{Tensor, op::{Op, Outputs, Cotangents, Vjp}};
/// use smallvec::smallvec;
///
/// #[derive(Debug)]
/// struct Cube;
///
/// impl Op for Cube {
///     fn name(&self) -> &'static str { "cube" }
///     fn forward(&self, inputs: &[&Tensor]) -> Outputs {
///         let x = inputs[0];
///         smallvec![x * x * x]
///     }
///     fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
///         let x = ctx.input(0);
///         smallvec![Some(ctx.g() * x.square() * 3.0)]
///     }
/// }
///
/// let x = Tensor::from(2.0).requires_grad();
/// let y = Cube.apply(&[&x]);
/// y.backward();
/// assert_eq!(y.item(), 8.0);
/// assert_eq!(x.grad().unwrap().item(), 12.0);
/// ```
pub trait Op: fmt::Debug + Send + Sync + 'static {
    /// The name shown in errors, reports and drawings.
    fn name(&self) -> &'static str;

    /// The attributes shown in drawings.
    fn attributes(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The outputs for these inputs. Runs without recording: the op itself becomes the edge.
    fn forward(&self, inputs: &[&Tensor]) -> Outputs;

    /// The vector-Jacobian product: the inputs' cotangents from the outputs'. `None` where [`Vjp::needs`] is false, or where
    /// nothing flows back.
    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents;

    /// Whether the rule reads input `i`, so that its value must be kept. Reading what was not saved panics.
    fn saves_input(&self, i: usize, needs: &Needs<'_>) -> bool {
        let _ = (i, needs);
        true
    }

    /// Whether the rule reads output `i`.
    fn saves_output(&self, i: usize) -> bool {
        let _ = i;
        true
    }

    /// Whether the derivative is zero by definition (`sign`, `floor`). The rule is then not called.
    fn zero_gradient(&self) -> bool {
        false
    }

    /// Whether the rule's own result may not be differentiated again. Without this, a rule whose result carries no graph
    /// although one was asked for is an error.
    fn once_differentiable(&self) -> bool {
        false
    }

    /// How many products the forward pass adds to sums, for [`crate::cost::count`]: what a matrix product or a convolution costs.
    /// 0 for ops that take no sums of products.
    fn multiply_adds(&self, inputs: &[&Tensor], outputs: &[Tensor]) -> u64 {
        let _ = (inputs, outputs);
        0
    }

    /// Runs the op on tensors and records it; for ops with one output.
    #[inline]
    #[track_caller]
    fn apply(self, inputs: &[&Tensor]) -> Tensor
    where
        Self: Sized,
    {
        let mut outputs = apply(self, inputs, Location::caller());
        match outputs.pop() {
            Some(output) if outputs.is_empty() => output,
            _ => crate::fail!("apply is for ops with one output; use apply_all"),
        }
    }

    /// As [`Op::apply`], for any number of outputs.
    #[track_caller]
    fn apply_all(self, inputs: &[&Tensor]) -> Outputs
    where
        Self: Sized,
    {
        apply(self, inputs, Location::caller())
    }
}

/// Runs an op and, if this thread records and an input needs a gradient, puts its edge on the tape.
#[inline]
#[track_caller]
fn apply<O: Op>(op: O, inputs: &[&Tensor], caller: Site) -> Outputs {
    let outputs = {
        let _mode = mode::set(false);
        if observe::is_on() { observe::within(Within::Forward, || op.forward(inputs)) } else { op.forward(inputs) }
    };
    record(op, inputs, outputs, caller)
}

/// If this thread records and an input needs a gradient, puts the edge from `inputs` to `outputs` on the tape.
#[inline]
#[track_caller]
pub(crate) fn record<O: Op>(op: O, inputs: &[&Tensor], outputs: Outputs, caller: Site) -> Outputs {
    if observe::is_on() {
        return observe::record(SharedOp::new(op), inputs, outputs, scope::site(caller));
    }
    if mode::is_recording() && inputs.iter().any(|x| x.needs_grad()) {
        tape::record(SharedOp::new(op), inputs, outputs, scope::site(caller))
    } else {
        outputs
    }
}

impl<'a> Needs<'a> {
    pub(crate) fn of(inputs: &'a [&'a Tensor]) -> Self {
        Needs(inputs)
    }
}

/// A shared op. One without attributes is a constant and takes no allocation.
#[derive(Clone)]
pub(crate) enum SharedOp {
    Constant(&'static dyn Op),
    Shared(Arc<dyn Op>),
    /// A checkpoint, which the walk treats in a way of its own.
    Checkpoint(Arc<Checkpoint>),
    /// The op was walked and let go; its name is left.
    Walked(&'static str),
}

impl SharedOp {
    #[inline]
    pub(crate) fn new<O: Op>(op: O) -> Self {
        if size_of::<O>() == 0 {
            // A box of a type without size holds no memory, so nothing is leaked.
            SharedOp::Constant(Box::leak(Box::new(op)))
        } else {
            SharedOp::Shared(Arc::new(op))
        }
    }

    /// The op.
    ///
    /// # Panics
    /// If it was walked.
    #[inline]
    pub(crate) fn get(&self) -> &dyn Op {
        match self {
            SharedOp::Constant(op) => *op,
            SharedOp::Shared(op) => &**op,
            SharedOp::Checkpoint(op) => &**op,
            SharedOp::Walked(name) => unreachable!("{name} was walked and let go"),
        }
    }

    /// Whether a user's code may run when the op is dropped.
    #[inline]
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, SharedOp::Shared(_) | SharedOp::Checkpoint(_))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            SharedOp::Walked(name) => name,
            op => op.get().name(),
        }
    }

    pub(crate) fn attributes(&self) -> Vec<(&'static str, String)> {
        match self {
            SharedOp::Walked(_) => Vec::new(),
            op => op.get().attributes(),
        }
    }

    /// The op itself; its name stays.
    #[inline]
    pub(crate) fn take(&mut self) -> Self {
        let name = self.name();
        std::mem::replace(self, SharedOp::Walked(name))
    }
}

/// What a rule gets to see: the outputs' cotangents and the saved inputs and outputs, as nodes of the graph if one is being
/// built.
#[derive(Debug)]
pub struct Vjp<'a> {
    pub(crate) op: &'static str,
    pub(crate) cotangents: &'a mut [Option<Tensor>],
    /// Inputs, then outputs.
    pub(crate) saved: &'a [Option<Array>],
    pub(crate) inputs: &'a [Option<NodeId>],
    /// Which inputs' cotangents are asked for, where that is not simply those that have a node.
    pub(crate) needs: Option<&'a [bool]>,
    /// Output 0.
    pub(crate) node: NodeId,
    pub(crate) create_graph: bool,
    /// Whether the rule has read a value that has a graph.
    pub(crate) reads_graph: Cell<bool>,
    /// Whether the rule walked a graph of its own, so that what it gives without graph varies with nothing.
    pub(crate) walked: Cell<bool>,
}

impl Vjp<'_> {
    /// The cotangent of the only output.
    ///
    /// # Panics
    /// If there is none for output 0, which can only be in an op with several outputs.
    #[inline]
    pub fn g(&self) -> &Tensor {
        match &self.cotangents[0] {
            Some(g) => g,
            None => panic!("{}: output 0 has no cotangent; an op with several outputs asks `cotangent(i)`", self.op),
        }
    }

    /// As [`Vjp::g`], for a rule that reads it for the last time: an expression that is given its only handle computes in place.
    ///
    /// # Panics
    /// As [`Vjp::g`].
    #[inline]
    pub fn take_g(&mut self) -> Tensor {
        // While a graph is built nothing is computed in place, and the walk looks at the cotangents afterwards.
        if self.create_graph {
            return self.g().clone();
        }
        match self.cotangents[0].take() {
            Some(g) => g,
            None => panic!("{}: output 0 has no cotangent, or it was taken before", self.op),
        }
    }

    /// The cotangent of output `i`, or `None` if nothing flows back through it.
    #[inline]
    pub fn cotangent(&self, i: usize) -> Option<&Tensor> {
        self.cotangents[i].as_ref()
    }

    /// Whether a cotangent for input `i` is asked for.
    #[inline]
    pub fn needs(&self, i: usize) -> bool {
        self.needs.map_or(self.inputs[i].is_some(), |needs| needs[i])
    }

    /// Whether two inputs are one node, so that one cotangent can stand for both.
    pub fn same_input(&self, i: usize, j: usize) -> bool {
        self.inputs[i].is_some() && self.inputs[i] == self.inputs[j]
    }

    /// Input `i`, as it was recorded.
    ///
    /// # Panics
    /// If the op does not save it.
    #[inline]
    pub fn input(&self, i: usize) -> Tensor {
        match &self.saved[i] {
            Some(value) => self.wrap(value, self.inputs[i]),
            None => panic!("{}: the rule reads input {i}, which `saves_input` did not name", self.op),
        }
    }

    /// Output `i`, as it was recorded.
    ///
    /// # Panics
    /// If the op does not save it.
    #[inline]
    pub fn output(&self, i: usize) -> Tensor {
        match &self.saved[self.inputs.len() + i] {
            Some(value) => {
                let node = NodeId { output: i as u32, ..self.node };
                self.wrap(value, value.dtype().is_float().then_some(node))
            }
            None => panic!("{}: the rule reads output {i}, which `saves_output` did not name", self.op),
        }
    }

    /// How many inputs the op has.
    pub fn inputs(&self) -> usize {
        self.inputs.len()
    }

    /// Input `i` without graph, also while one is being built: for masks, indices and other things that stay the same when the
    /// input changes a little.
    ///
    /// # Panics
    /// If the op does not save it.
    #[inline]
    pub fn constant_input(&self, i: usize) -> Tensor {
        match &self.saved[i] {
            Some(value) => Tensor::constant(value.clone()),
            None => panic!("{}: the rule reads input {i}, which `saves_input` did not name", self.op),
        }
    }

    /// As [`Vjp::constant_input`], for output `i`.
    ///
    /// # Panics
    /// If the op does not save it.
    #[inline]
    pub fn constant_output(&self, i: usize) -> Tensor {
        match &self.saved[self.inputs.len() + i] {
            Some(value) => Tensor::constant(value.clone()),
            None => panic!("{}: the rule reads output {i}, which `saves_output` did not name", self.op),
        }
    }

    #[inline]
    fn wrap(&self, value: &Array, node: Option<NodeId>) -> Tensor {
        match node {
            Some(node) if self.create_graph => {
                self.reads_graph.set(true);
                Tensor::result(value.clone(), NodeRef::acquire(node))
            }
            _ => Tensor::constant(value.clone()),
        }
    }

    /// A cotangent came back without graph although one is being built. That is right if nothing it was computed from has one:
    /// if the outputs' cotangents have none, and the rule read no value that has one, or made something of it for another input
    /// (`others`). Else the op is declared `once_differentiable`, and asking for more is an error later, or it is an error now.
    #[cold]
    #[track_caller]
    pub(crate) fn without_graph(
        &self,
        op: &dyn Op,
        cotangent: Tensor,
        input: usize,
        others: bool,
        site: Site,
    ) -> Tensor {
        let sources: Vec<&Tensor> = self.cotangents.iter().flatten().filter(|g| g.needs_grad()).collect();
        let constant = sources.is_empty() && (others || !self.reads_graph.get());
        if constant || self.walked.get() || op.zero_gradient() {
            return cotangent;
        }
        if !op.once_differentiable() {
            crate::fail!(
                "{}: a graph of the gradient was asked for, but the rule's cotangent for input {input} carries none; write the rule \
                 in tensor ops, or declare the op `once_differentiable` (recorded at {site})",
                self.op
            );
        }
        let read: Vec<Tensor> =
            (0..self.inputs.len()).filter(|&i| self.saved[i].is_some()).map(|i| self.input(i)).collect();
        let sources: Vec<&Tensor> = sources.into_iter().chain(&read).collect();
        scope::replay(site, || Once { op: self.op, cotangent }.apply(&sources))
    }
}

/// Stands between the gradient of a `once_differentiable` op and what it was computed from, and refuses to be walked.
#[derive(Debug)]
struct Once {
    op: &'static str,
    cotangent: Tensor,
}

impl Op for Once {
    fn name(&self) -> &'static str {
        "once_differentiable"
    }

    fn forward(&self, _inputs: &[&Tensor]) -> Outputs {
        smallvec![self.cotangent.clone()]
    }

    fn vjp(&self, _ctx: &mut Vjp<'_>) -> Cotangents {
        panic!("{}: the op is declared `once_differentiable`; its gradient cannot be differentiated", self.op)
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}
