//! One direction of a recurrent layer as one op.
//!
//! The way back is a kernel as well. Where a derivative of the derivative is asked for, the same steps are recorded in public ops
//! and walked, so that derivatives of every order follow from the step itself.

use super::{Cell, RecurrentWeights, step};
use crate::grad::Grad;
use crate::ops::matmul::product;
use crate::ops::prelude::*;
use crate::ops::reshape::reshape;
use tapegrad_kernels::recurrent;

/// From the inputs' shares `[T, N, gates H]`, h `[N, H]`, c of an LSTM, the weight `[gates H, H]`, and the bias of a GRU: the outputs
/// `[T, N, H]`, h and c at the end, and what the kernel keeps for the way back.
#[derive(Clone, Debug)]
pub(super) struct Recurrence(recurrent::Recurrence);

impl Recurrence {
    pub(super) fn new(cell: Cell, reverse: bool, lengths: Option<Vec<usize>>) -> Self {
        Recurrence(recurrent::Recurrence { cell, reverse, lengths })
    }

    fn states(&self) -> usize {
        self.0.cell.states()
    }

    /// The outputs and the state at the end for inputs `[T, N, I]`.
    #[track_caller]
    pub(super) fn run(self, x: &Tensor, state: &[Tensor], weights: &RecurrentWeights<'_>) -> (Tensor, Vec<Tensor>) {
        let RecurrentWeights { weight_ih, weight_hh, bias_ih, bias_hh } = *weights;
        let mut inputs: Vec<&Tensor> = Vec::with_capacity(5);
        let (share, bias);
        if self.0.cell == Cell::Gru {
            share = x.linear(weight_ih, bias_ih);
            bias = match bias_hh {
                Some(bias) => bias.clone(),
                None => Tensor::zeros([weight_hh.shape()[0]]).to_dtype(x.dtype()),
            };
            inputs.extend([&share].into_iter().chain(state).chain([weight_hh, &bias]));
        } else {
            // Both biases are added to the same sum.
            share = match (bias_ih, bias_hh) {
                (Some(bias_ih), Some(bias_hh)) => x.linear(weight_ih, Some(&(bias_ih + bias_hh))),
                (bias_ih, bias_hh) => x.linear(weight_ih, bias_ih.or(bias_hh)),
            };
            inputs.extend([&share].into_iter().chain(state).chain([weight_hh]));
        }
        let states = self.states();
        let mut outputs = self.apply_all(&inputs).into_iter();
        let y = outputs.next().unwrap_or_else(|| unreachable!("y is the first output"));
        (y, outputs.take(states).collect())
    }

    fn inputs<'a, A: std::ops::Deref<Target = Array>>(&self, values: &'a [A]) -> recurrent::Inputs<'a> {
        let states = self.states();
        recurrent::Inputs {
            x: &values[0],
            h: &values[1],
            c: (states == 2).then(|| &*values[2]),
            weight: &values[1 + states],
            bias: values.get(2 + states).map(|bias| &**bias),
        }
    }

    /// The outputs but for what is kept, in public ops.
    fn unrolled(&self, inputs: &[Tensor]) -> Vec<Tensor> {
        let recurrent::Recurrence { cell, reverse, lengths } = &self.0;
        let (x, states) = (&inputs[0], self.states());
        let (mut state, weight) = (inputs[1..1 + states].to_vec(), &inputs[1 + states]);
        let steps = x.shape()[0];
        let mut outputs = vec![state[0].zeros_like(); steps];
        for i in 0..steps {
            let t = if *reverse { steps - 1 - i } else { i };
            let mut after = step(*cell, &x.select(0, t as isize), &state, weight, inputs.get(2 + states));
            outputs[t] = after[0].clone();
            if let Some(lengths) = lengths {
                let lives: Vec<bool> = lengths.iter().map(|&length| t < length).collect();
                let lives = Tensor::from(lives).unsqueeze(1);
                outputs[t] = lives.where_cond(&after[0], 0);
                after.iter_mut().zip(&state).for_each(|(after, before)| *after = lives.where_cond(&*after, before));
            }
            state = after;
        }
        let y = if steps == 0 {
            Tensor::zeros([0, state[0].shape()[0], state[0].shape()[1]]).to_dtype(x.dtype())
        } else {
            Tensor::stack(&outputs, 0)
        };
        std::iter::once(y).chain(state).collect()
    }

    /// The cotangents with a graph of their own.
    fn pulled(&self, ctx: &Vjp<'_>) -> Cotangents {
        // Nodes of their own, since two inputs may be one.
        let own = |i| if ctx.needs(i) { ctx.input(i) * 1 } else { ctx.constant_input(i) };
        let inputs: Vec<Tensor> = (0..ctx.inputs()).map(own).collect();
        let outputs = self.unrolled(&inputs);
        let with_g = outputs.iter().enumerate().filter(|(_, y)| y.needs_grad());
        let (ys, gs): (Vec<&Tensor>, Vec<&Tensor>) = with_g.filter_map(|(i, y)| Some((y, ctx.cotangent(i)?))).unzip();
        let wanted: Vec<&Tensor> = inputs.iter().enumerate().filter(|(i, _)| ctx.needs(*i)).map(|(_, x)| x).collect();
        let found = Grad::of(&ys).wrt(&wanted).cotangents(&gs).create_graph().allow_unused().run();
        ctx.walked.set(true);
        let mut found = found.into_iter();
        (0..ctx.inputs()).map(|i| if ctx.needs(i) { found.next() } else { None }).collect()
    }
}

