//! What comes back, and what does not fit.

use super::{everything, filled, trained};
use tapegrad_core::{Rng, Tensor, default_rng, manual_seed};
use tapegrad_nn::{BatchNorm1d, Dropout, Forward, Linear, Module, Sequential};
use tapegrad_optim::schedule::Plateau;
use tapegrad_optim::{Adam, Average, Optimizer, Rule, Sgd};
use tapegrad_train::Checkpoint;

fn net() -> Sequential {
    Sequential::from((Linear::new(4, 8), BatchNorm1d::new(8), Dropout::new(0.5), Linear::new(8, 1)))
}

/// Steps with random data and dropout, both from the thread's generator.
fn train<R: Rule>(net: &Sequential, opt: &mut Optimizer<R>, steps: usize) {
    for _ in 0..steps {
        opt.zero_grad();
        net.call(&Tensor::randn([16, 4])).square().mean().backward();
        opt.step();
    }
}

#[test]
fn training_goes_on_with_the_same_bits_as_if_it_had_never_stopped() {
    manual_seed(1);
    let whole = net();
    let mut opt = Adam::new(whole.parameters(), 0.01).amsgrad();
    train(&whole, &mut opt, 5);
    let bytes = Checkpoint::of(&whole, &opt).to_bytes().unwrap();
    train(&whole, &mut opt, 5);
    let expected = everything(&whole, &opt);

    manual_seed(2);
    let other = net();
    let mut again = Adam::new(other.parameters(), 0.5).amsgrad();
    train(&other, &mut again, 2);
    Checkpoint::from_bytes(&bytes).unwrap().restore(&other, &mut again).unwrap();
    train(&other, &mut again, 5);
    assert!(everything(&other, &again) == expected);
}

#[test]
fn a_checkpoint_is_a_snapshot() {
    let (net, opt) = trained();
    let checkpoint = Checkpoint::of(&net, &opt);
    let before = checkpoint.to_bytes().unwrap();
    net.weight.set(&filled(7.0, &[2, 3]));
    assert_eq!(checkpoint.to_bytes().unwrap(), before);
}

#[test]
fn states_numbers_texts_and_generators_come_back_by_name() {
    let (net, opt) = trained();
    let mut plateau = Plateau::new(0.1).patience(0);
    let mut average = Average::ema(net.parameters(), 0.9);
    plateau.step(1.0);
    average.update();
    let mut rng = Rng::seeded(3);
    rng.below(10);
    let bytes = Checkpoint::of(&net, &opt)
        .with_state("plateau", plateau.state_dict())
        .with_state("average", average.state_dict())
        .with_number("best", 0.1 + 0.2)
        .with_text("note", "größer")
        .with_rng("augmentation", &rng)
        .to_bytes()
        .unwrap();
    let checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
    let mut other = Plateau::new(0.5).patience(0);
    other.load_state_dict(checkpoint.state("plateau").unwrap()).unwrap();
    assert_eq!(format!("{other:?}"), format!("{plateau:?}"));
    let mut other = Average::ema(net.parameters(), 0.9);
    other.load_state_dict(checkpoint.state("average").unwrap()).unwrap();
    assert!(other.averages()[0].equal(&average.averages()[0]));
    assert_eq!(checkpoint.number("best").unwrap(), 0.1 + 0.2);
    assert_eq!(checkpoint.text("note").unwrap(), "größer");
    assert_eq!(checkpoint.rng("augmentation").unwrap().next_u64(), rng.next_u64());
}

#[test]
fn a_generator_comes_back_wherever_it_stands() {
    let (net, mut opt) = trained();
    for position in [0, 1, 15, u128::from(u32::MAX) << 33 | 5] {
        let state = tapegrad_core::RngState { seed: [0xfe; 32], stream: u64::MAX - 1, position };
        default_rng(|rng| *rng = Rng::from_state(state));
        let checkpoint = Checkpoint::of(&net, &opt);
        let expected = default_rng(Rng::next_u64);
        checkpoint.restore(&net, &mut opt).unwrap();
        assert_eq!(default_rng(Rng::next_u64), expected);
    }
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let (net, opt) = trained();
    let checkpoint = Checkpoint::of(&net, &opt).with_number("epoch", 1.0).with_text("note", "");
    let expect = |error: tapegrad_train::Error, message: &str| assert_eq!(error.to_string(), message);
    expect(checkpoint.number("step").unwrap_err(), r#"checkpoint: no number "step", expected one of ["epoch"]"#);
    expect(checkpoint.text("epoch").unwrap_err(), r#"checkpoint: no text "epoch", expected one of ["note"]"#);
    expect(checkpoint.rng("other").unwrap_err(), r#"checkpoint: no generator "other", expected one of ["default"]"#);
    expect(
        checkpoint.state("plateau").unwrap_err(),
        r#"checkpoint: no state "plateau", expected one of ["model", "numbers", "optimizer", "rng"]"#,
    );
}

#[test]
fn a_state_of_another_model_or_optimiser_changes_nothing() {
    let (net, opt) = trained();
    let checkpoint = Checkpoint::of(&net, &opt);
    let wider = Linear::new(5, 2);
    let mut its = Adam::new(wider.parameters(), 0.2);
    let sgd_net = Linear::new(3, 2);
    let mut sgd = Sgd::new(sgd_net.parameters(), 0.2);
    // The optimiser fits and the model does not.
    let renamed = Sequential::from((Linear::new(3, 2),));
    let mut fits = Adam::new(renamed.parameters(), 0.2);
    manual_seed(4);
    let before = (everything(&wider, &its), everything(&sgd_net, &sgd), everything(&renamed, &fits));
    let message = checkpoint.restore(&wider, &mut its).unwrap_err().to_string();
    assert!(message.contains("Adam.0.exp_avg (f32 [2, 3], expected f32 [2, 5])"), "{message}");
    let message = checkpoint.restore_model(&wider).unwrap_err().to_string();
    assert!(message.contains("weight: found f32 [2, 3], expected f32 [2, 5]"), "{message}");
    let message = checkpoint.restore(&sgd_net, &mut sgd).unwrap_err().to_string();
    assert!(message.contains("this is not the state of this Sgd; missing: Sgd.lr"), "{message}");
    let message = checkpoint.restore(&renamed, &mut fits).unwrap_err().to_string();
    assert!(
        message.contains("missing: 0.bias, 0.weight") || message.contains("missing: 0.weight, 0.bias"),
        "{message}"
    );
    assert!(before == (everything(&wider, &its), everything(&sgd_net, &sgd), everything(&renamed, &fits)));
}

#[test]
#[should_panic(
    expected = "with_state: a state named \"model\", expected a name without \"/\" that the checkpoint does"
)]
fn a_name_that_the_checkpoint_uses_is_refused() {
    let (net, opt) = trained();
    let _ = Checkpoint::of(&net, &opt).with_state("model", net.state_dict().iter());
}
