//! Layers of gated recurrent units.

use super::prelude::*;
use crate::recurrent::samples::{Run, Sampled, set, zeros};
use crate::recurrent::{self, Cell, RecurrentOptions, RecurrentWeights};

impl Tensor {
    /// Layers of GRUs over sequences: at each step [`Tensor::gru_cell`]. Gives the outputs, and h at the end.
    /// Shapes, layers, directions and lengths are those of [`Tensor::lstm`].
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
        vec![
            misuse!(Tensor::zeros([3]).gru(None, &[], &Default::default()), "gru: x [3], expected [T, N, I] or [T, I]"),
            misuse!(
                Tensor::zeros([3, 1, 2]).gru(
                    Some(&Tensor::zeros([2])),
                    &[set(&zeros([6, 2], [6, 2]))],
                    &Default::default()
                ),
                "gru: state [2], expected [1, 1, 2]"
            ),
        ]
    },
    kinks: no_kinks,
};
