//! What is left out at random, by the rule of what is left.

use tapegrad::spec::spread;
use tapegrad::{DType, RecurrentOptions, RecurrentWeights, Rng, Tensor};

const P: f64 = 0.3;

fn x() -> Tensor {
    spread([40, 5, 10], 0.5, 2.0)
}

/// y / x where x was kept, and how many were not.
fn ratios(y: &Tensor, left_out: f64) -> (Vec<f64>, usize) {
    let pairs = y.to_vec::<f64>().unwrap().into_iter().zip(x().to_vec::<f64>().unwrap());
    let kept: Vec<f64> = pairs.filter(|(y, _)| *y != left_out).map(|(y, x)| y / x).collect();
    let gone = y.numel() - kept.len();
    (kept, gone)
}

#[test]
fn what_dropout_keeps_is_divided_by_the_probability_to_be_kept() {
    let (kept, gone) = ratios(&x().dropout_with(P, &mut Rng::seeded(1)), 0.0);
    assert!(kept.iter().all(|ratio| (ratio - 1.0 / 0.7).abs() < 1e-12), "{kept:?}");
    // Of 2000, 600 +- 4.4 standard deviations of 20.5.
    assert!((510..690).contains(&gone), "{gone}");
}

#[test]
fn dropout2d_keeps_or_leaves_out_whole_channels() {
    let y = x().unsqueeze(3).dropout2d_with(P, &mut Rng::seeded(1));
    let (kept, gone) = ratios(&y, 0.0);
    assert!(kept.iter().all(|ratio| (ratio - 1.0 / 0.7).abs() < 1e-12), "{kept:?}");
    // Of 200 channels of 10 numbers, 60 +- 4.6 standard deviations of 6.5.
    assert!(gone % 10 == 0 && (300..900).contains(&gone), "{gone}");
    let by_channel = y.ne(0).to_dtype(DType::F64).sum_dim([2, 3]).to_vec::<f64>().unwrap();
    assert!(by_channel.iter().all(|&n| n == 0.0 || n == 10.0), "{by_channel:?}");
}

/// G. Klambauer and others, "Self-normalizing neural networks", 2017: with keep probability q and the limit a of SELU, the affine
/// map is x (q + a^2 q (1 - q))^(-1/2) - that (1 - q) a, so that numbers of mean 0 and variance 1 stay such.
#[test]
fn alpha_dropout_keeps_the_mean_and_the_variance() {
    const LIMIT: f64 = -1.050_700_987_355_480_5 * 1.673_263_242_354_377_2;
    let q = 1.0 - P;
    let scale = (q + LIMIT * LIMIT * q * P).powf(-0.5);
    let shift = -scale * P * LIMIT;
    let y = x().alpha_dropout_with(P, &mut Rng::seeded(1));
    let limit = LIMIT * scale + shift;
    let pairs = y.to_vec::<f64>().unwrap().into_iter().zip(x().to_vec::<f64>().unwrap());
    let mut gone = 0;
    for (y, x) in pairs {
        if (y - limit).abs() < 1e-9 {
            gone += 1;
        } else {
            assert!((y - (x * scale + shift)).abs() < 1e-9, "{y} of {x}");
        }
    }
    assert!((510..690).contains(&gone), "{gone}");

    let normal = Rng::seeded(2).randn([200_000]).to_dtype(DType::F64);
    let y = normal.alpha_dropout_with(P, &mut Rng::seeded(3));
    let (mean, variance) = (y.mean().item(), y.var().item());
    assert!(mean.abs() < 0.01 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
}

#[test]
fn of_probability_1_nothing_stays_and_of_0_all_does() {
    for y in [x().dropout_with(1.0, &mut Rng::seeded(1)), x().alpha_dropout_with(1.0, &mut Rng::seeded(1))] {
        assert!(y.eq(0).all().item() == 1.0);
    }
    for y in [x().dropout_with(0.0, &mut Rng::seeded(1)), x().alpha_dropout_with(0.0, &mut Rng::seeded(1))] {
        assert!((y - x()).abs().max().item() < 1e-12);
    }
}

/// A set of weights of two units with biases.
fn set([weight_ih, weight_hh, bias]: &[Tensor; 3]) -> RecurrentWeights<'_> {
    RecurrentWeights { weight_ih, weight_hh, bias_ih: Some(bias), bias_hh: None }
}

#[test]
fn recurrent_layers_leave_out_what_goes_from_one_to_the_next_and_nothing_else() {
    let parameters = |inputs| [spread([6, inputs], -0.9, 0.7), spread([6, 2], 0.8, -0.6), spread([6], 0.3, 0.8)];
    let (below, above) = (parameters(3), parameters(4));
    let (below, above) = ([set(&below); 2], [set(&above); 2]);
    let both = RecurrentOptions { bidirectional: true, ..Default::default() };
    let all = [below, above].concat();
    let (y, _) = spread([5, 2, 3], -1.0, 1.5).gru(None, &all, &RecurrentOptions { dropout: 1.0, ..both.clone() });
    // The second layer reads nothing but zeros.
    let (expected, _) = Tensor::zeros([5, 2, 4]).to_dtype(DType::F64).gru(None, &above, &both);
    assert!(expected.ne(0).all().item() == 1.0);
    assert!(y.equal(&expected));
}
