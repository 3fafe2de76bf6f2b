//! Channels left out at random.

use super::prelude::*;
use crate::random::{Rng, default_rng};

impl Tensor {
    /// As [`Tensor::dropout`], but whole channels: all elements with the same first two places, of `[N, C, ..]`, are left out
    /// together (J. Tompson et al., "Efficient object localization using convolutional networks", 2015).
    ///
    /// ```
    /// use tapegrad_core::{Rng, Tensor};
    /// let x = Tensor::ones([2, 3, 4, 4]).dropout2d_with(0.5, &mut Rng::seeded(1));
    /// assert_eq!(x.sum_dim([2, 3]).remainder(32).abs().max().item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or `p` is not between 0 and 1.
    #[must_use]
    #[track_caller]
    pub fn dropout2d(&self, p: f64, training: bool) -> Tensor {
        check(self, p);
        if !training {
            return self.clone();
        }
        let kept = default_rng(|rng| rng.kept(&channels(self), p));
        leave_out(self, &kept, p)
    }

    /// As [`Tensor::dropout2d`] while training, drawing from a generator of your own.
    ///
    /// # Panics
    /// As [`Tensor::dropout2d`].
    #[must_use]
    #[track_caller]
    pub fn dropout2d_with(&self, p: f64, rng: &mut Rng) -> Tensor {
        check(self, p);
        leave_out(self, &rng.kept(&channels(self), p), p)
    }
}

/// The tensor and the probability are such as there can be.
#[track_caller]
fn check(x: &Tensor, p: f64) {
    check_float("dropout2d", x);
    if !(0.0..=1.0).contains(&p) {
        fail!("dropout2d: p is {p}, expected a probability from 0 to 1");
    }
    if x.ndim() < 2 {
        fail!("dropout2d: {:?} has no axis of channels, expected [N, C, ..]", x.shape());
    }
}

/// The shape of a mask of channels.
fn channels(x: &Tensor) -> Vec<usize> {
    (0..x.ndim()).map(|axis| if axis < 2 { x.shape()[axis] } else { 1 }).collect()
}

/// x / (1 - p) where it is kept, an exact 0 elsewhere.
#[track_caller]
fn leave_out(x: &Tensor, kept: &Tensor, p: f64) -> Tensor {
    kept.where_cond(x * (1.0 / (1.0 - p)), 0)
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "dropout2d",
    group: Group::Dropout,
    types: Types::Floats,
    formula: "x / (1 - p) in the channels kept, else 0",
    derivative: "g / (1 - p) in the channels kept, else 0",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([3, 4, 2], -2.0, 2.0)], |x| x[0].dropout2d_with(0.4, &mut Rng::seeded(3))),
            Sample::new("not training", [spread([3, 4, 2], -2.0, 2.0)], |x| x[0].dropout2d(0.4, false) * 1),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].dropout2d_with(0.0, &mut Rng::seeded(3))),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].dropout2d_with(0.4, &mut Rng::seeded(3))),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::ones([2, 2]).dropout2d(1.5, true),
                "dropout2d: p is 1.5, expected a probability from 0 to 1"
            ),
            misuse!(Tensor::arange(0, 2).dropout2d(0.5, true), "dropout2d: not defined for i64"),
            misuse!(Tensor::ones([2]).dropout2d(0.5, true), "dropout2d: [2] has no axis of channels"),
        ]
    },
    kinks: no_kinks,
};
