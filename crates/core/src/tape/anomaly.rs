//! The search for the op that made the first value, or the first gradient, that is not finite.
//!
//! NaN spreads: by the time a loss shows it, it is everywhere. What is wanted is where it came from, so each op's output is looked
//! at as it is computed, and each rule's result beside what the rule was given.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use super::Statistics;
use crate::leaf::Leaf;
use crate::observe::{self, Call, Observer, Ruled, Walked, Within};
use crate::scope::{self, Site};
use crate::tensor::Tensor;
use tapegrad_kernels::DType;

/// Runs `run` and looks at everything it computes: tells the first op with an output that is not finite, and the first step of a
/// backward walk that made something not finite of finite gradients. Costs a look at every element, so it is for the search, not
/// for every day.
///
/// An infinity that an op was told to put in, as `masked_fill` with -inf, is not counted; one that was in the data is. A
/// [`crate::checkpoint`] records its inside as any other code meanwhile.
///
/// ```
/// use tapegrad_core::{Tensor, tape};
/// let x = Tensor::from([0.0, 4.0]).requires_grad();
/// let (_, found) = tape::detect_anomaly(|| x.sqrt().sum().backward());
/// assert!(found.forward.is_none());
/// let fault = found.backward.unwrap();
/// assert_eq!(fault.op, "sqrt");
/// println!("{fault}");
/// ```
pub fn detect_anomaly<R>(run: impl FnOnce() -> R) -> (R, Anomalies) {
    let search = Rc::new(Search::default());
    let observing = observe::begin(search.clone());
    let result = run();
    drop(observing);
    let found = search.found.take();
    (result, found)
}

/// What [`detect_anomaly`] found; printed, it is a report.
#[derive(Clone, Debug, Default)]
pub struct Anomalies {
    /// The first op with an output that is not finite.
    pub forward: Option<Anomaly>,
    /// The first step back that made something not finite of finite gradients.
    pub backward: Option<Anomaly>,
}

impl Anomalies {
    /// Whether everything was finite.
    pub fn is_empty(&self) -> bool {
        self.forward.is_none() && self.backward.is_none()
    }
}

/// One step that made something not finite.
#[derive(Clone, Debug)]
pub struct Anomaly {
    /// What was being computed.
    pub stage: Stage,
    /// The op's name.
    pub op: &'static str,
    /// The user's line.
    pub site: Site,
    /// The path of [`crate::scope::named`] around a forward op.
    pub scope: Option<Arc<str>>,
    /// What the step was given: the op's inputs, or the gradients that arrived and the values that the rule reads.
    pub inputs: Vec<Sight>,
    /// What it made of that, or, for [`Stage::Sum`], the sum.
    pub outputs: Vec<Sight>,
}

/// What an anomalous step was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// An op ran.
    Forward,
    /// An op's rule turned the gradients of its outputs into those of its inputs.
    Rule,
    /// Finite gradients were added up: those of the op's output, or, for a leaf, the last of them came from the op. A cotangent
    /// that was given to the walk, or came from a hook, is told so too.
    Sum,
}

/// A tensor as it was seen.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Which one it was, as `input 0`.
    pub what: String,
    /// The element type.
    pub dtype: DType,
    /// The lengths of the axes.
    pub shape: Vec<usize>,
    /// The range of its elements.
    pub statistics: Statistics,
}

impl Sight {
    fn of(what: String, x: &Tensor) -> Self {
        Sight { what, dtype: x.dtype(), shape: x.shape().to_vec(), statistics: Statistics::of(x) }
    }

    fn all<'a>(what: &str, tensors: impl IntoIterator<Item = Option<&'a Tensor>>) -> Vec<Sight> {
        let numbered = tensors.into_iter().enumerate();
        numbered.filter_map(|(i, x)| x.map(|x| Sight::of(format!("{what} {i}"), x))).collect()
    }
}

fn all_finite(sights: &[Sight]) -> bool {
    sights.iter().all(|sight| sight.statistics.is_finite())
}

