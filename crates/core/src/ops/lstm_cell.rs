//! One step of a long short-term memory.

use super::prelude::*;
use crate::recurrent::samples::{of_cell, set, without_bias, zeros};
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
        let [x, h, c, w_ih, w_hh, ..] = of_cell(4);
        vec![
            Sample::multi("plain", of_cell(4), call),
            Sample::multi("no bias", [x, h, c, w_ih, w_hh], call),
            Sample::new("no state", without_bias(4, &[2], 2), |x| x[0].lstm_cell(None, &set(&x[1..])).0),
            Sample::new("size 1", without_bias(4, &[1], 1), |x| x[0].lstm_cell(Some((&x[0], &x[0])), &set(&x[1..])).1),
            Sample::new("size 0", without_bias(4, &[0, 2], 2), |x| x[0].lstm_cell(None, &set(&x[1..])).0),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(
                o([1]).lstm_cell(None, &set(&zeros([8, 1], [6, 2]))),
                "lstm_cell: weight_hh [6, 2], expected [8, 2]"
            ),
            misuse!(
                o([1]).lstm_cell(None, &set(&zeros([8, 3], [8, 2]))),
                "lstm_cell: weight_ih [8, 3], expected [8, 1]"
            ),
            misuse!(
                o([1]).lstm_cell(Some((&o([2]), &o([3]))), &set(&zeros([8, 1], [8, 2]))),
                "lstm_cell: state [3], expected [2]"
            ),
            misuse!(
                o([1]).to_dtype(DType::F64).lstm_cell(None, &set(&zeros([8, 1], [8, 2]))),
                "lstm_cell: x is f64 and a parameter f32; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};
