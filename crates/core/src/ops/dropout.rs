//! Elements left out at random.

use super::prelude::*;
use crate::random::{Rng, default_rng};

impl Tensor {
    /// While training, each element is 0 with probability `p`, else divided by 1 - p, so that its mean stays; else the tensor
    /// itself. `p` is the probability to be left out (N. Srivastava et al., "Dropout", 2014, have that of being kept). Drawn from
    /// this thread's generator.
    ///
    /// ```
    /// use tapegrad_core::{Rng, Tensor};
    /// let x = Tensor::ones([1000]).dropout_with(0.5, &mut Rng::seeded(1));
    /// assert!((x.mean().item() - 1.0).abs() < 0.1);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or `p` is not between 0 and 1.
    #[must_use]
    #[track_caller]
    pub fn dropout(&self, p: f64, training: bool) -> Tensor {
        check(self, p);
        if !training {
            return self.clone();
        }
        let kept = default_rng(|rng| rng.kept(self.shape(), p));
        leave_out(self, &kept, p)
    }

    /// As [`Tensor::dropout`] while training, drawing from a generator of your own.
    ///
    /// # Panics
    /// As [`Tensor::dropout`].
    #[must_use]
    #[track_caller]
    pub fn dropout_with(&self, p: f64, rng: &mut Rng) -> Tensor {
        check(self, p);
        leave_out(self, &rng.kept(self.shape(), p), p)
    }
}

/// The tensor and the probability are such as there can be.
#[track_caller]
fn check(x: &Tensor, p: f64) {
    check_float("dropout", x);
    if !(0.0..=1.0).contains(&p) {
        fail!("dropout: p is {p}, expected a probability from 0 to 1");
    }
}

/// x / (1 - p) where it is kept, an exact 0 elsewhere.
#[track_caller]
fn leave_out(x: &Tensor, kept: &Tensor, p: f64) -> Tensor {
    kept.where_cond(x * (1.0 / (1.0 - p)), 0)
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "dropout",
    group: Group::Dropout,
    types: Types::Floats,
    formula: "x / (1 - p) where kept, else 0",
    derivative: "g / (1 - p) where kept, else 0",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([3, 4], -2.0, 2.0)], |x| x[0].dropout_with(0.4, &mut Rng::seeded(3))),
            Sample::new("not training", [spread([3, 4], -2.0, 2.0)], |x| x[0].dropout(0.4, false) * 1),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].dropout_with(0.0, &mut Rng::seeded(3))),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].dropout_with(0.4, &mut Rng::seeded(3))),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::ones([2, 2]).dropout(1.5, true), "dropout: p is 1.5, expected a probability from 0 to 1"),
            misuse!(Tensor::arange(0, 2).dropout(0.5, true), "dropout: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};
