//! What the derive finds in a model, and what is done to all of it at once.

use std::sync::Arc;

use tapegrad_core::{DType, Tensor, no_grad, tensor};
use tapegrad_nn::{self as nn, Buffer, Forward, Func, Linear, Mode, Module, Param, Sequential, StateDict, observe};
use tapegrad_optim::{Adam, Sgd};

fn names(module: &dyn Module) -> Vec<String> {
    module.named_parameters().into_iter().map(|(name, _)| name).collect()
}

#[derive(Clone, Debug, Module)]
struct Scale(Param, Option<Buffer>);

#[derive(Clone, Module)]
struct Plain {
    r#type: usize,
    rate: f64,
    label: String,
    sizes: Option<Vec<usize>>,
    names: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Foreign(u8);

#[derive(Clone, Module)]
enum Block {
    Empty,
    Line(Linear),
    Pair { left: Scale, right: Scale },
}

#[derive(Clone, Module)]
struct Generic<A, B, F, const N: usize> {
    a: A,
    list: Vec<B>,
    array: [Scale; N],
    #[module(skip)]
    function: F,
    marker: std::marker::PhantomData<A>,
}

#[derive(Module)]
struct Everything {
    first: Linear,
    #[module(name = "renamed")]
    second: Option<Linear>,
    none: Option<Linear>,
    blocks: Vec<Block>,
    boxed: Box<Scale>,
    chain: Vec<Box<dyn Forward>>,
    shared: Arc<Scale>,
    pair: (Scale, Mode),
    plain: Plain,
    #[module(skip)]
    foreign: Foreign,
    generic: Generic<Linear, Scale, fn(f64) -> f64, 2>,
    mode: Mode,
}

fn scale() -> Scale {
    Scale(Param::new([1.0f32, 2.0]), Some(Buffer::new([3i64])))
}

fn everything() -> Everything {
    let plain = Plain { r#type: 1, rate: 0.5, label: "a".into(), sizes: Some(vec![1]), names: vec!["b".into()] };
    let generic = Generic {
        a: Linear::new(1, 1).without_bias(),
        list: vec![scale()],
        array: [scale(), scale()],
        function: f64::sqrt as fn(f64) -> f64,
        marker: Default::default(),
    };
    Everything {
        first: Linear::new(2, 3),
        second: Some(Linear::new(3, 1)),
        none: None,
        blocks: vec![Block::Empty, Block::Line(Linear::new(1, 1)), Block::Pair { left: scale(), right: scale() }],
        boxed: Box::new(scale()),
        chain: vec![Box::new(Linear::new(1, 2)), Box::new(Func(|x: &Tensor| x.relu()))],
        shared: Arc::new(scale()),
        pair: (scale(), Mode::new()),
        plain,
        foreign: Foreign(7),
        generic,
        mode: Mode::new(),
    }
}

#[test]
fn every_field_is_found_under_its_dotted_path() {
    let model = everything();
    let expected = "first.weight first.bias renamed.weight renamed.bias blocks.1.0.weight blocks.1.0.bias blocks.2.left.0 \
                    blocks.2.right.0 boxed.0 chain.0.weight chain.0.bias shared.0 pair.0.0 generic.a.weight generic.list.0.0 \
                    generic.array.0.0 generic.array.1.0";
    assert_eq!(names(&model), expected.split_whitespace().collect::<Vec<_>>());
    let buffers: Vec<String> = model.named_buffers().into_iter().map(|(name, _)| name).collect();
    let expected = "blocks.2.left.1 blocks.2.right.1 boxed.1 shared.1 pair.0.1 generic.list.0.1 generic.array.0.1 generic.array.1.1";
    assert_eq!(buffers, expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!(model.num_parameters(), 9 + 4 + 2 + 4 + 2 + 4 + 2 + 2 + 1 + 6);
    let modules: Vec<(String, &str)> =
        model.named_modules().into_iter().map(|(path, module)| (path, module.type_name())).collect();
    for (path, name) in
        [("", "Everything"), ("first", "Linear"), ("blocks.2", "Block"), ("chain.1", "Func"), ("plain", "Plain")]
    {
        assert!(modules.contains(&(path.to_string(), name)), "{path} in {modules:?}");
    }
}

#[test]
fn modes_are_switched_everywhere_and_a_clone_has_its_own() {
    let model = everything();
    assert!(model.mode.is_training() && model.pair.1.is_training());
    model.eval();
    assert!(!model.mode.is_training() && !model.pair.1.is_training());
    model.train();
    assert!(model.mode.is_training() && model.pair.1.is_training());
    let clone = model.mode.clone();
    model.eval();
    assert!(clone.is_training());
}

#[test]
fn a_deep_copy_copies_what_is_plain_or_skipped_too() {
    let model = everything();
    model.eval();
    let copy = model.deep_copy();
    assert!(!copy.mode.is_training());
    assert_eq!(copy.foreign, Foreign(7));
    assert_eq!((copy.plain.r#type, copy.plain.rate, &copy.plain.label[..]), (1, 0.5, "a"));
    assert_eq!((copy.plain.sizes.clone(), copy.plain.names.clone()), (Some(vec![1]), vec!["b".to_string()]));
    assert_eq!((copy.generic.function)(4.0), 2.0);
    assert_eq!(names(&model), names(&copy));
    let shared = |a: &[Tensor], b: &[Tensor]| a.iter().any(|a| b.iter().any(|b| a.same(b)));
    assert!(!shared(&model.parameters(), &copy.parameters()) && !shared(&model.buffers(), &copy.buffers()));
    for (a, b) in model.parameters().iter().zip(copy.parameters()) {
        assert!(a.equal(&b));
    }
}

/// An encoder and a decoder with one weight, which also stands in a third place.
#[derive(Clone, Module)]
struct Tied {
    encoder: Linear,
    decoder: Linear,
    again: Arc<Linear>,
}

impl Forward for Tied {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.again.call(&self.decoder.call(&self.encoder.call(x).tanh()))
    }
}

fn tied() -> Tied {
    let encoder = Linear::new(3, 3);
    let decoder = Linear { weight: encoder.weight.clone(), bias: None };
    Tied { again: Arc::new(decoder.clone()), encoder, decoder }
}

#[test]
fn a_shared_parameter_is_listed_once_and_stays_shared_in_a_copy() {
    let model = tied();
    assert_eq!(names(&model), ["encoder.weight", "encoder.bias"]);
    assert_eq!(model.num_parameters(), 12);
    let copy = model.deep_copy();
    assert_eq!(names(&copy), ["encoder.weight", "encoder.bias"]);
    assert!(copy.decoder.weight.same(&copy.encoder.weight) && copy.again.weight.same(&copy.encoder.weight));
    assert!(!copy.encoder.weight.same(&model.encoder.weight));
    let state = model.state_dict();
    let paths: Vec<&str> = state.iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["again.weight", "decoder.weight", "encoder.bias", "encoder.weight"]);
}

/// Ten steps of gradient descent.
fn train(model: &impl Forward, opt: &mut Sgd, dtype: DType) {
    let x = Tensor::from([[0.5f32, -1.0, 2.0], [1.5, 0.0, -0.5]]).to_dtype(dtype);
    for _ in 0..10 {
        opt.zero_grad();
        model.call(&x).square().sum().backward();
        opt.step();
    }
}

fn changed(before: &StateDict, now: &StateDict) -> bool {
    before.iter().any(|(path, value)| !now.get(path).unwrap().equal(value))
}

#[test]
fn training_a_deep_copy_leaves_the_original_as_it_was_and_a_clone_does_not() {
    let model = tied();
    let before = model.state_dict();
    let copy = model.deep_copy();
    train(&copy, &mut Sgd::new(copy.parameters(), 0.01).momentum(0.9), DType::F32);
    assert!(changed(&before, &copy.state_dict()));
    assert!(!changed(&before, &model.state_dict()));
    assert!(model.parameters().iter().all(|param| param.grad().is_none()));
    let clone = model.clone();
    train(&clone, &mut Sgd::new(clone.parameters(), 0.01), DType::F32);
    assert!(changed(&before, &model.state_dict()));
}

#[test]
fn a_model_made_f64_goes_on_training_under_its_optimiser() {
    let model = tied();
    let mut opt = Sgd::new(model.parameters(), 0.01).momentum(0.9);
    train(&model, &mut opt, DType::F32);
    assert!(model.parameters()[0].grad().is_some());
    model.to_dtype(DType::F64);
    assert_eq!(model.parameters()[0].grad().unwrap().dtype(), DType::F64);
    assert!(model.parameters().iter().all(|param| param.dtype() == DType::F64));
    let before = model.state_dict();
    train(&model, &mut opt, DType::F64);
    assert!(changed(&before, &model.state_dict()));
    model.to_dtype(DType::F32);
    train(&model, &mut opt, DType::F32);
}

#[test]
fn an_optimiser_trains_the_state_that_was_loaded() {
    let (model, other) = (tied(), tied());
    let mut opt = Adam::new(model.parameters(), 0.01);
    model.load_state_dict(&other.state_dict()).unwrap();
    assert!(!changed(&other.state_dict(), &model.state_dict()));
    let x = Tensor::ones([1, 3]);
    let loss = |model: &Tied| model.call(&x).square().sum();
    let first = loss(&model).item();
    for _ in 0..20 {
        opt.zero_grad();
        loss(&model).backward();
        opt.step();
    }
    assert!(loss(&model).item() < first);
    assert_eq!(loss(&other).item(), first);
}

#[test]
fn a_state_is_a_snapshot_and_floats_take_the_models_type() {
    let model = scale();
    let state = model.state_dict();
    model.0.set(&tensor![5.0, 6.0]);
    assert_eq!(state.get("0").unwrap().to_vec::<f32>().unwrap(), [1.0, 2.0]);
    model.to_dtype(DType::F64);
    model.load_state_dict(&state).unwrap();
    assert_eq!(model.0.to_vec::<f64>().unwrap(), [1.0, 2.0]);
    assert_eq!(model.buffers()[0].dtype(), DType::I64);
}

#[test]
fn a_state_that_does_not_fit_is_told_in_full_and_stores_nothing() {
    let model = everything();
    let before = model.state_dict();
    let mut state = everything().state_dict();
    state.remove("first.bias");
    state.remove("boxed.1");
    state.insert("first.weight", &Tensor::zeros([3, 3]));
    state.insert("shared.1", &Tensor::zeros([1]));
    state.insert("other.weight", &Tensor::zeros([1]));
    state.insert("blocks.0.0.weight", &Tensor::zeros([1]));
    let message = model.load_state_dict(&state).unwrap_err().to_string();
    assert_eq!(
        message,
        "load_state_dict: the state is not that of the model\n  \
         missing: first.bias, boxed.1\n  \
         unexpected: blocks.0.0.weight, other.weight\n  \
         of another shape or type: first.weight: found f32 [3, 3], expected f32 [3, 2], shared.1: found f32 [1], expected i64 [1]"
    );
    assert!(!changed(&before, &model.state_dict()));
    assert!(matches!(model.load_state_dict_lenient(&state), Err(nn::Error::State(_))));
    assert!(!changed(&before, &model.state_dict()));
    state.remove("first.weight");
    state.remove("shared.1");
    let difference = model.load_state_dict_lenient(&state).unwrap();
    assert_eq!(difference.missing, ["first.weight", "first.bias", "boxed.1", "shared.1"]);
    assert_eq!(difference.unexpected, ["blocks.0.0.weight", "other.weight"]);
    assert!(model.chain[0].parameters()[0].equal(state.get("chain.0.weight").unwrap()));
    assert!(model.first.weight.equal(before.get("first.weight").unwrap()));
}

#[test]
fn frozen_parameters_stay_parameters_and_get_no_gradient() {
    let model = tied();
    model.encoder.set_requires_grad(false);
    assert_eq!((model.num_parameters(), model.num_trainable_parameters()), (12, 0));
    model.encoder.bias.as_ref().unwrap().set_requires_grad(true);
    assert_eq!(model.num_trainable_parameters(), 3);
    model.call(&Tensor::ones([1, 3])).sum().backward();
    let grads: Vec<bool> = model.parameters().iter().map(|param| param.grad().is_some()).collect();
    assert_eq!(grads, [false, true]);
    assert!(!model.deep_copy().encoder.weight.needs_grad());
    model.zero_grad();
    assert!(model.parameters().iter().all(|param| param.grad().is_none()));
}

#[test]
fn parameters_are_named_by_their_paths_on_demand() {
    let model = everything();
    model.name_parameters();
    assert_eq!(model.first.weight.name().as_deref(), Some("first.weight"));
    assert_eq!(model.deep_copy().boxed.1.unwrap().name().as_deref(), Some("boxed.1"));
}

#[test]
fn a_parameter_written_by_an_operator_under_no_grad_is_written_for_all_its_clones() {
    let mut w = Param::new([1.0, 2.0]);
    let clone = w.clone();
    no_grad(|| w -= &Tensor::from([0.5, 0.5]));
    assert_eq!(clone.to_vec::<f64>().unwrap(), [0.5, 1.5]);
    let mut mean = Buffer::new([1.0]);
    let clone = mean.clone();
    mean *= 3.0;
    assert_eq!(clone.item(), 3.0);
}

#[test]
fn observing_names_each_call_by_the_path_of_its_module_and_ends_with_the_closure() {
    #[derive(Module)]
    struct Inner {
        line: Linear,
    }
    impl Forward for Inner {
        fn forward(&self, x: &Tensor) -> Tensor {
            self.line.call(&self.line.call(x))
        }
    }
    let model = Sequential::from((Inner { line: Linear::new(2, 2) }, Func(Tensor::relu)));
    let other = Linear::new(2, 2);
    let run = || other.call(&model.call(&Tensor::ones([3, 2])));
    let (y, calls) = observe(&model, run);
    let seen: Vec<(&str, &str)> = calls.iter().map(|call| (&call.path[..], call.type_name)).collect();
    assert_eq!(seen, [("0.line", "Linear"), ("0.line", "Linear"), ("0", "Inner"), ("1", "Func"), ("", "Sequential")]);
    assert!(calls[1].inputs[0].same(&calls[0].outputs[0]) && y.shape() == [3, 2]);
    // An observation within another sees its own model's calls only, and the other goes on.
    let ((_, inner), outer) = observe(&model, || observe(&other, run));
    assert_eq!((inner.len(), outer.len()), (1, 5));
}

#[test]
fn a_trained_model_is_served_from_several_threads() {
    let model: Arc<Vec<Box<dyn Forward>>> = Arc::new(vec![Box::new(Linear::new(2, 2)), Box::new(Func(Tensor::relu))]);
    let x = Tensor::ones([1, 2]);
    let run = |model: &[Box<dyn Forward>], x: &Tensor| no_grad(|| model[1].call(&model[0].call(x)));
    let expected = run(&model, &x);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (model, x) = (model.clone(), x.clone());
            std::thread::spawn(move || run(&model, &x))
        })
        .collect();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap().equal(&expected)));
}

