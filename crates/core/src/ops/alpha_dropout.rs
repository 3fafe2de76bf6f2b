//! Elements saturated at random.

use super::prelude::*;
use crate::random::{Rng, default_rng};

impl Tensor {
    /// While training, each element is put to the lower limit of [`Tensor::selu`] with probability `p`, and all are scaled and
    /// shifted so that mean 0 and variance 1 stay (G. Klambauer et al., "Self-normalizing neural networks", 2017); else the tensor
    /// itself.
    ///
    /// ```
    /// use tapegrad_core::{Rng, Tensor};
    /// let x = Tensor::randn([10_000]).alpha_dropout_with(0.2, &mut Rng::seeded(1));
    /// assert!((x.std().item() - 1.0).abs() < 0.05);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or `p` is not between 0 and 1.
    #[must_use]
    #[track_caller]
    pub fn alpha_dropout(&self, p: f64, training: bool) -> Tensor {
        check(self, p);
        if !training {
            return self.clone();
        }
        let kept = default_rng(|rng| rng.kept(self.shape(), p));
        leave_out(self, &kept, p)
    }

    /// As [`Tensor::alpha_dropout`] while training, drawing from a generator of your own.
    ///
    /// # Panics
    /// As [`Tensor::alpha_dropout`].
    #[must_use]
    #[track_caller]
    pub fn alpha_dropout_with(&self, p: f64, rng: &mut Rng) -> Tensor {
        check(self, p);
        leave_out(self, &rng.kept(self.shape(), p), p)
    }
}

/// The tensor and the probability are such as there can be.
#[track_caller]
fn check(x: &Tensor, p: f64) {
    check_float("alpha_dropout", x);
    if !(0.0..=1.0).contains(&p) {
        fail!("alpha_dropout: p is {p}, expected a probability from 0 to 1");
    }
}

/// x where it is kept, the limit elsewhere, scaled and shifted.
#[track_caller]
fn leave_out(x: &Tensor, kept: &Tensor, p: f64) -> Tensor {
    // The limit of SELU far below 0: -1.0507 * 1.6733.
    const LIMIT: f64 = -1.758_099_340_847_376_6;
    if p == 1.0 {
        return kept.where_cond(x, 0);
    }
    let scale = ((1.0 - p) * (1.0 + p * LIMIT * LIMIT)).sqrt().recip();
    kept.where_cond(x, LIMIT) * scale - scale * LIMIT * p
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "alpha_dropout",
    group: Group::Dropout,
    types: Types::Floats,
    formula: "a (x where kept, else -1.7581) + b",
    derivative: "g a where kept, else 0",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([3, 4], -2.0, 2.0)], |x| x[0].alpha_dropout_with(0.4, &mut Rng::seeded(3))),
            Sample::new("not training", [spread([3, 4], -2.0, 2.0)], |x| x[0].alpha_dropout(0.4, false) * 1),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].alpha_dropout_with(0.0, &mut Rng::seeded(3))),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].alpha_dropout_with(0.4, &mut Rng::seeded(3))),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::ones([2, 2]).alpha_dropout(1.5, true),
                "alpha_dropout: p is 1.5, expected a probability from 0 to 1"
            ),
            misuse!(Tensor::arange(0, 2).alpha_dropout(0.5, true), "alpha_dropout: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};
