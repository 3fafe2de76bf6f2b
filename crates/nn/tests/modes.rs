//! Layers that compute differently while they train, and what layers refuse.

use tapegrad_core::spec::spread;
use tapegrad_core::{DType, Tensor, checkpoint, manual_seed, no_grad, tensor};
use tapegrad_nn::*;

#[test]
fn dropout_leaves_out_the_share_p_and_keeps_the_mean() {
    manual_seed(3);
    let x = Tensor::ones([200, 50, 2, 2]);
    let n = 40_000.0;
    let y = Dropout::new(0.3).call(&x);
    let zeros = y.eq(0).to_dtype(DType::F64).mean().item();
    assert!((zeros - 0.3).abs() < 5.0 * (0.21f64 / n).sqrt(), "{zeros}");
    assert!((y.max().item() - 1.0 / 0.7).abs() < 1e-6 && (y.mean().item() - 1.0).abs() < 0.03);
    // Whole channels: all four places of one are left out, or none.
    let channels = Dropout2d::new(0.3).call(&x).sum_dim([2, 3]);
    let zeros = channels.eq(0).to_dtype(DType::F64).mean().item();
    assert!((zeros - 0.3).abs() < 5.0 * (0.21f64 / 10_000.0).sqrt(), "{zeros}");
    let others = channels.gt(0).where_cond(&channels, 4.0 / 0.7);
    assert!((others - 4.0 / 0.7).abs().max().item() < 1e-5);
    let x = Tensor::randn([40_000]);
    let y = AlphaDropout::new(0.2).call(&x);
    assert!(y.mean().item().abs() < 0.05 && (y.std().item() - 1.0).abs() < 0.05);
}

#[test]
fn dropout_draws_anew_in_every_call_and_the_same_after_the_same_seed() {
    let (layer, x) = (Dropout::new(0.5), Tensor::ones([100]));
    manual_seed(1);
    let (a, b) = (layer.call(&x), layer.call(&x));
    assert!(!a.equal(&b));
    manual_seed(1);
    assert!(layer.call(&x).equal(&a));
}

#[test]
fn running_statistics_without_momentum_are_the_mean_of_all_batches() {
    let layer = BatchNorm1d::new(2).momentum(None);
    layer.to_dtype(DType::F64);
    let batches: Vec<Tensor> = (1..4).map(|i| spread([4, 2], -1.0, f64::from(i))).collect();
    no_grad(|| batches.iter().for_each(|x| drop(layer.call(x))));
    let mean_of = |f: &dyn Fn(&Tensor) -> Tensor| batches.iter().map(f).sum::<Tensor>() / 3;
    let mean = mean_of(&|x| x.mean_dim(0));
    let variance = mean_of(&|x| (x - x.mean_dim(0)).square().sum_dim(0) / 3);
    assert!(layer.running_mean.as_ref().unwrap().allclose(&mean, 1e-12, 1e-12));
    assert!(layer.running_var.as_ref().unwrap().allclose(&variance, 1e-12, 1e-12));
    assert_eq!(layer.num_batches_tracked.as_ref().unwrap().item(), 3.0);
    assert!(!layer.running_mean.as_ref().unwrap().needs_grad());
}

#[test]
fn running_statistics_follow_by_the_momentum_and_reach_clones_and_saved_states() {
    let layer = BatchNorm2d::new(1).momentum(0.25);
    let clone = layer.clone();
    let x = Tensor::from_vec(vec![0.0f32, 2.0, 4.0, 6.0], [1, 1, 2, 2]).unwrap();
    // Mean 3, variance over n - 1 of 20 / 3.
    let _ = layer.call(&x);
    assert_eq!(clone.running_mean.as_ref().unwrap().item(), 0.75);
    assert!((clone.running_var.as_ref().unwrap().item() - (0.75 + 0.25 * 20.0 / 3.0)).abs() < 1e-6);
    let state = layer.state_dict();
    let names: Vec<&str> = state.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["bias", "num_batches_tracked", "running_mean", "running_var", "weight"]);
    let loaded = BatchNorm2d::new(1);
    loaded.load_state_dict(&state).unwrap();
    loaded.eval();
    layer.eval();
    assert!(loaded.call(&x).equal(&layer.call(&x)));
    // From then on the first goes on and the copy stays.
    let copy = layer.deep_copy();
    layer.train();
    let _ = layer.call(&x);
    assert_eq!(copy.running_mean.unwrap().item(), 0.75);
}