#[derive(Default)]
struct Search {
    found: RefCell<Anomalies>,
    /// The edge that was walked last.
    last: RefCell<Option<(&'static str, Site)>>,
}

impl Search {
    /// A fault of the walk, if it is the first.
    fn found_back(&self, anomaly: impl FnOnce() -> Anomaly) {
        let mut found = self.found.borrow_mut();
        if found.backward.is_none() {
            found.backward = Some(anomaly());
        }
    }
}

impl Observer for Search {
    fn ran(&self, call: &mut Call<'_>) {
        let Some(op) = call.op else { return };
        if call.within != Within::Program || self.found.borrow().forward.is_some() {
            return;
        }
        let outputs = Sight::all("output", call.outputs.iter().map(Some));
        let told = || op.attributes().iter().any(|(_, value)| value.contains("inf"));
        if all_finite(&outputs) || outputs.iter().all(|sight| sight.statistics.nan == 0) && told() {
            return;
        }
        let inputs = Sight::all("input", call.inputs.iter().copied().map(Some));
        let (op, site, scope) = (op.name(), call.site, scope::path());
        self.found.borrow_mut().forward = Some(Anomaly { stage: Stage::Forward, op, site, scope, inputs, outputs });
    }

    fn walked(&self, edge: &Walked<'_>) {
        self.last.replace(Some((edge.op, edge.site)));
        let outputs = Sight::all("gradient of output", edge.totals.iter().map(Option::as_ref));
        if !all_finite(&outputs) {
            let (op, site) = (edge.op, edge.site);
            self.found_back(|| Anomaly { stage: Stage::Sum, op, site, scope: None, inputs: Vec::new(), outputs });
        }
    }

    fn ruled(&self, rule: &Ruled<'_>) {
        let asked = rule.given.iter().zip(rule.asked).map(|(given, &asked)| given.as_ref().filter(|_| asked));
        let outputs = Sight::all("gradient of input", asked);
        if all_finite(&outputs) {
            return;
        }
        self.found_back(|| {
            let mut inputs = Sight::all("gradient of output", rule.totals.iter().map(Option::as_ref));
            let read: Vec<Option<Tensor>> = rule.saved.iter().map(|x| x.clone().map(Tensor::constant)).collect();
            let (read_inputs, read_outputs) = read.split_at(rule.asked.len());
            inputs.extend(Sight::all("input", read_inputs.iter().map(Option::as_ref)));
            inputs.extend(Sight::all("output", read_outputs.iter().map(Option::as_ref)));
            Anomaly { stage: Stage::Rule, op: rule.op, site: rule.site, scope: None, inputs, outputs }
        });
    }

    fn gathered(&self, leaf: &Arc<Leaf>, total: &Tensor) {
        let name = leaf.name().map_or_else(|| "leaf".to_string(), |name| format!("\"{name}\""));
        let sum = Sight::of(format!("gradient of {name}"), total);
        if let (false, Some((op, site))) = (sum.statistics.is_finite(), *self.last.borrow()) {
            self.found_back(|| Anomaly {
                stage: Stage::Sum,
                op,
                site,
                scope: None,
                inputs: Vec::new(),
                outputs: vec![sum],
            });
        }
    }
}

impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {}: {}", self.what, self.shape, self.dtype, self.statistics)
    }
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = match self.stage {
            Stage::Forward => "the first output that is not finite came from",
            Stage::Rule => "the first gradient that is not finite came from the rule of",
            Stage::Sum => "the first gradient that is not finite is a sum, a cotangent given or a hook's, at",
        };
        write!(f, "{found} {}, {}:{}", self.op, self.site.file(), self.site.line())?;
        if let Some(scope) = &self.scope {
            write!(f, ", in {scope}")?;
        }
        for (arrow, sights) in [("from", &self.inputs), ("made", &self.outputs)] {
            for sight in sights {
                write!(f, "\n  {arrow} {sight}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Anomalies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.forward, &self.backward) {
            (None, None) => f.write_str("every value and every gradient is finite"),
            (Some(only), None) | (None, Some(only)) => write!(f, "{only}"),
            (Some(forward), Some(backward)) => write!(f, "{forward}\n{backward}"),
        }
    }
}