impl Op for Recurrence {
    fn name(&self) -> &'static str {
        match self.0.cell {
            Cell::Tanh | Cell::Relu => "rnn",
            Cell::Lstm => "lstm",
            Cell::Gru => "gru",
        }
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("reverse", self.0.reverse.to_string()), ("lengths", format!("{:?}", self.0.lengths))]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let values: Vec<_> = inputs.iter().map(|x| x.value()).collect();
        let recurrent::Outputs { y, h, c, kept } = self.0.forward(self.inputs(&values));
        [Some(y), Some(h), c, Some(kept)].into_iter().flatten().map(Tensor::constant).collect()
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        if ctx.create_graph {
            return self.pulled(ctx);
        }
        let states = self.states();
        let inputs: Vec<Tensor> = (0..ctx.inputs()).map(|i| ctx.input(i)).collect();
        let values: Vec<_> = inputs.iter().map(|x| x.value()).collect();
        let [y, kept] = [0, 1 + states].map(|i| ctx.constant_output(i));
        let g: Vec<_> = (0..3).map(|i| if i <= states { ctx.cotangent(i).map(|g| g.value()) } else { None }).collect();
        let g = [0, 1, 2].map(|i| g[i].as_deref());
        let by = self.0.backward(self.inputs(&values), [&y.value(), &kept.value()], g);

        let [x, h, before] = [by.x, by.h, by.before].map(Tensor::constant);
        let (c, hidden) = (by.c.map(Tensor::constant), by.hidden.map(Tensor::constant));
        let sums = hidden.as_ref().unwrap_or(&x);
        let rows = |x: &Tensor| reshape(x, &[x.shape()[0] * x.shape()[1], x.shape()[2]]);
        let by_weight = ctx.needs(1 + states).then(|| product(&rows(sums), true, &rows(&before), false));
        let by_bias = hidden.as_ref().map(|hidden| ctx.needs(2 + states).then(|| hidden.sum_dim([0, 1])));
        let mut cotangents: Cotangents = smallvec![Some(x), Some(h)];
        cotangents.extend(c.map(Some));
        cotangents.push(by_weight);
        cotangents.extend(by_bias);
        cotangents.into_iter().enumerate().map(|(i, by)| by.filter(|_| ctx.needs(i))).collect()
    }

    fn multiply_adds(&self, inputs: &[&Tensor], _outputs: &[Tensor]) -> u64 {
        let (x, weight) = (inputs[0].shape(), inputs[1 + self.states()]);
        (x[0] * x[1] * weight.numel()) as u64
    }

    fn saves_output(&self, i: usize) -> bool {
        i == 0 || i == 1 + self.states()
    }
}
