//! The tensor: a handle on a value and, if it was recorded, on its node of the graph.

use std::borrow::Cow;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use crate::fail;
use crate::hook::{Hook, HookHandle};
use crate::leaf::Leaf;
use crate::observe;
use crate::tape::{self, NodeId};
use tapegrad_kernels::{self as kernels, Array, DType, Element, elementwise, with_type};

/// An n-dimensional array of numbers that can record what is computed from it.
///
/// A handle is cheap to clone, and clones share the data. Leaves that require a gradient ([`Tensor::requires_grad`]) are shared
/// cells: every clone sees an update and the gradient. Results are immutable.
///
/// Misuse, such as shapes that do not fit, panics at the user's line with the op's name and both shapes.
///
/// ```
/// use tapegrad_core::{Tensor, tensor};
/// let x = tensor![[1.0, 2.0], [3.0, 4.0]];
/// let w = tensor![0.5, -1.0].requires_grad();
/// let loss = (&x * &w).tanh().sum();
/// loss.backward();
/// assert_eq!(w.grad().unwrap().shape(), [2]);
/// ```
#[derive(Clone)]
pub struct Tensor(pub(crate) Repr);

#[derive(Clone)]
pub(crate) enum Repr {
    /// A value without graph.
    Constant(Array),
    /// A value that an edge made.
    Result { value: Array, node: NodeRef },
    /// A shared cell that may require a gradient.
    Leaf(Arc<Leaf>),
}

/// One counted reference on a node.
pub(crate) struct NodeRef {
    tape: u64,
    id: NodeId,
}

impl NodeRef {
    /// Counts one more reference on a node of this thread's tape.
    pub(crate) fn acquire(id: NodeId) -> Self {
        let tape = tape::current();
        tape::acquire(tape, id);
        NodeRef { tape, id }
    }

    /// Takes over a reference that is counted already.
    #[inline]
    pub(crate) fn counted(tape: u64, id: NodeId) -> Self {
        NodeRef { tape, id }
    }

    #[inline]
    pub(crate) fn tape(&self) -> u64 {
        self.tape
    }

    #[inline]
    pub(crate) fn id(&self) -> NodeId {
        self.id
    }
}

impl Clone for NodeRef {
    fn clone(&self) -> Self {
        tape::acquire(self.tape, self.id);
        NodeRef { tape: self.tape, id: self.id }
    }
}

impl Drop for NodeRef {
    #[inline]
    fn drop(&mut self) {
        tape::release(self.tape, self.id);
    }
}

// A panic cannot leave a tensor half changed: values are replaced whole, and locks recover from poison.
impl UnwindSafe for Tensor {}
impl RefUnwindSafe for Tensor {}

const _: () = {
    const fn sendable<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    sendable::<Tensor>();
};

impl Tensor {
    #[inline]
    pub(crate) fn constant(value: Array) -> Self {
        Tensor(Repr::Constant(value))
    }

    #[inline]
    pub(crate) fn result(value: Array, node: NodeRef) -> Self {
        Tensor(Repr::Result { value, node })
    }

