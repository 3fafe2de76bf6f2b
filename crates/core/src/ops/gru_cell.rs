//! One step of a gated recurrent unit.

use super::prelude::*;
use crate::recurrent::samples::{of_cell, set, without_bias, zeros};
use crate::recurrent::{self, Cell, RecurrentWeights};

impl Tensor {
    /// One step of a GRU (K. Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014, with the reset gate
    /// after the product): r = sigmoid(W_r x + b_r + V_r h + d_r), z likewise, n = tanh(W_n x + b_n + r (V_n h + d_n)), and the new
    /// state (1 - z) n + z h. Inputs `[N, I]` or `[I]`; h, `[N, H]` or `[H]`, is zeros without a state.
    ///
    /// ```
    /// use tapegrad_core::{RecurrentWeights, Tensor, tensor};
    /// let (weight_ih, weight_hh) = (tensor![[0.0], [20.0], [0.0]], Tensor::zeros([3, 1]));
    /// let weights = RecurrentWeights { weight_ih: &weight_ih, weight_hh: &weight_hh, bias_ih: None, bias_hh: None };
    /// let h = tensor![[1.0]].gru_cell(Some(&tensor![[0.3]]), &weights);
    /// assert!((h.item() - 0.3).abs() < 1e-6); // z is 1: the state stays.
    /// ```
    ///
    /// # Panics
    /// If the shapes do not fit, or the types differ or are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn gru_cell(&self, state: Option<&Tensor>, weights: &RecurrentWeights<'_>) -> Tensor {
        let state = state.map(|h| [h]);
        recurrent::cell("gru_cell", Cell::Gru, self, state.as_ref().map(|s| &s[..]), weights).swap_remove(0)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "gru_cell",
    group: Group::Recurrent,
    types: Types::Floats,
    formula: "(1 - z) n + z h, n = tanh(W_n x + b_n + r (V_n h + d_n)), r and z = sigmoid(W x + b + V h + d)",
    derivative: "those of the expressions",
    kind: Derivative::Curved,
    samples: || {
        let [x, h, _, w_ih, w_hh, b_ih, b_hh] = of_cell(3);
        vec![
            Sample::new("plain", [x, h, w_ih, w_hh, b_ih, b_hh], |x| x[0].gru_cell(Some(&x[1]), &set(&x[2..]))),
            Sample::new("no bias, no state", without_bias(3, &[3, 2], 2), |x| x[0].gru_cell(None, &set(&x[1..]))),
            Sample::new("size 1", without_bias(3, &[1], 1), |x| x[0].gru_cell(Some(&x[0]), &set(&x[1..]))),
            Sample::new("size 0", without_bias(3, &[0, 2], 2), |x| x[0].gru_cell(None, &set(&x[1..]))),
        ]
    },
    errors: || {
        vec![misuse!(
            Tensor::zeros([1]).gru_cell(Some(&Tensor::zeros([3])), &set(&zeros([6, 1], [6, 2]))),
            "gru_cell: state [3], expected [2]"
        )]
    },
    kinks: no_kinks,
};
