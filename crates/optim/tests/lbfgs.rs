//! L-BFGS: where it arrives, and what it leaves alone. Its way is compared with PyTorch's in `optimizers/reference.rs`.

use tapegrad_core::{DType, Tensor, tape};
use tapegrad_kernels::{Array, elementwise};
use tapegrad_optim::Lbfgs;

fn rosenbrock(p: &Tensor) -> Tensor {
    let (x, y) = (p.i(0), p.i(1));
    (1.0 - &x).square() + (y - x.square()).square() * 100.0
}

fn values(x: &Tensor) -> Vec<f64> {
    x.to_dtype(DType::F64).to_vec().unwrap()
}

#[test]
fn it_arrives_at_the_end_of_rosenbrocks_valley() {
    let p = Tensor::from([-1.2, 1.0]).requires_grad();
    let mut opt = Lbfgs::new([&p], 1.0).iterations(100).tolerances(1e-10, 1e-14);
    let mut evaluations = 0;
    let before = opt.step(|| {
        evaluations += 1;
        rosenbrock(&p)
    });
    assert!((before - 24.2).abs() < 1e-9, "the loss before the step: {before}");
    assert!(rosenbrock(&p).item() < 1e-14 && evaluations < 60, "{} after {evaluations}", rosenbrock(&p).item());
    assert_eq!(tape::stats().edges, 0);
}

#[test]
fn a_quadratic_of_several_parameters_is_solved() {
    // |A w + b|^2 is least where A w = -b.
    let a = Tensor::from([[3.0, 1.0], [1.0, 2.0]]);
    let (w, b) = (Tensor::from([[0.5], [4.0]]).requires_grad(), Tensor::from(2.0).requires_grad());
    let mut opt = Lbfgs::new([&w, &b], 1.0).iterations(50).tolerances(1e-10, 1e-14);
    opt.step(|| (a.matmul(&w) + Tensor::from([[5.0], [5.0]])).square().sum() + (&b - 0.25).square());
    for (found, expected) in [values(&w), values(&b)].concat().iter().zip([-1.0, -2.0, 0.25]) {
        assert!((found - expected).abs() < 1e-6, "{found}, expected {expected}");
    }
}

#[test]
fn a_parameter_without_gradient_stays() {
    let (used, unused) = (Tensor::from(3.0).requires_grad(), Tensor::from([1.0, 2.0]).requires_grad());
    Lbfgs::new([&unused, &used], 1.0).step(|| used.square());
    assert_eq!(values(&unused), [1.0, 2.0]);
    assert!(used.item().abs() < 1e-6);
}

#[test]
fn at_the_minimum_nothing_moves() {
    let p = Tensor::from([1.0, 1.0]).requires_grad();
    let mut calls = 0;
    let before = Lbfgs::new([&p], 1.0).step(|| {
        calls += 1;
        rosenbrock(&p)
    });
    assert_eq!((before, calls, values(&p)), (0.0, 1, vec![1.0, 1.0]));
}

#[test]
fn a_loss_of_nan_is_walked_around() {
    // log is NaN below 0, where the first step leads.
    let y = Tensor::from(3.0).requires_grad();
    let mut opt = Lbfgs::new([&y], 10.0);
    for _ in 0..5 {
        opt.step(|| &y * 2.0 - y.log());
    }
    assert!((y.item() - 0.5).abs() < 1e-6, "{}", y.item());
}

#[test]
fn a_saved_and_loaded_state_goes_on_with_the_same_bits() {
    for after in [0, 1, 3] {
        let p = Tensor::from([-1.2, 1.0]).requires_grad();
        let make = |p: &Tensor| Lbfgs::new([p], 1.0).iterations(3).history(2);
        let mut opt = make(&p);
        for _ in 0..after {
            opt.step(|| rosenbrock(&p));
        }
        let (state, copy) = (opt.state_dict(), p.deep_copy());
        let mut other = make(&copy);
        other.load_state_dict(&state).unwrap();
        for _ in 0..3 {
            opt.step(|| rosenbrock(&p));
            other.step(|| rosenbrock(&copy));
            assert_eq!(values(&p), values(&copy), "after {after}");
        }
        let mut bad = opt.state_dict();
        bad.remove("Lbfgs.1.y");
        bad.insert("Lbfgs.0.s".into(), Tensor::from([1.0]));
        let error = other.load_state_dict(&bad).unwrap_err().to_string();
        assert!(error.contains("missing: Lbfgs.1.y; unfit: Lbfgs.0.s (f64 [1], expected f64 [2])"), "{error}");
    }
}

#[test]
fn parameters_that_become_f64_go_on_training() {
    let p = Tensor::from(vec![-1.2f32, 1.0]).requires_grad();
    let mut opt = Lbfgs::new([&p], 1.0).tolerances(1e-10, 1e-14);
    opt.step(|| rosenbrock(&p));
    assert!(p.step_in_place(|value: &mut Array, _: &Array| *value = elementwise::cast(value, DType::F64)));
    for _ in 0..5 {
        opt.step(|| rosenbrock(&p));
    }
    assert!(values(&p).iter().all(|v| (v - 1.0).abs() < 1e-6), "{:?}", values(&p));
}
