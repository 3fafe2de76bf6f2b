//! How well scores put the right things before the others.

use super::given::{classes, numbers};
use tapegrad_core::{Tensor, fail};

/// The share of rows of which the true class is among the `k` with the highest scores; of equal scores the class with the lower number
/// comes first. NaN of no rows, and of scores with a NaN among them.
///
/// ```
/// use tapegrad_core::tensor;
/// use tapegrad_train::metrics::top_k_accuracy;
/// let scores = tensor![[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]];
/// assert_eq!(top_k_accuracy(&scores, &tensor![1, 0], 2), 0.5);
/// ```
///
/// # Panics
/// If the scores are not `[n, classes]` for classes `[n]`, or a class has no score.
#[track_caller]
pub fn top_k_accuracy(scores: &Tensor, truth: &Tensor, k: usize) -> f64 {
    let (rows, width) = rows("top_k_accuracy", scores, truth);
    let truth = classes_below("top_k_accuracy", truth, width);
    if rows.iter().any(|score| score.is_nan()) {
        return f64::NAN;
    }
    let right = rows.chunks_exact(width).zip(&truth).filter(|(row, class)| {
        let own = row[**class];
        let better = |(c, score): (usize, &f64)| *score > own || *score == own && c < **class;
        row.iter().enumerate().filter(|&place| better(place)).count() < k
    });
    right.count() as f64 / truth.len() as f64
}

/// The area under the receiver operating characteristic: the probability that a positive has a higher score than a negative, where
/// equal scores count one half.
///
/// Scores `[n]` with classes 0 and 1 (or Bool), or scores `[n, k]` with classes below `k`: then the mean over the classes, each
/// against all others. NaN where a class has no positives or no negatives, and where a score is NaN.
///
/// ```
/// use tapegrad_core::tensor;
/// use tapegrad_train::metrics::roc_auc;
/// assert_eq!(roc_auc(&tensor![0.1, 0.4, 0.35, 0.8], &tensor![0, 0, 1, 1]), 0.75);
/// ```
///
/// # Panics
/// If the shapes are others, or a class has no score.
#[track_caller]
pub fn roc_auc(scores: &Tensor, truth: &Tensor) -> f64 {
    if scores.ndim() < 2 {
        let (scores, positive) = scores_and_positives("roc_auc", scores, truth);
        return area(&scores, &positive);
    }
    let (rows, width) = rows("roc_auc", scores, truth);
    let truth = classes_below("roc_auc", truth, width);
    let one_against_others = |class: usize| {
        let column: Vec<f64> = rows.chunks_exact(width).map(|row| row[class]).collect();
        area(&column, &truth.iter().map(|&c| c == class).collect::<Vec<_>>())
    };
    (0..width).map(one_against_others).sum::<f64>() / width as f64
}

/// `sum_n (R_n - R_(n-1)) P_n` over the thresholds from the highest score down, with recall R and precision P of what scores at
/// least as high: the area under the steps of the precision-recall curve, without interpolation. NaN without positives, and where a
/// score is NaN.
///
/// ```
/// use tapegrad_core::tensor;
/// use tapegrad_train::metrics::average_precision;
/// let area = average_precision(&tensor![0.1, 0.4, 0.35, 0.8], &tensor![0, 0, 1, 1]);
/// assert_eq!(area, 0.5 * 1.0 + 0.5 * 2.0 / 3.0);
/// ```
///
/// # Panics
/// If the scores are not `[n]` with classes `[n]` of 0 and 1 (or Bool).
#[track_caller]
pub fn average_precision(scores: &Tensor, truth: &Tensor) -> f64 {
    let (scores, positive) = scores_and_positives("average_precision", scores, truth);
    let Some(groups) = from_highest(&scores, &positive) else { return f64::NAN };
    let all: f64 = groups.iter().map(|(positives, _)| positives).sum();
    let (mut found, mut taken, mut sum) = (0.0, 0.0, 0.0);
    for (positives, others) in groups {
        found += positives;
        taken += positives + others;
        sum += positives * found / taken;
    }
    sum / all
}

/// The probability that a positive is before a negative.
fn area(scores: &[f64], positive: &[bool]) -> f64 {
    let Some(groups) = from_highest(scores, positive) else { return f64::NAN };
    let (mut above, mut all_others, mut won) = (0.0, 0.0, 0.0);
    for (positives, others) in groups {
        won += others * (above + positives / 2.0);
        above += positives;
        all_others += others;
    }
    won / (above * all_others)
}

/// How many positives and others have each score, from the highest score down. `None` where scores cannot be compared.
fn from_highest(scores: &[f64], positive: &[bool]) -> Option<Vec<(f64, f64)>> {
    if scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let groups = order.chunk_by(|&a, &b| scores[a] == scores[b]).map(|group| {
        let positives = group.iter().filter(|&&i| positive[i]).count();
        (positives as f64, (group.len() - positives) as f64)
    });
    Some(groups.collect())
}

#[track_caller]
fn scores_and_positives(what: &str, scores: &Tensor, truth: &Tensor) -> (Vec<f64>, Vec<bool>) {
    if scores.ndim() != 1 || scores.shape() != truth.shape() {
        fail!("{what}: scores {:?} for classes {:?}, expected [n] for [n]", scores.shape(), truth.shape());
    }
    let truth = classes_below(what, truth, 2);
    (numbers(what, scores), truth.into_iter().map(|class| class == 1).collect())
}

/// The scores row after row, and the length of a row.
#[track_caller]
fn rows(what: &str, scores: &Tensor, truth: &Tensor) -> (Vec<f64>, usize) {
    match (scores.shape(), truth.shape()) {
        (&[n, width], &[m]) if n == m && width > 0 => (numbers(what, scores), width),
        (scores, truth) => fail!("{what}: scores {scores:?} for classes {truth:?}, expected [n, classes] for [n]"),
    }
}

#[track_caller]
fn classes_below(what: &str, truth: &Tensor, end: usize) -> Vec<usize> {
    let truth = classes(what, truth);
    if let Some(class) = truth.iter().find(|class| **class >= end) {
        fail!("{what}: a class is {class}, expected less than {end}");
    }
    truth
}
