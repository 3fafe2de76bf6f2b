//! Seeded splits of row numbers into parts and folds, the same on every machine.
//!
//! Rows are numbers here, so that whatever holds the data (`select(Axis(0), &rows)` of an array, `subset` of a data set, a
//! list of files) can be split alike. Classes and groups are sorted before the seed decides about them, so that no hash
//! table does.

use crate::rng::{Purpose, Rng};
use std::collections::BTreeMap;

/// The row numbers `0..n` in a random order, cut into parts of the given fractions of `n`.
///
/// Every row is in exactly one part. Cuts are rounded to the nearest row. The result depends on `n`, `fractions` and
/// `seed` alone.
///
/// ```
/// let [train, validation, test] = tapegrad_data::split(150, [0.8, 0.1, 0.1], 42);
/// assert_eq!((train.len(), validation.len(), test.len()), (120, 15, 15));
/// ```
///
/// # Panics
/// If a fraction is negative or not finite, or the fractions do not sum to 1 (within 1e-9).
#[must_use]
#[track_caller]
pub fn split<const PARTS: usize>(n: usize, fractions: [f64; PARTS], seed: u64) -> [Vec<usize>; PARTS] {
    let sum = checked_sum("split", &fractions);
    let order = generator(seed).permutation(n);
    let mut reached = 0.0;
    let mut start = 0;
    fractions.map(|fraction| {
        reached += fraction;
        let end = (reached / sum * n as f64).round() as usize;
        let part = order[start..end].to_vec();
        start = end;
        part
    })
}

/// As [`split`], each part with the same share of every class: of each class, a part has its fraction to within one row.
///
/// `classes` gives the class of each row, in order: numbers, strings, whatever can be sorted. What the fraction of a
/// small class leaves over goes where rows are wanting most, so that the parts as a whole keep their fractions too. Each
/// part is in random order.
///
/// ```
/// let classes = [vec!["cat"; 90], vec!["dog"; 10]].concat();
/// let [train, test] = tapegrad_data::split_stratified(&classes, [0.8, 0.2], 42);
/// assert_eq!((train.len(), test.len()), (80, 20));
/// assert_eq!(test.iter().filter(|&&row| classes[row] == "dog").count(), 2);
/// ```
///
/// # Panics
/// As [`split`].
#[must_use]
#[track_caller]
pub fn split_stratified<C: Ord, const PARTS: usize>(
    classes: impl IntoIterator<Item = C>,
    fractions: [f64; PARTS],
    seed: u64,
) -> [Vec<usize>; PARTS] {
    let sum = checked_sum("split_stratified", &fractions);
    let mut rng = generator(seed);
    let mut parts = [const { Vec::new() }; PARTS];
    let mut reached = 0;
    let mut classes = rows_by(classes);
    // Which part gets what a class leaves over depends on the classes before it.
    rng.shuffle(&mut classes);
    for mut rows in classes {
        rng.shuffle(&mut rows);
        reached += rows.len();
        let shares = fractions.map(|fraction| fraction / sum * rows.len() as f64);
        let mut counts = shares.map(|share| whole(share) as usize);
        // A part gets at most one row more than its share rounded down, and only if something was cut off.
        let mut open = shares.map(|share| share - whole(share) > ROUNDING);
        for _ in counts.iter().sum()..rows.len() {
            let wanting =
                |part: usize| fractions[part] / sum * reached as f64 - (parts[part].len() + counts[part]) as f64;
            // Of several that want as much, the first.
            let part = (0..PARTS)
                .filter(|&part| open[part])
                .reduce(|a, b| if wanting(b) > wanting(a) { b } else { a })
                .expect("a row is left over only if some part was cut off");
            counts[part] += 1;
            open[part] = false;
        }
        let mut rest = rows.as_slice();
        for (part, count) in parts.iter_mut().zip(counts) {
            let (head, tail) = rest.split_at(count);
            part.extend_from_slice(head);
            rest = tail;
        }
    }
    // Else every part would have its rows class by class.
    parts.iter_mut().for_each(|part| rng.shuffle(part));
    parts
}

/// As [`split`], with all rows of one group in one part: what must not leak from training into the test, such as several
/// sales of one house or several images of one patient.
///
/// The fractions are those of the groups. `groups` gives the group of each row, in order. The rows of a part are in
/// rising order.
///
/// ```
/// let patients = [7, 7, 3, 5, 5, 5, 3, 8];
/// let [train, test] = tapegrad_data::split_by_group(patients, [0.75, 0.25], 1);
/// assert!(train.iter().all(|&a| test.iter().all(|&b| patients[a] != patients[b])));
/// ```
///
/// # Panics
/// As [`split`].
#[must_use]
#[track_caller]
pub fn split_by_group<G: Ord, const PARTS: usize>(
    groups: impl IntoIterator<Item = G>,
    fractions: [f64; PARTS],
    seed: u64,
) -> [Vec<usize>; PARTS] {
    let groups = rows_by(groups);
    split(groups.len(), fractions, seed).map(|part| {
        let mut rows: Vec<usize> = part.into_iter().flat_map(|group| groups[group].iter().copied()).collect();
        rows.sort_unstable();
        rows
    })
}

