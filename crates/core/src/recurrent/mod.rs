//! What the recurrent layers share: their parameters and options, one step in tensor expressions, and the way through layers,
//! directions and sequences of different lengths.
//!
//! A direction of a layer is two ops: a product of all inputs with their weight, and [`fused::Recurrence`], which walks through
//! the steps.

mod fused;
pub(crate) mod samples;

use crate::ops::prelude::*;
use fused::Recurrence;
pub(crate) use tapegrad_kernels::recurrent::Cell;

/// The parameters of one direction of a recurrent layer. The rows of a unit stand `H` apart, in the order of PyTorch: of an LSTM i,
/// f, g and o (gates = 4), of a GRU r, z and n (gates = 3), of a simple layer one alone.
#[derive(Clone, Copy, Debug)]
pub struct RecurrentWeights<'a> {
    /// `[gates H, I]`: of the inputs.
    pub weight_ih: &'a Tensor,
    /// `[gates H, H]`: of the state.
    pub weight_hh: &'a Tensor,
    /// `[gates H]`, added to the inputs' share.
    pub bias_ih: Option<&'a Tensor>,
    /// `[gates H]`, added to the state's share.
    pub bias_hh: Option<&'a Tensor>,
}

/// The options of [`Tensor::rnn`], [`Tensor::lstm`] and [`Tensor::gru`].
#[derive(Clone, Debug, Default)]
pub struct RecurrentOptions {
    /// Whether each layer walks in both directions, with two sets of parameters; their outputs stand side by side.
    pub bidirectional: bool,
    /// Whether a batch is `[N, T, I]` and not `[T, N, I]`. States are `[layers, N, H]` in any case.
    pub batch_first: bool,
    /// The probability that an element between two layers is left out; 0 for none.
    pub dropout: f64,
    /// How many elements each sequence of the batch has; the rest is padding, which is not read, and where the output is 0. The state
    /// at the end is that after a sequence's own last element.
    pub lengths: Option<Vec<usize>>,
}

/// The function of a simple recurrent layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nonlinearity {
    /// The hyperbolic tangent.
    #[default]
    Tanh,
    /// max(0, x).
    Relu,
}

impl Nonlinearity {
    pub(crate) fn cell(self) -> Cell {
        match self {
            Nonlinearity::Tanh => Cell::Tanh,
            Nonlinearity::Relu => Cell::Relu,
        }
    }
}

/// The state after a step: h, and c of an LSTM. `x` is the inputs' share, `bias` that of the state's.
#[track_caller]
fn step(cell: Cell, x: &Tensor, state: &[Tensor], weight: &Tensor, bias: Option<&Tensor>) -> Vec<Tensor> {
    let h = &state[0];
    let hidden = h.linear(weight, bias);
    match cell {
        Cell::Tanh => vec![(x + hidden).tanh()],
        Cell::Relu => vec![(x + hidden).relu()],
        Cell::Lstm => {
            let gates = (x + hidden).chunk(4, -1);
            let c = gates[1].sigmoid() * &state[1] + gates[0].sigmoid() * gates[2].tanh();
            vec![gates[3].sigmoid() * c.tanh(), c]
        }
        Cell::Gru => {
            let (x, hidden) = (x.chunk(3, -1), hidden.chunk(3, -1));
            let (r, z) = ((&x[0] + &hidden[0]).sigmoid(), (&x[1] + &hidden[1]).sigmoid());
            let n = (&x[2] + r * &hidden[2]).tanh();
            vec![&n + z * (h - &n)]
        }
    }
}

impl RecurrentWeights<'_> {
    /// H, where the parameters fit each other, the inputs' width and type.
    #[track_caller]
    fn check(&self, op: &str, cell: Cell, x: &Tensor, inputs: usize) -> usize {
        let RecurrentWeights { weight_ih, weight_hh, bias_ih, bias_hh } = *self;
        let &[rows, width] = weight_hh.shape() else {
            fail!("{op}: weight_hh {:?}, expected [{} H, H]", weight_hh.shape(), cell.gates());
        };
        if rows != cell.gates() * width {
            fail!("{op}: weight_hh {:?}, expected [{}, {width}]", weight_hh.shape(), cell.gates() * width);
        }
        if weight_ih.shape() != [rows, inputs] {
            fail!("{op}: weight_ih {:?}, expected [{rows}, {inputs}]", weight_ih.shape());
        }
        for (name, bias) in [("bias_ih", bias_ih), ("bias_hh", bias_hh)] {
            if let Some(bias) = bias.filter(|bias| bias.shape() != [rows]) {
                fail!("{op}: {name} {:?}, expected [{rows}]", bias.shape());
            }
        }
        for parameter in [Some(weight_ih), Some(weight_hh), bias_ih, bias_hh].into_iter().flatten() {
            check_alike_type(op, x, parameter, "a parameter");
        }
        width
    }
}

#[track_caller]
fn check_alike_type(op: &str, x: &Tensor, other: &Tensor, what: &str) {
    if other.dtype() != x.dtype() {
        fail!("{op}: x is {} and {what} {}; cast one with to_dtype", x.dtype(), other.dtype());
    }
}

