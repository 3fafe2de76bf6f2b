//! Vectors that are to lie nearer to one vector than to another.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

/// The options of [`Tensor::triplet_margin_loss_with`].
#[derive(Clone, Copy, Debug)]
pub struct TripletMarginOptions {
    /// By how much the positive is to be nearer than the negative.
    pub margin: f64,
    /// The order of the distances ([`Tensor::pairwise_distance`]).
    pub p: f64,
    /// Added to the differences, so that the distance of a vector from itself has a derivative.
    pub eps: f64,
    /// Whether the negative counts as near as the nearer of anchor and positive finds it (V. Balntas and others, "Learning
    /// local feature descriptors with triplets and shallow convolutional neural networks", 2016).
    pub swap: bool,
    /// What becomes of the triplets' losses.
    pub reduction: Reduction,
}

impl Default for TripletMarginOptions {
    fn default() -> Self {
        TripletMarginOptions { margin: 1.0, p: 2.0, eps: 1e-6, swap: false, reduction: Reduction::Mean }
    }
}

impl Tensor {
    /// The mean over the triplets of max(0, |a - p| - |a - n| + 1), with these anchors a, their positives p and negatives n, each
    /// `[N, D]` or `[D]`.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (anchor, positive, negative) = (tensor![[0.0, 0.0]], tensor![[0.0, 2.0]], tensor![[2.5, 0.0]]);
    /// assert!((anchor.triplet_margin_loss(&positive, &negative).item() - 0.5).abs() < 1e-5);
    /// ```
    ///
    /// # Panics
    /// If the three differ in shape or type, are not f32 or f64, or are scalars.
    #[must_use]
    #[track_caller]
    pub fn triplet_margin_loss(&self, positive: &Tensor, negative: &Tensor) -> Tensor {
        self.triplet_margin_loss_with(positive, negative, &TripletMarginOptions::default())
    }

    /// As [`Tensor::triplet_margin_loss`], with options. The derivative at the margin itself is 0.
    ///
    /// # Panics
    /// As [`Tensor::triplet_margin_loss`].
    #[must_use]
    #[track_caller]
    pub fn triplet_margin_loss_with(
        &self,
        positive: &Tensor,
        negative: &Tensor,
        options: &TripletMarginOptions,
    ) -> Tensor {
        check_float("triplet_margin_loss", self);
        for (name, other) in [("positive", positive), ("negative", negative)] {
            if (self.shape(), self.dtype()) != (other.shape(), other.dtype()) {
                let [anchor, other] = [self, other].map(|x| format!("{} {:?}", x.dtype(), x.shape()));
                fail!("triplet_margin_loss: anchor {anchor} and {name} {other} differ");
            }
        }
        if self.ndim() == 0 {
            fail!("triplet_margin_loss: anchor [], expected vectors [N, D] or [D]");
        }
        let near = self.pairwise_distance(positive, options.p, options.eps);
        let mut far = self.pairwise_distance(negative, options.p, options.eps);
        if options.swap {
            far = far.minimum(positive.pairwise_distance(negative, options.p, options.eps));
        }
        options.reduction.of((near - far + options.margin).relu())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "triplet_margin_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "max(0, |a - p| - |a - n| + margin), reduced",
    derivative: "g d|a - p| - g d|a - n| where the loss is positive",
    kind: Derivative::Curved,
    samples: || {
        fn inputs(rows: usize) -> [Tensor; 3] {
            let shape = [rows, 3];
            [spread(shape, -2.0, 2.0), spread(shape, 2.5, -1.0), spread_around(shape, 0.5, 2.0)]
        }
        vec![
            Sample::new("plain", inputs(4), |x| x[0].triplet_margin_loss(&x[1], &x[2])),
            Sample::new("order 3, margin", inputs(4), |x| {
                let options =
                    TripletMarginOptions { margin: 2.3, p: 3.0, reduction: Reduction::None, ..Default::default() };
                x[0].triplet_margin_loss_with(&x[1], &x[2], &options)
            }),
            Sample::new("swap", inputs(4), |x| {
                let options = TripletMarginOptions { margin: 2.3, swap: true, ..Default::default() };
                x[0].triplet_margin_loss_with(&x[1], &x[2], &options)
            }),
            Sample::new("size 1", [spread([1], 0.0, 1.0), spread([1], 3.0, 4.0), spread([1], 1.5, 2.0)], |x| {
                x[0].triplet_margin_loss(&x[1], &x[2])
            }),
            Sample::new("size 0", inputs(0), |x| {
                let options = TripletMarginOptions { reduction: Reduction::Sum, ..Default::default() };
                x[0].triplet_margin_loss_with(&x[1], &x[2], &options)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 3]).triplet_margin_loss(&Tensor::zeros([2, 3]), &Tensor::zeros([1, 3])),
                "triplet_margin_loss: anchor f32 [2, 3] and negative f32 [1, 3] differ"
            ),
            misuse!(
                Tensor::zeros([]).triplet_margin_loss(&Tensor::zeros([]), &Tensor::zeros([])),
                "triplet_margin_loss: anchor [], expected vectors [N, D] or [D]"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "at the margin",
            inputs: vec![Tensor::from([0.0]), Tensor::from([1.0]), Tensor::from([-2.0])],
            call: |x| {
                let options = TripletMarginOptions { eps: 0.0, ..Default::default() };
                x[0].triplet_margin_loss_with(&x[1], &x[2], &options)
            },
            gradients: vec![vec![0.0], vec![0.0], vec![0.0]],
        }]
    },
};
