//! Plain numbers beside the tape's: statistics, the closed form of least squares, and their comparison.

use ndarray::{Array1, ArrayView1, ArrayView2};

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
