//! Laws that every op obeys, tested with the samples of its own file (`OpSpec`). A new op is under all of them as soon as it is
//! listed in `ops/mod.rs`, and a file that is not listed fails.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::sync::Once;

use tapegrad::gradcheck::{Finding, GradCheck, Report};
use tapegrad::spec::{Derivative, OpSpec, Sample, Types, spread};
use tapegrad::{DType, Grad, Layout, Tensor, ops, tape};

/// What a sample's call gives.
struct Run {
    outputs: Vec<Tensor>,
    /// The gradient of the outputs' product with fixed cotangents, by each input that was asked for.
    gradients: Vec<Option<Tensor>>,
}

/// Calls a sample with some of its inputs as leaves and takes the gradients by some of those.
fn run(sample: &Sample, inputs: &[Tensor], leaf: impl Fn(usize) -> bool, wanted: impl Fn(usize) -> bool) -> Run {
    let is_leaf = |i: usize| inputs[i].dtype().is_float() && leaf(i);
    let leaves: Vec<Tensor> = (0..inputs.len())
        .map(|i| if is_leaf(i) { inputs[i].clone().requires_grad() } else { inputs[i].clone() })
        .collect();
    let outputs = (sample.call)(&leaves);
    let roots: Vec<&Tensor> = outputs.iter().filter(|y| y.needs_grad()).collect();
    let mut gradients = vec![None; inputs.len()];
    if !roots.is_empty() {
        let cotangents: Vec<Tensor> = roots.iter().map(|y| spread(y.shape(), 0.5, 1.5).to_dtype(y.dtype())).collect();
        let places: Vec<usize> = (0..inputs.len()).filter(|&i| is_leaf(i) && wanted(i)).collect();
        let wrt: Vec<&Tensor> = places.iter().map(|&i| &leaves[i]).collect();
        let walk = Grad::of(&roots).wrt(&wrt).cotangents(&cotangents.iter().collect::<Vec<_>>()).allow_unused();
        for (place, gradient) in places.into_iter().zip(walk.run()) {
            gradients[place] = Some(gradient);
        }
    }
    Run { outputs: outputs.iter().map(Tensor::detach).collect(), gradients }
}

/// As [`run`], by all float inputs.
fn run_all(sample: &Sample, inputs: &[Tensor]) -> Run {
    run(sample, inputs, |_| true, |_| true)
}

fn numbers(x: &Tensor) -> Vec<f64> {
    x.to_dtype(DType::F64).to_vec().unwrap()
}

/// Why two tensors are not equal up to `tolerance` times the largest element.
fn difference(what: &str, a: &Tensor, b: &Tensor, tolerance: f64) -> Option<String> {
    if a.shape() != b.shape() {
        return Some(format!("{what} has shape {:?}, expected {:?}", a.shape(), b.shape()));
    }
    let (x, y) = (numbers(a), numbers(b));
    let size = y.iter().filter(|v| v.is_finite()).fold(1.0f64, |size, v| size.max(v.abs()));
    let same = |x: f64, y: f64| x == y || (x.is_nan() && y.is_nan()) || (x - y).abs() <= tolerance * size;
    let at = (0..x.len()).find(|&i| !same(x[i], y[i]))?;
    Some(format!("{what}: element {at} is {:?}, expected {:?}", x[at], y[at]))
}

/// Why two runs are not equal.
fn differences(a: &Run, b: &Run, tolerance: f64) -> Vec<String> {
    let outputs = a.outputs.iter().zip(&b.outputs).enumerate();
    let outputs = outputs.filter_map(|(i, (a, b))| difference(&format!("output {i}"), a, b, tolerance));
    let gradients = a.gradients.iter().zip(&b.gradients).enumerate().filter_map(|(i, pair)| match pair {
        (Some(a), Some(b)) => difference(&format!("gradient {i}"), a, b, tolerance),
        (None, None) => None,
        _ => Some(format!("gradient {i} is there only once")),
    });
    outputs.chain(gradients).collect()
}

/// Whether something in a sample has no elements.
fn is_empty(sample: &Sample) -> bool {
    sample.inputs.iter().any(|x| x.numel() == 0) || (sample.call)(&sample.inputs).iter().any(|y| y.numel() == 0)
}