/// The rows of one round of cross-validation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// The rows to train on.
    pub train: Vec<usize>,
    /// The rows to measure on.
    pub validation: Vec<usize>,
}

/// The row numbers `0..n` in `k` rounds of cross-validation: each row is once in a validation part and `k - 1` times in a
/// training part. The validation parts differ by at most one row.
///
/// ```
/// let folds = tapegrad_data::k_fold(10, 4, 42);
/// assert_eq!(folds.iter().map(|fold| fold.validation.len()).collect::<Vec<_>>(), [3, 3, 2, 2]);
/// assert!(folds.iter().all(|fold| fold.train.len() + fold.validation.len() == 10));
/// ```
///
/// # Panics
/// If `k` is less than 2, or more than `n`.
#[must_use]
#[track_caller]
pub fn k_fold(n: usize, k: usize, seed: u64) -> Vec<Fold> {
    check_folds("k_fold", k, n, "rows");
    deal(generator(seed).permutation(n), k)
}

/// As [`k_fold`], with the same share of every class in each validation part, to within one row.
///
/// ```
/// let classes = [vec!["cat"; 8], vec!["dog"; 4]].concat();
/// for fold in tapegrad_data::k_fold_stratified(&classes, 4, 42) {
///     assert_eq!(fold.validation.len(), 3);
///     assert_eq!(fold.validation.iter().filter(|&&row| classes[row] == "dog").count(), 1);
/// }
/// ```
///
/// # Panics
/// As [`k_fold`].
#[must_use]
#[track_caller]
pub fn k_fold_stratified<C: Ord>(classes: impl IntoIterator<Item = C>, k: usize, seed: u64) -> Vec<Fold> {
    let mut classes = rows_by(classes);
    check_folds("k_fold_stratified", k, classes.iter().map(Vec::len).sum(), "rows");
    let mut rng = generator(seed);
    classes.iter_mut().for_each(|rows| rng.shuffle(rows));
    // Else a class of few rows would be in the same folds whatever the seed.
    rng.shuffle(&mut classes);
    // Dealt like cards, one class after the other: neither a class nor the whole differs by more than one row.
    let mut folds = deal(classes.concat(), k);
    for fold in &mut folds {
        rng.shuffle(&mut fold.train);
        rng.shuffle(&mut fold.validation);
    }
    folds
}

/// As [`k_fold`], with all rows of one group in one validation part. The largest groups are placed first, each where the
/// fewest rows are; the parts may still differ by more than one row.
///
/// ```
/// let patients = [7, 7, 3, 5, 5, 5, 3, 8];
/// for fold in tapegrad_data::k_fold_by_group(patients, 2, 42) {
///     assert_eq!(fold.validation.len(), 4);
///     assert!(fold.train.iter().all(|&a| fold.validation.iter().all(|&b| patients[a] != patients[b])));
/// }
/// ```
///
/// # Panics
/// If `k` is less than 2, or more than the number of groups.
#[must_use]
#[track_caller]
pub fn k_fold_by_group<G: Ord>(groups: impl IntoIterator<Item = G>, k: usize, seed: u64) -> Vec<Fold> {
    let mut groups = rows_by(groups);
    check_folds("k_fold_by_group", k, groups.len(), "groups");
    generator(seed).shuffle(&mut groups);
    // A stable sort: groups of one size stay in their random order.
    groups.sort_by_key(|rows| std::cmp::Reverse(rows.len()));
    let mut parts = vec![Vec::new(); k];
    for rows in groups {
        if let Some(smallest) = parts.iter_mut().min_by_key(|part| part.len()) {
            smallest.extend(rows);
        }
    }
    parts.iter_mut().for_each(|part: &mut Vec<usize>| part.sort_unstable());
    folds(parts)
}

/// The rows dealt to `k` validation parts in turn.
fn deal(order: Vec<usize>, k: usize) -> Vec<Fold> {
    folds((0..k).map(|part| order.iter().copied().skip(part).step_by(k).collect()).collect())
}

fn folds(parts: Vec<Vec<usize>>) -> Vec<Fold> {
    let fold = |held_out: usize| {
        let train = [&parts[..held_out], &parts[held_out + 1..]].concat().concat();
        Fold { train, validation: parts[held_out].clone() }
    };
    (0..parts.len()).map(fold).collect()
}

