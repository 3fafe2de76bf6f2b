//! Which classes are taken for which, and all that follows from those counts: accuracy, precision, recall, F1, IoU, Dice.
//!
//! A mask is a picture of classes, so measures of masks are the same counts over pixels.

use ndarray::{Array2, Axis};

use super::given::{Classes, predicted_and_true};
use tapegrad_core::{Tensor, fail};

/// Which classes a measure is of. Classes that are neither predicted nor true anywhere are left out of `Macro`, as if they were not
/// there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// One class against all others; of two classes usually 1, the positive one.
    Class(usize),
    /// The mean over the classes, each counting the same.
    Macro,
    /// Of the sums of all classes' counts. For precision, recall and F1 that is the accuracy.
    Micro,
    /// The mean over the classes, each counting as often as it is true.
    Weighted,
}

/// How often each true class was predicted as each.
///
/// A class that is true but never predicted has precision 0, one that is predicted but never true has recall 0, as scikit-learn has
/// it; of a class that is neither, and of nothing at all, every measure is NaN. So is every measure of a table that was given scores
/// with a NaN among them: a broken model has no accuracy.
///
/// ```
/// use tapegrad_core::tensor;
/// use tapegrad_train::metrics::{Average, Confusion};
/// let table = Confusion::of(&tensor![0, 1, 1, 2], &tensor![0, 0, 1, 2]);
/// assert_eq!(table.counts(), ndarray::array![[1, 1, 0], [0, 1, 0], [0, 0, 1]]);
/// assert_eq!(table.iou(Average::Class(1)), 0.5);
/// assert_eq!(table.iou(Average::Macro), (0.5 + 0.5 + 1.0) / 3.0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    counts: Array2<u64>,
    has_nan: bool,
}

/// What is counted of one class.
#[derive(Clone, Copy, Default)]
struct Counts {
    right: u64,
    predicted: u64,
    truth: u64,
}

impl Confusion {
    /// A table of `classes` classes, with nothing counted yet.
    ///
    /// # Panics
    /// If no memory can be large enough for the square of that.
    #[track_caller]
    pub fn new(classes: usize) -> Self {
        if classes.checked_mul(classes).is_none_or(|counts| counts > isize::MAX as usize / size_of::<u64>()) {
            fail!("Confusion: {classes} classes, whose pairs are more than memory can hold");
        }
        Confusion { counts: Array2::zeros((classes, classes)), has_nan: false }
    }

    /// The table of these predictions: of as many classes as there are scores, or as the largest class that comes.
    ///
    /// # Panics
    /// If the shapes do not go together (see [`metrics`](super)), a true class has no score, or there are too many classes for
    /// [`Confusion::new`].
    #[track_caller]
    pub fn of(predicted: &Tensor, truth: &Tensor) -> Self {
        let given = predicted_and_true("Confusion", predicted, truth);
        let largest = given.predicted.iter().chain(&given.truth).max();
        let mut table = Confusion::new(given.scored.unwrap_or_else(|| largest.map_or(0, |most| most + 1)));
        table.count(&given);
        table
    }

    /// Counts these predictions too.
    ///
    /// # Panics
    /// If the shapes do not go together (see [`metrics`](super)), or a class is not one of the table's.
    #[track_caller]
    pub fn add(&mut self, predicted: &Tensor, truth: &Tensor) {
        self.count(&predicted_and_true("Confusion", predicted, truth));
    }

    #[track_caller]
    fn count(&mut self, Classes { predicted, truth, has_nan, .. }: &Classes) {
        let classes = self.counts.nrows();
        if let Some(class) = predicted.iter().chain(truth).find(|class| **class >= classes) {
            fail!("Confusion: a class is {class}, expected less than {classes}");
        }
        for (&predicted, &truth) in predicted.iter().zip(truth) {
            self.counts[(truth, predicted)] += 1;
        }
        self.has_nan |= has_nan;
    }

