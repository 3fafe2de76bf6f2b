//! Predictions beside targets.

use tapegrad::{BinaryCrossEntropyOptions, CrossEntropyOptions, NllLossOptions, Reduction, Tensor};

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
];
