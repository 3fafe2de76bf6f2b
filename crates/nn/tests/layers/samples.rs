//! Every layer, with each of its options.

use crate::sample::Sample;
use tapegrad_core::spec::spread;
use tapegrad_core::{Nonlinearity, Tensor, manual_seed, tensor};
use tapegrad_nn::*;

fn x(shape: impl AsRef<[usize]>) -> Tensor {
    spread(shape, -2.0, 2.0)
}

/// Attention of queries to a memory's keys and values, with the weights if there are any.
fn attention(label: &'static str, layer: MultiheadAttention, inputs: [Tensor; 3], masks: AttentionMasks) -> Sample {
    Sample::with("MultiheadAttention", label, layer, inputs, move |layer, x| {
        // Numbers take the type of the sample's run.
        let typed = |mask: &Tensor| if mask.dtype().is_float() { mask.to_dtype(x[0].dtype()) } else { mask.clone() };
        let masks = AttentionMasks { attn_mask: masks.attn_mask.as_ref().map(typed), ..masks.clone() };
        let (y, weights) = layer.call(&(x[0].clone(), x[1].clone(), x[2].clone(), masks));
        std::iter::once(y).chain(weights).collect()
    })
}

fn encoder(label: &'static str, layer: TransformerEncoderLayer, input: Tensor, masks: AttentionMasks) -> Sample {
    Sample::with("TransformerEncoderLayer", label, layer.dim_feedforward(3), [input], move |layer, x| {
        vec![layer.call(&(x[0].clone(), masks.clone()))]
    })
}

fn decoder(
    label: &'static str,
    layer: TransformerDecoderLayer,
    inputs: [Tensor; 2],
    masks: [AttentionMasks; 2],
) -> Sample {
    Sample::with("TransformerDecoderLayer", label, layer.dim_feedforward(3), inputs, move |layer, x| {
        let [to_itself, to_memory] = masks.clone();
        vec![layer.call(&(x[0].clone(), x[1].clone(), to_itself, to_memory))]
    })
}

/// The layers of sequences in which a state goes from step to step, and their cells.
fn recurrent() -> Vec<Sample> {
    macro_rules! with_h {
        ($name:literal, $label:literal, $layer:expr, $lengths:expr, [$($input:expr),*]) => {
            Sample::with($name, $label, $layer, [$($input),*], |layer, x| {
                let (state, lengths): (_, Option<Vec<usize>>) = (x.get(1).cloned(), $lengths);
                let (y, h) = layer.call(&Sequences { x: x[0].clone(), state, lengths });
                vec![y, h]
            })
        };
    }
    fn lstm(label: &'static str, layer: LSTM, lengths: Option<Vec<usize>>, inputs: Vec<Tensor>) -> Sample {
        Sample::with("LSTM", label, layer, inputs, move |layer, x| {
            let state = x.get(1).map(|h| (h.clone(), x[2].clone()));
            let (y, (h, c)) = layer.call(&Sequences { x: x[0].clone(), state, lengths: lengths.clone() });
            vec![y, h, c]
        })
    }
    let state = |layers| x([layers, 2, 2]);
    vec![
        Sample::new("RNN", "outputs alone", RNN::new(3, 2), x([3, 2, 3])),
        with_h!("RNN", "plain", RNN::new(3, 2), None, [x([3, 2, 3]), state(1)]),
        with_h!(
            "RNN",
            "relu, both directions, without bias",
            RNN::new(3, 2).without_bias().bidirectional().nonlinearity(Nonlinearity::Relu),
            None,
            [x([3, 2, 3])]
        ),
        with_h!("GRU", "plain", GRU::new(3, 2), None, [x([3, 2, 3]), state(1)]),
        with_h!(
            "GRU",
            "lengths",
            GRU::new(2, 2).num_layers(2).bidirectional().batch_first(),
            Some(vec![1, 3]),
            [x([2, 3, 2]), state(4)]
        ),
        with_h!("GRU", "without bias or batch", GRU::new(2, 3).without_bias(), None, [x([4, 2])]),
        lstm("plain", LSTM::new(3, 2), None, vec![x([3, 2, 3]), state(1), state(1)]),
        lstm("lengths", LSTM::new(2, 2).bidirectional(), Some(vec![4, 2]), vec![x([4, 2, 2])]),
        lstm("layers", LSTM::new(2, 2).num_layers(2).batch_first().without_bias(), None, vec![x([2, 3, 2])]),
        lstm("training", LSTM::new(2, 2).num_layers(2).dropout(0.4), None, vec![x([3, 2, 2])]),
        lstm("eval", LSTM::new(2, 2).num_layers(2).dropout(0.4), None, vec![x([3, 2, 2])]),
        Sample::with("RNNCell", "plain", RNNCell::new(3, 2), [x([2, 3]), x([2, 2])], |cell, x| {
            vec![cell.call(&(x[0].clone(), Some(x[1].clone())))]
        }),
        Sample::with(
            "RNNCell",
            "relu, without bias",
            RNNCell::new(3, 2).without_bias().nonlinearity(Nonlinearity::Relu),
            [x([3])],
            |cell, x| vec![cell.call(&(x[0].clone(), None))],
        ),
        Sample::with("GRUCell", "plain", GRUCell::new(3, 2), [x([2, 3]), x([2, 2])], |cell, x| {
            vec![cell.call(&(x[0].clone(), Some(x[1].clone())))]
        }),
        Sample::with("LSTMCell", "plain", LSTMCell::new(3, 2), [x([2, 3]), x([2, 2]), x([2, 2])], |cell, x| {
            let (h, c) = cell.call(&(x[0].clone(), Some((x[1].clone(), x[2].clone()))));
            vec![h, c]
        }),
    ]
}

