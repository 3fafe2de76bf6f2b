//! Averages of parameters, and the range test, which both put parameters back.

use tapegrad_core::Tensor;
use tapegrad_optim::{Adam, Average, LrFinder, Sgd};

fn values(x: &Tensor) -> Vec<f64> {
    x.to_vec().unwrap()
}

/// The parameter's values at four updates, given to `average`.
fn run(average: &mut Average, w: &Tensor) -> Vec<f64> {
    for v in [1.0, 4.0, -2.0, 7.0] {
        w.set(&Tensor::from([v, 10.0 * v]));
        average.update();
    }
    values(&average.averages()[0])
}

#[test]
fn equal_weights_give_the_mean() {
    let w = Tensor::from([0.0, 0.0]).requires_grad();
    for (f, e) in run(&mut Average::swa([&w]), &w).iter().zip([2.5, 25.0]) {
        assert!((f - e).abs() < 1e-12, "{f}, expected {e}");
    }
}

#[test]
fn exponential_weights_give_the_recurrence() {
    let w = Tensor::from([0.0, 0.0]).requires_grad();
    let expected = [4.0, -2.0, 7.0].iter().fold(1.0, |mean, v| 0.8 * mean + 0.2 * v);
    for (f, e) in run(&mut Average::ema([&w], 0.8), &w).iter().zip([expected, 10.0 * expected]) {
        assert!((f - e).abs() < 1e-12, "{f}, expected {e}");
    }
}

#[test]
fn averages_follow_training_and_do_not_disturb_it() {
    let train = |averaged: bool| {
        let w = Tensor::from([1.0, -2.0]).requires_grad();
        let (mut opt, mut average) = (Adam::new([&w], 0.1), Average::ema([&w], 0.9));
        for _ in 0..10 {
            opt.zero_grad();
            w.square().sum().backward();
            opt.step();
            if averaged {
                average.update();
                let inside = average.applied(|| values(&w));
                assert_eq!(inside, values(&average.averages()[0]));
            }
        }
        values(&w)
    };
    assert_eq!(train(true), train(false));
}

#[test]
fn swapping_twice_changes_nothing_and_a_panic_swaps_back() {
    let w = Tensor::from([0.0, 0.0]).requires_grad();
    let mut average = Average::swa([&w]);
    let mean = run(&mut average, &w);
    average.swap();
    assert_eq!((values(&w), values(&average.averages()[0])), (mean.clone(), vec![7.0, 70.0]));
    average.swap();
    assert_eq!((values(&w), values(&average.averages()[0])), (vec![7.0, 70.0], mean.clone()));
    let panics = std::panic::AssertUnwindSafe(|| average.applied(|| panic!("within")));
    assert!(std::panic::catch_unwind(panics).is_err());
    assert_eq!((values(&w), values(&average.averages()[0])), (vec![7.0, 70.0], mean));
}

#[test]
fn an_average_goes_on_from_its_state() {
    let w = Tensor::from([0.0, 0.0]).requires_grad();
    let mut average = Average::swa([&w]);
    let mut other = Average::swa([&w]);
    other.load_state_dict(&average.state_dict()).unwrap();
    assert!(other.averages().is_empty());
    run(&mut average, &w);
    other.load_state_dict(&average.state_dict()).unwrap();
    w.set(&Tensor::from([0.5, 0.25]));
    average.update();
    other.update();
    assert!(average.averages()[0].equal(&other.averages()[0]));
    let wrong = Tensor::from([0.0]).requires_grad();
    let error = Average::swa([&wrong]).load_state_dict(&average.state_dict()).unwrap_err().to_string();
    assert!(error.ends_with("this Average; unfit: Average.0 (f64 [2], expected f64 [1])"), "{error}");
}

#[test]
fn a_pending_backward_does_not_see_a_swap() {
    let w = Tensor::from([1.0, 2.0]).requires_grad();
    let mut average = Average::swa([&w]);
    average.update();
    w.set(&Tensor::from([3.0, 4.0]));
    let pending = (&w * &w).sum();
    average.swap();
    pending.backward();
    assert_eq!(values(&w.grad().unwrap()), [6.0, 8.0]);
}

#[test]
fn a_range_test_finds_where_descent_diverges_and_leaves_no_trace() {
    // On 2 w^2 descent with momentum 0.1 diverges above 2 (1 + 0.1) / 4.
    let w = Tensor::from([3.0, -1.0]).requires_grad();
    let mut opt = Sgd::new([&w], 0.3).momentum(0.1);
    let step = |opt: &mut Sgd| {
        opt.zero_grad();
        let loss = w.square().sum() * 2.0;
        loss.backward();
        opt.step();
        loss.item()
    };
    step(&mut opt);
    let (before, state) = (values(&w), opt.state_dict());
    let curve = LrFinder::new(1e-4, 100.0, 200).smoothing(0.0).run(&mut opt, step);
    assert!(curve.lrs.len() < 200, "it stopped when the loss exploded");
    assert!(curve.losses.iter().all(|loss| loss.is_finite()));
    assert_eq!(curve.lrs[0], 1e-4);
    let (steepest, lowest) = (curve.steepest(), curve.lowest());
    assert!(steepest > 1e-3 && steepest < lowest && 0.3 < lowest && lowest < 0.7, "{steepest}, {lowest}");
    assert_eq!(values(&w), before);
    let after = opt.state_dict();
    assert!(state.len() == after.len() && state.iter().all(|(name, x)| after[name].equal(x)));
    assert!(w.grad().is_none());
}
