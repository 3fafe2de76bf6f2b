//! One step of a simple recurrent network.

use super::prelude::*;
use crate::recurrent::samples::{of_cell, set, without_bias, zeros};
use crate::recurrent::{self, Nonlinearity, RecurrentWeights};

impl Tensor {
    /// One step of a simple recurrent network (J. Elman, "Finding structure in time", 1990): f(W_ih x + b_ih + W_hh h + b_hh), where f
    /// is tanh or relu. Inputs `[N, I]` or `[I]`; h, `[N, H]` or `[H]`, is zeros without a state.
    ///
    /// ```
    /// use tapegrad_core::{Nonlinearity, RecurrentWeights, tensor};
    /// let (weight_ih, weight_hh) = (tensor![[2.0]], tensor![[10.0]]);
    /// let weights = RecurrentWeights { weight_ih: &weight_ih, weight_hh: &weight_hh, bias_ih: None, bias_hh: None };
    /// assert_eq!(tensor![[3.0]].rnn_cell(Nonlinearity::Relu, Some(&tensor![[0.5]]), &weights).item(), 11.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not fit, or the types differ or are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn rnn_cell(&self, function: Nonlinearity, state: Option<&Tensor>, weights: &RecurrentWeights<'_>) -> Tensor {
        let state = state.map(|h| [h]);
        recurrent::cell("rnn_cell", function.cell(), self, state.as_ref().map(|s| &s[..]), weights).swap_remove(0)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "rnn_cell",
    group: Group::Recurrent,
    types: Types::Floats,
    formula: "f(W x + b + V h + d), f = tanh or relu",
    derivative: "those of the expressions",
    kind: Derivative::Curved,
    samples: || {
        let [x, h, _, w_ih, w_hh, b_ih, b_hh] = of_cell(1);
        let bare = [x.clone(), h.clone(), w_ih.clone(), w_hh.clone()];
        vec![
            Sample::new("tanh", [x, h, w_ih, w_hh, b_ih, b_hh], |x| {
                x[0].rnn_cell(Nonlinearity::Tanh, Some(&x[1]), &set(&x[2..]))
            }),
            Sample::new("relu, no bias", bare, |x| x[0].rnn_cell(Nonlinearity::Relu, Some(&x[1]), &set(&x[2..]))),
            Sample::new("no state", without_bias(1, &[3, 2], 2), |x| {
                x[0].rnn_cell(Nonlinearity::Tanh, None, &set(&x[1..]))
            }),
            Sample::new("size 1", without_bias(1, &[1], 1), |x| {
                x[0].rnn_cell(Nonlinearity::Tanh, Some(&x[0]), &set(&x[1..]))
            }),
            Sample::new("size 0", without_bias(1, &[0, 2], 2), |x| {
                x[0].rnn_cell(Nonlinearity::Tanh, None, &set(&x[1..]))
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([1]).rnn_cell(
                    Nonlinearity::Tanh,
                    None,
                    &RecurrentWeights { bias_ih: Some(&Tensor::zeros([3])), ..set(&zeros([2, 1], [2, 2])) }
                ),
                "rnn_cell: bias_ih [3], expected [2]"
            ),
            misuse!(
                Tensor::zeros([1, 1, 1]).rnn_cell(Nonlinearity::Tanh, None, &set(&zeros([2, 1], [2, 2]))),
                "rnn_cell: x [1, 1, 1], expected [N, I] or [I]"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "relu at 0",
            inputs: vec![Tensor::from([0.0])],
            call: |x| {
                let one = Tensor::ones([1, 1]).to_dtype(x[0].dtype());
                let weights = RecurrentWeights { weight_ih: &one, weight_hh: &one, bias_ih: None, bias_hh: None };
                x[0].rnn_cell(Nonlinearity::Relu, None, &weights)
            },
            gradients: vec![vec![0.0]],
        }]
    },
};
