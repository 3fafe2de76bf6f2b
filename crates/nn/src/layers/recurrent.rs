//! Layers in which a state goes from step to step of a sequence.
//!
//! All parameters stand in the layer itself under PyTorch's names, a set for each layer and direction. How many sets there are is
//! known only when the model is built, so the walk over them is written by hand.

use super::linear::default_init;
use crate::{Copies, Field, Forward, Mode, Module, Param, Values, Visitor};
use tapegrad_core::{Nonlinearity, RecurrentOptions, RecurrentWeights, Tensor};

/// The parameters of one direction of one layer, uniform within 1 / sqrt(H) at first.
#[derive(Clone, Debug)]
pub struct RecurrentSet {
    /// `[gates H, I]`: of the inputs.
    pub weight_ih: Param,
    /// `[gates H, H]`: of the state.
    pub weight_hh: Param,
    /// `[gates H]`, beside `weight_ih`.
    pub bias_ih: Option<Param>,
    /// `[gates H]`, beside `weight_hh`.
    pub bias_hh: Option<Param>,
}

impl RecurrentSet {
    #[track_caller]
    pub(super) fn new(gates: usize, inputs: usize, width: usize) -> Self {
        let [weight_ih, weight_hh] = [inputs, width].map(|from| Param::new(Tensor::zeros([gates * width, from])));
        let [bias_ih, bias_hh] = [(); 2].map(|()| Param::new(Tensor::zeros([gates * width])));
        default_init(width, [&weight_ih, &weight_hh, &bias_ih, &bias_hh]);
        RecurrentSet { weight_ih, weight_hh, bias_ih: Some(bias_ih), bias_hh: Some(bias_hh) }
    }

    fn weights(&self) -> RecurrentWeights<'_> {
        let RecurrentSet { weight_ih, weight_hh, bias_ih, bias_hh } = self;
        RecurrentWeights { weight_ih, weight_hh, bias_ih: bias_ih.as_deref(), bias_hh: bias_hh.as_deref() }
    }

    fn visit<'a>(&'a self, end: &str, visitor: &mut Visitor<'a, '_>) {
        visitor.field(&format!("weight_ih{end}"), &self.weight_ih);
        visitor.field(&format!("weight_hh{end}"), &self.weight_hh);
        visitor.field(&format!("bias_ih{end}"), &self.bias_ih);
        visitor.field(&format!("bias_hh{end}"), &self.bias_hh);
    }

    fn copy_with(&self, copies: &mut Copies) -> Self {
        RecurrentSet {
            weight_ih: copies.field(&self.weight_ih),
            weight_hh: copies.field(&self.weight_hh),
            bias_ih: copies.field(&self.bias_ih),
            bias_hh: copies.field(&self.bias_hh),
        }
    }
}

/// A batch of sequences, with a state to begin with and with their lengths: the general input of a recurrent layer.
#[derive(Clone, Debug)]
pub struct Sequences<S> {
    /// `[T, N, I]`, or `[N, T, I]` where the layer says so, or `[T, I]`.
    pub x: Tensor,
    /// The state before the first step, `[layers directions, N, H]`; zeros without. Of an LSTM h and c.
    pub state: Option<S>,
    /// How many elements each sequence has. The rest is padding: it is not read, and the output there is 0.
    pub lengths: Option<Vec<usize>>,
}

impl<S> Sequences<S> {
    /// Sequences of one length that begin without a state.
    pub fn new(x: Tensor) -> Self {
        Sequences { x, state: None, lengths: None }
    }

    /// With a state to begin with.
    #[must_use]
    pub fn state(self, state: S) -> Self {
        Sequences { state: Some(state), ..self }
    }

    /// Of different lengths.
    #[must_use]
    pub fn lengths(self, lengths: impl Into<Vec<usize>>) -> Self {
        Sequences { lengths: Some(lengths.into()), ..self }
    }
}

impl<S: Values> Values for Sequences<S> {
    fn tensors<'a>(&'a self, see: &mut dyn FnMut(&'a Tensor)) {
        see(&self.x);
        self.state.tensors(see);
    }
}

