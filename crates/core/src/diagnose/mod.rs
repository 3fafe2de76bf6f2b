//! Which parameters get no gradient, and at which line of the user's each path from them to the loss ended.
//!
//! A missing gradient is silent: `detach`, `no_grad`, a comparison or a rounding on the way, and the parameter stays as it is. So
//! the loss is computed once with somebody looking on who follows the data also where nothing is recorded (`trace.rs`), and then
//! walked once, so that rules that give no cotangent are seen too.

mod report;
mod trace;

use std::borrow::Borrow;
use std::rc::Rc;
use std::sync::Arc;

use crate::fail;
use crate::grad::Grad;
use crate::observe;
use crate::scope::{self, Site};
use crate::tape::Statistics;
use crate::tensor::Tensor;
use tapegrad_kernels::DType;
use trace::Trace;

/// What became of the gradients of some parameters; printed, it is a report.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// One for each parameter, in the order in which they were given.
    pub parameters: Vec<ParameterGradient>,
}

/// What became of one parameter's gradient.
#[derive(Clone, Debug)]
pub struct ParameterGradient {
    /// The name given by [`Tensor::named`].
    pub name: Option<Arc<str>>,
    /// The lengths of the axes.
    pub shape: Vec<usize>,
    /// The gradient's range, if the parameter gets one.
    pub gradient: Option<Statistics>,
    /// If it gets none: where each path ended that a gradient could have come along from the loss.
    pub ends: Vec<PathEnd>,
}

/// Where a path from the loss to a parameter ended.
#[derive(Clone, Debug, PartialEq)]
pub struct PathEnd {
    /// Why.
    pub reason: Reason,
    /// The op it ended at; empty if no op is to blame.
    pub op: String,
    /// The user's line.
    pub site: Option<Site>,
}

/// Why no gradient comes along a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The value was detached, or copied.
    Detached,
    /// The op ran under [`crate::no_grad`].
    NoGrad,
    /// The op's derivative is zero by definition, as that of `round` and `sign`.
    ZeroGradient,
    /// The op gives integers or truth values, which carry no gradient.
    NotFloat(DType),
    /// The op's rule gave this input no cotangent.
    NoCotangent,
    /// The parameter is frozen: `set_requires_grad(false)`.
    Frozen,
    /// The parameter is a plain value: [`Tensor::requires_grad`] makes a leaf of it.
    NotALeaf,
    /// Ops read the parameter, but what they made of it does not reach the loss; the op is the last of them.
    NotInLoss,
    /// No op reads the parameter.
    Unused,
}

impl Diagnosis {
    /// The parameters that get no gradient.
    pub fn missing(&self) -> impl Iterator<Item = &ParameterGradient> {
        self.parameters.iter().filter(|parameter| parameter.gradient.is_none())
    }
}

/// Computes the loss and tells which parameters get no gradient from it, and why: at which op, and which line of yours, each path
/// ended. Touches no [`Tensor::grad`]. A [`crate::checkpoint`] records its inside as any other code meanwhile.
///
/// ```
/// use tapegrad_core::{Reason, Tensor, diagnose, tensor};
/// let w = tensor![0.5, -1.0].requires_grad().named("w");
/// let b = tensor![0.0].requires_grad().named("b");
/// let x = tensor![1.0, 2.0];
/// let found = diagnose(&[&w, &b], || (x * w.detach() + &b).square().sum());
/// println!("{found}");
/// let missing: Vec<_> = found.missing().collect();
/// assert_eq!(missing.len(), 1);
/// assert_eq!((missing[0].name.as_deref(), missing[0].ends[0].reason), (Some("w"), Reason::Detached));
/// ```
///
/// # Panics
/// If the loss does not have one element.
#[track_caller]
pub fn diagnose<T: Borrow<Tensor>>(parameters: &[T], loss: impl FnOnce() -> Tensor) -> Diagnosis {
    let parameters: Vec<&Tensor> = parameters.iter().map(Borrow::borrow).collect();
    let trace = Rc::new(Trace::new(&parameters));
    let observing = observe::begin(trace.clone());
    let loss = scope::user(loss);
    if loss.numel() != 1 {
        fail!("diagnose: the loss has shape {:?}, expected one element", loss.shape());
    }
    let wanted: Vec<&Tensor> = parameters.iter().copied().filter(|x| x.needs_grad()).collect();
    let gradients = match loss.needs_grad() {
        true => Grad::of(&[&loss]).wrt(&wanted).allow_unused().run(),
        false => Vec::new(),
    };
    drop(observing);
    let mut gradients = gradients.iter();
    let ends = trace.ends(&loss, &parameters);
    let described = parameters.iter().zip(ends).map(|(x, ends)| {
        let gradient = if x.needs_grad() { gradients.next().map(Statistics::of) } else { None };
        let gradient = gradient.filter(|_| ends.is_empty());
        ParameterGradient { name: x.name(), shape: x.shape().to_vec(), gradient, ends }
    });
    Diagnosis { parameters: described.collect() }
}
