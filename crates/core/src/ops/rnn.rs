//! Layers of simple recurrent networks.

use super::prelude::*;
use crate::recurrent::samples::{Run, Sampled, set, zeros};
use crate::recurrent::{self, Nonlinearity, RecurrentOptions, RecurrentWeights};

impl Tensor {
    /// Layers of simple recurrent networks over sequences: at each step [`Tensor::rnn_cell`]. Gives the outputs, and h at the end.
    /// Shapes, layers, directions and lengths are those of [`Tensor::lstm`].
    ///
    /// ```
    /// use tapegrad_core::{Nonlinearity, RecurrentWeights, Tensor};
    /// let (weight_ih, weight_hh) = (Tensor::randn([3, 2]), Tensor::randn([3, 3]));
    /// let weights = RecurrentWeights { weight_ih: &weight_ih, weight_hh: &weight_hh, bias_ih: None, bias_hh: None };
    /// let (y, h) = Tensor::randn([5, 1, 2]).rnn(Nonlinearity::Tanh, None, &[weights], &Default::default());
    /// assert_eq!((y.shape(), h.shape()), (&[5, 1, 3][..], &[1, 1, 3][..]));
    /// assert!(y.select(0, -1).equal(&h.select(0, 0)));
    /// ```
    ///
    /// # Panics
    /// If the shapes do not fit, there are no weights, the types differ or are not f32 or f64, a length is more than T, or the
    /// probability is not one.
    #[must_use]
    #[track_caller]
    pub fn rnn(
        &self,
        function: Nonlinearity,
        state: Option<&Tensor>,
        weights: &[RecurrentWeights<'_>],
        options: &RecurrentOptions,
    ) -> (Tensor, Tensor) {
        let state = state.map(|h| [h]);
        let states = state.as_ref().map(|s| &s[..]);
        let mut walked = recurrent::walk("rnn", function.cell(), self, states, weights, options);
        (walked.y, walked.states.swap_remove(0))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "rnn",
    group: Group::Recurrent,
    types: Types::Floats,
    formula: "y_t = h_t = rnn_cell(x_t, h_t-1)",
    derivative: "those of the steps, from the last to the first",
    kind: Derivative::Curved,
    samples: || {
        let tanh: Run = |x, state, weights, options| {
            <[Tensor; 2]>::from(x.rnn(Nonlinearity::Tanh, state.map(|s| &s[0]), weights, options)).to_vec()
        };
        let relu: Run = |x, state, weights, options| {
            <[Tensor; 2]>::from(x.rnn(Nonlinearity::Relu, state.map(|s| &s[0]), weights, options)).to_vec()
        };
        [tanh, relu].into_iter().flat_map(|run| Sampled { gates: 1, states: 1, run }.samples()).collect()
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([3]).rnn(Nonlinearity::Tanh, None, &[], &Default::default()),
                "rnn: x [3], expected [T, N, I] or [T, I]"
            ),
            misuse!(
                Tensor::zeros([3, 1, 2]).rnn(
                    Nonlinearity::Tanh,
                    Some(&Tensor::zeros([2])),
                    &[set(&zeros([2, 2], [2, 2]))],
                    &Default::default()
                ),
                "rnn: state [2], expected [1, 1, 2]"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "relu at 0",
            inputs: vec![Tensor::from([[0.0]])],
            call: |x| {
                let one = Tensor::ones([1, 1]).to_dtype(x[0].dtype());
                let weights = RecurrentWeights { weight_ih: &one, weight_hh: &one, bias_ih: None, bias_hh: None };
                x[0].rnn(Nonlinearity::Relu, None, &[weights], &Default::default()).0
            },
            gradients: vec![vec![0.0]],
        }]
    },
};
