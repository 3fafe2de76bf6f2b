//! One of several classes.

use super::AsTensor;
use crate::{Buffer, Forward};
use tapegrad_core::{CrossEntropyOptions, MultiMarginOptions, NllLossOptions, Tensor};

/// The number in the target that stands for no class.
macro_rules! ignore_index {
    ($Loss:ident) => {
        impl $Loss {
            /// Rows of this class do not count; it need not be a class that exists. PyTorch has -100 where none is given, here it
            /// is none.
            #[must_use]
            pub fn ignore_index(self, class: i64) -> Self {
                $Loss { ignore_index: Some(class), ..self }
            }
        }
    };
}

loss! {
    /// -log softmax(x) of the target's class. Scores x are `[N, C]` and the target i64 `[N]`, or `[N, C, d..]` and `[N, d..]`, or
    /// `[C]` and `[]`; a float target of the scores' shape has probabilities. See [`Tensor::cross_entropy_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{CrossEntropyLoss, Forward};
    /// let loss = CrossEntropyLoss::new().weight(tensor![1.0, 3.0]).ignore_index(-1);
    /// let scores = tensor![[0.0, 0.0], [2.0, 2.0], [9.0, 1.0]];
    /// assert_eq!(loss.call(&(scores, tensor![0, 1, -1])).item() as f32, std::f32::consts::LN_2);
    /// ```
    CrossEntropyLoss {
        /// The share of the target, from 0 to 1, that is spread evenly over all classes, 0.
        label_smoothing: f64 = 0.0;
        /// A weight for each class, `[C]`.
        weight: Option<Buffer> = None,
        /// The class of rows that do not count.
        ignore_index: Option<i64> = None
    }
}
ignore_index!(CrossEntropyLoss);

weights! {
    CrossEntropyLoss {
        /// A weight for each class, `[C]`, of the scores' type. The mean is divided by the sum of the rows' weights.
        weight
    }
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for CrossEntropyLoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        let &CrossEntropyLoss { label_smoothing, ignore_index, reduction, .. } = self;
        let weight = self.weight.as_deref().cloned();
        let options = CrossEntropyOptions { reduction, ignore_index, label_smoothing, weight };
        x.as_tensor().cross_entropy_with(y.as_tensor(), &options)
    }
}

loss! {
    /// Minus the log-probability of the target's class. Log-probabilities are `[N, C]` and the target i64 `[N]`, or `[N, C, d..]` and
    /// `[N, d..]`, or `[C]` and `[]`. See [`Tensor::nll_loss_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, NLLLoss};
    /// let loss = NLLLoss::new().weight(tensor![1.0, 3.0]);
    /// let log_p = tensor![[-1.0, -2.0], [-3.0, -5.0]];
    /// assert_eq!(loss.call(&(log_p, tensor![0, 1])).item(), (1.0 + 3.0 * 5.0) / (1.0 + 3.0));
    /// ```
    NLLLoss {;
        /// A weight for each class, `[C]`.
        weight: Option<Buffer> = None,
        /// The class of rows that do not count.
        ignore_index: Option<i64> = None
    }
}
ignore_index!(NLLLoss);

weights! {
    NLLLoss {
        /// A weight for each class, `[C]`. The mean is divided by the sum of the rows' weights.
        weight
    }
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for NLLLoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        let &NLLLoss { ignore_index, reduction, .. } = self;
        let options = NllLossOptions { weight: self.weight.as_deref().cloned(), ignore_index, reduction };
        x.as_tensor().nll_loss_with(y.as_tensor(), &options)
    }
}

loss! {
    /// The sum over the wrong classes j of max(0, margin - x_y + x_j) / C, of scores x `[N, C]` and classes y, i64 `[N]`. See
    /// [`Tensor::multi_margin_loss_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, MultiMarginLoss};
    /// let loss = MultiMarginLoss::new().margin(2.0).squared();
    /// assert_eq!(loss.call(&(tensor![[0.0, 1.0]], tensor![0])).item(), 4.5);
    /// ```
    MultiMarginLoss {
        /// By how much the right score is to be larger, 1.
        margin: f64 = 1.0;
        /// Whether each excess is squared: PyTorch's `p=2`.
        squared: bool = false,
        /// A weight for each class, `[C]`.
        weight: Option<Buffer> = None
    }
}

impl MultiMarginLoss {
    /// With the square of each excess: PyTorch's `p=2`.
    #[must_use]
    pub fn squared(self) -> Self {
        MultiMarginLoss { squared: true, ..self }
    }
}

weights! {
    MultiMarginLoss {
        /// A weight for each class, `[C]`: a factor of the losses of the rows of that class.
        weight
    }
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for MultiMarginLoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        let &MultiMarginLoss { squared, margin, reduction, .. } = self;
        let options = MultiMarginOptions { squared, margin, weight: self.weight.as_deref().cloned(), reduction };
        x.as_tensor().multi_margin_loss_with(y.as_tensor(), &options)
    }
}
