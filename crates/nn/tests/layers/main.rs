//! What holds for every layer and every loss: right gradients, PyTorch's values and names, copies, types, modes, lines, and that it is
//! listed here.

mod losses;
mod sample;
mod samples;

use std::collections::BTreeSet;
use std::path::Path;

use sample::Sample;
use tapegrad_core::{DType, Tensor, tape};
use tapegrad_gradcheck::GradCheck;
use tapegrad_nn::{Module, StateDict};

fn samples() -> Vec<Sample> {
    samples::samples().into_iter().chain(losses::losses()).collect()
}

/// Runs a check on each sample and tells of all that fail.
fn each(check: impl Fn(&Sample) -> Result<(), String>) {
    let failed: Vec<String> = samples()
        .iter()
        .filter_map(|sample| check(sample).err().map(|message| format!("{}: {message}", sample.key())))
        .collect();
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

fn all_equal(a: &[Tensor], b: &[Tensor]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equal(b))
}

fn state_of(module: &dyn Module) -> Vec<Tensor> {
    module.state_dict().iter().map(|(_, value)| value.clone()).collect()
}

#[test]
fn every_layer_and_loss_has_samples() {
    let listing = |folder| Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder).join("mod.rs");
    let source = ["layers", "losses"].map(|folder| std::fs::read_to_string(listing(folder)).unwrap()).concat();
    let exported = source.split("pub use ").skip(1).filter_map(|entry| entry.split(';').next());
    let exported: BTreeSet<&str> = exported
        .flat_map(|entry| entry.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.starts_with(char::is_uppercase))
        .collect();
    // Containers are tested with modules; the others are no layers.
    let apart = BTreeSet::from(["AttentionMasks", "Func", "PerAxis", "RecurrentSet", "Sequences", "Sequential"]);
    let sampled: Vec<Sample> = samples();
    let sampled: BTreeSet<&str> = sampled.iter().map(|sample| sample.layer).collect();
    assert_eq!(exported.difference(&apart).copied().collect::<BTreeSet<_>>(), sampled);
}

#[test]
fn gradients_by_inputs_and_parameters_agree_with_finite_differences() {
    each(|Sample { subject, inputs, .. }| {
        let params = subject.module().parameters();
        let point: Vec<Tensor> = inputs.iter().cloned().chain(params).collect();
        let run = |x: &[Tensor]| subject.with_parameters(&x[inputs.len()..]).call(&x[..inputs.len()]);
        GradCheck::new().run(run, &point).map_err(|report| report.to_string())
    });
}

#[test]
fn gradients_of_gradients_agree_with_finite_differences_of_gradients() {
    each(|Sample { subject, inputs, .. }| {
        let point: Vec<Tensor> = inputs.iter().cloned().chain(subject.module().parameters()).collect();
        let run = |x: &[Tensor]| subject.with_parameters(&x[inputs.len()..]).call(&x[..inputs.len()]);
        let check = GradCheck::new().second_order().run(run, &point);
        // Where the second derivative is zero it must be found to be.
        let check = check.or_else(|first| GradCheck::new().second_order().flat().run(run, &point).map_err(|_| first));
        check.map_err(|report| report.to_string())
    });
}

#[test]
fn a_deep_copy_computes_the_same_and_is_apart() {
    each(|Sample { subject, inputs, .. }| {
        let (copy, before) = (subject.deep_copy(), state_of(subject.module()));
        let names =
            |module: &dyn Module| module.state_dict().iter().map(|(path, _)| path.to_string()).collect::<Vec<_>>();
        if names(copy.module()) != names(subject.module()) {
            return Err("the copy has other names".into());
        }
        let y = copy.call(inputs);
        let buffers = copy.module().named_buffers().into_iter().map(|(_, buffer)| buffer);
        let cells = copy.module().parameters().into_iter().chain(buffers);
        cells.filter(|cell| cell.dtype().is_float()).for_each(|cell| cell.update(|value| value + 1.0));
        if !all_equal(&before, &state_of(subject.module())) {
            return Err("what was done to the copy was done to the original".into());
        }
        if all_equal(&y, &subject.call(inputs)) { Ok(()) } else { Err("the copy computes something else".into()) }
    });
}

#[test]
fn in_f32_the_values_are_those_of_f64() {
    each(|Sample { subject, inputs, .. }| {
        let double = subject.call(inputs);
        let single = subject.deep_copy();
        single.module().to_dtype(DType::F32);
        let cast = |x: &Tensor| if x.dtype().is_float() { x.to_dtype(DType::F32) } else { x.clone() };
        let y = single.call(&inputs.iter().map(cast).collect::<Vec<_>>());
        for (y, expected) in y.iter().zip(&double) {
            if y.dtype() != DType::F32 || expected.dtype() != DType::F64 {
                return Err(format!("{} from f32 and {} from f64", y.dtype(), expected.dtype()));
            }
            if !y.to_dtype(DType::F64).allclose(expected, 1e-4, 1e-5) {
                return Err(format!("{y:?} beside {expected:?}"));
            }
        }
        Ok(())
    });
}

