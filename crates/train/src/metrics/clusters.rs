//! How well clusters, whose numbers mean nothing, agree with classes.

use std::collections::BTreeMap;

use super::given::pairs;
use tapegrad_core::Tensor;

/// `1/n sum_k max_c n_kc`: the share of elements that are of the commonest class in their cluster. NaN of nothing. Not corrected for
/// chance: as many clusters as elements have purity 1.
///
/// ```
/// use tapegrad_core::tensor;
/// use tapegrad_train::metrics::purity;
/// assert_eq!(purity(&tensor![7, 7, 7, 3], &tensor![0, 0, 1, 1]), 0.75);
/// ```
///
/// # Panics
/// If the shapes differ, or the numbers are not I64 from 0 up (or Bool).
#[track_caller]
pub fn purity(clusters: &Tensor, truth: &Tensor) -> f64 {
    let table = Table::of("purity", clusters, truth);
    let mut commonest: BTreeMap<usize, f64> = BTreeMap::new();
    for ((cluster, _), &count) in &table.both {
        let most = commonest.entry(*cluster).or_insert(0.0);
        *most = most.max(count);
    }
    commonest.values().sum::<f64>() / table.total
}

/// The Rand index adjusted for chance (Hubert and Arabie, 1985, "Comparing partitions"): 1 for the same partition, 0 on average for
/// random ones, less than 0 for worse. With `S = sum_kc C(n_kc, 2)`, `A` and `B` the same sums over clusters and over classes and
/// `E = A B / C(n, 2)`, it is `(S - E) / ((A + B) / 2 - E)`; 1 where both have one part, or as many as there are elements, which
/// may be none.
///
/// ```
/// use tapegrad_core::tensor;
/// use tapegrad_train::metrics::adjusted_rand;
/// assert_eq!(adjusted_rand(&tensor![1, 1, 0, 0], &tensor![0, 0, 1, 1]), 1.0);
/// ```
///
/// # Panics
/// If the shapes differ, or the numbers are not I64 from 0 up (or Bool).
#[track_caller]
pub fn adjusted_rand(clusters: &Tensor, truth: &Tensor) -> f64 {
    let table = Table::of("adjusted_rand", clusters, truth);
    let pairs = |n: f64| n * (n - 1.0) / 2.0;
    let sum = |counts: Vec<f64>| counts.into_iter().map(pairs).sum::<f64>();
    let both = sum(table.both.values().copied().collect());
    let (a, b) = (sum(table.of_each(|(cluster, _)| cluster)), sum(table.of_each(|(_, class)| class)));
    // All pairs that are together in one are together in the other.
    if both == a && both == b {
        return 1.0;
    }
    let expected = a * b / pairs(table.total);
    (both - expected) / ((a + b) / 2.0 - expected)
}

/// How many elements are in each cluster and of each class.
struct Table {
    both: BTreeMap<(usize, usize), f64>,
    total: f64,
}

impl Table {
    #[track_caller]
    fn of(what: &str, clusters: &Tensor, truth: &Tensor) -> Table {
        let (clusters, truth) = pairs(what, clusters, truth);
        let total = truth.len() as f64;
        let mut both = BTreeMap::new();
        for place in clusters.into_iter().zip(truth) {
            *both.entry(place).or_insert(0.0) += 1.0;
        }
        Table { both, total }
    }

    /// How many there are with each number of one side.
    fn of_each(&self, side: fn((usize, usize)) -> usize) -> Vec<f64> {
        let mut counts = BTreeMap::new();
        for (&place, count) in &self.both {
            *counts.entry(side(place)).or_insert(0.0) += count;
        }
        counts.into_values().collect()
    }
}
