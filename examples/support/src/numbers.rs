//! Plain numbers beside the tape's: statistics, the closed form of least squares, and their comparison.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

/// Asserts that two numbers agree to a part of their size.
///
/// # Panics
/// If they do not.
#[track_caller]
pub fn assert_close(what: &str, found: f64, expected: f64, part: f64) {
    assert!(
        (found - expected).abs() <= part * expected.abs(),
        "{what}: {found}, expected {expected} to a part in {part:e}"
    );
}

/// `count` numbers from `from` to `to`, both included.
#[must_use]
pub fn spread(from: f64, to: f64, count: usize) -> Vec<f64> {
    (0..count).map(|i| from + (to - from) * i as f64 / (count - 1) as f64).collect()
}

/// Mean and deviation, of all numbers there are: the sum of squares is divided by their count N, not by N - 1.
#[must_use]
pub fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt())
}

/// Each column with its mean taken out and divided by its deviation, both those of the same column of `of`. The deviation is that of
/// all numbers there are: it divides by N, where `Tensor::std` divides by N - 1. A column that is the same throughout is not divided.
#[must_use]
pub fn standardised(x: &Array2<f64>, of: &Array2<f64>) -> Array2<f64> {
    let deviations = of.std_axis(Axis(0), 0.0).mapv(|deviation| if deviation > 0.0 { deviation } else { 1.0 });
    (x - &(of.sum_axis(Axis(0)) / of.nrows() as f64)) / &deviations
}

/// The columns with x0 = 1 in front.
#[must_use]
pub fn with_ones(x: &Array2<f64>) -> Array2<f64> {
    Array2::from_shape_fn((x.nrows(), x.ncols() + 1), |(i, j)| if j == 0 { 1.0 } else { x[[i, j - 1]] })
}

/// How often each class was taken for each, \[true class, predicted class\], from pairs of both.
///
/// # Panics
/// If a class is not below `classes`.
#[must_use]
#[track_caller]
pub fn confusion(classes: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Array2<u64> {
    let mut counts = Array2::zeros((classes, classes));
    for pair in pairs {
        counts[pair] += 1;
    }
    counts
}

/// The share of the [`confusion`] that lies on the diagonal, in percent.
#[must_use]
pub fn percent_right(confusion: &Array2<u64>) -> f64 {
    100.0 * confusion.diag().sum() as f64 / confusion.sum() as f64
}

/// The weights w that make the sum of (X w - y)^2 least: the solution of X^T X w = X^T y by elimination. The columns of X should be
/// of one size, for squares of large numbers leave few digits for small ones.
///
/// # Panics
/// If a column is a sum of multiples of others: then there are many solutions.
#[must_use]
#[track_caller]
pub fn least_squares(x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>) -> Array1<f64> {
    let n = x.ncols();
    let mut a = x.t().dot(&x);
    let mut w = x.t().dot(&y);
    let size = a.diag().iter().fold(0.0, |m: f64, v| m.max(*v));
    // X^T X is symmetric and positive, so the diagonal serves as it comes.
    for i in 0..n {
        assert!(a[[i, i]] > 1e-12 * size, "least_squares: column {i} is a sum of multiples of those before");
        let (row, right) = (a.row(i).to_owned(), w[i]);
        for j in (0..n).filter(|&j| j != i) {
            let factor = -a[[j, i]] / row[i];
            a.row_mut(j).scaled_add(factor, &row);
            w[j] += factor * right;
        }
    }
    w / a.diag()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn spread_includes_both_ends() {
        assert_eq!(spread(-1.0, 1.0, 5), [-1.0, -0.5, 0.0, 0.5, 1.0]);
    }

    #[test]
    fn moments_divide_by_the_count() {
        assert_eq!(moments(&[1.0, 3.0]), (2.0, 1.0));
    }

    #[test]
    fn standardised_columns_are_those_of_the_other_table() {
        let of = array![[1.0, 10.0], [3.0, 30.0]];
        assert_eq!(standardised(&of, &of), array![[-1.0, -1.0], [1.0, 1.0]]);
        assert_eq!(with_ones(&standardised(&array![[4.0, 20.0]], &of)), array![[1.0, 2.0, 0.0]]);
    }

    #[test]
    fn standardised_leaves_a_column_without_deviation_undivided() {
        assert_eq!(standardised(&array![[3.0], [5.0]], &array![[3.0], [3.0]]), array![[0.0], [2.0]]);
    }

    #[test]
    fn confusion_counts_the_true_class_by_row() {
        let counts = confusion(2, [(0, 0), (0, 1), (0, 1), (1, 1)]);
        assert_eq!((&counts, percent_right(&counts)), (&array![[1, 2], [0, 1]], 50.0));
    }

    /// The three points (0, 6), (1, 0), (2, 0): the best line is 5 - 3 x.
    #[test]
    fn least_squares_finds_the_best_line() {
        let w = least_squares(array![[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]].view(), array![6.0, 0.0, 0.0].view());
        assert!((w - array![5.0, -3.0]).iter().all(|error| error.abs() < 1e-14));
    }

    #[test]
    #[should_panic(expected = "column 1 is a sum of multiples")]
    fn dependent_columns_are_refused() {
        let _ = least_squares(array![[1.0, 2.0], [2.0, 4.0]].view(), array![1.0, 2.0].view());
    }

    #[test]
    #[should_panic(expected = "slope: 1.1, expected 1")]
    fn a_difference_is_noticed() {
        assert_close("slope", 1.1, 1.0, 0.01);
    }
}
