//! The cross-entropy of logits of two classes.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

/// The options of [`Tensor::binary_cross_entropy_with_logits_and`].
#[derive(Clone, Debug, Default)]
pub struct BinaryCrossEntropyOptions {
    /// A factor of each element's loss; broadcasts.
    pub weight: Option<Tensor>,
    /// A factor of the part of class 1, say for each of several questions; broadcasts.
    pub pos_weight: Option<Tensor>,
    /// What becomes of the elements' losses.
    pub reduction: Reduction,
}

impl Tensor {
    /// The mean of -(y log s + (1 - y) log(1 - s)), where s is the sigmoid of these logits and y the target's probability of
    /// class 1. Exact for logits of any size.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-1e4].binary_cross_entropy_with_logits(&tensor![1.0]).item(), 1e4);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn binary_cross_entropy_with_logits(&self, target: &Tensor) -> Tensor {
        self.binary_cross_entropy_with_logits_and(target, &BinaryCrossEntropyOptions::default())
    }

    /// As [`Tensor::binary_cross_entropy_with_logits`], with weights and a reduction.
    ///
    /// # Panics
    /// As [`Tensor::binary_cross_entropy_with_logits`]; if a weight does not broadcast.
    #[must_use]
    #[track_caller]
    pub fn binary_cross_entropy_with_logits_and(&self, target: &Tensor, options: &BinaryCrossEntropyOptions) -> Tensor {
        check_alike("binary_cross_entropy_with_logits", self, target);
        // -log s = softplus(-x), and -log(1 - s) = x + softplus(-x).
        let tail = (-self).softplus();
        let losses = match &options.pos_weight {
            None => (1 - target) * self + tail,
            Some(positive) => (1 - target) * self + (target * (positive - 1) + 1) * tail,
        };
        options.reduction.of(match &options.weight {
            Some(weight) => losses * weight,
            None => losses,
        })
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "binary_cross_entropy_with_logits",
    group: Group::Loss,
    types: Types::Floats,
    formula: "(1 - y) x + log(1 + e^-x), reduced",
    derivative: "g (sigmoid x - y) to x, -g x to y",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], 0.0, 1.0)], |x| {
                x[0].binary_cross_entropy_with_logits(&x[1])
            }),
            Sample::new("weights", [spread([2, 3], -2.0, 2.0), spread([2, 3], 0.0, 1.0), spread([3], 0.5, 2.0)], |x| {
                let reduction = Reduction::None;
                let (weight, pos_weight) = (Some(x[2].clone()), Some(x[2].square()));
                let options = BinaryCrossEntropyOptions { weight, pos_weight, reduction };
                x[0].binary_cross_entropy_with_logits_and(&x[1], &options)
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([1], 0.0, 1.0)], |x| {
                x[0].binary_cross_entropy_with_logits(&x[1])
            }),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], 0.0, 1.0)], |x| {
                x[0].binary_cross_entropy_with_logits(&x[1])
            }),
        ]
    },
    errors: || {
        vec![misuse!(
            Tensor::zeros([2]).binary_cross_entropy_with_logits(&Tensor::zeros([3])),
            "binary_cross_entropy_with_logits: prediction [2] and target [3] differ"
        )]
    },
    kinks: no_kinks,
};
