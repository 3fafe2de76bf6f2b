//! Layers of random widths and losses on inputs of random shapes: what comes out has the shape that the lengths say, and gradients by inputs and
//! parameters agree with finite differences.

use proptest::prelude::*;
use tapegrad_core::{DType, Reduction, Tensor, manual_seed};
use tapegrad_gradcheck::strategies::Values;
use tapegrad_gradcheck::{GradCheck, proptest};
use tapegrad_nn::*;

/// Few cases of small shapes: each takes two forward passes for every number that goes in.
fn config() -> ProptestConfig {
    ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() }
}

const REDUCTIONS: [Reduction; 3] = [Reduction::None, Reduction::Sum, Reduction::Mean];

type Checked = Result<(), TestCaseError>;

fn input(shape: &[usize], seed: u64) -> Tensor {
    Values::Between(-2.0, 2.0).tensor(shape, seed)
}

/// Checks the layer's gradients in f64, and the shapes of what comes out.
fn holds<M: Module>(
    layer: M,
    inputs: &[Tensor],
    shapes: &[&[usize]],
    call: impl Fn(&M, &[Tensor]) -> Vec<Tensor>,
) -> Checked {
    layer.to_dtype(DType::F64);
    let outputs = call(&layer, inputs);
    let found: Vec<&[usize]> = outputs.iter().map(Tensor::shape).collect();
    prop_assert_eq!(found, shapes);
    let point: Vec<Tensor> = inputs.iter().cloned().chain(layer.parameters()).collect();
    let (given, rest) = (inputs.len(), |x: &[Tensor]| layer.with_parameters(&x[inputs.len()..]));
    let run = |x: &[Tensor]| call(&rest(x), &x[..given]);
    // Where every window lies in the padding, all derivatives are zero and must be found to be.
    let check = GradCheck::new().run(run, &point);
    let check = check.or_else(|first| GradCheck::new().flat().run(run, &point).map_err(|_| first));
    check.map_err(|report| TestCaseError::fail(report.to_string()))
}

fn one<M: Forward>(layer: M, x: Tensor, shape: &[usize]) -> Checked {
    holds(layer, &[x], &[shape], |layer, x| vec![layer.call(&x[0])])
}