macro_rules! recurrent {
    ($(#[$doc:meta])* $layer:ident, $cell:ident, $gates:literal, $op:ident, $state:ty, $as_state:expr $(, $function:ident)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $layer {
            /// The parameters of each layer, forward before backward.
            pub sets: Vec<RecurrentSet>,
            /// Whether each layer walks in both directions.
            pub bidirectional: bool,
            /// Whether the batch is the first axis.
            pub batch_first: bool,
            /// The probability that an element between two layers is left out while training.
            pub dropout: f64,
            $(/// The function of the sums.
            pub $function: Nonlinearity,)?
            /// Whether elements are left out.
            pub mode: Mode,
        }

        impl $layer {
            /// One layer in one direction, from vectors of `inputs` numbers to `width` units.
            ///
            /// # Panics
            /// If the weights do not fit the address space.
            #[track_caller]
            pub fn new(inputs: usize, width: usize) -> Self {
                $layer {
                    sets: vec![RecurrentSet::new($gates, inputs, width)],
                    bidirectional: false,
                    batch_first: false,
                    dropout: 0.0,
                    $($function: Nonlinearity::Tanh,)?
                    mode: Mode::new(),
                }
            }

            /// With so many layers, each above the one before; the parameters are drawn anew.
            #[must_use]
            #[track_caller]
            pub fn num_layers(self, layers: usize) -> Self {
                let directions = if self.bidirectional { 2 } else { 1 };
                self.rebuilt(layers, directions)
            }

            /// In both directions, whose outputs stand side by side; the parameters are drawn anew.
            #[must_use]
            #[track_caller]
            pub fn bidirectional(self) -> Self {
                let layers = self.layers();
                $layer { bidirectional: true, ..self.rebuilt(layers, 2) }
            }

            /// The batch is the first axis of inputs and outputs. That of states stays the second.
            #[must_use]
            pub fn batch_first(self) -> Self {
                $layer { batch_first: true, ..self }
            }

            /// The probability that an element between two layers is left out while training.
            #[must_use]
            pub fn dropout(self, p: f64) -> Self {
                $layer { dropout: p, ..self }
            }

            /// The same without biases.
            #[must_use]
            pub fn without_bias(mut self) -> Self {
                for set in &mut self.sets {
                    (set.bias_ih, set.bias_hh) = (None, None);
                }
                self
            }

            $(/// With a function of the sums other than tanh.
            #[must_use]
            pub fn $function(self, $function: Nonlinearity) -> Self {
                $layer { $function, ..self }
            })?

            fn layers(&self) -> usize {
                self.sets.len() / if self.bidirectional { 2 } else { 1 }
            }

            #[track_caller]
            fn rebuilt(self, layers: usize, directions: usize) -> Self {
                let (inputs, width) = (self.sets[0].weight_ih.shape()[1], self.sets[0].weight_hh.shape()[1]);
                let mut sets = Vec::with_capacity(layers * directions);
                for layer in 0..layers {
                    for _ in 0..directions {
                        let inputs = if layer == 0 { inputs } else { directions * width };
                        sets.push(RecurrentSet::new($gates, inputs, width));
                    }
                }
                let layer = $layer { sets, ..self };
                // Biases that were given up stay so.
                if self.sets.iter().all(|set| set.bias_ih.is_some()) { layer } else { layer.without_bias() }
            }

            fn walk(&self, x: &Tensor, state: Option<&$state>, lengths: Option<&Vec<usize>>) -> (Tensor, $state) {
                let options = RecurrentOptions {
                    bidirectional: self.bidirectional,
                    batch_first: self.batch_first,
                    dropout: if self.mode.is_training() { self.dropout } else { 0.0 },
                    lengths: lengths.cloned(),
                };
                let weights: Vec<_> = self.sets.iter().map(RecurrentSet::weights).collect();
                x.$op($(self.$function,)? state.map($as_state), &weights, &options)
            }
        }

        impl Field for $layer {
            fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
                visitor.module(self);
                let directions = if self.bidirectional { 2 } else { 1 };
                for (i, set) in self.sets.iter().enumerate() {
                    let end = if i % directions == 1 { "_reverse" } else { "" };
                    set.visit(&format!("_l{}{end}", i / directions), visitor);
                }
                visitor.field("mode", &self.mode);
            }

            fn copy_with(&self, copies: &mut Copies) -> Self {
                $layer {
                    sets: self.sets.iter().map(|set| set.copy_with(copies)).collect(),
                    mode: copies.field(&self.mode),
                    $($function: self.$function,)?
                    ..*self
                }
            }
        }

        impl Module for $layer {
            fn is_library(&self) -> bool {
                true
            }
        }

        /// The outputs of all steps.
        impl Forward for $layer {
            fn forward(&self, x: &Tensor) -> Tensor {
                self.walk(x, None, None).0
            }
        }

        /// The outputs of all steps, and the state at the end.
        impl Forward<Sequences<$state>, (Tensor, $state)> for $layer {
            fn forward(&self, sequences: &Sequences<$state>) -> (Tensor, $state) {
                self.walk(&sequences.x, sequences.state.as_ref(), sequences.lengths.as_ref())
            }
        }

        #[doc = concat!("One step of [`", stringify!($layer), "`]. See [`Tensor::", stringify!($op), "_cell`].")]
        ///
        /// The input is a tensor `[N, I]` or `[I]` and the state before, if there is one; the output is the state after.
        #[derive(Clone, Debug)]
        pub struct $cell {
            /// The parameters.
            pub set: RecurrentSet,
            $(/// The function of the sums.
            pub $function: Nonlinearity,)?
        }

        impl $cell {
            /// From vectors of `inputs` numbers to `width` units.
            ///
            /// # Panics
            /// If the weights do not fit the address space.
            #[track_caller]
            pub fn new(inputs: usize, width: usize) -> Self {
                $cell { set: RecurrentSet::new($gates, inputs, width), $($function: Nonlinearity::Tanh,)? }
            }

            /// The same without biases.
            #[must_use]
            pub fn without_bias(mut self) -> Self {
                (self.set.bias_ih, self.set.bias_hh) = (None, None);
                self
            }

            $(/// With a function of the sums other than tanh.
            #[must_use]
            pub fn $function(self, $function: Nonlinearity) -> Self {
                $cell { $function, ..self }
            })?
        }

        impl Field for $cell {
            fn visit<'a>(&'a self, visitor: &mut Visitor<'a, '_>) {
                visitor.module(self);
                self.set.visit("", visitor);
            }

            fn copy_with(&self, copies: &mut Copies) -> Self {
                $cell { set: self.set.copy_with(copies), $($function: self.$function,)? }
            }
        }

        impl Module for $cell {
            fn is_library(&self) -> bool {
                true
            }
        }
    };
}

