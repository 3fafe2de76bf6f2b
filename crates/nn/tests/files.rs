//! States that go to PyTorch and come from it, as files. `fixtures/models.py` has the same models.

use std::path::{Path, PathBuf};
use std::process::Command;
use tapegrad_core::{MaxPool2dOptions, Tensor, manual_seed};
use tapegrad_nn::*;
use tapegrad_optim::Adam;

#[derive(Module)]
struct Cnn {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    conv2: Conv2d,
    bn2: BatchNorm2d,
    fc: Linear,
}

impl Forward for Cnn {
    fn forward(&self, x: &Tensor) -> Tensor {
        let x = self.bn1.call(&self.conv1.call(x)).relu().max_pool2d(&MaxPool2dOptions::new([2, 2]));
        self.fc.call(&self.bn2.call(&self.conv2.call(&x)).relu().mean_dim([2, 3]))
    }
}

#[derive(Module)]
struct Models {
    cnn: Cnn,
    lstm: LSTM,
    encoder: TransformerEncoderLayer,
}

impl Models {
    fn new() -> Self {
        Models {
            cnn: Cnn {
                conv1: Conv2d::new(1, 4, 3).padding(1).without_bias(),
                bn1: BatchNorm2d::new(4),
                conv2: Conv2d::new(4, 6, 3).stride(2),
                bn2: BatchNorm2d::new(6),
                fc: Linear::new(6, 3),
            },
            lstm: LSTM::new(5, 6).num_layers(2).bidirectional().batch_first(),
            encoder: TransformerEncoderLayer::new(8, 2).dim_feedforward(16).batch_first(),
        }
    }

    /// The outputs by name for the inputs by name.
    fn outputs(&self, x: &StateDict) -> StateDict {
        let x = |name: &str| x.get(name).unwrap();
        let y = [
            ("cnn", self.cnn.call(x("cnn"))),
            ("lstm", self.lstm.call(x("lstm"))),
            ("encoder", self.encoder.call(x("encoder"))),
        ];
        y.into_iter().map(|(name, y)| (name.to_owned(), y.detach())).collect()
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn under(file: &StateDict, prefix: &str) -> StateDict {
    file.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?.to_owned(), value.clone()))).collect()
}

fn with_prefix<'a>(state: &'a StateDict, prefix: &'a str) -> impl Iterator<Item = (String, Tensor)> + 'a {
    state.iter().map(move |(name, value)| (format!("{prefix}{name}"), value.clone()))
}

/// |a - b| <= 1e-5 max(1, |b|) for every output.
fn assert_agree(found: &StateDict, expected: &StateDict) {
    assert_eq!(found.len(), expected.len());
    for (name, expected) in expected.iter() {
        let found = found.get(name).unwrap();
        assert_eq!(found.shape(), expected.shape(), "{name}");
        let apart = (found - expected).abs() / expected.abs().maximum(1.0);
        assert!(apart.max().item() <= 1e-5, "{name}: {:.1e} apart", apart.max().item());
    }
}

/// Models that were trained for some steps, so that running statistics and all weights have moved.
fn trained() -> (Models, StateDict) {
    manual_seed(3);
    let models = Models::new();
    let shapes = [("cnn", vec![3, 1, 12, 12]), ("lstm", vec![2, 7, 5]), ("encoder", vec![2, 5, 8])];
    let x: StateDict = shapes.into_iter().map(|(name, shape)| (name.to_owned(), Tensor::randn(shape))).collect();
    train(&models, &x);
    models.eval();
    (models, x)
}

/// The losses of some steps.
fn train(models: &Models, x: &StateDict) -> Vec<f64> {
    let mut opt = Adam::new(models.parameters(), 0.01);
    let step = |_| {
        opt.zero_grad();
        let y = [
            models.cnn.call(x.get("cnn").unwrap()),
            models.lstm.call(x.get("lstm").unwrap()),
            models.encoder.call(x.get("encoder").unwrap()),
        ];
        let loss: Tensor = y.iter().map(|y| (y - 0.5).square().mean()).sum();
        loss.backward();
        opt.step();
        loss.item()
    };
    (0..20).map(step).collect()
}

#[test]
fn a_state_that_pytorch_wrote_loads_computes_the_same_and_goes_on_training() {
    let file = StateDict::load(fixture("pytorch.safetensors")).unwrap();
    let models = Models::new();
    models.load_state_dict(&under(&file, "state.")).unwrap();
    models.eval();
    assert_agree(&models.outputs(&under(&file, "x.")), &under(&file, "y."));

    models.train();
    let losses = train(&models, &under(&file, "x."));
    assert!(losses[19] < 0.7 * losses[0], "{losses:?}");
}

/// PyTorch's outputs for the state that is committed, which reads and writes without a change.
#[test]
fn a_state_of_ours_computes_the_same_in_pytorch() {
    let ours = StateDict::load(fixture("tapegrad.safetensors")).unwrap();
    let models = Models::new();
    models.load_state_dict(&under(&ours, "state.")).unwrap();
    models.eval();
    let outputs = models.outputs(&under(&ours, "x."));
    assert_agree(&outputs, &under(&StateDict::load(fixture("outputs.safetensors")).unwrap(), "y."));

    let path = std::env::temp_dir().join(format!("tapegrad-again-{}.safetensors", std::process::id()));
    let again: StateDict =
        with_prefix(&models.state_dict(), "state.").chain(with_prefix(&under(&ours, "x."), "x.")).collect();
    again.save(&path).unwrap();
    let (again, committed) = (std::fs::read(&path).unwrap(), std::fs::read(fixture("tapegrad.safetensors")).unwrap());
    std::fs::remove_file(path).unwrap();
    assert!(again == committed, "the file has other bytes");
}

/// Where Python has PyTorch, a state of this very moment is loaded there. `TAPEGRAD_FIXTURE=1` writes the committed one.
#[test]
fn a_state_of_this_moment_computes_the_same_in_pytorch() {
    let (models, x) = trained();
    let saved = with_prefix(&models.state_dict(), "state.").chain(with_prefix(&x, "x.")).collect::<StateDict>();
    if std::env::var_os("TAPEGRAD_FIXTURE").is_some() {
        saved.save(fixture("tapegrad.safetensors")).unwrap();
    }
    let python = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    let has_pytorch = Command::new(&python).args(["-c", "import torch, safetensors"]).output();
    if !has_pytorch.is_ok_and(|run| run.status.success()) {
        println!("no PyTorch in {python:?}: the committed state is what was compared");
        return;
    }
    let path = std::env::temp_dir().join(format!("tapegrad-models-{}.safetensors", std::process::id()));
    let y = models.outputs(&x);
    saved
        .iter()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .chain(with_prefix(&y, "y."))
        .collect::<StateDict>()
        .save(&path)
        .unwrap();
    let run = Command::new(&python).arg(fixture("models.py")).arg("check").arg(&path).output().unwrap();
    std::fs::remove_file(path).unwrap();
    print!("{}", String::from_utf8_lossy(&run.stdout));
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
