//! How good predictions are.
//!
//! What can be counted is added up batch by batch: [`Confusion`] for classes and masks, [`Residuals`] for numbers,
//! [`Detections`] for boxes. What depends on the order of all scores ([`roc_auc`], [`average_precision`]) needs them all at once.
//! Each agrees with scikit-learn's where that has it, and says what it is where it is not defined: NaN, not an error, since a
//! measure is taken in the middle of a training.
//!
//! Predicted classes are given as classes (I64 or Bool, in the shape of the true ones) or as scores, with the classes along axis 1
//! as a cross-entropy takes them: `[n, k]` for `[n]`, `[n, k, h, w]` for `[n, h, w]`. The highest score counts, of several the first.
//!
//! ```
//! use tapegrad_core::tensor;
//! use tapegrad_train::metrics::{Average, Confusion, accuracy};
//!
//! let (scores, classes) = (tensor![[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]], tensor![0, 0, 1]);
//! assert_eq!(accuracy(&scores, &classes), 2.0 / 3.0);
//!
//! let mut table = Confusion::new(2);
//! table.add(&scores, &classes); // and every other batch
//! assert_eq!(table.precision(Average::Class(1)), 0.5);
//! assert_eq!(table.recall(Average::Class(1)), 1.0);
//! ```

mod clusters;
mod confusion;
mod detection;
mod given;
mod ranking;
mod residuals;
mod suppression;

pub use clusters::{adjusted_rand, purity};
pub use confusion::{Average, Confusion, accuracy};
pub use detection::{Detection, Detections, GroundTruth, box_iou};
pub use ranking::{average_precision, roc_auc, top_k_accuracy};
pub use residuals::Residuals;
pub use suppression::non_maximum_suppression;