#[test]
fn a_checkpoint_counts_a_batch_once_and_trains_as_the_plain_run_does() {
    let plain = Sequential::from((Linear::new(2, 3), BatchNorm1d::new(3), Dropout::new(0.5), Linear::new(3, 1)));
    let again = plain.deep_copy();
    let x = Tensor::randn([8, 2]);
    manual_seed(9);
    plain.call(&x).square().sum().backward();
    manual_seed(9);
    let (model, input) = (std::sync::Arc::new(again), x.clone());
    let shared = model.clone();
    checkpoint(move || shared.call(&input)).square().sum().backward();
    for ((name, a), (_, b)) in plain.state_dict().iter().zip(model.state_dict().iter()) {
        assert!(a.equal(b), "{name}");
    }
    for (a, b) in plain.parameters().iter().zip(model.parameters()) {
        assert!(a.grad().unwrap().equal(&b.grad().unwrap()));
    }
}

/// `refuses!(call, "message")`: in a library scope the message ends with the line of the call.
macro_rules! refuses {
    ($call:expr, $start:expr) => {{
        let line = line!();
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop($call)));
        let payload = result.expect_err("no panic came");
        let message = payload.downcast_ref::<String>().cloned().unwrap_or_default();
        assert!(message.starts_with($start), "{message}");
        // The call begins on the macro's line or on the next.
        let called = |line| message.contains(&format!("(called from crates/nn/tests/modes.rs:{line}:"));
        assert!(called(line) || called(line + 1), "{message}");
    }};
}

#[test]
fn what_does_not_fit_is_refused_with_the_users_line() {
    let o = |shape: &[usize]| Tensor::ones(shape);
    refuses!(
        BatchNorm1d::new(3).call(&o(&[2, 4])),
        "BatchNorm1d: input [2, 4], expected [N, C] or [N, C, L] of 3 channels"
    );
    refuses!(BatchNorm2d::new(3).call(&o(&[2, 3])), "BatchNorm2d: input [2, 3], expected [N, C, H, W] of 3 channels");
    refuses!(BatchNorm1d::new(3).call(&o(&[1, 3])), "BatchNorm1d: one number for each channel in [1, 3], which has no");
    refuses!(InstanceNorm1d::new(3).call(&o(&[2, 2, 4])), "InstanceNorm1d: input [2, 2, 4], expected [N, C, L] of 3");
    refuses!(Conv2d::new(3, 4, 3).call(&o(&[1, 2, 5, 5])), "conv2d: ");
    refuses!(MaxPool2d::new(3).call(&o(&[1, 2, 2])), "max_pool2d: ");
    refuses!(LayerNorm::new([4]).call(&o(&[2, 3])), "layer_norm: ");
    refuses!(
        LearnedPositions::new(2, 4).call(&o(&[3, 4])),
        "LearnedPositions: input [3, 4], expected [.., L, 4] with L at most 2"
    );
    refuses!(RotaryPositions::new(2, 4).call(&o(&[2, 6])), "RotaryPositions: input [2, 6], expected [.., L, 4] with");
    refuses!(
        Embedding::new(2, 4).call(&tensor![0, 2]),
        "embedding: index 2 (element [1] of the index) is out of range"
    );
    refuses!(
        MultiheadAttention::new(4, 3).call(&o(&[2, 4])),
        "multi_head_attention: 3 heads do not divide a width of 4"
    );
    refuses!(
        TransformerEncoderLayer::new(4, 2).call(&(o(&[2, 1, 4]), AttentionMasks::padding(&tensor![true]))),
        "multi_head_attention: key_padding_mask [1], expected [1, 2]"
    );
    refuses!(Dropout::new(1.5).call(&o(&[2])), "dropout: p is 1.5");
    refuses!(Linear::new(2, 3).call(&o(&[2]).to_dtype(DType::F64)), "linear: x is f64 and the weight f32");
}

