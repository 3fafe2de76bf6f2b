//! Computing in place: nobody who can still see a value ever sees it change.

use tapegrad::{Tensor, grad, tape};

const N: usize = 40_000;

fn ramp(scale: f64) -> Tensor {
    (0..N).map(|i| scale * i as f64 / N as f64).collect()
}

#[test]
fn a_shared_operand_given_away_is_not_overwritten() {
    let x = ramp(1.0);
    let kept = x.clone();
    let view = x.narrow(0, 0, 3);
    let y = x + ramp(2.0);
    assert!(kept.equal(&ramp(1.0)) && view.equal(&ramp(1.0).narrow(0, 0, 3)));
    assert!(y.allclose(&ramp(3.0), 1e-12, 0.0));
}

#[test]
fn a_recorded_operand_that_an_edge_keeps_is_not_overwritten() {
    let x = ramp(1.0).requires_grad();
    // exp keeps its result for its rule; the sum and the minus would overwrite it if they could.
    let y = (x.exp() + &x).sum() + (-(x.exp())).sum();
    y.backward();
    assert!(x.grad().unwrap().allclose(&Tensor::ones([N]).to_dtype(tapegrad::DType::F64), 1e-12, 1e-12));
}

#[test]
fn gradients_through_results_computed_in_place_are_right() {
    let (x, w) = (ramp(1.0).requires_grad(), ramp(-2.0).requires_grad());
    let loss = (-(&x * &w) + (&x * &x) - &w).sum();
    let gradients = grad(&[&loss], &[&x, &w]);
    assert!(gradients[0].allclose(&(&x.detach() * 2 - w.detach()), 1e-12, 0.0));
    assert!(gradients[1].allclose(&(-(x.detach()) - 1.0), 1e-12, 0.0));
    drop((loss, gradients));
    assert_eq!(tape::stats().edges, 0);
}

#[test]
fn a_cotangent_that_several_nodes_share_is_not_overwritten() {
    let x = ramp(1.0).requires_grad();
    let (a, b) = (&x * 2.0, &x * 3.0);
    // The sum gives one cotangent to both; tanh's and the product's rules would compute in place of it.
    let loss = ((a.tanh() + b.neg_twice()) * ramp(1.0)).sum();
    loss.backward();
    let expected = ramp(1.0) * ((1 - (x.detach() * 2.0).tanh().square()) * 2.0 - 6.0);
    assert!(x.grad().unwrap().allclose(&expected, 1e-10, 1e-12));
}

trait NegTwice {
    fn neg_twice(&self) -> Tensor;
}

impl NegTwice for Tensor {
    fn neg_twice(&self) -> Tensor {
        -(self * 2.0)
    }
}

#[test]
fn a_retained_gradient_is_not_overwritten_behind_its_back() {
    let x = ramp(1.0).requires_grad();
    let y = &x * 2.0;
    y.retain_grad();
    (y.tanh() * ramp(1.0)).sum().backward();
    let slope = 1 - (x.detach() * 2.0).tanh().square();
    assert!(y.grad().unwrap().allclose(&(ramp(1.0) * slope), 1e-10, 1e-12));
}
