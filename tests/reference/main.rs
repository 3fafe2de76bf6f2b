//! Values, gradients and second derivatives of the ops beside PyTorch's, in f64.
//!
//! `generate.py` makes `values.safetensors` from the calls in `cases/`; a module here has the same calls of ours, by name. The
//! inputs come in all layouts, in turn.

mod attributes;
mod calls;

use std::collections::{BTreeMap, BTreeSet};

use attributes::Attributes;
use safetensors::{Dtype, SafeTensors};
use tapegrad::{Grad, Layout, Tensor, ops};

/// A call of an op on a case's inputs.
pub type Call = fn(&[Tensor], &Attributes) -> Vec<Tensor>;

/// The values and indices of ops that give both.
pub fn pair((values, indices): (Tensor, Tensor)) -> Vec<Tensor> {
    vec![values, indices]
}

/// Ops without reference values, and why.
const WITHOUT: &[(&str, &str)] = &[
    ("alpha_dropout", "random, from another generator"),
    ("contiguous", "changes the layout alone"),
    ("dropout", "random, from another generator"),
    ("dropout2d", "random, from another generator"),
    ("slice_backward", "a rule's own op: the gradient of slice"),
];

/// Layouts that keep the elements.
const LAYOUTS: [Layout; 4] = [Layout::Contiguous, Layout::Transposed, Layout::Sliced, Layout::Reversed];

/// One case: tensors by letter and number, and attributes.
#[derive(Default)]
struct Case {
    tensors: BTreeMap<(char, usize), Tensor>,
    attributes: Attributes,
}

impl Case {
    fn all(&self, letter: char) -> impl Iterator<Item = (usize, &Tensor)> {
        self.tensors.iter().filter(move |((l, _), _)| *l == letter).map(|((_, i), x)| (*i, x))
    }
}

/// The file's cases by name ("op/number").
fn cases() -> (BTreeMap<String, Case>, String) {
    let bytes = include_bytes!("values.safetensors");
    let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
    let metadata = header.metadata().as_ref().unwrap();
    let mut cases = BTreeMap::<String, Case>::new();
    for (name, view) in SafeTensors::deserialize(bytes).unwrap().tensors() {
        let (key, place) = name.rsplit_once('/').unwrap();
        let (letter, number) = place.split_at(1);
        let eight = || view.data().chunks_exact(8).map(|b| b.try_into().unwrap());
        let tensor = match view.dtype() {
            Dtype::F64 => Tensor::from_vec(eight().map(f64::from_le_bytes).collect(), view.shape()),
            Dtype::I64 => Tensor::from_vec(eight().map(i64::from_le_bytes).collect(), view.shape()),
            Dtype::BOOL => Tensor::from_vec(view.data().iter().map(|&b| b != 0).collect(), view.shape()),
            other => panic!("{name} is {other:?}"),
        };
        let place = (letter.chars().next().unwrap(), number.parse().unwrap());
        cases.entry(key.to_string()).or_default().tensors.insert(place, tensor.unwrap());
    }
    for (key, case) in &mut cases {
        case.attributes = Attributes::parse(&metadata[key]);
    }
    (cases, metadata["torch"].clone())
}

/// The fixed numbers that `generate.py` multiplies outputs and gradients with.
fn pattern(shape: &[usize], step: usize, offset: usize) -> Tensor {
    let count = shape.iter().product::<usize>();
    let numbers = (0..count).map(|i| (((i * step + offset) % 19) as f64 - 9.0) / 9.0).collect();
    Tensor::from_vec::<f64>(numbers, shape).unwrap()
}

/// Why `found` is not `expected` up to 1e-9.
fn difference(what: &str, found: &Tensor, expected: &Tensor) -> Option<String> {
    if (found.shape(), found.dtype()) != (expected.shape(), expected.dtype()) {
        let of = |x: &Tensor| format!("{} {:?}", x.dtype(), x.shape());
        return Some(format!("{what} is {}, expected {}", of(found), of(expected)));
    }
    let numbers = |x: &Tensor| x.to_dtype(tapegrad::DType::F64).to_vec::<f64>().unwrap();
    let (a, b) = (numbers(found), numbers(expected));
    let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * b.abs().max(1.0);
    let at = (0..a.len()).find(|&i| !same(a[i], b[i]))?;
    Some(format!("{what}, element {at} of {:?}: {:?}, expected {:?}", expected.shape(), a[at], b[at]))
}

