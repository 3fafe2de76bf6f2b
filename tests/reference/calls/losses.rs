//! Predictions beside targets.

use tapegrad::{CrossEntropyOptions, Reduction, Tensor};

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

pub const CALLS: &[(&str, Call)] = &[("cross_entropy", |x, a| {
    let weight: Option<Tensor> = a.flag("weighted").then(|| x[2].clone());
    let options = CrossEntropyOptions {
        reduction: reduction(a),
        ignore_index: a.get("ignore_index").map(|i| i.as_i64().unwrap()),
        label_smoothing: a.get("label_smoothing").map_or(0.0, |s| s.as_f64().unwrap()),
        weight: weight.map(|w| w.detach()),
    };
    vec![x[0].cross_entropy_with(&x[1], &options)]
})];