/// The layers of sequences of vectors that look at each other.
fn transformers() -> Vec<Sample> {
    let none = AttentionMasks::default;
    // The second of two sequences ends earlier.
    let padding = |length: usize| {
        let mask = (0..2 * length).map(|i| i == 2 * length - 1).collect();
        AttentionMasks::padding(&Tensor::from_vec::<bool>(mask, [2, length]).unwrap())
    };
    let later = AttentionMasks {
        attn_mask: Some(tensor![[false, true, true], [false, false, true], [false, false, false]]),
        ..padding(3)
    };
    let multihead = || MultiheadAttention::new(4, 2);
    vec![
        Sample::new("MultiheadAttention", "to itself", multihead(), x([3, 2, 4])),
        attention("plain", multihead().batch_first(), [x([2, 2, 4]), x([2, 3, 4]), x([2, 3, 4])], none()),
        attention(
            "padding, weights",
            multihead().need_weights().without_bias(),
            [x([2, 2, 4]), x([3, 2, 4]), x([3, 2, 4])],
            padding(3),
        ),
        attention("masks", multihead(), [x([3, 2, 4]), x([3, 2, 4]), x([3, 2, 4])], later.clone()),
        attention(
            "numbers as a mask, without a batch",
            MultiheadAttention::new(4, 1),
            [x([2, 4]), x([3, 4]), x([3, 4])],
            AttentionMasks { attn_mask: Some(tensor![[0.5f64, -1.0, 0.0], [0.0, 2.0, 1.0]]), ..none() },
        ),
        attention("training", multihead().dropout(0.4), [x([2, 2, 4]), x([3, 2, 4]), x([3, 2, 4])], none()),
        encoder("eval", TransformerEncoderLayer::new(4, 2), x([3, 2, 4]), none()),
        encoder("norm first, eval", TransformerEncoderLayer::new(4, 2).norm_first().gelu(), x([3, 2, 4]), later),
        encoder(
            "batch first, causal, eval",
            TransformerEncoderLayer::new(4, 1).batch_first().layer_norm_eps(1e-3),
            x([2, 3, 4]),
            AttentionMasks::causal(),
        ),
        encoder("training", TransformerEncoderLayer::new(4, 2).gelu(), x([3, 2, 4]), none()),
        decoder("eval", TransformerDecoderLayer::new(4, 2), [x([2, 2, 4]), x([3, 2, 4])], [none(), none()]),
        decoder(
            "norm first, masks, eval",
            TransformerDecoderLayer::new(4, 2).norm_first().batch_first().gelu(),
            [x([2, 2, 4]), x([2, 3, 4])],
            [AttentionMasks::causal(), padding(3)],
        ),
        decoder("training", TransformerDecoderLayer::new(4, 2).gelu(), [x([2, 2, 4]), x([3, 2, 4])], [none(), none()]),
    ]
}

