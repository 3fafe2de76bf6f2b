//! The negative log-likelihood of classes.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

/// The options of [`Tensor::nll_loss_with`].
#[derive(Clone, Debug, Default)]
pub struct NllLossOptions {
    /// A weight for each class, `[C]`. The mean is divided by the sum of the rows' weights.
    pub weight: Option<Tensor>,
    /// Rows of this class do not count.
    pub ignore_index: Option<i64>,
    /// What becomes of the losses of the rows.
    pub reduction: Reduction,
}

impl Tensor {
    /// The mean over the rows of minus the log-probability of each row's class, these log-probabilities being `[N, C]` and the
    /// classes i64 `[N]`; or `[N, C, d..]` and `[N, d..]`; or `[C]` and `[]`.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[-1.0, -2.0], [-3.0, -5.0]].nll_loss(&tensor![0, 1]).item(), 3.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, the target's shape or type does not fit, or a class does not exist.
    #[must_use]
    #[track_caller]
    pub fn nll_loss(&self, target: &Tensor) -> Tensor {
        self.nll_loss_with(target, &NllLossOptions::default())
    }

    /// As [`Tensor::nll_loss`], with weights of classes, an ignored class and a reduction. With everything ignored the mean is
    /// NaN.
    ///
    /// # Panics
    /// As [`Tensor::nll_loss`]; if the weight is not `[C]`.
    #[must_use]
    #[track_caller]
    pub fn nll_loss_with(&self, target: &Tensor, options: &NllLossOptions) -> Tensor {
        check_float("nll_loss", self);
        let axis = usize::from(self.ndim() > 1);
        let Some(&classes) = self.shape().get(axis) else {
            fail!("nll_loss: log-probabilities of shape [] have no axis of classes");
        };
        let mut rows = self.shape().to_vec();
        rows.remove(axis);
        if target.dtype() != DType::I64 || target.shape() != rows {
            fail!(
                "nll_loss: target {} {:?}, expected i64 {rows:?} for {:?}",
                target.dtype(),
                target.shape(),
                self.shape()
            );
        }
        if let Some(weight) = options.weight.as_ref().filter(|w| w.shape() != [classes]) {
            fail!("nll_loss: weight {:?}, expected [{classes}], one number per class", weight.shape());
        }
        let counts = options.ignore_index.map(|class| target.ne(class));
        // Class 0 in place of what does not count, which need not be a class.
        let target = counts.as_ref().map_or_else(|| target.clone(), |counts| counts.where_cond(target, 0));
        let outside = target.lt(0).logical_or(&target.ge(classes));
        if reduce::count_true(&outside.value()) > 0 {
            let wrong = target.masked_select(&outside).i(0).item();
            fail!("nll_loss: class {wrong} is out of range for {classes} classes");
        }
        let picked = -self.gather(axis as isize, &target.unsqueeze(axis as isize)).squeeze_dim(axis as isize);
        let one = || picked.untracked().ones_like();
        let weight = match &options.weight {
            Some(weight) => weight.index_select(0, &target.reshape([-1])).reshape(dims(&rows)),
            None => one(),
        };
        let weight = counts.as_ref().map_or_else(|| weight.clone(), |counts| counts.where_cond(&weight, 0));
        // An exact 0 for what does not count, also where the log-probability is infinite.
        let picked = counts.map_or_else(|| picked.clone(), |counts| counts.where_cond(&picked, 0));
        let losses = picked * &weight;
        match options.reduction {
            Reduction::Mean => losses.sum() / weight.sum(),
            other => other.of(losses),
        }
    }
}

/// A shape as [`Tensor::reshape`] takes it.
fn dims(shape: &[usize]) -> Vec<isize> {
    shape.iter().map(|&length| length as isize).collect()
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "nll_loss",
    group: Group::Loss,
    types: Types::Floats,
    formula: "-w x of the target class, reduced",
    derivative: "-g w at the target class",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([4, 3], -2.0, 0.0), crate::tensor![0, 2, 1, 2]], |x| x[0].nll_loss(&x[1])),
            Sample::new("options", [spread([2, 3, 2], -2.0, 0.0), crate::tensor![[0, 2], [1, -1]]], |x| {
                let weight = Some(Tensor::from([0.5, 2.0, 1.5]).to_dtype(x[0].dtype()));
                let options = NllLossOptions { weight, ignore_index: Some(-1), reduction: Reduction::Mean };
                x[0].nll_loss_with(&x[1], &options)
            }),
            Sample::new("size 1", [spread([3], -2.0, 0.0), Tensor::from(1i64)], |x| x[0].nll_loss(&x[1])),
            Sample::new("size 0", [spread([0, 3], -2.0, 0.0), Tensor::arange(0, 0)], |x| x[0].nll_loss(&x[1])),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).nll_loss(&crate::tensor![1]), "nll_loss: target i64 [1], expected i64 [2]"),
            misuse!(
                Tensor::zeros([1, 3]).nll_loss(&crate::tensor![3]),
                "nll_loss: class 3 is out of range for 3 classes"
            ),
        ]
    },
    kinks: no_kinks,
};