    /// The value as it is now.
    #[inline]
    pub(crate) fn value(&self) -> Cow<'_, Array> {
        match &self.0 {
            Repr::Constant(value) | Repr::Result { value, .. } => Cow::Borrowed(value),
            Repr::Leaf(leaf) => Cow::Owned(leaf.value()),
        }
    }

    #[inline]
    pub(crate) fn into_value(self) -> Array {
        match self.0 {
            Repr::Constant(value) | Repr::Result { value, .. } => value,
            Repr::Leaf(leaf) => leaf.value(),
        }
    }

    /// The lengths of the axes; empty for a scalar.
    #[inline]
    pub fn shape(&self) -> &[usize] {
        match &self.0 {
            Repr::Constant(value) | Repr::Result { value, .. } => value.shape(),
            Repr::Leaf(leaf) => leaf.shape(),
        }
    }

    /// The number of axes.
    #[doc(alias = "rank")]
    #[doc(alias = "dim")]
    pub fn ndim(&self) -> usize {
        self.shape().len()
    }

    /// The number of elements.
    #[doc(alias = "len")]
    pub fn numel(&self) -> usize {
        self.shape().iter().product()
    }

    /// The length of one axis; negative ones count from the end.
    ///
    /// # Panics
    /// If there is no such axis.
    #[track_caller]
    pub fn size(&self, axis: isize) -> usize {
        self.shape()[crate::axes::axis("size", self.shape(), axis)]
    }

    /// The element type.
    #[inline]
    pub fn dtype(&self) -> DType {
        self.value().dtype()
    }

    /// Whether the elements lie in row-major order without gaps. No op asks for it.
    pub fn is_contiguous(&self) -> bool {
        self.value().is_contiguous()
    }

    /// Makes a leaf of the value: a shared cell whose gradient `backward` adds up.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
    /// w.square().sum().backward();
    /// assert_eq!(w.grad().unwrap().to_vec::<f64>().unwrap(), [2.0, 4.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or is the result of a recorded op: `detach()` it first.
    #[track_caller]
    pub fn requires_grad(self) -> Self {
        match self.0 {
            Repr::Constant(value) if value.dtype().is_float() => Tensor(Repr::Leaf(Leaf::new(value, true))),
            Repr::Constant(value) => fail!("requires_grad: {} tensors have no gradient", value.dtype()),
            Repr::Result { .. } => {
                fail!("requires_grad: this is a result, which has a gradient of its own; detach() it to make a leaf")
            }
            Repr::Leaf(_) => {
                self.set_requires_grad(true);
                self
            }
        }
    }

    /// Makes a shared cell of the value that requires no gradient, of any type: what a model keeps beside its parameters, such as
    /// running statistics. Every clone sees what [`Tensor::set`] stores.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (count, one) = (tensor![0].into_leaf(), tensor![1]);
    /// let clone = count.clone();
    /// count.set(&one);
    /// assert!(clone.equal(&one) && !clone.needs_grad());
    /// ```
    ///
    /// # Panics
    /// If the tensor is the result of a recorded op: `detach()` it first.
    #[track_caller]
    pub fn into_leaf(self) -> Self {
        match self.0 {
            Repr::Constant(value) => Tensor(Repr::Leaf(Leaf::new(value, false))),
            Repr::Result { .. } => fail!("into_leaf: this is a result, which has a graph; detach() it to make a leaf"),
            Repr::Leaf(_) => self,
        }
    }

    /// Freezes a leaf (`false`) or thaws it, for all its clones. What is recorded already keeps its gradient.
    ///
    /// # Panics
    /// If the tensor is not a leaf, or to thaw an i64 or bool one.
    #[track_caller]
    pub fn set_requires_grad(&self, on: bool) {
        match &self.0 {
            Repr::Leaf(leaf) if on && !leaf.dtype().is_float() => {
                fail!("set_requires_grad: {} tensors have no gradient", leaf.dtype())
            }
            Repr::Leaf(leaf) => leaf.set_requires_grad(on),
            _ => fail!("set_requires_grad: this tensor is not a leaf; make one with requires_grad()"),
        }
    }

    /// Whether ops on this tensor are recorded: it is a leaf that requires a gradient, or a result of one.
    #[inline]
    pub fn needs_grad(&self) -> bool {
        match &self.0 {
            Repr::Constant(_) => false,
            Repr::Result { .. } => true,
            Repr::Leaf(leaf) => leaf.requires_grad(),
        }
    }

    /// Whether this is a shared cell made by [`Tensor::requires_grad`] or [`Tensor::into_leaf`].
    pub fn is_leaf(&self) -> bool {
        matches!(self.0, Repr::Leaf(_))
    }

    /// Whether two handles are the same leaf, or the same result.
    pub fn same(&self, other: &Tensor) -> bool {
        match (&self.0, &other.0) {
            (Repr::Leaf(a), Repr::Leaf(b)) => Arc::ptr_eq(a, b),
            (Repr::Result { node: a, .. }, Repr::Result { node: b, .. }) => a.tape == b.tape && a.id == b.id,
            (Repr::Constant(a), Repr::Constant(b)) => a.same(b),
            _ => false,
        }
    }

    /// The value without graph. Shares the data, but does not see later updates of a leaf.
    #[track_caller]
    pub fn detach(&self) -> Self {
        observe::copied("detach", self, self.untracked())
    }

    /// As [`Tensor::detach`], within our own ops: the op is told of to those who look on, not this.
    #[inline]
    pub(crate) fn untracked(&self) -> Self {
        Tensor::constant(self.value().into_owned())
    }

    /// A copy with data and gradient of its own: a leaf if this is one, else a value without graph.
    #[track_caller]
    pub fn deep_copy(&self) -> Self {
        let copy = observe::copied("deep_copy", self, Tensor::constant(kernels::copy(&self.value())));
        match &self.0 {
            Repr::Leaf(leaf) => {
                let copy = copy.into_leaf();
                copy.set_requires_grad(leaf.requires_grad());
                copy
            }
            _ => copy,
        }
    }

    /// The gradient that backward walks have added up, as a detached snapshot of the leaf's type; for a result, the total of
    /// the last walk, if [`Tensor::retain_grad`] asked for it.
    pub fn grad(&self) -> Option<Tensor> {
        match &self.0 {
            Repr::Constant(_) => None,
            Repr::Leaf(leaf) => leaf.grad().map(Tensor::constant),
            Repr::Result { node, .. } if node.tape == tape::current() => tape::with(|tape| {
                let edge = tape.edge(node.id)?;
                edge.outputs[node.id.output as usize].extras.as_ref()?.grad.clone()
            })
            .map(Tensor::constant),
            Repr::Result { .. } => None,
        }
    }

    /// Forgets the gradient.
    pub fn zero_grad(&self) {
        self.replace_grad(None);
    }

    /// Sets the gradient of a leaf: for clipping, penalties, and gradients that come from elsewhere.
    ///
    /// # Panics
    /// If the tensor is not a leaf, or shape or type differ from it.
    #[track_caller]
    pub fn set_grad(&self, grad: &Tensor) {
        if !self.is_leaf() {
            fail!("set_grad: only leaves have a gradient to set");
        }
        self.check_like("set_grad", grad);
        self.replace_grad(Some(grad.value().into_owned()));
    }

    fn replace_grad(&self, grad: Option<Array>) {
        match &self.0 {
            Repr::Leaf(leaf) => drop(leaf.set_grad(grad)),
            Repr::Result { node, .. } if node.tape == tape::current() => {
                let old = tape::with(|tape| {
                    let edge = tape.edge(node.id)?;
                    edge.outputs[node.id.output as usize].extras.as_mut()?.grad.take()
                });
                drop(old);
            }
            _ => {}
        }
    }

    /// Keeps the total cotangent of this result in the next backward walks, after hooks, for [`Tensor::grad`]. Leaves do
    /// anyway.
    ///
    /// # Panics
    /// If the tensor has no graph, or was computed on another thread.
    #[track_caller]
    pub fn retain_grad(&self) {
        match &self.0 {
            Repr::Leaf(_) => {}
            Repr::Constant(_) => fail!("retain_grad: this tensor has no graph"),
            Repr::Result { node, .. } => {
                self.check_thread("retain_grad");
                tape::with(|tape| {
                    if let Some(extras) = tape.extras(node.id) {
                        extras.retain = true;
                    }
                });
            }
        }
    }

    /// Calls `hook` with this node's total cotangent in every backward walk, before the op that made the node is walked; what
    /// it returns takes the cotangent's place. Hooks run in the order of registration, on leaves and results alike, in
    /// [`crate::grad`] too.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// let x = Tensor::from(1.0).requires_grad();
    /// let handle = x.register_hook(|g| Some(g * 10.0));
    /// (&x * 3.0).backward();
    /// assert_eq!(x.grad().unwrap().item(), 30.0);
    /// handle.remove();
    /// ```
    ///
    /// # Panics
    /// If the tensor has no graph, or was computed on another thread.
    #[track_caller]
    pub fn register_hook(&self, hook: impl Fn(&Tensor) -> Option<Tensor> + Send + Sync + 'static) -> HookHandle {
        let (hook, handle) = Hook::new(hook);
        match &self.0 {
            Repr::Leaf(leaf) => leaf.add_hook(hook),
            Repr::Constant(_) => fail!("register_hook: this tensor has no graph"),
            Repr::Result { node, .. } => {
                self.check_thread("register_hook");
                let mut hook = Some(hook);
                tape::with(|tape| {
                    if let Some(extras) = tape.extras(node.id) {
                        extras.hooks.extend(hook.take());
                    }
                });
            }
        }
        handle
    }

    /// Gives a leaf or a result the name it has in reports and drawings. A constant has no place for one and stays as it is.
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        match &self.0 {
            Repr::Constant(_) => {}
            Repr::Leaf(leaf) => leaf.set_name(name.into()),
            Repr::Result { node, .. } if node.tape == tape::current() => {
                let name = name.into();
                if observe::is_on() {
                    observe::tell(|observer| observer.named(node.id, &name));
                }
                tape::with(|tape| {
                    if let Some(extras) = tape.extras(node.id) {
                        extras.name = Some(name);
                    }
                });
            }
            Repr::Result { .. } => {}
        }
        self
    }

    /// The name given by [`Tensor::named`].
    pub fn name(&self) -> Option<Arc<str>> {
        match &self.0 {
            Repr::Constant(_) => None,
            Repr::Leaf(leaf) => leaf.name(),
            Repr::Result { node, .. } if node.tape == tape::current() => {
                tape::with(|tape| tape.edge(node.id)?.outputs[node.id.output as usize].extras.as_ref()?.name.clone())
            }
            Repr::Result { .. } => None,
        }
    }

    /// Stores a new value in a leaf, for all its clones. A graph recorded before differentiates at the old value.
    ///
    /// # Panics
    /// If the tensor is not a leaf, or shape or type differ.
    #[track_caller]
    pub fn set(&self, value: &Tensor) {
        let Repr::Leaf(leaf) = &self.0 else {
            fail!("set: only leaves can be set; a result is what its op made it");
        };
        self.check_like("set", value);
        leaf.set(value.value().into_owned());
    }

    /// Converts a leaf's value and gradient, for all its clones. (The op [`Tensor::to_dtype`] gives a new tensor instead.) A graph
    /// recorded before ends at a leaf of the old type and cannot be walked any more.
    ///
    /// # Panics
    /// If the tensor is not a leaf, or one that requires a gradient would become i64 or bool.
    #[track_caller]
    pub fn set_dtype(&self, dtype: DType) {
        match &self.0 {
            Repr::Leaf(leaf) if leaf.requires_grad() && !dtype.is_float() => {
                fail!("set_dtype: this leaf requires a gradient, {dtype} tensors have none")
            }
            Repr::Leaf(leaf) => leaf.set_dtype(dtype),
            _ => fail!("set_dtype: only leaves can be converted in place; to_dtype gives a new tensor"),
        }
    }

    /// Stores `f(old value)` in a leaf. `f` runs without recording and without any lock held.
    ///
    /// # Panics
    /// As [`Tensor::set`].
    #[track_caller]
    pub fn update(&self, f: impl FnOnce(&Tensor) -> Tensor) {
        let new = crate::mode::no_grad(|| f(&self.untracked()));
        self.set(&new);
    }

    /// For optimisers: changes a leaf's elements where they lie, in one pass with its gradient. A graph recorded before keeps
    /// the old value (the elements are copied first if anybody else can see them). `f` runs with the leaf's lock held, so it
    /// must only compute. False, without a call, if there is no gradient.
    ///
    /// # Panics
    /// If the tensor is not a leaf.
    #[track_caller]
    pub fn step_in_place(&self, f: impl FnOnce(&mut Array, &Array)) -> bool {
        match &self.0 {
            Repr::Leaf(leaf) => leaf.step(f),
            _ => fail!("step_in_place: only leaves are trained"),
        }
    }

    /// Shape and type must be those of `self`.
    #[track_caller]
    pub(crate) fn check_like(&self, what: &str, other: &Tensor) {
        if other.shape() != self.shape() || other.dtype() != self.dtype() {
            fail!(
                "{what}: expected {} {:?} as the tensor itself, got {} {:?}",
                self.dtype(),
                self.shape(),
                other.dtype(),
                other.shape()
            );
        }
    }

    /// A result must have been recorded on this thread.
    #[track_caller]
    pub(crate) fn check_thread(&self, what: &str) {
        if let Repr::Result { node, .. } = &self.0
            && node.tape != tape::current()
        {
            fail!(
                "{what}: this tensor ({:?}) was computed on another thread and its graph stays there; detach() it, or do this \
                 on the thread that computed it",
                self.shape()
            );
        }
    }

    /// A counted reference on this tensor's node on this thread's tape; `None` if it needs no gradient.
    #[track_caller]
    pub(crate) fn node(&self, what: &str) -> Option<NodeRef> {
        self.check_thread(what);
        match &self.0 {
            Repr::Result { node, .. } => Some(NodeRef::acquire(node.id())),
            Repr::Leaf(leaf) if leaf.requires_grad() => Some(NodeRef::acquire(tape::with(|tape| tape.leaf_node(leaf)))),
            _ => None,
        }
    }

    /// The only element, as f64; bool as 0 and 1.
    ///
    /// # Panics
    /// If there is not exactly one element.
    #[track_caller]
    pub fn item(&self) -> f64 {
        fn first<T: Element>(x: &Array) -> f64 {
            let (all, first) = x.parts::<T>();
            all[first].to_f64()
        }
        if self.numel() != 1 {
            fail!("item: the tensor has shape {:?}, not one element", self.shape());
        }
        let value = self.value();
        with_type!(any value.dtype(), T => first::<T>(&value))
    }

    /// Whether shape, type and every element are equal; NaN is equal to nothing.
    pub fn equal(&self, other: &Tensor) -> bool {
        if self.shape() != other.shape() || self.dtype() != other.dtype() {
            return false;
        }
        let same = elementwise::compare(elementwise::Comparison::Eq, &self.value(), &other.value());
        same.as_slice::<bool>().is_some_and(|all| all.iter().all(|&b| b))
    }
}
