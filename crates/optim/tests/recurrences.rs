//! Twenty steps on a quadratic, against the rules written out for one number and against PyTorch.

use tapegrad_core::Tensor;
use tapegrad_optim::{Adam, Optimizer, Rule, Sgd};

const START: [f64; 3] = [1.5, -2.0, 0.25];
const CURVATURE: [f64; 3] = [1.0, 0.5, 3.0];
const CENTRE: [f64; 3] = [0.5, 1.0, -1.0];
const STEPS: i32 = 20;

/// Where `sum(a (w - c)^2)` has been brought.
fn descend<R: Rule>(make: impl FnOnce(&Tensor) -> Optimizer<R>) -> Vec<f64> {
    let w = Tensor::from(START).requires_grad();
    let (a, c) = (Tensor::from(CURVATURE), Tensor::from(CENTRE));
    let mut opt = make(&w);
    for _ in 0..STEPS {
        opt.zero_grad();
        let off = &w - &c;
        (&a * &off * &off).sum().backward();
        opt.step();
    }
    w.to_vec().unwrap()
}

/// The same with the rule for one number: `rule(t, w, gradient)` is the new `w`.
fn recur<F: FnMut(i32, f64, f64) -> f64>(make: impl Fn() -> F) -> Vec<f64> {
    let one = |i: usize| {
        let mut rule = make();
        (1..=STEPS).fold(START[i], |w, t| rule(t, w, 2.0 * CURVATURE[i] * (w - CENTRE[i])))
    };
    (0..3).map(one).collect()
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= 1e-12, "found {found:?}, expected {expected:?}");
    }
}

#[track_caller]
fn assert_both(found: &[f64], recurrence: &[f64], pytorch: [f64; 3]) {
    assert_close(found, recurrence);
    assert_close(found, &pytorch);
}

// The literal numbers were computed with PyTorch 2.15.0, torch.optim.SGD and torch.optim.Adam, in float64.

#[test]
fn plain_descent_moves_against_the_gradient() {
    let recurrence = recur(|| |_, w, g| w - 0.05 * g);
    let pytorch = [0.6215766545905692, -0.07545776722562648, -0.9990025966712799];
    assert_both(&descend(|w| Sgd::new([w], 0.05)), &recurrence, pytorch);
}

#[test]
fn weight_decay_adds_its_share_of_the_weight_to_the_gradient() {
    let recurrence = recur(|| |_, w, g| w - 0.05 * (g + 0.1 * w));
    let pytorch = [0.5875378225893948, -0.029320897816125978, -0.982753707166407];
    assert_both(&descend(|w| Sgd::new([w], 0.05).weight_decay(0.1)), &recurrence, pytorch);
}

#[test]
fn momentum_gathers_gradients_without_dampening() {
    let recurrence = recur(|| {
        let mut v = 0.0;
        move |_, w, g| {
            v = 0.9 * v + g;
            w - 0.05 * v
        }
    });
    let pytorch = [0.8446674486269552, 1.3633915777086683, -0.7689496366340075];
    assert_both(&descend(|w| Sgd::new([w], 0.05).momentum(0.9)), &recurrence, pytorch);
}

#[test]
fn momentum_gathers_the_decay_too() {
    let recurrence = recur(|| {
        let mut v = 0.0;
        move |_, w, g| {
            v = 0.9 * v + (g + 0.1 * w);
            w - 0.05 * v
        }
    });
    let pytorch = [0.8145405593121253, 1.0148468251516933, -0.7188566002969831];
    assert_both(&descend(|w| Sgd::new([w], 0.05).weight_decay(0.1).momentum(0.9)), &recurrence, pytorch);
}

#[test]
fn nesterov_looks_ahead() {
    let recurrence = recur(|| {
        let mut v = 0.0;
        move |_, w, g| {
            let g = g + 0.1 * w;
            v = 0.9 * v + g;
            w - 0.05 * (g + 0.9 * v)
        }
    });
    let pytorch = [0.5859279534179955, 0.9572487291396502, -0.971731722507961];
    assert_both(&descend(|w| Sgd::new([w], 0.05).nesterov(0.9).weight_decay(0.1)), &recurrence, pytorch);
}

fn adam(lr: f64, (beta1, beta2): (f64, f64), eps: f64, decay: f64) -> Vec<f64> {
    recur(|| {
        let (mut m, mut v) = (0.0, 0.0);
        move |t, w, g| {
            let g = g + decay * w;
            m = beta1 * m + (1.0 - beta1) * g;
            v = beta2 * v + (1.0 - beta2) * g * g;
            let (m, v) = (m / (1.0 - beta1.powi(t)), v / (1.0 - beta2.powi(t)));
            w - lr * m / (v.sqrt() + eps)
        }
    })
}

#[test]
fn adam_corrects_the_bias_of_its_means() {
    let pytorch = [0.6112262176678304, -1.0241135968960144, -0.6718608167640736];
    assert_both(&descend(|w| Adam::new([w], 0.05)), &adam(0.05, (0.9, 0.999), 1e-8, 0.0), pytorch);
}

#[test]
fn adam_takes_betas_eps_and_weight_decay() {
    let recurrence = adam(0.05, (0.7, 0.95), 1e-3, 0.1);
    let pytorch = [0.6806495928652015, -1.0480944792162057, -0.6106319992906866];
    let found = descend(|w| Adam::new([w], 0.05).betas(0.7, 0.95).eps(1e-3).weight_decay(0.1));
    assert_both(&found, &recurrence, pytorch);
}

#[test]
fn the_learning_rate_can_change_between_steps() {
    let w = Tensor::from(1.0).requires_grad();
    let mut opt = Sgd::new([&w], 0.5);
    (&w * 2.0).backward();
    opt.step();
    assert_eq!(w.item(), 0.0);
    opt.set_lr(0.25);
    assert_eq!(opt.lr(), 0.25);
    opt.step();
    assert_eq!(w.item(), -0.5);
}

#[test]
fn f32_agrees_with_f64() {
    let train = |start: Tensor| {
        let w = start.requires_grad();
        let mut opt = Adam::new([&w], 0.05).weight_decay(0.1);
        for _ in 0..STEPS {
            opt.zero_grad();
            (&w * &w).sum().backward();
            opt.step();
        }
        w.to_dtype(tapegrad_core::DType::F64).to_vec::<f64>().unwrap()
    };
    let (narrow, wide) = (train(Tensor::from(START.map(|v| v as f32))), train(Tensor::from(START)));
    for (n, w) in narrow.iter().zip(&wide) {
        assert!((n - w).abs() < 1e-5, "{narrow:?} against {wide:?}");
    }
}
