//! One step of a long short-term memory.

use super::prelude::*;
use crate::recurrent::samples::set;
use crate::recurrent::{self, Cell, RecurrentWeights};

impl Tensor {
    /// One step of an LSTM (S. Hochreiter and J. Schmidhuber, "Long short-term memory", 1997; with the forget gate of F. Gers et al.,
    /// 2000): with i, f, g, o = W_ih x + b_ih + W_hh h + b_hh the new state is c' = sigmoid(f) c + sigmoid(i) tanh(g) and
    /// h' = sigmoid(o) tanh(c'). Inputs `[N, I]` or `[I]`; h and c, each `[N, H]` or `[H]`, are zeros without a state.
    ///
    /// ```
    /// use tapegrad_core::{RecurrentWeights, Tensor, tensor};
    /// let (weight_ih, weight_hh) = (tensor![[9.0], [0.0], [9.0], [9.0]], Tensor::zeros([4, 1]));
    /// let weights = RecurrentWeights { weight_ih: &weight_ih, weight_hh: &weight_hh, bias_ih: None, bias_hh: None };
    /// let (h, c) = tensor![[1.0]].lstm_cell(Some((&tensor![[0.0]], &tensor![[2.0]])), &weights);
    /// assert!((c.item() - 2.0).abs() < 1e-3); // Half of 2 stays, 1 comes in.
    /// assert!((h.item() - 2f64.tanh()).abs() < 1e-3);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not fit, or the types differ or are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn lstm_cell(&self, state: Option<(&Tensor, &Tensor)>, weights: &RecurrentWeights<'_>) -> (Tensor, Tensor) {
        let state = state.map(|(h, c)| [h, c]);
        let mut after = recurrent::cell("lstm_cell", Cell::Lstm, self, state.as_ref().map(|s| &s[..]), weights);
        let h = after.swap_remove(0);
        (h, after.swap_remove(0))
    }
}

/// x `[3, 2]`, h and c `[3, 2]`, the weights of `gates` gates, and biases.
pub(super) fn inputs(gates: usize) -> [Tensor; 7] {
    let rows = gates * 2;
    [
        spread([3, 2], -1.0, 1.5),
        spread([3, 2], -0.8, 0.9),
        spread([3, 2], 0.7, -1.1),
        spread([rows, 2], -1.0, 0.8),
        spread([rows, 2], 0.9, -0.7),
        spread([rows], -0.4, 0.5),
        spread([rows], 0.3, -0.6),
    ]
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "lstm_cell",
    group: Group::Recurrent,
    types: Types::Floats,
    formula: "c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c'), i, f, g, o = W x + b + V h + d",
    derivative: "those of the expressions",
    kind: Derivative::Curved,
    samples: || {
        let call = |x: &[Tensor]| {
            let (h, c) = x[0].lstm_cell(Some((&x[1], &x[2])), &set(&x[3..]));
            vec![h, c]
        };
        let [x, h, c, w_ih, w_hh, ..] = inputs(4);
        vec![
            Sample::multi("plain", inputs(4), call),
            Sample::multi("no bias", [x, h, c, w_ih, w_hh], call),
            Sample::new(
                "no state",
                [spread([2], -1.0, 1.5), spread([8, 2], -1.0, 0.8), spread([8, 2], 0.9, -0.7)],
                |x| x[0].lstm_cell(None, &set(&x[1..])).0,
            ),
            Sample::new(
                "size 1",
                [spread([1], -1.0, 1.5), spread([4, 1], -1.0, 0.8), spread([4, 1], 0.9, -0.7)],
                |x| x[0].lstm_cell(Some((&x[0], &x[0])), &set(&x[1..])).1,
            ),
            Sample::new(
                "size 0",
                [spread([0, 2], 0.0, 1.0), spread([8, 2], -1.0, 0.8), spread([8, 2], 0.9, -0.7)],
                |x| x[0].lstm_cell(None, &set(&x[1..])).0,
            ),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([1]).lstm_cell(
                    None,
                    &RecurrentWeights {
                        weight_ih: &Tensor::zeros([8, 1]),
                        weight_hh: &Tensor::zeros([6, 2]),
                        bias_ih: None,
                        bias_hh: None,
                    }
                ),
                "lstm_cell: weight_hh [6, 2], expected [8, 2]"
            ),
            misuse!(
                Tensor::zeros([1]).lstm_cell(
                    None,
                    &RecurrentWeights {
                        weight_ih: &Tensor::zeros([8, 3]),
                        weight_hh: &Tensor::zeros([8, 2]),
                        bias_ih: None,
                        bias_hh: None,
                    }
                ),
                "lstm_cell: weight_ih [8, 3], expected [8, 1]"
            ),
            misuse!(
                Tensor::zeros([1]).lstm_cell(
                    Some((&Tensor::zeros([3]), &Tensor::zeros([2]))),
                    &RecurrentWeights {
                        weight_ih: &Tensor::zeros([8, 1]),
                        weight_hh: &Tensor::zeros([8, 2]),
                        bias_ih: None,
                        bias_hh: None,
                    }
                ),
                "lstm_cell: state [3], expected [2]"
            ),
        ]
    },
    kinks: no_kinks,
};
