//! Scores of classes, of which the right one is to be larger than all others by a margin.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

/// The options of [`Tensor::multi_margin_loss_with`].
#[derive(Clone, Debug)]
pub struct MultiMarginOptions {
    /// Whether each excess is squared.
    pub squared: bool,
    /// By how much the right score is to be larger.
    pub margin: f64,
    /// A weight for each class, `[C]`: a factor of the losses of the rows of that class.
    pub weight: Option<Tensor>,
    /// What becomes of the rows' losses.
    pub reduction: Reduction,
}

impl Default for MultiMarginOptions {
    fn default() -> Self {
        MultiMarginOptions { squared: false, margin: 1.0, weight: None, reduction: Reduction::Mean }
    }
}

impl Tensor {
    /// The mean over the rows of sum over the wrong classes j of max(0, 1 - x_y + x_j) / C, with these scores x `[N, C]` and the
    /// right classes y, i64 `[N]` (K. Crammer and Y. Singer, "On the algorithmic implementation of multiclass kernel-based vector
    /// machines", 2001, with the sum in place of the largest).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[0.0, 0.5]].multi_margin_loss(&tensor![0]).item(), 0.75);
    /// ```
    ///
    /// # Panics
    /// If the scores are not f32 or f64 `[N, C]`, the target is not i64 `[N]`, or a class does not exist.
    #[must_use]
    #[track_caller]
    pub fn multi_margin_loss(&self, target: &Tensor) -> Tensor {
        self.multi_margin_loss_with(target, &MultiMarginOptions::default())
    }

    /// As [`Tensor::multi_margin_loss`], with options. The derivative at the margin itself is 0.
    ///
    /// # Panics
    /// As [`Tensor::multi_margin_loss`]; if the weight is not `[C]`.
    #[must_use]
    #[track_caller]
    pub fn multi_margin_loss_with(&self, target: &Tensor, options: &MultiMarginOptions) -> Tensor {
        check_float("multi_margin_loss", self);
        let &[rows, classes] = self.shape() else {
            fail!("multi_margin_loss: scores {:?}, expected [N, C]", self.shape());
        };
        if target.dtype() != DType::I64 || target.shape() != [rows] {
            fail!("multi_margin_loss: target {} {:?}, expected i64 [{rows}]", target.dtype(), target.shape());
        }
        if let Some(weight) = options.weight.as_ref().filter(|w| w.shape() != [classes]) {
            fail!("multi_margin_loss: weight {:?}, expected [{classes}], one number per class", weight.shape());
        }
        let outside = target.lt(0).logical_or(&target.ge(classes));
        if reduce::count_true(&outside.value()) > 0 {
            let wrong = target.masked_select(&outside).i(0).item();
            fail!("multi_margin_loss: class {wrong} is out of range for {classes} classes");
        }
        let right = target.unsqueeze(1);
        let excess = (self - self.gather(1, &right) + options.margin).relu();
        let excess = if options.squared { excess.square() } else { excess };
        let wrong = Tensor::arange(0, classes as i64).ne(&right);
        let losses = wrong.where_cond(excess, 0).sum_dim(1) / classes as i64;
        options.reduction.of(match &options.weight {
            Some(weight) => losses * weight.index_select(0, target),
            None => losses,
        })
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "multi_margin_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "w_y sum_(j != y) max(0, margin - x_y + x_j)^p / C, reduced",
    derivative: "g w_y p excess^(p - 1) / C to x_j, minus the sum of these to x_y",
    kind: Derivative::Curved,
    samples: || {
        let inputs = || [spread([4, 3], -2.0, 2.0), crate::tensor![0, 2, 1, 2]];
        vec![
            Sample::new("plain", inputs(), |x| x[0].multi_margin_loss(&x[1])),
            Sample::new("squared, weighted", inputs(), |x| {
                let weight = Some(Tensor::from([0.5, 2.0, 1.5]).to_dtype(x[0].dtype()));
                let options = MultiMarginOptions { squared: true, margin: 1.3, weight, reduction: Reduction::None };
                x[0].multi_margin_loss_with(&x[1], &options)
            }),
            Sample::new("size 1", [spread([1, 2], 0.0, 0.2), crate::tensor![1]], |x| x[0].multi_margin_loss(&x[1])),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0), Tensor::arange(0, 0)], |x| {
                let options = MultiMarginOptions { reduction: Reduction::Sum, ..Default::default() };
                x[0].multi_margin_loss_with(&x[1], &options)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2]).multi_margin_loss(&crate::tensor![1]),
                "multi_margin_loss: scores [2], expected [N, C]"
            ),
            misuse!(
                Tensor::zeros([2, 3]).multi_margin_loss(&crate::tensor![1]),
                "multi_margin_loss: target i64 [1], expected i64 [2]"
            ),
            misuse!(
                Tensor::zeros([1, 3]).multi_margin_loss(&crate::tensor![3]),
                "multi_margin_loss: class 3 is out of range for 3 classes"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "at the margin",
            inputs: vec![Tensor::from([[1.0, 0.0]])],
            call: |x| x[0].multi_margin_loss(&crate::tensor![0]),
            gradients: vec![vec![0.0, 0.0]],
        }]
    },
};
