//! Layers of long short-term memories.

use super::prelude::*;
use crate::recurrent::samples::{Run, Sampled, set, zeros};
use crate::recurrent::{self, Cell, RecurrentOptions, RecurrentWeights};

impl Tensor {
    /// Layers of LSTMs over sequences: at each step [`Tensor::lstm_cell`]. Gives the outputs, and h and c at the end.
    ///
    /// Inputs are `[T, N, I]`, `[N, T, I]` with `batch_first`, or `[T, I]` without a batch; outputs `[T, N, D H]` and so on, where D is 2
    /// with two directions. States in the beginning (zeros without) and at the end are `[L D, N, H]`, L layers, forward before
    /// backward. Each layer but the first takes the outputs of the one before. `weights` has L D sets, in the order of the states. Two
    /// products and one pass over the gates a step; the inputs' products are taken of all steps at once.
    ///
    /// ```
    /// use tapegrad_core::{RecurrentWeights, Tensor};
    /// let (weight_ih, weight_hh) = (Tensor::randn([12, 2]), Tensor::randn([12, 3]));
    /// let weights = RecurrentWeights { weight_ih: &weight_ih, weight_hh: &weight_hh, bias_ih: None, bias_hh: None };
    /// let (y, (h, _)) = Tensor::randn([5, 1, 2]).lstm(None, &[weights], &Default::default());
    /// assert_eq!((y.shape(), h.shape()), (&[5, 1, 3][..], &[1, 1, 3][..]));
    /// assert!(y.select(0, -1).equal(&h.select(0, 0)));
    /// ```
    ///
    /// # Panics
    /// If the shapes do not fit, there are no weights, the types differ or are not f32 or f64, a length is more than T, or the
    /// probability is not one.
    #[must_use]
    #[track_caller]
    pub fn lstm(
        &self,
        state: Option<(&Tensor, &Tensor)>,
        weights: &[RecurrentWeights<'_>],
        options: &RecurrentOptions,
    ) -> (Tensor, (Tensor, Tensor)) {
        let state = state.map(|(h, c)| [h, c]);
        let states = state.as_ref().map(|s| &s[..]);
        let mut walked = recurrent::walk("lstm", Cell::Lstm, self, states, weights, options);
        let h = walked.states.swap_remove(0);
        (walked.y, (h, walked.states.swap_remove(0)))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "lstm",
    group: Group::Recurrent,
    types: Types::Floats,
    formula: "y_t = h_t, h_t and c_t = lstm_cell(x_t, h_t-1, c_t-1)",
    derivative: "those of the steps, from the last to the first",
    kind: Derivative::Curved,
    samples: || {
        let run: Run = |x, state, weights, options| {
            let (y, (h, c)) = x.lstm(state.map(|s| (&s[0], &s[1])), weights, options);
            vec![y, h, c]
        };
        Sampled { gates: 4, states: 2, run }.samples()
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(o([3]).lstm(None, &[], &Default::default()), "lstm: x [3], expected [T, N, I] or [T, I]"),
            misuse!(
                o([3]).lstm(None, &[], &RecurrentOptions { batch_first: true, ..Default::default() }),
                "lstm: x [3], expected [N, T, I] or [T, I]"
            ),
            misuse!(
                o([3, 1, 2]).lstm(None, &[], &Default::default()),
                "lstm: 0 sets of weights, expected 1 for each of at least one layer"
            ),
            misuse!(
                o([3, 1, 2]).lstm(
                    None,
                    &[set(&zeros([8, 2], [8, 2]))],
                    &RecurrentOptions { bidirectional: true, ..Default::default() }
                ),
                "lstm: 1 sets of weights, expected 2 for each of at least one layer"
            ),
            misuse!(
                o([3, 1, 2]).lstm(Some((&o([1, 1, 2]), &o([2]))), &[set(&zeros([8, 2], [8, 2]))], &Default::default()),
                "lstm: state [2], expected [1, 1, 2]"
            ),
            misuse!(
                o([3, 1, 2]).lstm(None, &[set(&zeros([8, 5], [8, 2]))], &Default::default()),
                "lstm: weight_ih [8, 5], expected [8, 2]"
            ),
            misuse!(
                o([3, 1, 2]).lstm(
                    None,
                    &[set(&zeros([8, 2], [8, 2])), set(&zeros([12, 2], [12, 3]))],
                    &Default::default()
                ),
                "lstm: set 1 of weights has 3 units, the first 2"
            ),
            misuse!(
                o([3, 1, 2]).lstm(
                    None,
                    &[set(&zeros([8, 2], [8, 2]))],
                    &RecurrentOptions { lengths: Some(vec![1, 1]), ..Default::default() }
                ),
                "lstm: 2 lengths for 1 sequences"
            ),
            misuse!(
                o([3, 1, 2]).lstm(
                    None,
                    &[set(&zeros([8, 2], [8, 2]))],
                    &RecurrentOptions { lengths: Some(vec![4]), ..Default::default() }
                ),
                "lstm: a length of 4, where 3 elements are"
            ),
            misuse!(
                o([3, 1, 2]).lstm(
                    None,
                    &[set(&zeros([8, 2], [8, 2]))],
                    &RecurrentOptions { dropout: 1.5, ..Default::default() }
                ),
                "lstm: dropout is 1.5, expected a probability from 0 to 1"
            ),
        ]
    },
    kinks: no_kinks,
};
