//! Layers of gated recurrent units.

use super::prelude::*;
use crate::recurrent::samples::{Run, Sampled};
use crate::recurrent::{self, Cell, RecurrentOptions, RecurrentWeights};

impl Tensor {
    /// Layers of GRUs over sequences: at each step [`Tensor::gru_cell`]. Gives the outputs, and h at the end.
    ///
    /// Inputs are `[T, N, I]`, `[N, T, I]` with `batch_first`, or `[T, I]` without a batch; outputs `[T, N, D H]` and so on, where D is 2
    /// with two directions. States in the beginning (zeros without) and at the end are `[L D, N, H]`, L layers, forward before
    /// backward. Each layer but the first takes the outputs of the one before. `weights` has L D sets, in the order of the states. Two
    /// products and one pass over the gates a step; the inputs' products are taken of all steps at once.
    ///
    /// ```
    /// use tapegrad_core::{RecurrentWeights, Tensor};
    /// let (weight_ih, weight_hh) = (Tensor::randn([9, 2]), Tensor::randn([9, 3]));
    /// let weights = RecurrentWeights { weight_ih: &weight_ih, weight_hh: &weight_hh, bias_ih: None, bias_hh: None };
    /// let (y, h) = Tensor::randn([5, 1, 2]).gru(None, &[weights], &Default::default());
    /// assert_eq!((y.shape(), h.shape()), (&[5, 1, 3][..], &[1, 1, 3][..]));
    /// assert!(y.select(0, -1).equal(&h.select(0, 0)));
    /// ```
    ///
    /// # Panics
    /// If the shapes do not fit, there are no weights, the types differ or are not f32 or f64, a length is more than T, or the
    /// probability is not one.
    #[must_use]
    #[track_caller]
    pub fn gru(
        &self,

        state: Option<&Tensor>,
        weights: &[RecurrentWeights<'_>],
        options: &RecurrentOptions,
    ) -> (Tensor, Tensor) {
        let state = state.map(|h| [h]);
        let states = state.as_ref().map(|s| &s[..]);
        let mut walked = recurrent::walk("gru", Cell::Gru, self, states, weights, options);
        (walked.y, walked.states.swap_remove(0))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "gru",
    group: Group::Recurrent,
    types: Types::Floats,
    formula: "y_t = h_t = gru_cell(x_t, h_t-1)",
    derivative: "those of the steps, from the last to the first",
    kind: Derivative::Curved,
    samples: || {
        let run: Run =
            |x, state, weights, options| <[Tensor; 2]>::from(x.gru(state.map(|s| &s[0]), weights, options)).to_vec();
        Sampled { gates: 3, states: 1, run }.samples()
    },
    errors: || {
        fn zeros(shape: &[usize]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(zeros(&[3]).gru(None, &[], &Default::default()), "gru: x [3], expected [T, N, I] or [T, I]"),
            misuse!(
                zeros(&[3, 1, 2]).gru(None, &[], &Default::default()),
                "gru: 0 sets of weights, expected 1 for each of at least one layer"
            ),
            misuse!(
                zeros(&[3, 1, 2]).gru(
                    Some(&zeros(&[2])),
                    &[RecurrentWeights {
                        weight_ih: &zeros(&[6, 2]),
                        weight_hh: &zeros(&[6, 2]),
                        bias_ih: None,
                        bias_hh: None,
                    }],
                    &Default::default()
                ),
                "gru: state [2], expected [1, 1, 2]"
            ),
            misuse!(
                zeros(&[3, 1, 2]).gru(
                    None,
                    &[RecurrentWeights {
                        weight_ih: &zeros(&[6, 5]),
                        weight_hh: &zeros(&[6, 2]),
                        bias_ih: None,
                        bias_hh: None,
                    }],
                    &Default::default()
                ),
                "gru: weight_ih [6, 5], expected [6, 2]"
            ),
            misuse!(
                zeros(&[3, 1, 2]).gru(
                    None,
                    &[],
                    &RecurrentOptions { lengths: Some(vec![4]), bidirectional: true, ..Default::default() }
                ),
                "gru: 0 sets of weights, expected 2"
            ),
        ]
    },
    kinks: no_kinks,
};