mod files {
    use super::*;
    use std::path::PathBuf;

    /// A path in the temporary directory, and no file there before or after.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            Place(std::env::temp_dir().join(format!("tapegrad-{}-{name}", std::process::id())))
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn every_type_comes_back_with_its_bits() {
        let place = Place::new("types.safetensors");
        let values = [
            ("f32", tensor![[1.5, f64::NAN], [f64::INFINITY, -0.0]]),
            ("f64", Tensor::from([1e-300, std::f64::consts::PI])),
            ("i64", Tensor::from([i64::MIN, -1, i64::MAX])),
            ("bool", tensor![true, false]),
            ("scalar", Tensor::from(2.0)),
            ("empty", Tensor::zeros([0, 3])),
            ("transposed", tensor![[1, 2, 3], [4, 5, 6]].transpose(0, 1)),
        ];
        let state: StateDict = values.into_iter().collect();
        state.save(&place.0).unwrap();
        let loaded = StateDict::load(&place.0).unwrap();
        assert_eq!(loaded.len(), 7);
        for (name, value) in state.iter() {
            let found = loaded.get(name).unwrap();
            let bits = |x: &Tensor| x.to_vec::<f32>().map(|x| x.into_iter().map(f32::to_bits).collect::<Vec<_>>());
            assert!(found.equal(value) || name == "f32" && bits(found) == bits(value), "{name}");
        }
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_leaves_nothing_beside_it() {
        let place = Place::new("replaced.safetensors");
        scale().state_dict().save(&place.0).unwrap();
        Linear::new(2, 3).state_dict().save(&place.0).unwrap();
        assert_eq!(StateDict::load(&place.0).unwrap().len(), 2);
        let name = place.0.file_name().unwrap().to_string_lossy().into_owned();
        let beside = std::fs::read_dir(std::env::temp_dir()).unwrap().flatten();
        let beside: Vec<_> = beside.filter(|entry| entry.file_name().to_string_lossy().contains(&name)).collect();
        assert_eq!(beside.len(), 1);
    }

    #[test]
    fn what_is_wrong_with_a_file_names_the_file_and_the_tensor() {
        let missing = Place::new("missing.safetensors");
        let message = StateDict::load(&missing.0).unwrap_err().to_string();
        assert!(message.starts_with(&format!("{}: ", missing.0.display())), "{message}");

        let place = Place::new("broken.safetensors");
        std::fs::write(&place.0, b"not a file of tensors").unwrap();
        let below_a_file = place.0.join("state.safetensors");
        let saved = scale().state_dict().save(&below_a_file);
        assert!(matches!(saved, Err(nn::Error::Io { path, .. }) if path == below_a_file));
        let message = StateDict::load(&place.0).unwrap_err().to_string();
        assert!(message.contains("broken.safetensors: not a safetensors file"), "{message}");

        // A file cut short, at every length.
        scale().state_dict().save(&place.0).unwrap();
        let whole = std::fs::read(&place.0).unwrap();
        for length in 0..whole.len() {
            std::fs::write(&place.0, &whole[..length]).unwrap();
            assert!(matches!(StateDict::load(&place.0), Err(nn::Error::Format { .. })), "{length} bytes");
        }

        let header = br#"{"half":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}"#;
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend_from_slice(header);
        file.extend_from_slice(&[0, 60]);
        std::fs::write(&place.0, file).unwrap();
        let message = StateDict::load(&place.0).unwrap_err().to_string();
        let expected = "half: found elements of type F16, expected F32, F64, I64 or BOOL";
        assert!(message.ends_with(expected), "{message}");
    }
}