/// Runs a case and tells what differs.
fn differences(call: Call, case: &Case, layout: Layout) -> Vec<String> {
    let leaf = |x: Tensor| if x.dtype().is_float() { x.requires_grad() } else { x };
    let x: Vec<Tensor> = case.all('x').map(|(_, x)| leaf(layout.of(x))).collect();
    let y = call(&x, &case.attributes);
    let expected: Vec<&Tensor> = case.all('y').map(|(_, y)| y).collect();
    if y.len() != expected.len() {
        return vec![format!("{} outputs, expected {}", y.len(), expected.len())];
    }
    let outputs = y.iter().zip(expected).enumerate();
    let mut found: Vec<String> = outputs.filter_map(|(i, (a, b))| difference(&format!("output {i}"), a, b)).collect();
    if !found.is_empty() || case.all('g').next().is_none() {
        return found;
    }
    let roots: Vec<&Tensor> = y.iter().filter(|y| y.needs_grad()).collect();
    if roots.is_empty() {
        return vec!["the outputs have no gradient".to_string()];
    }
    let wrt: Vec<&Tensor> = case.all('g').map(|(i, _)| &x[i]).collect();
    let twice = case.all('h').next().is_some();
    let cotangents: Vec<Tensor> = roots.iter().map(|y| pattern(y.shape(), 7, 3)).collect();
    let cotangents: Vec<&Tensor> = cotangents.iter().collect();
    let walk = Grad::of(&roots).wrt(&wrt).cotangents(&cotangents).allow_unused();
    let first = if twice { walk.create_graph() } else { walk }.run();
    let pairs = first.iter().zip(case.all('g'));
    found.extend(pairs.filter_map(|(a, (i, b))| difference(&format!("gradient {i}"), a, b)));
    if !twice {
        return found;
    }
    let roots: Vec<&Tensor> = first.iter().filter(|g| g.needs_grad()).collect();
    let second = if roots.is_empty() {
        wrt.iter().map(|x| x.zeros_like()).collect()
    } else {
        let cotangents: Vec<Tensor> = roots.iter().map(|g| pattern(g.shape(), 5, 1)).collect();
        Grad::of(&roots).wrt(&wrt).cotangents(&cotangents.iter().collect::<Vec<_>>()).allow_unused().run()
    };
    let pairs = second.iter().zip(case.all('h'));
    found.extend(pairs.filter_map(|(a, (i, b))| difference(&format!("second derivative {i}"), a, b)));
    found
}

#[test]
fn values_and_derivatives_of_both_orders_equal_pytorch() {
    let calls = calls::all();
    let (cases, torch) = cases();
    let mut broken = Vec::new();
    for (n, (key, case)) in cases.iter().enumerate() {
        let op = key.split('/').next().unwrap();
        let Some(call) = calls.get(op) else {
            broken.push(format!("{key}: no call named {op} in tests/reference/calls"));
            continue;
        };
        let layout = LAYOUTS[n % LAYOUTS.len()];
        let why = differences(*call, case, layout);
        broken.extend(why.into_iter().map(|why| format!("{key} {:?} ({layout:?}): {why}", case.attributes)));
    }
    assert!(broken.is_empty(), "PyTorch {torch}:\n{}", broken.join("\n"));
}

#[test]
fn every_op_has_five_reference_cases_or_says_why_not() {
    let mut counts = BTreeMap::<String, usize>::new();
    for key in cases().0.into_keys() {
        *counts.entry(key.split('/').next().unwrap().to_string()).or_default() += 1;
    }
    let excused: BTreeSet<&str> = WITHOUT.iter().map(|(op, _)| *op).collect();
    let mut broken = Vec::new();
    for spec in ops::ALL {
        match (counts.get(spec.name).copied().unwrap_or(0), excused.contains(spec.name)) {
            (0, true) => {}
            (n, true) => broken.push(format!("{} is excused, but has {n} cases", spec.name)),
            (n, false) if n < 5 => broken.push(format!("{} has {n} cases", spec.name)),
            _ => {}
        }
    }
    broken.extend(
        excused.iter().filter(|op| !ops::ALL.iter().any(|s| s.name == **op)).map(|op| format!("{op} is no op")),
    );
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}
