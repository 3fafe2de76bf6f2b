//! Every loss, with each of its options.

use crate::sample::Sample;
use tapegrad_core::spec::{spread, spread_around};
use tapegrad_core::{Reduction, Tensor, tensor};
use tapegrad_nn::*;

/// Of a prediction and what it is held to; both get gradients.
fn pair<M: Forward<(Tensor, Tensor)>>(
    layer: &'static str,
    label: &'static str,
    loss: M,
    inputs: [Tensor; 2],
) -> Sample {
    Sample::with(layer, label, loss, inputs, |loss, x| vec![loss.call(&(x[0].clone(), x[1].clone()))])
}

fn triple<M: Forward<(Tensor, Tensor, Tensor)>>(
    layer: &'static str,
    label: &'static str,
    loss: M,
    inputs: [Tensor; 3],
) -> Sample {
    Sample::with(layer, label, loss, inputs, |loss, x| vec![loss.call(&(x[0].clone(), x[1].clone(), x[2].clone()))])
}

/// The target in the type of the sample's run: signs are no numbers to differentiate by.
fn signs(target: &Tensor, x: &Tensor) -> Tensor {
    target.to_dtype(x.dtype())
}

/// Of a prediction and signs.
fn signed<M: Forward<(Tensor, Tensor)>>(
    layer: &'static str,
    label: &'static str,
    loss: M,
    x: Tensor,
    target: Tensor,
) -> Sample {
    Sample::with(layer, label, loss, [x], move |loss, x| vec![loss.call(&(x[0].clone(), signs(&target, &x[0])))])
}

/// Of two things and signs.
fn signed_pair<M: Forward<(Tensor, Tensor, Tensor)>>(
    layer: &'static str,
    label: &'static str,
    loss: M,
    inputs: [Tensor; 2],
    target: Tensor,
) -> Sample {
    Sample::with(layer, label, loss, inputs, move |loss, x| {
        vec![loss.call(&(x[0].clone(), x[1].clone(), signs(&target, &x[0])))]
    })
}

macro_rules! samples {
    ($of:ident: $($loss:ident $label:literal: $module:expr, $($input:expr),+;)*) => {
        vec![$($of(stringify!($loss), $label, $module, $($input),+)),*]
    };
}

/// Numbers beside numbers.
fn numbers() -> [Tensor; 2] {
    [spread([2, 3], -2.0, 2.0), spread([2, 3], 2.5, -1.0)]
}

/// Scores or their logarithms, beside classes.
fn rows() -> [Tensor; 2] {
    [spread([4, 3], -2.0, 2.0), tensor![0, 2, 1, 2]]
}

/// As rows, of more axes; -1 is no class.
fn rows_with_others() -> [Tensor; 2] {
    [spread([2, 3, 2], -2.0, 2.0), tensor![[0, 2], [1, -1]]]
}

/// Numbers of one range beside numbers of another.
fn ranges(shape: impl AsRef<[usize]>, x: [f64; 2], y: [f64; 2]) -> [Tensor; 2] {
    [spread(&shape, x[0], x[1]), spread(&shape, y[0], y[1])]
}

/// Boxes beside boxes: overlapping, one within the other, apart.
fn boxes() -> [Tensor; 2] {
    [
        Tensor::from([[0.1, 0.2, 2.3, 1.9], [0.0, 0.1, 4.0, 4.2], [0.3, 0.4, 1.0, 1.2]]),
        Tensor::from([[1.0, 0.5, 3.1, 2.4], [1.1, 0.9, 2.2, 3.0], [2.0, 2.1, 3.3, 3.2]]),
    ]
}

/// Vectors beside others.
fn vectors() -> [Tensor; 2] {
    [spread([4, 3], -2.0, 2.0), spread([4, 3], 2.5, -1.0)]
}

/// Anchors, positives, negatives.
fn triplets() -> [Tensor; 3] {
    [spread([4, 3], -2.0, 2.0), spread([4, 3], 2.5, -1.0), spread_around([4, 3], 0.5, 2.0)]
}

