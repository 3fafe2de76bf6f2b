//! What is done to gradients and losses around a step: clipping, accumulation, penalties.

use tapegrad_core::{DType, Tensor, grad};
use tapegrad_optim::{
    Adam, ClipNorm, Sgd, clip_grad_norm, clip_grad_value, elastic_net_penalty, l1_penalty, l2_penalty,
};

fn with_grad(grad: &[f64]) -> Tensor {
    let w = Tensor::from(vec![0.0; grad.len()]).requires_grad();
    w.set_grad(&Tensor::from(grad));
    w
}

fn grad_of(w: &Tensor) -> Vec<f64> {
    w.grad().unwrap().to_dtype(DType::F64).to_vec().unwrap()
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64]) {
    let close = found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| (f - e).abs() <= 1e-12);
    assert!(close, "{found:?}, expected {expected:?}");
}

// The numbers of these two tests were computed with PyTorch 2.15.0, torch.nn.utils.clip_grad_norm_, in float64.

#[test]
fn the_global_norm_is_that_of_all_gradients_together() {
    let (a, b, none) = (with_grad(&[3.0, -1.0]), with_grad(&[0.5, 2.0, -4.0]), Tensor::from([7.0]).requires_grad());
    let norm = clip_grad_norm([&a, &none, &b], 2.0);
    assert_close(&[norm], &[5.5]);
    assert_close(&grad_of(&a), &[1.0909088925620196, -0.36363629752067317]);
    assert_close(&grad_of(&b), &[0.18181814876033658, 0.7272725950413463, -1.4545451900826927]);
    assert!(none.grad().is_none());
    assert_close(&[clip_grad_norm([&a, &b], 2.5)], &[2.0 * norm / (norm + 1e-6)]);
    assert_close(&grad_of(&a), &[1.0909088925620196, -0.36363629752067317]);
}

#[test]
fn norms_of_other_orders_are_pytorchs() {
    for (order, expected, first) in [
        (1.0, 10.5, 0.42857138775510595),
        (3.0, 4.643522023687861, 0.969091781615874),
        (0.5, 46.96869613512066, 0.09580849106915386),
        (f64::INFINITY, 4.0, 1.1249997187500704),
    ] {
        let (a, b) = (with_grad(&[3.0, -1.0]), with_grad(&[0.5, 2.0, -4.0]));
        assert_close(&[ClipNorm::new(1.5).order(order).clip([&a, &b])], &[expected]);
        assert_close(&grad_of(&a)[..1], &[first]);
    }
}

#[test]
fn small_gradients_are_left_bit_for_bit() {
    let a = with_grad(&[0.1, -0.3]);
    clip_grad_norm([&a], 1.0);
    assert_eq!(grad_of(&a), [0.1, -0.3]);
    let empty = with_grad(&[]);
    assert_eq!(clip_grad_norm([&empty], 1.0), 0.0);
    assert_eq!(clip_grad_norm(Vec::<Tensor>::new(), 1.0), 0.0);
}

#[test]
fn norms_neither_overflow_nor_vanish() {
    for scale in [1e30f32, 1e-30] {
        let a = Tensor::from(vec![0.0f32; 2]).requires_grad();
        a.set_grad(&Tensor::from(vec![3.0 * scale, 4.0 * scale]));
        let norm = clip_grad_norm([&a], 1.0);
        assert!((norm / f64::from(scale) - 5.0).abs() < 1e-6, "{norm}");
    }
    let large = [with_grad(&[3e200]), with_grad(&[4e200])];
    assert!((clip_grad_norm(&large, 1.0) / 5e200 - 1.0).abs() < 1e-12);
}