/// Applies a law to every sample of every op, and fails with all that break it, or that leave nodes behind.
fn every_sample(law: impl Fn(&OpSpec, &Sample) -> Vec<String>) {
    let mut broken = Vec::new();
    for spec in ops::ALL {
        for sample in (spec.samples)() {
            let before = tape::stats();
            broken.extend(law(spec, &sample).into_iter().map(|why| format!("{} ({sample:?}): {why}", spec.name)));
            let after = tape::stats();
            if (after.nodes, after.edges, after.bytes) != (before.nodes, before.edges, before.bytes) {
                broken.push(format!("{} ({sample:?}): left on the tape: {before:?} became {after:?}", spec.name));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_file_of_an_op_is_listed_under_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/core/src/ops");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_string())
        .filter(|name| !["mod", "pointwise", "prelude"].contains(&name.as_str()))
        .collect();
    let listed: Vec<String> = ops::ALL.iter().map(|spec| spec.name.to_string()).collect();
    assert_eq!(listed, files.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_op_is_documented_and_has_samples_of_size_1_and_0() {
    let mut missing = Vec::new();
    for spec in ops::ALL {
        let mut lacks = |what: &str| missing.push(format!("{} lacks {what}", spec.name));
        if spec.formula.is_empty() || spec.derivative.is_empty() {
            lacks("its formula or its derivative");
        }
        let samples = (spec.samples)();
        if samples.is_empty() {
            lacks("samples");
        }
        let short = |x: &Tensor| x.shape().is_empty() || x.shape().contains(&1);
        if !samples.iter().any(|s| s.label.starts_with("size 1") && s.inputs.iter().any(short)) {
            lacks("a sample labelled \"size 1\" with an axis of length 1");
        }
        // Where nothing is computed from no elements, an error says so, and its message shows the shape.
        let refuses = |message: &str| message.contains("[0") || message.contains(", 0");
        let refused = (spec.errors)().iter().any(|error| refuses(error.message));
        if !refused && !samples.iter().any(|s| s.label.starts_with("size 0") && is_empty(s)) {
            lacks("a sample labelled \"size 0\" without elements, or an error that refuses it");
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

/// Checks all samples of an op, and that the derivative is somewhere not zero.
fn check_samples(spec: &OpSpec, check: &GradCheck) -> Vec<String> {
    let (mut broken, mut seen) = (Vec::new(), false);
    for sample in (spec.samples)() {
        // What is computed from no elements may be NaN, as a mean is; and a single sample may be of integers, or flat.
        let excused = |report: &Report| match report.finding {
            Finding::NotFinite => is_empty(&sample),
            Finding::Vacuous | Finding::NothingToCheck => true,
            _ => false,
        };
        match check.run(&sample.call, &sample.inputs) {
            Ok(()) => seen = true,
            Err(report) if excused(&report) => {}
            Err(report) => broken.push(format!("{} ({sample:?}): {report}", spec.name)),
        }
    }
    if !seen {
        broken.push(format!("{}: no sample has a derivative that is not zero", spec.name));
    }
    broken
}

/// Checks that all samples of an op are flat.
fn check_flat(spec: &OpSpec, check: &GradCheck) -> Vec<String> {
    let check = check.clone().flat();
    let excused = |sample: &Sample, report: &Report| match report.finding {
        Finding::NotFinite => is_empty(sample),
        finding => finding == Finding::NothingToCheck,
    };
    let samples = (spec.samples)().into_iter();
    samples
        .filter_map(|sample| match check.run(&sample.call, &sample.inputs) {
            Err(report) if !excused(&sample, &report) => Some(format!("{} ({sample:?}): {report}", spec.name)),
            _ => None,
        })
        .collect()
}

#[test]
fn derivatives_agree_with_central_differences() {
    let check = GradCheck::new().rtol(1e-8);
    let broken: Vec<String> = ops::ALL
        .iter()
        .flat_map(|spec| match spec.kind {
            Derivative::Curved | Derivative::Linear => check_samples(spec, &check),
            Derivative::Zero => check_flat(spec, &check),
            Derivative::None => Vec::new(),
        })
        .collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn second_derivatives_agree_with_central_differences() {
    let check = GradCheck::new().rtol(1e-8).second_order();
    let broken: Vec<String> = ops::ALL
        .iter()
        .flat_map(|spec| match spec.kind {
            Derivative::Curved => check_samples(spec, &check),
            Derivative::Linear | Derivative::Zero => check_flat(spec, &check),
            Derivative::None => Vec::new(),
        })
        .collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn ops_without_derivative_record_nothing() {
    every_sample(|spec, sample| {
        let gradients = run_all(sample, &sample.inputs).gradients;
        let recorded = spec.kind == Derivative::None && gradients.iter().any(Option::is_some);
        recorded.then(|| "declared to have no derivative, but recorded".to_string()).into_iter().collect()
    });
}

#[test]
fn the_layout_of_the_inputs_does_not_matter() {
    every_sample(|_, sample| {
        let mut broken = Vec::new();
        for layout in Layout::ALL {
            let inputs: Vec<Tensor> = sample.inputs.iter().map(|x| layout.of(x)).collect();
            let copies: Vec<Tensor> = inputs.iter().map(|x| Layout::Contiguous.of(x)).collect();
            let found = differences(&run_all(sample, &inputs), &run_all(sample, &copies), 1e-12);
            broken.extend(found.into_iter().map(|why| format!("{layout:?}: {why}")));
        }
        broken
    });
}

#[test]
fn shapes_and_types_are_right_without_elements_too() {
    every_sample(|_, sample| {
        let run = run_all(sample, &sample.inputs);
        let empty = run.outputs.iter().all(|y| y.numel() == 0);
        let mut broken = Vec::new();
        for (i, (x, gradient)) in sample.inputs.iter().zip(&run.gradients).enumerate() {
            let Some(gradient) = gradient else { continue };
            if (gradient.shape(), gradient.dtype()) != (x.shape(), x.dtype()) {
                broken.push(format!(
                    "gradient {i} is {} {:?} for an input {} {:?}",
                    gradient.dtype(),
                    gradient.shape(),
                    x.dtype(),
                    x.shape()
                ));
            }
            if empty && numbers(gradient).iter().any(|&g| g != 0.0) {
                broken.push(format!("gradient {i} is not zero although the outputs have no elements"));
            }
        }
        broken
    });
}

#[test]
fn f32_agrees_with_f64() {
    every_sample(|spec, sample| {
        let cast = |x: &Tensor, to: DType| if x.dtype().is_float() { x.to_dtype(to) } else { x.clone() };
        let single: Vec<Tensor> = sample.inputs.iter().map(|x| cast(x, DType::F32)).collect();
        // The same numbers, so that only the arithmetic differs.
        let double: Vec<Tensor> = single.iter().map(|x| cast(x, DType::F64)).collect();
        let (single, double) = (run_all(sample, &single), run_all(sample, &double));
        let mut broken = differences(&single, &double, 2e-6);
        for (i, (a, b)) in single.outputs.iter().zip(&double.outputs).enumerate() {
            let expected = if b.dtype() == DType::F64 && !sample.inputs.is_empty() { DType::F32 } else { b.dtype() };
            if spec.name != "to_dtype" && a.dtype() != expected {
                broken.push(format!("output {i} of f32 inputs is {}", a.dtype()));
            }
        }
        broken
    });
}

#[test]
fn the_declared_types_are_taken_and_no_others() {
    let mut broken = Vec::new();
    for spec in ops::ALL {
        for (dtype, declared) in [(DType::I64, spec.types != Types::Floats), (DType::Bool, spec.types == Types::Any)] {
            let cast = |x: &Tensor| if x.dtype().is_float() { x.to_dtype(dtype) } else { x.clone() };
            let samples = (spec.samples)().into_iter().filter(|s| s.inputs.iter().any(|x| x.dtype().is_float()));
            // An attribute may ask for floats, so one sample of the type is enough; a type that is not declared is never taken.
            let results: Vec<bool> = samples
                .map(|s| panic_of(|| drop((s.call)(&s.inputs.iter().map(cast).collect::<Vec<_>>()))).is_none())
                .collect();
            if !results.is_empty() && results.contains(&true) != declared {
                broken.push(format!("{} {} {dtype}", spec.name, if declared { "refuses" } else { "takes" }));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn each_gradient_alone_equals_it_among_all() {
    every_sample(|_, sample| {
        let all = run_all(sample, &sample.inputs);
        let mut broken = Vec::new();
        for i in 0..sample.inputs.len() {
            let others_constant = run(sample, &sample.inputs, |k| k == i, |_| true);
            let others_not_asked = run(sample, &sample.inputs, |_| true, |k| k == i);
            for (how, alone) in [("others constant", others_constant), ("others not asked for", others_not_asked)] {
                if let (Some(a), Some(b)) = (&alone.gradients[i], &all.gradients[i]) {
                    broken.extend(difference(&format!("gradient {i}, {how}"), a, b, 0.0));
                } else if alone.gradients[i].is_some() != all.gradients[i].is_some() {
                    broken.push(format!("gradient {i}, {how}, is there only once"));
                }
            }
        }
        broken
    });
}

thread_local! {
    /// File, line and message of this thread's last panic, while one is expected.
    static PANIC: RefCell<Option<Option<(String, u32, String)>>> = const { RefCell::new(None) };
}

/// Runs what must panic, and tells where and with which message it did.
fn panic_of(call: impl FnOnce()) -> Option<(String, u32, String)> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            let expected = PANIC.with_borrow_mut(|panic| match panic {
                Some(panic) => {
                    let place = info.location().map_or((String::new(), 0), |l| (l.file().to_string(), l.line()));
                    *panic = Some((place.0, place.1, info.payload_as_str().unwrap_or_default().to_string()));
                    true
                }
                None => false,
            });
            if !expected {
                usual(info);
            }
        }));
    });
    PANIC.set(Some(None));
    let result = catch_unwind(AssertUnwindSafe(call));
    let panic = PANIC.take().flatten();
    result.err().and(panic)
}

/// Whether a name is the op's, or that of a public method in its file.
fn is_method(spec: &OpSpec, name: &str) -> bool {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("crates/core/src/ops/{}.rs", spec.name));
    name == spec.name || std::fs::read_to_string(file).unwrap().contains(&format!("pub fn {name}("))
}

#[test]
fn misuse_panics_with_the_ops_name_at_the_callers_line() {
    let mut broken = Vec::new();
    for spec in ops::ALL {
        for error in (spec.errors)() {
            let before = tape::stats();
            let place = format!("{}.rs:{} (\"{}\")", spec.name, error.line, error.message);
            match panic_of(error.call) {
                None => broken.push(format!("{place} did not panic")),
                Some((file, line, message)) => {
                    if !message.starts_with(error.message) {
                        broken.push(format!("{place} says \"{message}\""));
                    }
                    let named = message.split_once(": ").is_some_and(|(name, _)| is_method(spec, name));
                    if !named {
                        broken.push(format!("{place} does not begin with the op's name"));
                    }
                    // A call that is too long for the macro's first line stands on the next.
                    let lines = error.line..=error.line + 1;
                    if !file.ends_with(&format!("ops/{}.rs", spec.name)) || !lines.contains(&line) {
                        broken.push(format!("{place} panicked at {file}:{line}"));
                    }
                }
            }
            if tape::stats() != before {
                broken.push(format!("{place} left something on the tape"));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn conventions_at_kinks_are_kept() {
    let mut broken = Vec::new();
    for spec in ops::ALL {
        for kink in (spec.kinks)() {
            let leaves: Vec<Tensor> = kink.inputs.iter().map(|x| x.clone().requires_grad()).collect();
            (kink.call)(&leaves).sum().backward();
            for (i, (leaf, expected)) in leaves.iter().zip(&kink.gradients).enumerate() {
                let expected = Tensor::from_vec(expected.clone(), leaf.shape()).unwrap();
                let gradient = leaf.grad().unwrap_or_else(|| leaf.zeros_like());
                let found = difference(&format!("gradient {i}"), &gradient, &expected, 1e-12);
                broken.extend(found.map(|why| format!("{} ({}): {why}", spec.name, kink.label)));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}