/// One step of one cell: `[N, I]` or `[I]` and a state of `[N, H]` or `[H]`, zeros without.
#[track_caller]
pub(crate) fn cell(
    op: &str,
    cell: Cell,
    x: &Tensor,
    state: Option<&[&Tensor]>,
    weights: &RecurrentWeights<'_>,
) -> Vec<Tensor> {
    check_float(op, x);
    let (batch, inputs) = match x.shape() {
        [inputs] => (None, *inputs),
        [batch, inputs] => (Some(*batch), *inputs),
        shape => fail!("{op}: x {shape:?}, expected [N, I] or [I]"),
    };
    let width = weights.check(op, cell, x, inputs);
    let shape: Dims = batch.into_iter().chain([width]).collect();
    let state: Vec<Tensor> = match state {
        Some(state) => {
            for given in state {
                if given.shape() != &shape[..] {
                    fail!("{op}: state {:?}, expected {:?}", given.shape(), &shape[..]);
                }
                check_alike_type(op, x, given, "the state");
            }
            state.iter().map(|&given| given.clone()).collect()
        }
        None => vec![Tensor::zeros(shape).to_dtype(x.dtype()); cell.states()],
    };
    step(cell, &x.linear(weights.weight_ih, weights.bias_ih), &state, weights.weight_hh, weights.bias_hh)
}

/// What a layer's walk gives: the outputs of the last layer, and the states of all layers and directions at their ends.
pub(crate) struct Walked {
    pub(crate) y: Tensor,
    /// h, and c of an LSTM.
    pub(crate) states: Vec<Tensor>,
}

/// Walks through all layers. `weights` has those of each layer, forward before backward.
#[track_caller]
pub(crate) fn walk(
    op: &str,
    cell: Cell,
    x: &Tensor,
    states: Option<&[&Tensor]>,
    weights: &[RecurrentWeights<'_>],
    options: &RecurrentOptions,
) -> Walked {
    check_float(op, x);
    let batched = match x.ndim() {
        2 => false,
        3 => true,
        _ if options.batch_first => fail!("{op}: x {:?}, expected [N, T, I] or [T, I]", x.shape()),
        _ => fail!("{op}: x {:?}, expected [T, N, I] or [T, I]", x.shape()),
    };
    let mut y = match (batched, options.batch_first) {
        (false, _) => x.unsqueeze(1),
        (true, true) => x.transpose(0, 1),
        (true, false) => x.clone(),
    };
    let (steps, rows) = (y.shape()[0], y.shape()[1]);
    let directions = if options.bidirectional { 2 } else { 1 };
    if weights.is_empty() || !weights.len().is_multiple_of(directions) {
        fail!("{op}: {} sets of weights, expected {directions} for each of at least one layer", weights.len());
    }
    if !(0.0..=1.0).contains(&options.dropout) {
        fail!("{op}: dropout is {}, expected a probability from 0 to 1", options.dropout);
    }
    if let Some(lengths) = &options.lengths {
        if lengths.len() != rows {
            fail!("{op}: {} lengths for {rows} sequences", lengths.len());
        }
        if let Some(length) = lengths.iter().find(|&&length| length > steps) {
            fail!("{op}: a length of {length}, where {steps} elements are");
        }
    }
    let (inputs, mut width) = (y.shape()[2], 0);
    for (i, set) in weights.iter().enumerate() {
        let found = set.check(op, cell, x, if i < directions { inputs } else { directions * width });
        if i > 0 && found != width {
            fail!("{op}: set {i} of weights has {found} units, the first {width}");
        }
        width = found;
    }
    let states = starts(op, cell, x, states, [weights.len(), rows, width], batched);
    let mut ends: Vec<Vec<Tensor>> = vec![Vec::new(); states.len()];
    for (layer, sets) in weights.chunks(directions).enumerate() {
        let mut outputs = Vec::with_capacity(directions);
        for (direction, set) in sets.iter().enumerate() {
            let at = (layer * directions + direction) as isize;
            let mut state = Vec::with_capacity(states.len());
            for all in &states {
                state.push(all.select(0, at));
            }
            let recurrence = Recurrence::new(cell, direction == 1, options.lengths.clone());
            let (output, end) = recurrence.run(&y, &state, set);
            outputs.push(output);
            ends.iter_mut().zip(end).for_each(|(ends, end)| ends.push(end));
        }
        y = if directions == 1 { outputs.swap_remove(0) } else { Tensor::cat(&outputs, -1) };
        if options.dropout > 0.0 && (layer + 1) * directions < weights.len() {
            y = y.dropout(options.dropout, true);
        }
    }
    y = match (batched, options.batch_first) {
        (false, _) => y.squeeze_dim(1),
        (true, true) => y.transpose(0, 1),
        (true, false) => y,
    };
    let mut states = Vec::with_capacity(ends.len());
    for end in &ends {
        let end = Tensor::stack(end, 0);
        states.push(if batched { end } else { end.squeeze_dim(1) });
    }
    Walked { y, states }
}

/// The states in the beginning, `[layers, N, H]`: those given, or zeros.
#[track_caller]
fn starts(
    op: &str,
    cell: Cell,
    x: &Tensor,
    given: Option<&[&Tensor]>,
    shape: [usize; 3],
    batched: bool,
) -> Vec<Tensor> {
    let Some(given) = given else {
        return vec![Tensor::zeros(shape).to_dtype(x.dtype()); cell.states()];
    };
    let [layers, _, width] = shape;
    let expected: Dims = if batched { Dims::from_slice(&shape) } else { Dims::from_slice(&[layers, width]) };
    let mut states = Vec::with_capacity(given.len());
    for state in given {
        if state.shape() != &expected[..] {
            fail!("{op}: state {:?}, expected {:?}", state.shape(), &expected[..]);
        }
        check_alike_type(op, x, state, "the state");
        states.push(if batched { (*state).clone() } else { state.unsqueeze(1) });
    }
    states
}
