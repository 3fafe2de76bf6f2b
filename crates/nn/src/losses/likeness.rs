//! What is to be near to what, or above it.

use super::AsTensor;
use crate::Forward;
use tapegrad_core::{Tensor, TripletMarginOptions};

loss! {
    /// x where the target is 1, max(0, margin - x) where it is -1, x being a distance. See [`Tensor::hinge_embedding_loss_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, HingeEmbeddingLoss};
    /// let loss = HingeEmbeddingLoss::new().margin(2.0);
    /// assert_eq!(loss.call(&(tensor![0.5, 0.5], tensor![1.0, -1.0])).item(), (0.5 + 1.5) / 2.0);
    /// ```
    HingeEmbeddingLoss {
        /// How far apart is far enough, 1.
        margin: f64 = 1.0
    }
}

impl<X: AsTensor, Y: AsTensor> Forward<(X, Y)> for HingeEmbeddingLoss {
    fn forward(&self, (x, y): &(X, Y)) -> Tensor {
        x.as_tensor().hinge_embedding_loss_with(y.as_tensor(), self.margin, self.reduction)
    }
}

loss! {
    /// 1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1: of vectors `[N, D]` and a target `[N]`, or
    /// `[D]` and `[]`. See [`Tensor::cosine_embedding_loss_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{CosineEmbeddingLoss, Forward};
    /// let loss = CosineEmbeddingLoss::new().margin(0.5);
    /// let (x1, x2) = (tensor![[1.0, 0.0], [0.0, 2.0]], tensor![[0.0, 3.0], [0.0, 1.0]]);
    /// assert!((loss.call(&(x1, x2, tensor![1.0, -1.0])).item() - (1.0 + 0.5) / 2.0).abs() < 1e-6);
    /// ```
    CosineEmbeddingLoss {
        /// The cosine that is small enough, 0.
        margin: f64 = 0.0
    }
}

impl<X1: AsTensor, X2: AsTensor, Y: AsTensor> Forward<(X1, X2, Y)> for CosineEmbeddingLoss {
    fn forward(&self, (x1, x2, y): &(X1, X2, Y)) -> Tensor {
        x1.as_tensor().cosine_embedding_loss_with(x2.as_tensor(), y.as_tensor(), self.margin, self.reduction)
    }
}

loss! {
    /// max(0, margin - y (x1 - x2)): scores x1 are to be larger than x2 where the target y is 1, smaller where it is -1. See
    /// [`Tensor::margin_ranking_loss_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, MarginRankingLoss};
    /// let loss = MarginRankingLoss::new().margin(0.5);
    /// let (x1, x2) = (tensor![3.0, 1.0], tensor![1.0, 2.0]);
    /// assert_eq!(loss.call(&(x1, x2, tensor![1.0, 1.0])).item(), (0.0 + 1.5) / 2.0);
    /// ```
    MarginRankingLoss {
        /// By how much, 0.
        margin: f64 = 0.0
    }
}

impl<X1: AsTensor, X2: AsTensor, Y: AsTensor> Forward<(X1, X2, Y)> for MarginRankingLoss {
    fn forward(&self, (x1, x2, y): &(X1, X2, Y)) -> Tensor {
        x1.as_tensor().margin_ranking_loss_with(x2.as_tensor(), y.as_tensor(), self.margin, self.reduction)
    }
}

loss! {
    /// max(0, |a - p| - |a - n| + margin), of anchors a, their positives p and negatives n, each `[N, D]` or `[D]`. See
    /// [`Tensor::triplet_margin_loss_with`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// use tapegrad_nn::{Forward, TripletMarginLoss};
    /// let loss = TripletMarginLoss::new().margin(0.5).swap();
    /// let (anchor, positive, negative) = (tensor![[0.0, 0.0]], tensor![[0.0, 1.0]], tensor![[0.0, 2.0]]);
    /// assert!((loss.call(&(anchor, positive, negative)).item() - 0.5).abs() < 1e-5);
    /// ```
    TripletMarginLoss {
        /// By how much the positive is to be nearer than the negative, 1.
        margin: f64 = 1.0,
        /// The order of the distances, 2.
        p: f64 = 2.0,
        /// What is added to the differences, 1e-6.
        eps: f64 = 1e-6;
        /// Whether the negative counts as near as the nearer of anchor and positive finds it.
        swap: bool = false
    }
}

impl TripletMarginLoss {
    /// The negative counts as near as the nearer of anchor and positive finds it.
    #[must_use]
    pub fn swap(self) -> Self {
        TripletMarginLoss { swap: true, ..self }
    }
}

impl<A: AsTensor, P: AsTensor, N: AsTensor> Forward<(A, P, N)> for TripletMarginLoss {
    fn forward(&self, (anchor, positive, negative): &(A, P, N)) -> Tensor {
        let &TripletMarginLoss { margin, p, eps, swap, reduction } = self;
        let options = TripletMarginOptions { margin, p, eps, swap, reduction };
        anchor.as_tensor().triplet_margin_loss_with(positive.as_tensor(), negative.as_tensor(), &options)
    }
}