/// The rows of each class or group, in rising order; the classes themselves in sorted order.
fn rows_by<C: Ord>(classes: impl IntoIterator<Item = C>) -> Vec<Vec<usize>> {
    let mut rows: BTreeMap<C, Vec<usize>> = BTreeMap::new();
    for (row, class) in classes.into_iter().enumerate() {
        rows.entry(class).or_default().push(row);
    }
    rows.into_values().collect()
}

fn generator(seed: u64) -> Rng {
    Rng::keyed(Purpose::Split, seed, 0, 0)
}

/// So far a share may lie from an integer and still be meant as one: 0.1 * 30 is 3.0000000000000004.
const ROUNDING: f64 = 1e-6;

fn whole(share: f64) -> f64 {
    (share + ROUNDING).floor()
}

#[track_caller]
fn checked_sum(name: &str, fractions: &[f64]) -> f64 {
    let sum: f64 = fractions.iter().sum();
    assert!(
        fractions.iter().all(|&fraction| fraction >= 0.0) && (sum - 1.0).abs() <= 1e-9,
        "{name}: fractions {fractions:?} sum to {sum}, expected fractions from 0 to 1 that sum to 1"
    );
    sum
}

#[track_caller]
fn check_folds(name: &str, k: usize, n: usize, of: &str) {
    assert!((2..=n).contains(&k), "{name}: {k} folds of {n} {of}, expected from 2 to as many as there are {of}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(parts: &[Vec<usize>]) -> Vec<usize> {
        let mut rows = parts.concat();
        rows.sort_unstable();
        rows
    }

    fn all(n: usize) -> Vec<usize> {
        (0..n).collect()
    }

    /// 150 rows: 100 of class 0, 41 of class 1, 9 of class 2, mixed.
    fn classes() -> Vec<u8> {
        (0..150)
            .map(|row| {
                if row * 37 % 150 < 100 {
                    0
                } else if row * 37 % 150 < 141 {
                    1
                } else {
                    2
                }
            })
            .collect()
    }

    fn count(rows: &[usize], classes: &[u8], class: u8) -> usize {
        rows.iter().filter(|&&row| classes[row] == class).count()
    }

    #[test]
    fn every_row_is_in_exactly_one_part() {
        for n in [0, 1, 7, 150, 1001] {
            let parts = split(n, [0.7, 0.0, 0.15, 0.15], 11);
            assert!(parts[1].is_empty());
            assert!((parts[0].len() as f64 - 0.7 * n as f64).abs() <= 0.5);
            assert_eq!(sorted(&parts), all(n));
        }
    }

    #[test]
    fn seeds_give_different_splits_and_one_seed_the_same() {
        let classes = classes();
        assert_eq!(split(50, [0.8, 0.2], 1), split(50, [0.8, 0.2], 1));
        assert_ne!(split(50, [1.0], 1), split(50, [1.0], 2));
        assert_ne!(split_stratified(&classes, [0.8, 0.2], 1), split_stratified(&classes, [0.8, 0.2], 2));
        assert_ne!(split_by_group(0..50, [0.8, 0.2], 1), split_by_group(0..50, [0.8, 0.2], 2));
        assert_ne!(k_fold(50, 5, 1), k_fold(50, 5, 2));
        assert_ne!(k_fold_stratified(&classes, 5, 1), k_fold_stratified(&classes, 5, 2));
        assert_ne!(k_fold_by_group(0..50, 5, 1), k_fold_by_group(0..50, 5, 2));
    }

    #[test]
    fn stratified_parts_have_each_class_by_its_fraction() {
        let classes = classes();
        for seed in 0..20 {
            let fractions = [0.8, 0.1, 0.1];
            let parts = split_stratified(&classes, fractions, seed);
            assert_eq!(sorted(&parts), all(150));
            for (part, fraction) in parts.iter().zip(fractions) {
                assert!((part.len() as f64 - fraction * 150.0).abs() <= 1.0, "{}", part.len());
                for (class, rows) in [(0, 100.0), (1, 41.0), (2, 9.0)] {
                    let share = fraction * rows;
                    assert!((count(part, &classes, class) as f64 - share).abs() < 1.0, "class {class}");
                }
            }
            assert!(!parts[0].is_sorted_by_key(|&row| classes[row]), "the classes are mixed");
        }
    }

    /// Rounding each class by itself would give the second part nothing at all.
    #[test]
    fn many_small_classes_still_fill_the_small_part() {
        let classes: Vec<usize> = (0..50).map(|row| row / 5).collect();
        let [train, test] = split_stratified(&classes, [0.9, 0.1], 3);
        assert_eq!((train.len(), test.len()), (45, 5));
    }

    /// Where the class of nine rows comes first, the first part is so far behind after it that it wants both of the other
    /// class, of which 0.8 are its share.
    #[test]
    fn a_part_that_is_behind_does_not_catch_up_with_one_class() {
        let classes = [vec![0; 9], vec![1; 2]].concat();
        for seed in 0..20 {
            let parts = split_stratified(&classes, [0.4, 0.2, 0.2, 0.2], seed);
            assert!(parts.iter().all(|part| count(part, &classes, 1) <= 1));
        }
    }

    #[test]
    fn fractions_that_are_exact_take_exact_counts() {
        for fractions in [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]] {
            let classes: Vec<usize> = (0..300).map(|row| row % 10).collect();
            let parts = split_stratified(&classes, fractions, 5);
            for (part, fraction) in parts.iter().zip(fractions) {
                for class in 0..10 {
                    let found = part.iter().filter(|&&row| classes[row] == class).count();
                    assert_eq!(found as f64, (fraction * 30.0_f64).round());
                }
            }
        }
    }

    #[test]
    fn groups_stay_together() {
        let groups: Vec<String> = (0..200).map(|row| format!("house {}", row * row % 61)).collect();
        let number = groups.iter().collect::<std::collections::BTreeSet<_>>().len();
        let parts = split_by_group(&groups, [0.6, 0.4], 4);
        assert_eq!(sorted(&parts), all(200));
        let of = |rows: &[usize]| rows.iter().map(|&row| &groups[row]).collect::<std::collections::BTreeSet<_>>();
        assert!(of(&parts[0]).is_disjoint(&of(&parts[1])));
        assert_eq!(of(&parts[0]).len(), (0.6 * number as f64).round() as usize);

        let folds = k_fold_by_group(&groups, 5, 4);
        for fold in &folds {
            assert!(of(&fold.train).is_disjoint(&of(&fold.validation)));
            assert!((30..=50).contains(&fold.validation.len()), "{}", fold.validation.len());
        }
    }

    #[test]
    fn each_row_is_validated_once_and_trained_on_otherwise() {
        let classes = classes();
        for folds in [k_fold(150, 7, 1), k_fold_stratified(&classes, 7, 1), k_fold_by_group(&classes, 3, 1)] {
            let validated: Vec<Vec<usize>> = folds.iter().map(|fold| fold.validation.clone()).collect();
            assert_eq!(sorted(&validated), all(150));
            for fold in &folds {
                assert_eq!(sorted(&[fold.train.clone(), fold.validation.clone()]), all(150));
            }
        }
    }

    #[test]
    fn stratified_folds_differ_by_one_row_at_most() {
        let classes = classes();
        let folds = k_fold_stratified(&classes, 7, 2);
        for (class, rows) in [(0, 100), (1, 41), (2, 9)] {
            for fold in &folds {
                let found = count(&fold.validation, &classes, class);
                assert!(found == rows / 7 || found == rows / 7 + 1, "class {class}: {found}");
            }
        }
        assert!(folds.iter().all(|fold| fold.validation.len() == 21 || fold.validation.len() == 22));
    }

    /// A tenth of the seeds has a class in the test part: that none of 100 has it comes once in 37,000 times.
    #[test]
    fn each_class_of_one_row_is_in_the_small_part_for_some_seed() {
        let (mut tested, mut validated) = ([0; 10], [0; 10]);
        for seed in 0..100 {
            let [train, test] = split_stratified(0..10, [0.9, 0.1], seed);
            assert_eq!((train.len(), test.len()), (9, 1));
            tested[test[0]] += 1;
            let first = &k_fold_stratified(0..10, 5, seed)[0];
            assert_eq!(first.validation.len(), 2);
            first.validation.iter().for_each(|&row| validated[row] += 1);
        }
        assert!(!tested.contains(&0), "{tested:?}");
        assert!(!validated.contains(&0), "{validated:?}");
    }

    #[test]
    #[should_panic(expected = "expected fractions from 0 to 1 that sum to 1")]
    fn fractions_that_do_not_sum_to_one_are_refused() {
        let _ = split(10, [0.8, 0.3], 0);
    }

    #[test]
    #[should_panic(expected = "split_stratified: fractions [NaN, 1.0] sum to NaN")]
    fn fractions_that_are_not_numbers_are_refused() {
        let _ = split_stratified(0..10, [f64::NAN, 1.0], 0);
    }

    #[test]
    #[should_panic(expected = "k_fold_by_group: 4 folds of 3 groups, expected from 2 to as many as there are groups")]
    fn more_folds_than_groups_are_refused() {
        let _ = k_fold_by_group([1, 2, 3, 1, 2, 3], 4, 0);
    }
}