    /// How often, by \[true class, predicted class\].
    pub fn counts(&self) -> &Array2<u64> {
        &self.counts
    }

    /// The share of predictions that are right.
    pub fn accuracy(&self) -> f64 {
        if self.has_nan {
            return f64::NAN;
        }
        self.counts.diag().sum() as f64 / self.counts.sum() as f64
    }

    /// `TP / (TP + FP)`: the share of predictions of a class that are right.
    ///
    /// # Panics
    /// If a class is asked for that the table does not have.
    #[track_caller]
    pub fn precision(&self, average: Average) -> f64 {
        self.measure(average, |counts| (counts.right, counts.predicted))
    }

    /// `TP / (TP + FN)`: the share of a class that is found. Its `Macro` mean is also called balanced accuracy.
    ///
    /// # Panics
    /// If a class is asked for that the table does not have.
    #[track_caller]
    pub fn recall(&self, average: Average) -> f64 {
        self.measure(average, |counts| (counts.right, counts.truth))
    }

    /// `2 TP / (2 TP + FP + FN)`: the harmonic mean of precision and recall. Of masks, the Dice coefficient.
    ///
    /// # Panics
    /// If a class is asked for that the table does not have.
    #[doc(alias = "dice")]
    #[track_caller]
    pub fn f1(&self, average: Average) -> f64 {
        self.measure(average, |counts| (2 * counts.right, counts.predicted + counts.truth))
    }

    /// `TP / (TP + FP + FN)`: intersection over union, or the Jaccard index.
    ///
    /// # Panics
    /// If a class is asked for that the table does not have.
    #[doc(alias = "jaccard")]
    #[track_caller]
    pub fn iou(&self, average: Average) -> f64 {
        self.measure(average, |counts| (counts.right, counts.predicted + counts.truth - counts.right))
    }

    #[track_caller]
    fn measure(&self, average: Average, ratio: fn(&Counts) -> (u64, u64)) -> f64 {
        let (truth, predicted) = (self.counts.sum_axis(Axis(1)), self.counts.sum_axis(Axis(0)));
        let of = |c: usize| Counts { right: self.counts[(c, c)], predicted: predicted[c], truth: truth[c] };
        let value = |counts: Counts| {
            let (part, whole) = ratio(&counts);
            // A part of nothing: of a class that there is, it is nothing.
            if whole == 0 && counts.predicted + counts.truth > 0 { 0.0 } else { part as f64 / whole as f64 }
        };
        let classes = 0..self.counts.nrows();
        let there = classes.clone().map(of).filter(|counts| counts.predicted + counts.truth > 0);
        match average {
            Average::Class(class) if !classes.contains(&class) => {
                fail!("Confusion: class {class} was asked for, expected less than {}", classes.end)
            }
            _ if self.has_nan => f64::NAN,
            Average::Class(class) => value(of(class)),
            Average::Macro => {
                let (sum, n) = there.fold((0.0, 0.0), |(sum, n), counts| (sum + value(counts), n + 1.0));
                sum / n
            }
            Average::Micro => value(there.fold(Counts::default(), |a, b| Counts {
                right: a.right + b.right,
                predicted: a.predicted + b.predicted,
                truth: a.truth + b.truth,
            })),
            Average::Weighted => {
                let sum: f64 = there.map(|counts| value(counts) * counts.truth as f64).sum();
                sum / truth.sum() as f64
            }
        }
    }
}

/// The share of predictions that are right; NaN of none, and of scores with a NaN among them.
///
/// # Panics
/// If the shapes do not go together (see [`metrics`](super)).
#[track_caller]
pub fn accuracy(predicted: &Tensor, truth: &Tensor) -> f64 {
    let Classes { predicted, truth, has_nan, .. } = predicted_and_true("accuracy", predicted, truth);
    if has_nan {
        return f64::NAN;
    }
    let right = predicted.iter().zip(&truth).filter(|(p, t)| p == t).count();
    right as f64 / truth.len() as f64
}
