//! A state goes from step to step of a sequence.

use crate::Call;
use crate::attributes::Attributes;
use tapegrad::{Nonlinearity, RecurrentOptions, RecurrentWeights, Tensor};

fn function(a: &Attributes) -> Nonlinearity {
    if a.flag("relu") { Nonlinearity::Relu } else { Nonlinearity::Tanh }
}

/// A flag that is true where a case says nothing.
fn unless_off(a: &Attributes, name: &str) -> bool {
    !a.has(name) || a.flag(name)
}

fn options(a: &Attributes) -> RecurrentOptions {
    RecurrentOptions {
        bidirectional: a.flag("bidirectional"),
        batch_first: a.flag("batch_first"),
        lengths: a.has("lengths").then(|| a.sizes("lengths")),
        ..Default::default()
    }
}

/// The states, `n` of them, if there are any, and the sets of weights behind them.
fn parts<'a>(x: &'a [Tensor], a: &Attributes, n: usize) -> (Option<&'a [Tensor]>, Vec<RecurrentWeights<'a>>) {
    let first = if unless_off(a, "start") { 1 + n } else { 1 };
    let set =
        |x: &'a [Tensor]| RecurrentWeights { weight_ih: &x[0], weight_hh: &x[1], bias_ih: x.get(2), bias_hh: x.get(3) };
    let each = if unless_off(a, "bias") { 4 } else { 2 };
    ((first > 1).then(|| &x[1..first]), x[first..].chunks(each).map(set).collect())
}

pub const CALLS: &[(&str, Call)] = &[
    ("gru", |x, a| {
        let (state, weights) = parts(x, a, 1);
        <[Tensor; 2]>::from(x[0].gru(state.map(|s| &s[0]), &weights, &options(a))).to_vec()
    }),
    ("gru_cell", |x, a| {
        let (state, weights) = parts(x, a, 1);
        vec![x[0].gru_cell(state.map(|s| &s[0]), &weights[0])]
    }),
    ("lstm", |x, a| {
        let (state, weights) = parts(x, a, 2);
        let (y, (h, c)) = x[0].lstm(state.map(|s| (&s[0], &s[1])), &weights, &options(a));
        vec![y, h, c]
    }),
    ("lstm_cell", |x, a| {
        let (state, weights) = parts(x, a, 2);
        <[Tensor; 2]>::from(x[0].lstm_cell(state.map(|s| (&s[0], &s[1])), &weights[0])).to_vec()
    }),
    ("rnn", |x, a| {
        let (state, weights) = parts(x, a, 1);
        <[Tensor; 2]>::from(x[0].rnn(function(a), state.map(|s| &s[0]), &weights, &options(a))).to_vec()
    }),
    ("rnn_cell", |x, a| {
        let (state, weights) = parts(x, a, 1);
        vec![x[0].rnn_cell(function(a), state.map(|s| &s[0]), &weights[0])]
    }),
];
