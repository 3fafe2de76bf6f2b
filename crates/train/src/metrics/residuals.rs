//! Errors of predicted numbers, from sums that are kept batch by batch.

use super::given::numbers;
use tapegrad_core::{Tensor, fail};

/// What is needed of predicted numbers for [`mae`](Residuals::mae), [`rmse`](Residuals::rmse) and [`r2`](Residuals::r2). All elements
/// count the same, whatever the shape.
///
/// ```
/// use tapegrad_core::tensor;
/// use tapegrad_train::metrics::Residuals;
/// let mut residuals = Residuals::new();
/// residuals.add(&tensor![2.5, 0.0], &tensor![3.0, -0.5]);
/// residuals.add(&tensor![2.0, 8.0], &tensor![2.0, 7.0]);
/// assert_eq!(residuals.mae(), 0.5);
/// assert!((residuals.r2() - 0.948_608_137).abs() < 1e-9);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Residuals {
    count: f64,
    absolute: f64,
    squared: f64,
    /// The mean of the true numbers, and the sum of their squared distances from it.
    mean: f64,
    spread: f64,
}

impl Residuals {
    /// With nothing counted yet.
    pub fn new() -> Self {
        Residuals::default()
    }

    /// Of these predictions.
    ///
    /// # Panics
    /// If the shapes differ, or a tensor is of type bool.
    #[track_caller]
    pub fn of(predicted: &Tensor, truth: &Tensor) -> Self {
        let mut residuals = Residuals::new();
        residuals.add(predicted, truth);
        residuals
    }

    /// Counts these predictions too.
    ///
    /// # Panics
    /// If the shapes differ, or a tensor is of type bool.
    #[track_caller]
    pub fn add(&mut self, predicted: &Tensor, truth: &Tensor) {
        if predicted.shape() != truth.shape() {
            fail!("Residuals: predicted {:?} and true {:?}, expected one shape", predicted.shape(), truth.shape());
        }
        let (predicted, truth) = (numbers("Residuals", predicted), numbers("Residuals", truth));
        for (p, t) in predicted.into_iter().zip(truth) {
            self.absolute += (p - t).abs();
            self.squared += (p - t).powi(2);
            // Welford, 1962: no difference of large sums.
            self.count += 1.0;
            let from_old = t - self.mean;
            self.mean += from_old / self.count;
            self.spread += from_old * (t - self.mean);
        }
    }

    /// The mean absolute error; NaN of nothing.
    pub fn mae(&self) -> f64 {
        self.absolute / self.count
    }

    /// The root of the mean squared error; NaN of nothing.
    pub fn rmse(&self) -> f64 {
        (self.squared / self.count).sqrt()
    }

    /// `1 - sum (p - t)^2 / sum (t - mean t)^2`, the coefficient of determination: 1 for predictions without error, 0 for those that
    /// are as good as the mean, without bound below. Where the true numbers are all the same, 1 without error and 0 with; NaN of
    /// fewer than two numbers. As scikit-learn has it.
    pub fn r2(&self) -> f64 {
        match (self.count < 2.0, self.spread == 0.0) {
            (true, _) => f64::NAN,
            (_, true) if self.squared == 0.0 => 1.0,
            (_, true) if self.squared > 0.0 => 0.0,
            _ => 1.0 - self.squared / self.spread,
        }
    }
}
