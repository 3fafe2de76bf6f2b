//! A state that is saved and loaded: training goes on as if it had never stopped, and what does not fit is refused.

use std::collections::{BTreeMap, HashMap};

use super::{ALL, values};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors, serialize};
use tapegrad_core::{DType, Tensor};
use tapegrad_optim::{Adam, Error, Optimizer, Rule, Sgd};

type State = BTreeMap<String, Tensor>;

/// The state as the bytes of a safetensors file.
fn to_file(state: &State) -> Vec<u8> {
    let bytes: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = state
        .iter()
        .map(|(name, x)| {
            let (dtype, data) = match x.dtype() {
                DType::F32 => (Dtype::F32, x.to_vec::<f32>().unwrap().into_iter().flat_map(f32::to_le_bytes).collect()),
                DType::I64 => (Dtype::I64, x.to_vec::<i64>().unwrap().into_iter().flat_map(i64::to_le_bytes).collect()),
                _ => (Dtype::F64, x.to_vec::<f64>().unwrap().into_iter().flat_map(f64::to_le_bytes).collect()),
            };
            (name.clone(), dtype, x.shape().to_vec(), data)
        })
        .collect();
    let views: HashMap<String, TensorView<'_>> = bytes
        .iter()
        .map(|(name, dtype, shape, data)| (name.clone(), TensorView::new(*dtype, shape.clone(), data).unwrap()))
        .collect();
    serialize(views, None).unwrap()
}

fn from_file(bytes: &[u8]) -> State {
    let tensor = |view: &TensorView<'_>| match view.dtype() {
        Dtype::F32 => {
            let elements = view.data().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()));
            Tensor::from_vec(elements.collect(), view.shape()).unwrap()
        }
        Dtype::I64 => {
            let elements = view.data().chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap()));
            Tensor::from_vec(elements.collect(), view.shape()).unwrap()
        }
        _ => {
            let elements = view.data().chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap()));
            Tensor::from_vec(elements.collect(), view.shape()).unwrap()
        }
    };
    let file = SafeTensors::deserialize(bytes).unwrap();
    file.tensors().iter().map(|(name, view)| (name.clone(), tensor(view))).collect()
}

fn start() -> [Tensor; 2] {
    [Tensor::from(vec![1.5f32, -2.0, 0.25]).requires_grad(), Tensor::from([[0.3], [-0.7]]).requires_grad()]
}

fn train(opt: &mut Optimizer<Box<dyn Rule>>, [a, b]: &[Tensor; 2], steps: std::ops::Range<usize>) {
    for step in steps {
        opt.set_lr(opt.lr() * 0.9);
        opt.zero_grad();
        ((a - 0.5).square().sum() * (1.0 + step as f64)).backward();
        if step % 3 > 0 {
            (b * b * b * b).sum().backward();
        }
        opt.step();
    }
}

fn bits(params: &[Tensor]) -> Vec<u64> {
    params.iter().flat_map(values).map(f64::to_bits).collect()
}

#[test]
fn ten_steps_saved_and_loaded_and_ten_more_have_the_bits_of_twenty() {
    for (name, make) in ALL {
        let whole = start();
        train(&mut make(&whole), &whole, 0..20);

        let first = start();
        let mut opt = make(&first);
        train(&mut opt, &first, 0..10);
        let (state, file) = (opt.state_dict(), to_file(&opt.state_dict()));
        let second = first.each_ref().map(Tensor::deep_copy);
        train(&mut opt, &first, 10..20);
        assert_eq!(bits(&first), bits(&whole), "{name}: taking a state changes nothing");

        let mut opt = make(&second);
        opt.load_state_dict(&from_file(&file)).unwrap();
        let again = opt.state_dict();
        assert!(state.len() == again.len() && state.iter().all(|(name, x)| again[name].equal(x)), "{name}");
        train(&mut opt, &second, 10..20);
        assert_eq!(bits(&second), bits(&whole), "{name}");
    }
}

#[test]
fn a_parameter_that_had_no_update_has_no_state() {
    let [a, b] = start();
    let mut opt = Adam::new([&a, &b], 0.1);
    a.square().sum().backward();
    opt.step();
    let state = opt.state_dict();
    let names: Vec<&str> = state.keys().map(String::as_str).collect();
    assert_eq!(names, ["Adam.0.exp_avg", "Adam.0.exp_avg_sq", "Adam.0.step", "Adam.lr"]);
    assert_eq!(state["Adam.0.step"].item(), 1.0);
    Adam::new([&a, &b], 0.5).load_state_dict(&state).unwrap();
}

#[test]
fn a_state_of_another_float_type_is_converted() {
    let (narrow, wide) = (Tensor::from(vec![1.0f32]).requires_grad(), Tensor::from(vec![1.0]).requires_grad());
    let (mut first, mut second) = (Adam::new([&narrow], 0.1), Adam::new([&wide], 0.1));
    for _ in 0..3 {
        first.zero_grad();
        narrow.square().sum().backward();
        first.step();
    }
    second.load_state_dict(&first.state_dict()).unwrap();
    wide.set(&narrow.to_dtype(DType::F64));
    for (w, opt) in [(&narrow, &mut first), (&wide, &mut second)] {
        opt.zero_grad();
        w.square().sum().backward();
        opt.step();
    }
    assert!((values(&wide)[0] - values(&narrow)[0]).abs() < 1e-6);
}

#[test]
fn loading_replaces_what_was_remembered() {
    let [a, b] = start();
    let mut opt = Sgd::new([&a, &b], 0.1).momentum(0.5);
    let fresh = opt.state_dict();
    a.set_grad(&a.ones_like());
    opt.step();
    opt.load_state_dict(&fresh).unwrap();
    assert_eq!(opt.state_dict().len(), 1, "the learning rate alone");
}

#[test]
fn all_that_does_not_fit_is_reported_and_nothing_is_loaded() {
    let [a, b] = start();
    let mut opt = Adam::new([&a, &b], 0.1);
    (a.square().sum() + b.square().sum().to_dtype(DType::F32)).backward();
    opt.step();
    let good = opt.state_dict();
    let mut bad = good.clone();
    bad.remove("Adam.0.exp_avg");
    bad.insert("Adam.1.exp_avg".into(), Tensor::from([[1i64], [2]]));
    bad.insert("Adam.1.exp_avg_sq".into(), Tensor::from(vec![1.0, 2.0]));
    bad.insert("Adam.1.step".into(), Tensor::from(-3i64));
    bad.insert("Adam.2.step".into(), Tensor::from(1i64));
    bad.insert("Adam.lr".into(), Tensor::from(f64::NAN));
    let error = opt.load_state_dict(&bad).unwrap_err();
    assert_eq!(
        error.to_string(),
        "load_state_dict: this is not the state of this Adam; missing: Adam.0.exp_avg; unexpected: Adam.2.step; unfit: \
         Adam.lr (NaN, expected a finite number from 0 up), Adam.1.step (-3, expected a count), Adam.1.exp_avg (i64 [2, 1], \
         expected f64 [2, 1]), Adam.1.exp_avg_sq (f64 [2], expected f64 [2, 1])"
    );
    let now = opt.state_dict();
    assert!(good.iter().all(|(name, x)| now[name].equal(x)));

    let other = Sgd::new([&a, &b], 0.1).load_state_dict(&good).unwrap_err();
    let Error::State { missing, unexpected, .. } = other else { panic!("of another kind") };
    assert_eq!((missing.len(), unexpected.len()), (1, good.len()));
}