#[test]
#[should_panic(expected = "conv: 3 groups do not divide 4 and 6 channels")]
fn groups_divide_the_channels_of_a_convolution() {
    let _ = Conv2d::new(6, 4, 3).groups(3);
}

#[test]
#[should_panic(expected = "GroupNorm: 3 groups do not divide 4 channels")]
fn groups_divide_the_channels_of_a_norm() {
    let _ = GroupNorm::new(3, 4);
}

#[test]
fn convolutions_start_within_one_over_the_root_of_what_comes_in() {
    manual_seed(5);
    for (layer, bound) in
        [(Conv2d::new(8, 16, 3), 1.0 / 72f64.sqrt()), (Conv2d::new(8, 16, 3).groups(4), 1.0 / 18f64.sqrt())]
    {
        let most = layer.weight.abs().max().item();
        assert!(most <= bound + 1e-7 && most > 0.97 * bound, "{most} beside {bound}");
        assert!(layer.bias.unwrap().abs().max().item() <= bound + 1e-7);
    }
    // [in, out / groups, k]: PyTorch counts what goes out here.
    let most = ConvTranspose1d::new(16, 8, 5).weight.abs().max().item();
    assert!(most <= 1.0 / 40f64.sqrt() + 1e-7 && most > 0.97 / 40f64.sqrt(), "{most}");
}

#[test]
fn attention_and_tables_start_as_pytorchs_do() {
    manual_seed(6);
    let layer = MultiheadAttention::new(32, 4);
    let (most, bound) = (layer.in_proj_weight.abs().max().item(), (6.0f64 / (4.0 * 32.0)).sqrt());
    assert!(most <= bound + 1e-7 && most > 0.97 * bound, "{most} beside {bound}");
    let (most, bound) = (layer.out_proj.weight.abs().max().item(), 1.0 / 32f64.sqrt());
    assert!(most <= bound + 1e-7 && most > 0.95 * bound, "{most} beside {bound}");
    for bias in [layer.in_proj_bias, layer.out_proj.bias] {
        assert_eq!(bias.unwrap().abs().max().item(), 0.0);
    }
    let table = Embedding::new(200, 50).padding_idx(7).weight;
    assert!(table.mean().item().abs() < 0.05 && (table.std().item() - 1.0).abs() < 0.05);
    assert_eq!(table.select(0, 7).abs().max().item(), 0.0);
    let (encoder, decoder) = (TransformerEncoderLayer::new(8, 2), TransformerDecoderLayer::new(8, 2));
    assert_eq!((encoder.linear1.weight.shape(), decoder.linear2.weight.shape()), (&[2048, 8][..], &[8, 2048][..]));
    assert_eq!([encoder.self_attn.dropout, decoder.multihead_attn.dropout, decoder.dropout3.p], [0.1; 3]);
}

#[test]
fn waves_of_positions_have_the_lengths_of_the_paper() {
    // Of width 4 the second pair turns by a hundredth at each place.
    let waves = SinusoidalPositions::new(5, 4).table.to_vec::<f32>().unwrap();
    for place in 0..5usize {
        let angles = [place as f32, place as f32 / 100.0];
        let expected = [angles[0].sin(), angles[0].cos(), angles[1].sin(), angles[1].cos()];
        assert!(waves[4 * place..][..4].iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{waves:?}");
        // (1, 0) turns to (cos, sin).
        let x = tensor![[1.0, 0.0, 1.0, 0.0]].broadcast_to([5, 4]);
        let turned = RotaryPositions::new(5, 4).call(&x).select(0, place as isize).to_vec::<f32>().unwrap();
        let expected = [angles[0].cos(), angles[0].sin(), angles[1].cos(), angles[1].sin()];
        assert!(turned.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{turned:?}");
    }
}