fn bilinear(label: &'static str, layer: Bilinear, inputs: [Tensor; 2]) -> Sample {
    Sample::with("Bilinear", label, layer, inputs, |layer, x| vec![layer.call(&(x[0].clone(), x[1].clone()))])
}

macro_rules! samples {
    ($($layer:ident $label:literal: $module:expr, $input:expr;)*) => {
        vec![$(Sample::new(stringify!($layer), $label, $module, $input)),*]
    };
}

pub fn samples() -> Vec<Sample> {
    // The same parameters in every run: of others a rectified unit might be silent, or at its kink.
    manual_seed(1);
    let plain = samples! {
        Linear "plain": Linear::new(3, 4), x([2, 3]);
        Linear "without bias": Linear::new(3, 2).without_bias(), x([2, 2, 3]);

        Conv1d "plain": Conv1d::new(2, 3, 3), x([2, 2, 6]);
        Conv1d "options": Conv1d::new(2, 4, 3).stride(2).padding(2).dilation(2).groups(2).without_bias(), x([2, 2, 7]);
        Conv2d "plain": Conv2d::new(2, 3, 3), x([2, 2, 4, 5]);
        Conv2d "options": Conv2d::new(4, 2, [3, 2]).stride([1, 2]).padding([1, 2]).dilation([2, 1]).groups(2), x([2, 4, 5, 5]);
        Conv2d "without bias": Conv2d::new(2, 3, 1).without_bias(), x([2, 3, 3]);
        Conv3d "plain": Conv3d::new(1, 2, 2), x([1, 1, 3, 3, 3]);
        Conv3d "options": Conv3d::new(2, 2, 2).stride([2, 1, 1]).padding([0, 1, 1]).groups(2), x([1, 2, 3, 2, 3]);
        ConvTranspose1d "plain": ConvTranspose1d::new(2, 3, 3), x([2, 2, 4]);
        ConvTranspose1d "options":
            ConvTranspose1d::new(2, 4, 3).stride(2).padding(1).output_padding(1).dilation(2).groups(2), x([1, 2, 4]);
        ConvTranspose2d "plain": ConvTranspose2d::new(2, 3, 2), x([2, 2, 3, 3]);
        ConvTranspose2d "options":
            ConvTranspose2d::new(4, 2, [3, 2]).stride(2).padding([1, 0]).output_padding([1, 0]).groups(2).without_bias(),
            x([1, 4, 3, 3]);

        MaxPool1d "plain": MaxPool1d::new(2), x([2, 2, 6]);
        MaxPool1d "options": MaxPool1d::new(3).stride(2).padding(1), x([2, 2, 7]);
        MaxPool2d "plain": MaxPool2d::new(2), x([1, 2, 4, 4]);
        MaxPool2d "options": MaxPool2d::new([3, 2]).stride([2, 1]).padding(1).dilation([1, 2]).ceil_mode(), x([1, 2, 6, 5]);
        AvgPool1d "plain": AvgPool1d::new(2), x([2, 2, 6]);
        AvgPool1d "options": AvgPool1d::new(3).stride(2).padding(1), x([2, 2, 7]);
        AvgPool2d "plain": AvgPool2d::new(2), x([1, 2, 4, 4]);
        AvgPool2d "options": AvgPool2d::new([3, 2]).stride(2).padding(1).ceil_mode().exclude_pad(), x([1, 2, 6, 5]);
        AvgPool2d "divisor": AvgPool2d::new(2).divisor(3), x([1, 2, 4, 4]);
        AdaptiveAvgPool1d "plain": AdaptiveAvgPool1d::new(3), x([2, 2, 7]);
        AdaptiveAvgPool2d "plain": AdaptiveAvgPool2d::new([2, 3]), x([1, 2, 5, 4]);
        AdaptiveMaxPool1d "plain": AdaptiveMaxPool1d::new(3), x([2, 2, 7]);
        AdaptiveMaxPool2d "plain": AdaptiveMaxPool2d::new(2), x([1, 2, 5, 4]);

        Upsample "plain": Upsample::new(2.0), x([1, 2, 2, 3]);
        Upsample "linear": Upsample::new([5, 3]).linear(), x([1, 2, 3, 2]);
        Upsample "linear, sequences": Upsample::new(1.5).linear(), x([1, 2, 4]);
        Upsample "aligned": Upsample::new([4, 5]).linear_aligned(), x([1, 2, 3, 2]);
        PixelShuffle "plain": PixelShuffle::new(2), x([1, 8, 2, 3]);
        PixelUnshuffle "plain": PixelUnshuffle::new(3), x([2, 1, 3, 6]);

        Flatten "plain": Flatten::new(), x([2, 3, 2, 2]);
        Flatten "dims": Flatten::dims(0, -2), x([2, 3, 2]);
        Unflatten "plain": Unflatten::new(1, [3, -1]), x([2, 6]);
        Identity "plain": Identity::new(), x([2, 3]);

        BatchNorm1d "plain": BatchNorm1d::new(3), x([4, 3]);
        BatchNorm1d "sequences": BatchNorm1d::new(3).momentum(0.3).eps(1e-3), x([2, 3, 4]);
        BatchNorm1d "eval": BatchNorm1d::new(3), x([4, 3]);
        BatchNorm1d "without running statistics, eval": BatchNorm1d::new(3).without_running_stats(), x([4, 3]);
        BatchNorm2d "plain": BatchNorm2d::new(2), x([2, 2, 3, 2]);
        BatchNorm2d "without affine": BatchNorm2d::new(2).without_affine().momentum(None), x([2, 2, 3, 2]);
        BatchNorm2d "eval": BatchNorm2d::new(2), x([2, 2, 3, 2]);
        LayerNorm "plain": LayerNorm::new([4]), x([2, 3, 4]);
        LayerNorm "two axes": LayerNorm::new([3, 4]).eps(1e-3).without_bias(), x([2, 3, 4]);
        LayerNorm "without affine": LayerNorm::new([4]).without_affine(), x([2, 3, 4]);
        RMSNorm "plain": RMSNorm::new([4]), x([2, 3, 4]);
        RMSNorm "options": RMSNorm::new([3, 4]).eps(1e-2).without_affine(), x([2, 3, 4]);
        GroupNorm "plain": GroupNorm::new(2, 4), x([2, 4, 3]);
        GroupNorm "without affine": GroupNorm::new(3, 3).eps(1e-3).without_affine(), x([2, 3, 2, 2]);
        InstanceNorm1d "plain": InstanceNorm1d::new(3), x([2, 3, 4]);
        InstanceNorm1d "affine": InstanceNorm1d::new(3).affine().eps(1e-3), x([2, 3, 4]);
        InstanceNorm2d "plain": InstanceNorm2d::new(2), x([2, 2, 3, 2]);
        InstanceNorm2d "affine": InstanceNorm2d::new(2).affine(), x([2, 2, 3, 2]);
        LocalResponseNorm "plain": LocalResponseNorm::new(2), x([2, 4, 3]);
        LocalResponseNorm "options": LocalResponseNorm::new(3).alpha(0.7).beta(0.5).k(2.0), x([1, 4, 2, 2]);

        Dropout "training": Dropout::new(0.4), x([4, 5]);
        Dropout "eval": Dropout::default(), x([4, 5]);
        Dropout2d "training": Dropout2d::new(0.4), x([3, 4, 2, 2]);
        Dropout2d "eval": Dropout2d::default(), x([3, 4, 2, 2]);
        AlphaDropout "training": AlphaDropout::new(0.4), x([4, 5]);
        AlphaDropout "eval": AlphaDropout::default(), x([4, 5]);

        ReLU "plain": ReLU::new(), x([3, 4]);
        ReLU6 "plain": ReLU6::new(), x([3, 4]) * 4.0;
        LeakyReLU "plain": LeakyReLU::default(), x([3, 4]);
        LeakyReLU "slope": LeakyReLU::new(0.3), x([3, 4]);
        PReLU "plain": PReLU::default(), x([3, 4]);
        PReLU "channels": PReLU::new(3), x([2, 3, 2]);
        ELU "plain": ELU::default(), x([3, 4]);
        ELU "alpha": ELU::new(0.5), x([3, 4]);
        CELU "plain": CELU::default(), x([3, 4]);
        CELU "alpha": CELU::new(0.5), x([3, 4]);
        SELU "plain": SELU::new(), x([3, 4]);
        GELU "plain": GELU::new(), x([3, 4]);
        GELU "tanh": GELU::tanh(), x([3, 4]);
        SiLU "plain": SiLU::new(), x([3, 4]);
        Mish "plain": Mish::new(), x([3, 4]);
        Sigmoid "plain": Sigmoid::new(), x([3, 4]);
        LogSigmoid "plain": LogSigmoid::new(), x([3, 4]);
        Hardsigmoid "plain": Hardsigmoid::new(), x([3, 4]) * 2.0;
        Hardswish "plain": Hardswish::new(), x([3, 4]) * 2.0;
        Tanh "plain": Tanh::new(), x([3, 4]);
        Hardtanh "plain": Hardtanh::default(), x([3, 4]);
        Hardtanh "bounds": Hardtanh::new(-0.5, 1.5), x([3, 4]);
        Softplus "plain": Softplus::default(), x([3, 4]);
        Softplus "options": Softplus::new(2.0, 1.5), x([3, 4]);
        Softsign "plain": Softsign::new(), x([3, 4]);
        Softshrink "plain": Softshrink::default(), x([3, 4]);
        Softshrink "lambda": Softshrink::new(1.1), x([3, 4]);
        Hardshrink "plain": Hardshrink::default(), x([3, 4]);
        Hardshrink "lambda": Hardshrink::new(1.1), x([3, 4]);
        Tanhshrink "plain": Tanhshrink::new(), x([3, 4]);
        Threshold "plain": Threshold::new(0.2, -3.0), x([3, 4]);
        GLU "plain": GLU::default(), x([3, 4]);
        GLU "axis": GLU::new(0), x([4, 3]);
        Softmax "plain": Softmax::new(-1), x([3, 4]);
        Softmin "plain": Softmin::new(0), x([3, 4]);
        LogSoftmax "plain": LogSoftmax::new(1), x([3, 4]);

        Embedding "plain": Embedding::new(5, 3), tensor![[1, 4, 1], [0, 2, 3]];
        Embedding "padding": Embedding::new(5, 2).padding_idx(2), tensor![1, 4, 1, 0];
        LearnedPositions "plain": LearnedPositions::new(5, 2), x([2, 3, 2]);
        SinusoidalPositions "plain": SinusoidalPositions::new(5, 4), x([2, 3, 4]);
        RotaryPositions "plain": RotaryPositions::new(5, 4), x([2, 3, 4]);
    };
    let of_two = [
        bilinear("plain", Bilinear::new(3, 4, 2), [x([2, 3]), x([2, 4])]),
        bilinear("without bias", Bilinear::new(2, 3, 2).without_bias(), [x([2, 2, 2]), x([2, 2, 3])]),
    ];
    plain.into_iter().chain(of_two).chain(recurrent()).chain(transformers()).collect()
}
