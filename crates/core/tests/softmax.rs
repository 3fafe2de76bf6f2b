//! Softmax and cross-entropy where logits are huge or infinite, against the values that PyTorch 2.15 gives, and the same bits
//! on any number of threads.

use tapegrad_core::{CrossEntropyOptions, Reduction, Tensor, set_num_threads, spec::spread, tensor};

const INF: f32 = f32::INFINITY;
const NAN: f32 = f32::NAN;

fn edge_rows() -> Tensor {
    tensor![[1e4, -1e4, 9999.0], [-INF, 0.0, 1.0], [-INF, -INF, -INF], [INF, 0.0, 1.0], [NAN, 0.0, 1.0]].requires_grad()
}

#[track_caller]
fn assert_close(found: &Tensor, expected: &[f32]) {
    let found = found.to_vec::<f32>().unwrap();
    let near = |a: f32, b: f32| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 2e-6 * b.abs().max(0.1);
    let all = found.len() == expected.len() && found.iter().zip(expected).all(|(&a, &b)| near(a, b));
    assert!(all, "{found:?}, expected {expected:?}");
}

#[test]
fn infinite_and_huge_logits_give_what_pytorch_gives() {
    let x = edge_rows();
    let (p, q) = (0.731_058_6, 0.268_941_43);
    let softmax = [p, 0.0, q, 0.0, q, p, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN];
    assert_close(&x.softmax(-1), &softmax);
    let (log_p, log_q) = (-0.313_261_7, -1.313_261_7);
    let expected = [log_p, log_p - 2e4, log_q, -INF, log_q, log_p, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN];
    assert_close(&x.log_softmax(-1), &expected);
    let y = x.logsumexp_dim(-1);
    assert_close(&y, &[1e4 + 0.313_261_7, 1.313_261_7, -INF, INF, NAN]);
    y.sum().backward();
    assert_close(&x.grad().unwrap(), &[p, 0.0, q, 0.0, q, p, NAN, NAN, NAN, NAN, 0.0, 0.0, NAN, NAN, NAN]);
}

#[test]
fn cross_entropy_of_infinite_and_huge_logits_is_pytorchs() {
    let options = CrossEntropyOptions { reduction: Reduction::None, ..Default::default() };
    let x = edge_rows();
    let loss = x.cross_entropy_with(&tensor![1, 0, 1, 0, 0], &options);
    assert_close(&loss, &[20_000.312, INF, NAN, NAN, NAN]);
    loss.sum().backward();
    let (p, q) = (0.731_058_6, 0.268_941_43);
    assert_close(&x.grad().unwrap(), &[p, -1.0, q, -1.0, q, p, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN]);
}

#[test]
fn the_small_part_of_a_loss_survives_huge_logits() {
    // Logits that f32 holds exactly, so that all that is lost is lost by the kernel.
    let x = tensor![[1e6, 1e6 - 0.5]].requires_grad();
    let loss = x.cross_entropy(&tensor![0]);
    loss.backward();
    let share = 1.0 / (1.0 + 0.5f64.exp());
    assert_close(&loss, &[(1.0 + (-0.5f64).exp()).ln() as f32]);
    assert_close(&x.grad().unwrap(), &[-share as f32, share as f32]);
}

fn three_rows() -> Tensor {
    Tensor::from(vec![0.5, -1.0, 2.0, 1.0, 0.25, -0.5, 3.0, 1.0, 0.0]).reshape([3, 3]).requires_grad()
}

#[test]
fn weights_smoothing_and_ignored_rows_go_together_as_in_pytorch() {
    let mut options = CrossEntropyOptions {
        weight: Some(Tensor::from(vec![0.5, 2.0, 1.0])),
        label_smoothing: 0.3,
        ignore_index: Some(-100),
        reduction: Reduction::Mean,
    };
    let (x, target) = (three_rows(), tensor![2, -100, 1]);
    let loss = x.cross_entropy_with(&target, &options);
    loss.backward();
    assert!((loss.item() - 1.575_202_465_237_838).abs() < 1e-14);
    let expected = [
        [0.044_684_970_582_346, -0.052_977_266_021_926, 0.008_292_295_439_580],
        [0.0, 0.0, 0.0],
        [0.475_546_928_447_448, -0.466_719_467_025_653, -0.008_827_461_421_795],
    ];
    let grad = x.grad().unwrap().to_vec::<f64>().unwrap();
    assert!(grad.iter().zip(expected.iter().flatten()).all(|(a, b)| (a - b).abs() < 1e-14), "{grad:?}");
    options.reduction = Reduction::Sum;
    assert!((x.cross_entropy_with(&target, &options).item() - 4.725_607_395_713_515).abs() < 1e-14);
    options.ignore_index = None;
    options.reduction = Reduction::Mean;
    let shares = Tensor::from(vec![0.2, 0.3, 0.5, 1.0, 0.0, 0.0, 0.0, 0.5, 0.5]).reshape([3, 3]);
    assert!((x.cross_entropy_with(&shares, &options).item() - 2.128_175_963_699_844).abs() < 1e-14);
}

#[test]
fn the_mean_is_nan_and_the_gradient_zero_where_everything_is_ignored() {
    let x = three_rows();
    let options = CrossEntropyOptions { ignore_index: Some(1), ..Default::default() };
    let loss = x.cross_entropy_with(&tensor![1, 1, 1], &options);
    loss.backward();
    assert!(loss.item().is_nan());
    assert_eq!(x.grad().unwrap().to_vec::<f64>().unwrap(), [0.0; 9]);
}

#[test]
fn threads_change_no_bit() {
    let logits = spread([997, 131], -8.0, 8.0).to_dtype(tapegrad_core::DType::F32).requires_grad();
    let classes = Tensor::from((0..997).map(|i| i * 37 % 131).collect::<Vec<i64>>());
    let run = |threads| {
        set_num_threads(threads);
        logits.zero_grad();
        let loss = logits.cross_entropy(&classes) + (logits.softmax(0) * &logits).sum() + logits.logsumexp_dim(1).sum();
        loss.backward();
        (loss, logits.grad().unwrap())
    };
    let (loss, grad) = run(1);
    for threads in [2, 3, 16] {
        let (again, grad_again) = run(threads);
        assert!(loss.equal(&again) && grad.equal(&grad_again), "{threads} threads");
    }
}