#[test]
fn a_norm_that_is_not_finite_is_told() {
    for (bad, order) in [(f64::NAN, 2.0), (f64::INFINITY, 2.0), (f64::NAN, f64::INFINITY), (f64::NAN, 1.0)] {
        let (a, b) = (with_grad(&[1.0]), with_grad(&[2.0, bad]).named("b"));
        let norm = ClipNorm::new(1.0).order(order).clip([&a, &b]);
        assert!(if bad.is_nan() { norm.is_nan() } else { norm == bad }, "{norm}");
        let (a, b) = (with_grad(&[1.0]), with_grad(&[2.0, bad]).named("b"));
        let caught = std::panic::catch_unwind(|| ClipNorm::new(1.0).order(order).error_if_nonfinite().clip([&a, &b]));
        let message = *caught.unwrap_err().downcast::<String>().unwrap();
        let start = format!("clip_grad_norm: the gradients' norm is {bad}, first that of the gradient \"b\" [2]");
        assert_eq!(message, start);
        assert_eq!(grad_of(&a), [1.0], "nothing was clipped");
    }
}

#[test]
fn values_are_clipped_one_by_one() {
    let a = with_grad(&[0.2, -3.0, 0.5, f64::INFINITY, f64::NAN]);
    clip_grad_value([&a], 0.5);
    let found = grad_of(&a);
    assert_eq!(found[..4], [0.2, -0.5, 0.5, 0.5]);
    assert!(found[4].is_nan());
}

#[test]
fn micro_batches_add_up_to_one_batch() {
    let x = Tensor::from_iter((0..24).map(|i| f64::from(i * 7 % 13) / 6.0 - 1.0)).reshape([12, 2]);
    let y = x.square().sum_keepdim(1);
    let loss = |w: &Tensor, from: usize, len: usize| {
        let (x, y) = (x.narrow(0, from, len), y.narrow(0, from, len));
        (x.matmul(w).tanh() - y).square().mean()
    };
    let (whole, parts) = (Tensor::from([[0.3], [-0.2]]).requires_grad(), Tensor::from([[0.3], [-0.2]]).requires_grad());
    let (mut one, mut many) = (Adam::new([&whole], 0.1), Adam::new([&parts], 0.1));
    for _ in 0..5 {
        one.zero_grad();
        loss(&whole, 0, 12).backward();
        one.step();

        many.zero_grad();
        for k in 0..4 {
            (loss(&parts, 3 * k, 3) / 4).backward();
        }
        many.step();
        assert_close(&parts.to_vec::<f64>().unwrap(), &whole.to_vec::<f64>().unwrap());
    }
}

#[test]
fn an_l2_penalty_of_half_the_share_is_weight_decay() {
    let (penalised, decayed) = (Tensor::from([1.0, -2.0]).requires_grad(), Tensor::from([1.0, -2.0]).requires_grad());
    let (mut first, mut second) =
        (Sgd::new([&penalised], 0.1).momentum(0.9), Sgd::new([&decayed], 0.1).momentum(0.9).weight_decay(0.3));
    for _ in 0..5 {
        first.zero_grad();
        second.zero_grad();
        (penalised.cos().sum() + l2_penalty([&penalised]) * 0.15).backward();
        decayed.cos().sum().backward();
        first.step();
        second.step();
    }
    assert_close(&penalised.to_vec::<f64>().unwrap(), &decayed.to_vec::<f64>().unwrap());
}

#[test]
fn penalties_have_their_derivatives_at_0_too() {
    let (a, b) = (Tensor::from([[1.5, -2.0, 0.0]]).requires_grad(), Tensor::from(-0.5).requires_grad());
    let of = |penalty: Tensor| {
        let grads = grad(&[&penalty], &[&a, &b]);
        (penalty.item(), [grads[0].to_vec::<f64>().unwrap(), grads[1].to_vec::<f64>().unwrap()].concat())
    };
    assert_eq!(of(l1_penalty([&a, &b])), (4.0, vec![1.0, -1.0, 0.0, -1.0]));
    assert_eq!(of(l2_penalty([&a, &b])), (6.5, vec![3.0, -4.0, 0.0, -1.0]));
    assert_eq!(
        of(elastic_net_penalty([&a, &b], 0.5, 0.25)),
        (0.125 * 4.0 + 0.1875 * 6.5, vec![0.6875, -0.875, 0.0, -0.3125])
    );
}