#[test]
fn evaluation_changes_no_state_and_only_layers_with_a_mode_compute_otherwise() {
    // Those whose samples of these labels compute otherwise while they train.
    let with_mode = |sample: &Sample| {
        (sample.layer.contains("Dropout") || sample.layer.starts_with("BatchNorm"))
            && !sample.label.contains("without running")
            || sample.layer.starts_with("Transformer")
            || sample.label == "training"
            || (sample.layer, sample.label) == ("LSTM", "eval")
    };
    each(|sample| {
        let subject = sample.subject.deep_copy();
        subject.module().train();
        let trained = subject.call(&sample.inputs);
        subject.module().eval();
        let before = state_of(subject.module());
        let (first, second) = (subject.call(&sample.inputs), subject.call(&sample.inputs));
        if !all_equal(&first, &second) || !all_equal(&before, &state_of(subject.module())) {
            return Err("evaluation is not the same twice".into());
        }
        match all_equal(&trained, &first) != with_mode(sample) {
            true => Ok(()),
            false => Err("training and evaluation are the same, or differ, against what was expected".into()),
        }
    });
}

#[test]
fn every_op_in_a_layer_reports_the_line_of_the_call() {
    each(|Sample { subject, inputs, .. }| {
        let leaves: Vec<Tensor> =
            inputs.iter().map(|x| if x.dtype().is_float() { x.clone().requires_grad() } else { x.clone() }).collect();
        let y = subject.call(&leaves);
        let graph = tape::graph(&y.iter().collect::<Vec<_>>());
        let sites: BTreeSet<(&str, u32)> =
            graph.edges.iter().map(|edge| (edge.site.file(), edge.site.line())).collect();
        match sites.iter().all(|(file, _)| file.contains("tests/layers/")) && sites.len() <= 1 {
            true => Ok(()),
            false => Err(format!("{sites:?}")),
        }
    });
}

/// ((7 i + 3) mod 19 - 9) / 9, as in `generate.py`.
fn pattern(shape: &[usize]) -> Tensor {
    let n: usize = shape.iter().product();
    let numbers: Vec<f64> = (0..n).map(|i| (((7 * i + 3) % 19) as f64 - 9.0) / 9.0).collect();
    Tensor::from_vec(numbers, shape).unwrap()
}

/// |a - b| <= 1e-9 max(1, |b|), and equal shapes.
fn close(what: &str, found: &Tensor, expected: &Tensor) -> Result<(), String> {
    if found.shape() != expected.shape() {
        return Err(format!("{what}: shape {:?}, expected {:?}", found.shape(), expected.shape()));
    }
    let (found, expected) = (found.detach().to_dtype(DType::F64), expected.to_dtype(DType::F64));
    let (a, b) = (found.to_vec::<f64>().unwrap(), expected.to_vec::<f64>().unwrap());
    match a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= 1e-9 * b.abs().max(1.0)) {
        true => Ok(()),
        false => Err(format!("{what}: found {found:?}, expected {expected:?}")),
    }
}

#[test]
fn values_gradients_names_and_buffers_are_pytorchs() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/values.safetensors");
    let file = StateDict::load(file).unwrap();
    let mut keys: BTreeSet<&str> = file.iter().filter_map(|(name, _)| Some(name.rsplit_once('/')?.0)).collect();
    for sample in samples() {
        let key = sample.key();
        // While training these draw from another generator.
        if !keys.remove(key.as_str()) {
            assert!(sample.label == "training", "{key}: no reference");
            continue;
        }
        let under = |kind: &str| -> StateDict {
            let prefix = format!("{key}/{kind}");
            file.iter().filter_map(|(name, value)| Some((name.strip_prefix(&prefix)?, value.clone()))).collect()
        };
        let (subject, module) = (&sample.subject, sample.subject.module());
        module.load_state_dict(&under("s.")).unwrap_or_else(|error| panic!("{key}: {error}"));
        let leaf = |x: &Tensor| if x.dtype().is_float() { x.clone().requires_grad() } else { x.clone() };
        let inputs: Vec<Tensor> = under("x").iter().map(|(_, x)| leaf(x)).collect();
        let outputs = subject.call(&inputs);
        let check = |what: &str, found: &Tensor, expected: &Tensor| {
            close(what, found, expected).unwrap_or_else(|message| panic!("{key}: {message}"));
        };
        let expected = under("y");
        assert_eq!(outputs.len(), expected.len(), "{key}");
        for (i, y) in outputs.iter().enumerate() {
            check(&format!("output {i}"), y, expected.get(&i.to_string()).unwrap());
        }
        let recorded = outputs.iter().filter(|y| y.needs_grad());
        let loss: Tensor = recorded.map(|y| (y * pattern(y.shape())).sum()).sum();
        if loss.needs_grad() {
            loss.backward();
        }
        let gradient = |x: &Tensor| x.grad().unwrap_or_else(|| x.zeros_like());
        for (i, expected) in under("g").iter() {
            check(&format!("gradient of input {i}"), &gradient(&inputs[i.parse::<usize>().unwrap()]), expected);
        }
        let (expected, params) = (under("p."), module.named_parameters());
        assert_eq!(params.len(), expected.len(), "{key}");
        for (name, param) in params {
            check(&format!("gradient of {name}"), &gradient(&param), expected.get(&name).unwrap());
        }
        let expected = under("b.");
        for (name, buffer) in module.named_buffers() {
            check(&format!("{name} afterwards"), &buffer, expected.get(&name).unwrap());
        }
    }
    assert!(keys.is_empty(), "references without a sample: {keys:?}");
}
