//! Every op with a derivative as a step of random programs, by way of the samples in its own file.
//!
//! A sample stands inside the op's domain and away from its kinks. A step moves the sample's inputs a little by values of the
//! program, so it stays there, and the op's second derivative, its attributes and all its inputs take part, also of ops that a
//! program of arbitrary shapes would never fit.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use tapegrad_core::ops;
use tapegrad_core::spec::{Derivative, OpSpec, Sample};
use tapegrad_core::{DType, Tensor};

use super::value::{MOST, Value};

/// How far a sample's inputs are moved at most.
const REACH: f64 = 0.01;

/// A sample that programs call.
pub(super) struct Step {
    pub(super) op: &'static str,
    sample: Sample,
    /// The float outputs at the sample itself, and their places.
    outputs: Vec<(usize, Tensor)>,
}

/// All steps, in the order of the ops' names.
pub(super) fn steps() -> &'static [Step] {
    static STEPS: OnceLock<Vec<Step>> = OnceLock::new();
    STEPS.get_or_init(|| ops::ALL.iter().filter(|spec| spec.kind != Derivative::None).flat_map(of).collect())
}

/// The ops that programs call.
pub fn ops_in_programs() -> BTreeSet<&'static str> {
    steps().iter().map(|step| step.op).collect()
}

/// The samples of an op that a program can use: small ones, with elements, whose values are finite.
fn of(spec: &'static OpSpec) -> impl Iterator<Item = Step> {
    (spec.samples)().into_iter().filter_map(move |sample| {
        let outputs: Vec<(usize, Tensor)> =
            (sample.call)(&sample.inputs).into_iter().enumerate().filter(|(_, y)| y.dtype() == DType::F64).collect();
        let small = |x: &Tensor| (1..=MOST).contains(&x.numel());
        let usable = |(_, y): &(usize, Tensor)| small(y) && y.isfinite().all().item() == 1.0;
        let moved = sample.inputs.iter().any(|x| x.dtype() == DType::F64 && x.numel() > 0);
        (moved && !outputs.is_empty() && outputs.iter().all(usable)).then(|| Step { op: spec.name, sample, outputs })
    })
}

impl Step {
    /// What is special about the sample.
    pub(super) fn label(&self) -> &'static str {
        self.sample.label
    }

    /// One of the outputs near the sample, its distance from the sample's own output kept within 1.
    pub(super) fn run(&self, x: &Value, y: &Value, attribute: usize) -> Value {
        let by = |i: usize| if i.is_multiple_of(2) { x } else { y };
        let inputs: Vec<Tensor> = self
            .sample
            .inputs
            .iter()
            .enumerate()
            .map(|(i, at)| if at.dtype() == DType::F64 { near(at, &by(i).tensor, attribute) } else { at.clone() })
            .collect();
        let (place, at) = &self.outputs[attribute % self.outputs.len()];
        let output = (self.sample.call)(&inputs).swap_remove(*place);
        let bound = at.abs().max().item() + 1.0;
        Value::new((output - at).tanh() + at, bound, x.slope.max(y.slope))
    }
}

/// `at`, each element moved by an element of `value`, as many times over as it takes.
fn near(at: &Tensor, value: &Tensor, attribute: usize) -> Tensor {
    if at.numel() == 0 {
        return at.clone();
    }
    let flat = value.reshape([-1]);
    let places = (0..at.numel()).map(|i| ((i + attribute) % flat.numel()) as i64).collect();
    let places = Tensor::from_vec(places, [at.numel()]).expect("as many elements as the shape holds");
    let shape: Vec<isize> = at.shape().iter().map(|&length| length as isize).collect();
    at + flat.index_select(0, &places).tanh().reshape(shape) * REACH
}
