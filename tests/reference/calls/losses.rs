//! Predictions beside targets.

use tapegrad::{
    BinaryCrossEntropyOptions, CrossEntropyOptions, FocalOptions, GaussianNllOptions, MultiMarginOptions,
    NllLossOptions, PoissonNllOptions, Reduction, Tensor, TripletMarginOptions,
};

use crate::Call;
use crate::attributes::Attributes;

/// The attribute `reduction`; the mean without one.
pub fn reduction(a: &Attributes) -> Reduction {
    match a.get("reduction").map(|r| r.as_str().unwrap()) {
        None | Some("mean") => Reduction::Mean,
        Some("sum") => Reduction::Sum,
        Some("none") => Reduction::None,
        Some(other) => panic!("no reduction {other}"),
    }
}

/// A number that the call may leave out.
fn or(a: &Attributes, name: &str, default: f64) -> f64 {
    if a.has(name) { a.float(name) } else { default }
}

pub const CALLS: &[(&str, Call)] = &[
    ("cross_entropy", |x, a| {
        let weight: Option<Tensor> = a.flag("weighted").then(|| x[2].clone());
        let options = CrossEntropyOptions {
            reduction: reduction(a),
            ignore_index: a.get("ignore_index").map(|i| i.as_i64().unwrap()),
            label_smoothing: a.get("label_smoothing").map_or(0.0, |s| s.as_f64().unwrap()),
            weight: weight.map(|w| w.detach()),
        };
        vec![x[0].cross_entropy_with(&x[1], &options)]
    }),
    ("binary_cross_entropy", |x, a| vec![x[0].binary_cross_entropy_with(&x[1], x.get(2), reduction(a))]),
    ("binary_cross_entropy_with_logits", |x, a| {
        let given = |name: &str| a.has(name).then(|| x[a.size(name)].clone());
        let (weight, pos_weight) = (given("weight"), given("pos_weight"));
        let options = BinaryCrossEntropyOptions { weight, pos_weight, reduction: reduction(a) };
        vec![x[0].binary_cross_entropy_with_logits_and(&x[1], &options)]
    }),
    ("l1_loss", |x, a| vec![x[0].l1_loss_with(&x[1], reduction(a))]),
    ("mse_loss", |x, a| vec![x[0].mse_loss_with(&x[1], reduction(a))]),
    ("nll_loss", |x, a| {
        let weight = a.flag("weighted").then(|| x[2].detach());
        let ignore_index = a.get("ignore_index").map(|i| i.as_i64().unwrap());
        vec![x[0].nll_loss_with(&x[1], &NllLossOptions { weight, ignore_index, reduction: reduction(a) })]
    }),
    ("smooth_l1_loss", |x, a| vec![x[0].smooth_l1_loss_with(&x[1], or(a, "beta", 1.0), reduction(a))]),
    ("huber_loss", |x, a| vec![x[0].huber_loss_with(&x[1], or(a, "delta", 1.0), reduction(a))]),
    ("kl_div", |x, a| vec![x[0].kl_div_with(&x[1], a.flag("log_target"), reduction(a))]),
    ("hinge_embedding_loss", |x, a| vec![x[0].hinge_embedding_loss_with(&x[1], or(a, "margin", 1.0), reduction(a))]),
    ("margin_ranking_loss", |x, a| {
        vec![x[0].margin_ranking_loss_with(&x[1], &x[2], or(a, "margin", 0.0), reduction(a))]
    }),
    ("soft_margin_loss", |x, a| vec![x[0].soft_margin_loss_with(&x[1], reduction(a))]),
    ("poisson_nll_loss", |x, a| {
        let log_input = a.get("log_input").is_none_or(|log| log.as_bool().unwrap());
        let options =
            PoissonNllOptions { log_input, full: a.flag("full"), reduction: reduction(a), ..Default::default() };
        vec![x[0].poisson_nll_loss_with(&x[1], &options)]
    }),
    ("gaussian_nll_loss", |x, a| {
        let options = GaussianNllOptions { full: a.flag("full"), eps: or(a, "eps", 1e-6), reduction: reduction(a) };
        vec![x[0].gaussian_nll_loss_with(&x[1], &x[2], &options)]
    }),
    ("multi_margin_loss", |x, a| {
        let (squared, margin, weight) = (or(a, "p", 1.0) == 2.0, or(a, "margin", 1.0), x.get(2).map(Tensor::detach));
        vec![
            x[0].multi_margin_loss_with(
                &x[1],
                &MultiMarginOptions { squared, margin, weight, reduction: reduction(a) },
            ),
        ]
    }),
    ("cosine_embedding_loss", |x, a| {
        vec![x[0].cosine_embedding_loss_with(&x[1], &x[2], or(a, "margin", 0.0), reduction(a))]
    }),
    ("triplet_margin_loss", |x, a| {
        let options = TripletMarginOptions {
            margin: or(a, "margin", 1.0),
            p: or(a, "p", 2.0),
            eps: or(a, "eps", 1e-6),
            swap: a.flag("swap"),
            reduction: reduction(a),
        };
        vec![x[0].triplet_margin_loss_with(&x[1], &x[2], &options)]
    }),
    ("sigmoid_focal_loss", |x, a| {
        let options =
            FocalOptions { alpha: Some(or(a, "alpha", 0.25)), gamma: or(a, "gamma", 2.0), reduction: reduction(a) };
        vec![x[0].sigmoid_focal_loss_with(&x[1], &options)]
    }),
    ("dice_loss", |x, a| vec![x[0].dice_loss_with(&x[1], or(a, "smooth", 1.0), reduction(a))]),
    ("iou_loss", |x, a| vec![x[0].iou_loss_with(&x[1], reduction(a))]),
    ("giou_loss", |x, a| vec![x[0].giou_loss_with(&x[1], reduction(a))]),
];