pub fn losses() -> Vec<Sample> {
    use Reduction::{None as Each, Sum};
    let weight = || Tensor::from([0.5, 2.0, 1.5]);
    let probabilities = || ranges([2, 3], [0.1, 0.9], [0.05, 0.95]);
    let scores = || ranges([2, 3], [-2.0, 2.0], [0.05, 0.95]);
    let counts = || ranges([2, 3], [0.2, 2.0], [0.1, 4.1]);
    let logs = || ranges([2, 3], [-3.0, -0.1], [0.1, 0.9]);
    let masks = || ranges([2, 2, 2, 3], [0.1, 0.9], [0.9, 0.2]);
    let gaussian = |variance: &[usize]| {
        let [x, y] = numbers();
        [x, y, spread(variance, 0.5, 2.0)]
    };
    let two = samples! { pair:
        MSELoss "plain": MSELoss::new(), numbers();
        MSELoss "sum": MSELoss::new().reduction(Sum), numbers();
        MSELoss "each": MSELoss::new().reduction(Each), numbers();
        L1Loss "plain": L1Loss::new(), numbers();
        L1Loss "sum": L1Loss::new().reduction(Sum), numbers();
        L1Loss "each": L1Loss::new().reduction(Each), numbers();
        SmoothL1Loss "plain": SmoothL1Loss::new(), numbers();
        SmoothL1Loss "beta, each": SmoothL1Loss::new().beta(2.5).reduction(Each), numbers();
        SmoothL1Loss "beta 0, sum": SmoothL1Loss::new().beta(0.0).reduction(Sum), numbers();
        HuberLoss "plain": HuberLoss::new(), numbers();
        HuberLoss "delta, each": HuberLoss::new().delta(2.5).reduction(Each), numbers();
        HuberLoss "delta, sum": HuberLoss::new().delta(0.7).reduction(Sum), numbers();

        CrossEntropyLoss "plain": CrossEntropyLoss::new(), rows();
        CrossEntropyLoss "sum": CrossEntropyLoss::new().reduction(Sum), rows();
        CrossEntropyLoss "smoothing, each": CrossEntropyLoss::new().label_smoothing(0.2).reduction(Each), rows();
        CrossEntropyLoss "weight": CrossEntropyLoss::new().weight(weight()), rows();
        CrossEntropyLoss "weight, sum": CrossEntropyLoss::new().weight(weight()).reduction(Sum), rows();
        CrossEntropyLoss "weight, smoothing, ignored":
            CrossEntropyLoss::new().weight(weight()).label_smoothing(0.1).ignore_index(-1), rows_with_others();
        CrossEntropyLoss "ignored class, each": CrossEntropyLoss::new().ignore_index(2).reduction(Each), rows();
        CrossEntropyLoss "probabilities": CrossEntropyLoss::new(), ranges([3, 4], [-2.0, 2.0], [0.1, 0.5]);
        CrossEntropyLoss "probabilities, weight, smoothing":
            CrossEntropyLoss::new().weight(weight()).label_smoothing(0.3), ranges([2, 3, 2], [-2.0, 2.0], [0.1, 0.5]);
        NLLLoss "plain": NLLLoss::new(), rows();
        NLLLoss "sum": NLLLoss::new().reduction(Sum), rows();
        NLLLoss "weight": NLLLoss::new().weight(weight()), rows();
        NLLLoss "weight, ignored": NLLLoss::new().weight(weight()).ignore_index(-1), rows_with_others();
        NLLLoss "weight, ignored, each": NLLLoss::new().weight(weight()).ignore_index(2).reduction(Each), rows();
        MultiMarginLoss "plain": MultiMarginLoss::new(), rows();
        MultiMarginLoss "squared, margin, weight, each":
            MultiMarginLoss::new().squared().margin(1.3).weight(weight()).reduction(Each), rows();
        MultiMarginLoss "weight": MultiMarginLoss::new().weight(weight()), rows();
        MultiMarginLoss "margin, sum": MultiMarginLoss::new().margin(0.7).reduction(Sum), rows();

        BCELoss "plain": BCELoss::new(), probabilities();
        BCELoss "sum": BCELoss::new().reduction(Sum), probabilities();
        BCELoss "weight, each": BCELoss::new().weight(weight()).reduction(Each), probabilities();
        BCEWithLogitsLoss "plain": BCEWithLogitsLoss::new(), scores();
        BCEWithLogitsLoss "sum": BCEWithLogitsLoss::new().reduction(Sum), scores();
        BCEWithLogitsLoss "weight": BCEWithLogitsLoss::new().weight(weight()), scores();
        BCEWithLogitsLoss "both weights, each":
            BCEWithLogitsLoss::new().weight(weight()).pos_weight(weight() * 3.0).reduction(Each), scores();

        KLDivLoss "plain": KLDivLoss::new(), logs();
        KLDivLoss "each": KLDivLoss::new().reduction(Each), logs();
        KLDivLoss "log target, sum":
            KLDivLoss::new().log_target().reduction(Sum), ranges([2, 3], [-3.0, -0.1], [-2.0, -0.1]);
        PoissonNLLLoss "plain": PoissonNLLLoss::new(), counts();
        PoissonNLLLoss "counts, eps, sum": PoissonNLLLoss::new().without_log_input().eps(0.1).reduction(Sum), counts();
        PoissonNLLLoss "full, each": PoissonNLLLoss::new().full().reduction(Each), counts();

        FocalLoss "plain": FocalLoss::new(), scores();
        FocalLoss "alpha, sum": FocalLoss::new().alpha(0.6).reduction(Sum), scores();
        FocalLoss "without alpha, gamma, each": FocalLoss::new().without_alpha().gamma(1.5).reduction(Each), scores();
        DiceLoss "plain": DiceLoss::new(), masks();
        DiceLoss "smooth, each": DiceLoss::new().smooth(0.1).reduction(Each), masks();
        DiceLoss "sum": DiceLoss::new().reduction(Sum), masks();
        IoULoss "plain": IoULoss::new(), boxes();
        IoULoss "sum": IoULoss::new().reduction(Sum), boxes();
        IoULoss "each": IoULoss::new().reduction(Each), boxes();
        GIoULoss "plain": GIoULoss::new(), boxes();
        GIoULoss "sum": GIoULoss::new().reduction(Sum), boxes();
        GIoULoss "each": GIoULoss::new().reduction(Each), boxes();
    };
    let three = samples! { triple:
        GaussianNLLLoss "plain": GaussianNLLLoss::new(), gaussian(&[2, 3]);
        GaussianNLLLoss "full, one variance a row, each": GaussianNLLLoss::new().full().reduction(Each), gaussian(&[2, 1]);
        GaussianNLLLoss "eps, sum": GaussianNLLLoss::new().eps(0.4).reduction(Sum), gaussian(&[2, 3]);
        TripletMarginLoss "plain": TripletMarginLoss::new(), triplets();
        TripletMarginLoss "margin, p, eps, each":
            TripletMarginLoss::new().margin(2.3).p(3.0).eps(1e-3).reduction(Each), triplets();
        TripletMarginLoss "swap, sum": TripletMarginLoss::new().margin(2.3).swap().reduction(Sum), triplets();
    };
    let sign = || tensor![1, -1, -1, 1];
    let signs = || tensor![[1, -1, 1], [-1, 1, -1]];
    let with_signs = samples! { signed:
        SoftMarginLoss "plain": SoftMarginLoss::new(), spread([2, 3], -2.0, 2.0), signs();
        SoftMarginLoss "sum": SoftMarginLoss::new().reduction(Sum), spread([2, 3], -2.0, 2.0), signs();
        SoftMarginLoss "each": SoftMarginLoss::new().reduction(Each), spread([2, 3], -2.0, 2.0), signs();
        HingeEmbeddingLoss "plain": HingeEmbeddingLoss::new(), spread([2, 3], 0.1, 2.0), signs();
        HingeEmbeddingLoss "margin, each":
            HingeEmbeddingLoss::new().margin(1.7).reduction(Each), spread([2, 3], 0.1, 2.0), signs();
        HingeEmbeddingLoss "sum": HingeEmbeddingLoss::new().reduction(Sum), spread([2, 3], 0.1, 2.0), signs();
    };
    let pairs_with_signs = samples! { signed_pair:
        CosineEmbeddingLoss "plain": CosineEmbeddingLoss::new(), vectors(), sign();
        CosineEmbeddingLoss "margin, each": CosineEmbeddingLoss::new().margin(-0.9).reduction(Each), vectors(), sign();
        CosineEmbeddingLoss "sum": CosineEmbeddingLoss::new().reduction(Sum), vectors(), sign();
        MarginRankingLoss "plain": MarginRankingLoss::new(), numbers(), signs();
        MarginRankingLoss "margin, each": MarginRankingLoss::new().margin(0.7).reduction(Each), numbers(), signs();
        MarginRankingLoss "sum": MarginRankingLoss::new().reduction(Sum), numbers(), signs();
    };
    [two, three, with_signs, pairs_with_signs].into_iter().flatten().collect()
}