recurrent!(
    /// Simple recurrent layers, with tanh or ReLU. See [`Tensor::rnn`].
    ///
    /// ```
    /// use tapegrad_core::{Nonlinearity, Tensor};
    /// use tapegrad_nn::{Forward, RNN};
    /// let layer = RNN::new(3, 4).num_layers(2).nonlinearity(Nonlinearity::Relu);
    /// let y: Tensor = layer.call(&Tensor::randn([7, 2, 3]));
    /// assert_eq!(y.shape(), [7, 2, 4]);
    /// ```
    RNN, RNNCell, 1, rnn, Tensor, |h| h, nonlinearity
);
recurrent!(
    /// Layers of gated recurrent units. See [`Tensor::gru`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_nn::{Forward, GRU, Sequences};
    /// let layer = GRU::new(3, 4).bidirectional();
    /// let (y, h) = layer.call(&Sequences::new(Tensor::randn([7, 2, 3])).lengths([7, 4]));
    /// assert_eq!((y.shape(), h.shape()), (&[7, 2, 8][..], &[2, 2, 4][..]));
    /// assert_eq!(y.i((4.., 1)).abs().sum().item(), 0.0);
    /// ```
    GRU, GRUCell, 3, gru, Tensor, |h| h
);
recurrent!(
    /// Layers of long short-term memories. See [`Tensor::lstm`].
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_nn::{Forward, LSTM, Sequences};
    /// let layer = LSTM::new(3, 4).num_layers(2).batch_first().dropout(0.2);
    /// let (y, (h, c)) = layer.call(&Sequences::new(Tensor::randn([2, 7, 3])));
    /// assert_eq!((y.shape(), h.shape(), c.shape()), (&[2, 7, 4][..], &[2, 2, 4][..], &[2, 2, 4][..]));
    /// ```
    LSTM, LSTMCell, 4, lstm, (Tensor, Tensor), |(h, c)| (h, c)
);

impl Forward<(Tensor, Option<Tensor>)> for RNNCell {
    fn forward(&self, (x, h): &(Tensor, Option<Tensor>)) -> Tensor {
        x.rnn_cell(self.nonlinearity, h.as_ref(), &self.set.weights())
    }
}

impl Forward<(Tensor, Option<Tensor>)> for GRUCell {
    fn forward(&self, (x, h): &(Tensor, Option<Tensor>)) -> Tensor {
        x.gru_cell(h.as_ref(), &self.set.weights())
    }
}

impl Forward<(Tensor, Option<(Tensor, Tensor)>), (Tensor, Tensor)> for LSTMCell {
    fn forward(&self, (x, state): &(Tensor, Option<(Tensor, Tensor)>)) -> (Tensor, Tensor) {
        x.lstm_cell(state.as_ref().map(|(h, c)| (h, c)), &self.set.weights())
    }
}
