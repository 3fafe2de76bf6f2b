//! The samples that the recurrent ops have in common.

use super::{RecurrentOptions, RecurrentWeights};
use crate::spec::{Sample, spread};
use crate::tensor::Tensor;

/// An op's call: inputs, the state if there is one, and parameters. Gives the outputs and the state at the end.
pub(crate) type Run = fn(&Tensor, Option<&[Tensor]>, &[RecurrentWeights<'_>], &RecurrentOptions) -> Vec<Tensor>;

/// An op whose parameters have `gates` rows a unit, and whose state is so many tensors.
#[derive(Clone, Copy)]
pub(crate) struct Sampled {
    pub(crate) gates: usize,
    pub(crate) states: usize,
    pub(crate) run: Run,
}

impl Sampled {
    /// The weights of `width` units behind `inputs` numbers.
    fn weights(self, inputs: usize, width: usize, shift: f64) -> [Tensor; 2] {
        let rows = self.gates * width;
        [spread([rows, inputs], shift - 1.0, 0.8), spread([rows, width], 0.9, shift - 0.7)]
    }

    /// `[4, 3, 2]`, a state, and a set of parameters for each of these widths of inputs.
    fn with_state(self, label: &'static str, widths: &[usize], bias: bool, options: RecurrentOptions) -> Sample {
        let state = [widths.len(), 3, 2];
        let mut inputs = vec![spread([4, 3, 2], -1.0, 1.5), spread(state, -0.8, 0.9), spread(state, 0.7, -1.1)];
        inputs.truncate(1 + self.states);
        for (i, &width) in widths.iter().enumerate() {
            let (rows, shift) = (self.gates * 2, 0.1 * i as f64);
            inputs.extend(self.weights(width, 2, shift));
            if bias {
                inputs.extend([spread([rows], -0.4, 0.5 + shift), spread([rows], 0.3, -0.6)]);
            }
        }
        Sample::multi(label, inputs, move |x| {
            let (state, parameters) = x[1..].split_at(self.states);
            let sets: Vec<_> = parameters.chunks(if bias { 4 } else { 2 }).map(set).collect();
            (self.run)(&x[0], Some(state), &sets, &options)
        })
    }

    /// Inputs of this shape, the last axis as wide as the units are many, without state and biases, `layers` times the same weights.
    fn without(self, label: &'static str, shape: &[usize], layers: usize, options: RecurrentOptions) -> Sample {
        let width = shape[shape.len() - 1];
        let [weight_ih, weight_hh] = self.weights(width, width, 0.0);
        Sample::new(label, [spread(shape, -1.0, 1.5), weight_ih, weight_hh], move |x| {
            crate::manual_seed(3);
            (self.run)(&x[0], None, &vec![set(&x[1..]); layers], &options).swap_remove(0)
        })
    }

    pub(crate) fn samples(self) -> Vec<Sample> {
        let plain = RecurrentOptions::default;
        let both = || RecurrentOptions { bidirectional: true, ..plain() };
        let lengths = || Some(vec![4, 0, 2]);
        vec![
            self.with_state("plain", &[2], true, plain()),
            self.with_state("no bias", &[2], false, plain()),
            self.with_state("two layers", &[2, 2], true, plain()),
            self.with_state("both directions", &[2, 2], true, both()),
            self.with_state("two layers, both directions", &[2, 2, 4, 4], false, both()),
            self.with_state("lengths", &[2], true, RecurrentOptions { lengths: lengths(), ..plain() }),
            self.with_state("lengths, both", &[2, 2], true, RecurrentOptions { lengths: lengths(), ..both() }),
            self.without("batch first", &[2, 3, 2], 1, RecurrentOptions { batch_first: true, ..plain() }),
            self.without("no batch", &[3, 2], 1, plain()),
            self.without("dropout", &[3, 2, 2], 2, RecurrentOptions { dropout: 0.4, ..plain() }),
            self.without("longer than a vector", &[2, 1, 19], 1, plain()),
            self.without("size 1", &[1, 1, 1], 1, plain()),
            self.without("size 0", &[2, 0, 1], 1, plain()),
            self.without("size 0 of steps", &[0, 2, 1], 1, plain()),
        ]
    }
}

/// A set of parameters.
pub(crate) fn set(x: &[Tensor]) -> RecurrentWeights<'_> {
    RecurrentWeights { weight_ih: &x[0], weight_hh: &x[1], bias_ih: x.get(2), bias_hh: x.get(3) }
}

/// A set of zeros of these shapes without biases, for calls that are refused.
pub(crate) fn zeros(weight_ih: [usize; 2], weight_hh: [usize; 2]) -> [Tensor; 2] {
    [weight_ih, weight_hh].map(Tensor::zeros)
}

/// Of a cell with `gates` rows a unit: x, h and c, `[3, 2]` each, both weights and both biases.
pub(crate) fn of_cell(gates: usize) -> [Tensor; 7] {
    let rows = gates * 2;
    let [x, h, c] = [(-1.0, 1.5), (-0.8, 0.9), (0.7, -1.1)].map(|(low, high)| spread([3, 2], low, high));
    let [weight_ih, weight_hh] = [(-1.0, 0.8), (0.9, -0.7)].map(|(low, high)| spread([rows, 2], low, high));
    [x, h, c, weight_ih, weight_hh, spread([rows], -0.4, 0.5), spread([rows], 0.3, -0.6)]
}

/// Of a cell of `width` units: x of this shape, and both weights.
pub(crate) fn without_bias(gates: usize, x: &[usize], width: usize) -> [Tensor; 3] {
    let rows = gates * width;
    let [weight_ih, weight_hh] =
        [(x[x.len() - 1], -1.0, 0.8), (width, 0.9, -0.7)].map(|(from, low, high)| spread([rows, from], low, high));
    [spread(x, -1.0, 1.5), weight_ih, weight_hh]
}