/// How many windows of `kernel` places there are along `length` places.
fn windows(length: usize, kernel: usize, stride: usize, padding: usize, dilation: usize) -> usize {
    (length + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn dense_layers(rows in prop::collection::vec(1usize..4, 0..3), i in 1usize..5, j in 1usize..4, o in 1usize..5, bias in any::<bool>(), seed in any::<u64>()) {
        manual_seed(seed);
        let of = |last: usize| rows.iter().copied().chain([last]).collect::<Vec<_>>();
        let linear = if bias { Linear::new(i, o) } else { Linear::new(i, o).without_bias() };
        one(linear, input(&of(i), seed), &of(o))?;
        let bilinear = if bias { Bilinear::new(i, j, o) } else { Bilinear::new(i, j, o).without_bias() };
        let inputs = [input(&of(i), seed), input(&of(j), seed ^ 1)];
        holds(bilinear, &inputs, &[&of(o)], |layer, x| vec![layer.call(&(x[0].clone(), x[1].clone()))])?;
    }

    #[test]
    fn convolutions(
        (n, groups, c, o) in (1usize..3, 1usize..3, 1usize..3, 1usize..3),
        (kernel, stride, padding, dilation) in (1usize..4, 1usize..3, 0usize..3, 1usize..3),
        extra in prop::array::uniform2(0usize..4),
        bias in any::<bool>(),
        seed in any::<u64>(),
    ) {
        manual_seed(seed);
        let (c, o) = (c * groups, o * groups);
        // Long enough for one window.
        let [h, w] = extra.map(|extra| (dilation * (kernel - 1) + 1 + extra).saturating_sub(2 * padding).max(1));
        let [y, x] = [h, w].map(|length| windows(length, kernel, stride, padding, dilation));
        let conv1 = Conv1d::new(c, o, kernel).stride(stride).padding(padding).dilation(dilation).groups(groups);
        one(if bias { conv1 } else { conv1.without_bias() }, input(&[n, c, w], seed), &[n, o, x])?;
        let conv2 = Conv2d::new(c, o, kernel).stride(stride).padding(padding).dilation(dilation).groups(groups);
        one(if bias { conv2 } else { conv2.without_bias() }, input(&[n, c, h, w], seed), &[n, o, y, x])?;
        // What the convolution of its result would take: the last places that no window reaches are left out.
        let back = |length: usize| (length - 1) * stride + dilation * (kernel - 1) + 1;
        let transposed = ConvTranspose2d::new(o, c, kernel).stride(stride).dilation(dilation).groups(groups);
        one(transposed, input(&[n, o, y, x], seed), &[n, c, back(y), back(x)])?;
    }

    #[test]
    fn pools(
        (n, c, kernel, stride) in (1usize..3, 1usize..3, 1usize..4, 1usize..3),
        extra in prop::array::uniform2(0usize..4),
        padded in any::<bool>(),
        size in prop::array::uniform2(1usize..4),
        seed in any::<u64>(),
    ) {
        let padding = if padded { kernel / 2 } else { 0 };
        let [h, w] = extra.map(|extra| kernel + extra);
        let [y, x] = [h, w].map(|length| windows(length, kernel, stride, padding, 1));
        let image = || input(&[n, c, h, w], seed);
        one(MaxPool2d::new(kernel).stride(stride).padding(padding), image(), &[n, c, y, x])?;
        one(AvgPool2d::new(kernel).stride(stride).padding(padding).exclude_pad(), image(), &[n, c, y, x])?;
        one(MaxPool1d::new(kernel).stride(stride).padding(padding), input(&[n, c, w], seed), &[n, c, x])?;
        one(AvgPool1d::new(kernel).stride(stride).padding(padding), input(&[n, c, w], seed), &[n, c, x])?;
        one(AdaptiveAvgPool2d::new(size), image(), &[n, c, size[0], size[1]])?;
        one(AdaptiveMaxPool2d::new(size), image(), &[n, c, size[0], size[1]])?;
        one(Upsample::new(size).linear(), image(), &[n, c, size[0], size[1]])?;
    }

    #[test]
    fn norms((n, groups, c, length) in (2usize..4, 1usize..3, 1usize..3, 2usize..4), seed in any::<u64>()) {
        let c = c * groups;
        let (row, places, image) = ([n, c + 1], [n, c, length], [n, c, length, 2]);
        one(BatchNorm1d::new(c + 1), input(&row, seed), &row)?;
        one(BatchNorm2d::new(c), input(&image, seed), &image)?;
        one(LayerNorm::new([c + 1]), input(&row, seed), &row)?;
        one(RMSNorm::new([length, 2]), input(&image, seed), &image)?;
        one(GroupNorm::new(groups, c), input(&places, seed), &places)?;
        one(InstanceNorm1d::new(c).affine(), input(&places, seed), &places)?;
        one(LocalResponseNorm::new(groups + 1).alpha(0.5), input(&places, seed), &places)?;
    }

    #[test]
    fn recurrent_layers(
        (steps, n, i, h, layers) in (1usize..4, 1usize..3, 1usize..4, 1usize..3, 1usize..3),
        (both, first, bias) in any::<(bool, bool, bool)>(),
        shorten in any::<bool>(),
        seed in any::<u64>(),
    ) {
        manual_seed(seed);
        let ways = if both { 2 } else { 1 };
        let (x, y) = if first { ([n, steps, i], [n, steps, ways * h]) } else { ([steps, n, i], [steps, n, ways * h]) };
        let state = [layers * ways, n, h];
        let lengths: Option<Vec<usize>> = shorten.then(|| (0..n).map(|k| if k == 0 { steps } else { 1 }).collect());
        macro_rules! layer {
            ($layer:ident) => {{
                let layer = $layer::new(i, h).num_layers(layers);
                let layer = if both { layer.bidirectional() } else { layer };
                let layer = if first { layer.batch_first() } else { layer };
                if bias { layer } else { layer.without_bias() }
            }};
        }
        macro_rules! with_h {
            ($layer:ident) => {
                holds(layer!($layer), &[input(&x, seed), input(&state, seed ^ 1)], &[&y, &state], |layer, x| {
                    let (y, h) = layer.call(&Sequences { x: x[0].clone(), state: Some(x[1].clone()), lengths: lengths.clone() });
                    vec![y, h]
                })?
            };
        }
        with_h!(RNN);
        with_h!(GRU);
        let inputs = [input(&x, seed), input(&state, seed ^ 1), input(&state, seed ^ 2)];
        holds(layer!(LSTM), &inputs, &[&y, &state, &state], |layer, x| {
            let state = Some((x[1].clone(), x[2].clone()));
            let (y, (h, c)) = layer.call(&Sequences { x: x[0].clone(), state, lengths: lengths.clone() });
            vec![y, h, c]
        })?;
    }

    #[test]
    fn attention((n, queries, keys, heads, width) in (1usize..3, 1usize..4, 1usize..4, 1usize..3, 1usize..3), seed in any::<u64>()) {
        manual_seed(seed);
        let e = 2 * heads * width;
        let inputs = [input(&[n, queries, e], seed), input(&[n, keys, e], seed ^ 1)];
        let multihead = MultiheadAttention::new(e, heads).batch_first();
        holds(multihead, &inputs, &[&[n, queries, e]], |layer, x| {
            vec![layer.call(&(x[0].clone(), x[1].clone(), x[1].clone(), AttentionMasks::default())).0]
        })?;
        let encoder = TransformerEncoderLayer::new(e, heads).dim_feedforward(3).dropout(0.0).gelu().norm_first();
        one(encoder, input(&[queries, n, e], seed), &[queries, n, e])?;
    }

    #[test]
    fn tables(rows in 1usize..6, width in 1usize..4, places in prop::collection::vec(0usize..100, 1..6), seed in any::<u64>()) {
        manual_seed(seed);
        let places: Vec<i64> = places.into_iter().map(|place| (place % rows) as i64).collect();
        let (n, at) = (places.len(), Tensor::from(places));
        holds(Embedding::new(rows, width), &[], &[&[n, width]], |layer, _| vec![layer.call(&at)])?;
    }

    #[test]
    fn losses_of_numbers(shape in prop::collection::vec(1usize..4, 0..4), which in 0usize..3, seed in any::<u64>()) {
        let reduction = REDUCTIONS[which];
        let out: &[usize] = if which == 0 { &shape } else { &[] };
        let pair = [input(&shape, seed), input(&shape, seed ^ 1)];
        macro_rules! of_two {
            ($loss:expr, $inputs:expr) => {
                holds($loss.reduction(reduction), $inputs, &[out], |loss, x| vec![loss.call(&(&x[0], &x[1]))])?
            };
        }
        of_two!(MSELoss::new(), &pair);
        of_two!(L1Loss::new(), &pair);
        of_two!(SmoothL1Loss::new().beta(0.7), &pair);
        of_two!(HuberLoss::new().delta(0.9), &pair);
        of_two!(PoissonNLLLoss::new(), &pair);
        let share = |x: &Tensor| x.sigmoid();
        of_two!(BCEWithLogitsLoss::new(), &[pair[0].clone(), share(&pair[1])]);
        of_two!(BCELoss::new(), &[share(&pair[0]), share(&pair[1])]);
        of_two!(FocalLoss::new(), &[pair[0].clone(), share(&pair[1])]);
        let signs = input(&shape, seed ^ 2).sign();
        holds(SoftMarginLoss::new().reduction(reduction), &pair[..1], &[out], |loss, x| vec![loss.call(&(&x[0], &signs))])?;
        let three = [pair[0].clone(), pair[1].clone(), share(&input(&shape, seed ^ 3))];
        holds(GaussianNLLLoss::new().reduction(reduction), &three, &[out], |loss, x| {
            vec![loss.call(&(&x[0], &x[1], &x[2]))]
        })?;
    }

    #[test]
    fn losses_of_classes(
        (n, c) in (1usize..4, 2usize..5),
        places in prop::collection::vec(1usize..3, 0..3),
        (which, smoothing) in (0usize..3, 0usize..2),
        seed in any::<u64>(),
    ) {
        manual_seed(seed);
        let reduction = REDUCTIONS[which];
        let classes: Vec<usize> = [n].into_iter().chain(places.iter().copied()).collect();
        let scores: Vec<usize> = [n, c].into_iter().chain(places.iter().copied()).collect();
        let out: &[usize] = if which == 0 { &classes } else { &[] };
        let target = Tensor::randint(0, c as i64, &classes[..]);
        let weight = || input(&[c], seed ^ 1).exp();
        let cross = CrossEntropyLoss::new().weight(weight()).label_smoothing(0.2 * smoothing as f64).reduction(reduction);
        holds(cross, &[input(&scores, seed)], &[out], |loss, x| vec![loss.call(&(&x[0], &target))])?;
        let nll = NLLLoss::new().weight(weight()).reduction(reduction);
        holds(nll, &[input(&scores, seed)], &[out], |loss, x| vec![loss.call(&(&x[0], &target))])?;
        if places.is_empty() {
            let margin = MultiMarginLoss::new().reduction(reduction);
            holds(margin, &[input(&scores, seed)], &[out], |loss, x| vec![loss.call(&(&x[0], &target))])?;
        }
    }

    #[test]
    fn losses_of_vectors((n, width, which) in (1usize..4, 2usize..4, 0usize..3), seed in any::<u64>()) {
        let reduction = REDUCTIONS[which];
        let out: &[usize] = if which == 0 { &[n] } else { &[] };
        let rows: Vec<Tensor> = (0..3).map(|i| input(&[n, width], seed ^ i)).collect();
        let signs = input(&[n], seed ^ 5).sign();
        let triplet = TripletMarginLoss::new().margin(3.0).reduction(reduction);
        holds(triplet, &rows, &[out], |loss, x| vec![loss.call(&(&x[0], &x[1], &x[2]))])?;
        let cosine = CosineEmbeddingLoss::new().margin(-0.9).reduction(reduction);
        holds(cosine, &rows[..2], &[out], |loss, x| vec![loss.call(&(&x[0], &x[1], &signs))])?;
        let ranks = [input(&[n], seed), input(&[n], seed ^ 1)];
        holds(MarginRankingLoss::new().margin(0.3).reduction(reduction), &ranks, &[out], |loss, x| {
            vec![loss.call(&(&x[0], &x[1], &signs))]
        })?;
        holds(HingeEmbeddingLoss::new().reduction(reduction), &ranks[..1], &[out], |loss, x| {
            vec![loss.call(&(&x[0], &signs))]
        })?;
    }
}
