//! What initialisers draw: moments within five standard deviations of what theory says, bounds, and structure.

use tapegrad_core::{DType, Rng, Tensor};
use tapegrad_nn::init::{Fan, gain};
use tapegrad_nn::{Init, Linear, Module, Param};

/// The numbers of a filled parameter, in f64.
fn filled(init: Init, shape: impl AsRef<[usize]>, seed: u64) -> Vec<f64> {
    let param = Param::new(Tensor::full(shape, 9.0));
    init.fill_with(&param, &mut Rng::seeded(seed));
    param.detach().to_dtype(DType::F64).to_vec().unwrap()
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn variance(x: &[f64]) -> f64 {
    let mean = mean(x);
    x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / x.len() as f64
}

/// 25,600 numbers of a weight [64, 16, 5, 5], for which fan_in is 400 and fan_out 1600.
const SHAPE: [usize; 4] = [64, 16, 5, 5];
const N: f64 = 25_600.0;

#[test]
fn uniform_ones_fill_their_range_evenly() {
    let glorot = (6.0f64 / 2000.0).sqrt();
    for (i, (init, low, high)) in [
        (Init::Uniform { low: -1.0, high: 3.0 }, -1.0, 3.0),
        (Init::XavierUniform { gain: gain::TANH }, -glorot * 5.0 / 3.0, glorot * 5.0 / 3.0),
        (Init::KaimingUniform { fan: Fan::In, gain: gain::RELU }, -(6.0f64 / 400.0).sqrt(), (6.0f64 / 400.0).sqrt()),
        (Init::KaimingUniform { fan: Fan::Out, gain: 1.0 }, -(3.0f64 / 1600.0).sqrt(), (3.0f64 / 1600.0).sqrt()),
    ]
    .into_iter()
    .enumerate()
    {
        let x = filled(init, SHAPE, i as u64);
        let width = high - low;
        let slack = 1e-6 * width;
        assert!(x.iter().all(|&v| (low - slack..=high + slack).contains(&v)), "{init:?}");
        let (least, most) = x.iter().fold((f64::MAX, f64::MIN), |(a, b), &v| (a.min(v), b.max(v)));
        assert!(least < low + width * 0.01 && most > high - width * 0.01, "{init:?}");
        assert!((mean(&x) - (low + high) / 2.0).abs() < 5.0 * width / (12.0 * N).sqrt(), "{init:?}");
        assert!((variance(&x) / (width * width / 12.0) - 1.0).abs() < 5.0 * (0.8 / N).sqrt(), "{init:?}");
    }
}

#[test]
fn normal_ones_have_their_deviation() {
    for (i, (init, middle, std)) in [
        (Init::Normal { mean: 2.0, std: 0.5 }, 2.0, 0.5),
        (Init::XavierNormal { gain: gain::SELU }, 0.0, 0.75 * (2.0f64 / 2000.0).sqrt()),
        (Init::KaimingNormal { fan: Fan::In, gain: gain::RELU }, 0.0, (2.0f64 / 400.0).sqrt()),
        (Init::KaimingNormal { fan: Fan::Out, gain: gain::leaky_relu(0.5) }, 0.0, (1.6f64 / 1600.0).sqrt()),
    ]
    .into_iter()
    .enumerate()
    {
        let x = filled(init, SHAPE, i as u64);
        assert!((mean(&x) - middle).abs() < 5.0 * std / N.sqrt(), "{init:?}");
        assert!((variance(&x) / (std * std) - 1.0).abs() < 5.0 * (2.0 / N).sqrt(), "{init:?}");
        assert!(x.iter().any(|v| (v - middle).abs() > 3.0 * std), "{init:?}");
    }
}

#[test]
fn a_truncated_normal_has_the_share_below_zero_that_the_distribution_says() {
    let x = filled(Init::TruncatedNormal { mean: 0.0, std: 2.0, low: -2.0, high: 4.0 }, SHAPE, 1);
    assert!(x.iter().all(|v| (-2.0..=4.0).contains(v)));
    // From -1 to 2 standard deviations; tables of the normal distribution.
    let share = (0.5 - 0.158_655_3) / (0.977_249_9 - 0.158_655_3);
    let below = x.iter().filter(|&&v| v < 0.0).count() as f64 / N;
    assert!((below - share).abs() < 5.0 * (share * (1.0 - share) / N).sqrt(), "{below} beside {share}");
}

#[test]
fn an_orthogonal_matrix_has_orthonormal_rows_or_columns_times_the_gain() {
    for (rows, columns, shape) in [(6, 20, vec![6, 5, 2, 2]), (20, 6, vec![20, 6]), (7, 7, vec![7, 7])] {
        let x = filled(Init::Orthogonal { gain: 2.0 }, &shape, 3);
        let at = |i: usize, j: usize| x[i * columns + j];
        let (count, length) = (rows.min(columns), rows.max(columns));
        for i in 0..count {
            for j in 0..count {
                let pair = |k| if rows <= columns { at(i, k) * at(j, k) } else { at(k, i) * at(k, j) };
                let product: f64 = (0..length).map(pair).sum();
                assert!((product - if i == j { 4.0 } else { 0.0 }).abs() < 1e-5, "{shape:?} {i} {j}: {product}");
            }
        }
    }
}

#[test]
fn a_sparse_matrix_has_its_zeros_in_every_column_at_changing_places() {
    let x = filled(Init::Sparse { sparsity: 0.25, std: 0.1 }, [10, 40], 4);
    let zeros = |column: usize| (0..10).filter(|row| x[row * 40 + column] == 0.0).collect::<Vec<usize>>();
    assert!((0..40).all(|column| zeros(column).len() == 3));
    assert!((1..40).any(|column| zeros(column) != zeros(0)));
    let others: Vec<f64> = x.into_iter().filter(|v| *v != 0.0).collect();
    assert!((variance(&others) / 0.01 - 1.0).abs() < 5.0 * (2.0f64 / 280.0).sqrt());
}

#[test]
fn the_identity_and_dirac_pass_through_what_they_multiply() {
    assert_eq!(filled(Init::Identity, [2, 3], 0), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(filled(Init::Constant(0.5), [2], 0), [0.5, 0.5]);
    assert_eq!(filled(Init::Zeros, [2], 0), [0.0, 0.0]);
    let kernel = Tensor::zeros([4, 2, 3]).requires_grad();
    Init::Dirac { groups: 2 }.fill(&kernel);
    let x = Tensor::rand([1, 4, 5]);
    let options = tapegrad_core::Conv1dOptions { padding: 1, groups: 2, ..Default::default() };
    assert!(x.conv1d(&kernel, None, &options).equal(&x));
}

#[test]
fn a_new_linear_layer_starts_within_one_over_the_root_of_its_inputs() {
    tapegrad_core::manual_seed(1);
    let layer = Linear::new(100, 50);
    for param in layer.parameters() {
        let most = param.abs().max().item();
        assert!(most <= 0.1 && most > 0.09, "{most}");
    }
    assert!(layer.weight.mean().item().abs() < 5.0 * 0.1 / (3.0f64 * 5000.0).sqrt());
    assert!(Linear::new(0, 2).bias.unwrap().equal(&Tensor::zeros([2])));
}

#[test]
fn one_seed_gives_one_start_and_f64_leaves_are_filled_as_such() {
    let (a, b) =
        (filled(Init::XavierNormal { gain: 1.0 }, SHAPE, 7), filled(Init::XavierNormal { gain: 1.0 }, SHAPE, 7));
    assert_eq!(a, b);
    let leaf = Tensor::from([[1.0, 2.0]]).requires_grad();
    Init::Constant(0.1).fill(&leaf);
    assert_eq!(leaf.to_vec::<f64>().unwrap(), [0.1, 0.1]);
}

#[test]
#[should_panic(expected = "init: the tensor has shape [3], expected a weight [out, in, ..]")]
fn fans_need_a_weight() {
    Init::XavierUniform { gain: 1.0 }.fill(&Tensor::zeros([3]).requires_grad());
}

#[test]
#[should_panic(expected = "init: sparse is for matrices, the tensor has shape [1, 2, 3]")]
fn sparse_needs_a_matrix() {
    Init::Sparse { sparsity: 0.5, std: 1.0 }.fill(&Tensor::zeros([1, 2, 3]).requires_grad());
}

#[test]
#[should_panic(expected = "init: dirac in 2 groups is for convolutions")]
fn dirac_needs_groups_that_divide() {
    Init::Dirac { groups: 2 }.fill(&Tensor::zeros([3, 2, 3]).requires_grad());
}
