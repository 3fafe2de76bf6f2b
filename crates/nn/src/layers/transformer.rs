//! The layers of a transformer: attention and two dense layers, each added to what comes in.

use crate::{AttentionMasks, Dropout, Forward, LayerNorm, Linear, Module, MultiheadAttention};
use tapegrad_core::Tensor;

macro_rules! options {
    ($name:ident, attention: [$($attention:ident),*], norms: [$($norm:ident),*], dropouts: [$($dropout:ident),*]) => {
        impl $name {
            /// Vectors of `d_model` numbers, `nhead` heads; 2048 features between the dense layers, a dropout of 0.1, ReLU, norms
            /// with an `eps` of 1e-5 behind each sum, the batch as the second axis.
            ///
            /// # Panics
            /// If the weights do not fit the address space.
            #[track_caller]
            pub fn new(d_model: usize, nhead: usize) -> Self {
                let (linear1, linear2) = (Linear::new(d_model, 2048), Linear::new(2048, d_model));
                $name {
                    $($attention: MultiheadAttention::new(d_model, nhead).dropout(0.1),)*
                    linear1,
                    linear2,
                    $($norm: LayerNorm::new([d_model]),)*
                    $($dropout: Dropout::new(0.1),)*
                    gelu: false,
                    norm_first: false,
                }
            }

            /// How many features there are between the dense layers, which are drawn anew.
            ///
            /// # Panics
            /// If the weights do not fit the address space.
            #[must_use]
            #[track_caller]
            pub fn dim_feedforward(self, features: usize) -> Self {
                let d_model = self.linear2.weight.shape()[0];
                let (linear1, linear2) = (Linear::new(d_model, features), Linear::new(features, d_model));
                $name { linear1, linear2, ..self }
            }

            /// The probability to be left out while training: of weights, of features, and of what is added.
            #[must_use]
            pub fn dropout(self, p: f64) -> Self {
                $name {
                    $($attention: self.$attention.dropout(p),)*
                    $($dropout: Dropout::new(p),)*
                    ..self
                }
            }

            /// GELU, by the error function, in place of ReLU.
            #[must_use]
            pub fn gelu(self) -> Self {
                $name { gelu: true, ..self }
            }

            /// Norms before attention and dense layers, not behind the sums.
            #[must_use]
            pub fn norm_first(self) -> Self {
                $name { norm_first: true, ..self }
            }

            /// What the norms add to the variance.
            #[must_use]
            pub fn layer_norm_eps(self, eps: f64) -> Self {
                $name { $($norm: self.$norm.eps(eps),)* ..self }
            }

            /// The batch is the first axis.
            #[must_use]
            pub fn batch_first(self) -> Self {
                $name { $($attention: self.$attention.batch_first(),)* ..self }
            }

            /// What the dense layers add.
            fn feed_forward(&self, x: &Tensor) -> Tensor {
                let x = self.linear1.call(x);
                let x = if self.gelu { x.gelu() } else { x.relu() };
                self.last_dropout().call(&self.linear2.call(&self.dropout.call(&x)))
            }
        }
    };
}

/// Self-attention and two dense layers (A. Vaswani et al., "Attention is all you need", 2017): `x = norm1(x + attention(x))`,
/// `x = norm2(x + dense(x))`, or with [`norm_first`](TransformerEncoderLayer::norm_first) `x = x + attention(norm1(x))`,
/// `x = x + dense(norm2(x))` (R. Xiong et al., 2020). `[L, N, E]` gives `[L, N, E]`.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{AttentionMasks, Forward, TransformerEncoderLayer};
/// let layer = TransformerEncoderLayer::new(8, 2).dim_feedforward(16).batch_first();
/// let x = Tensor::randn([3, 5, 8]);
/// assert_eq!(layer.call(&x).shape(), [3, 5, 8]);
/// assert_eq!(layer.call(&(x, AttentionMasks::causal())).shape(), [3, 5, 8]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct TransformerEncoderLayer {
    /// From the input to itself.
    pub self_attn: MultiheadAttention,
    /// The first dense layer.
    pub linear1: Linear,
    /// The second dense layer.
    pub linear2: Linear,
    /// Of attention.
    pub norm1: LayerNorm,
    /// Of the dense layers.
    pub norm2: LayerNorm,
    /// Of the features between the dense layers.
    pub dropout: Dropout,
    /// Of what attention adds.
    pub dropout1: Dropout,
    /// Of what the dense layers add.
    pub dropout2: Dropout,
    /// Whether GELU stands in place of ReLU.
    pub gelu: bool,
    /// Whether the norms come first.
    pub norm_first: bool,
}

options!(
    TransformerEncoderLayer,
    attention: [self_attn],
    norms: [norm1, norm2],
    dropouts: [dropout, dropout1, dropout2]
);

impl TransformerEncoderLayer {
    fn last_dropout(&self) -> &Dropout {
        &self.dropout2
    }

    fn attention(&self, x: &Tensor, masks: &AttentionMasks) -> Tensor {
        self.dropout1.call(&self.self_attn.attend_to(x, x, masks))
    }

    fn encode(&self, x: &Tensor, masks: &AttentionMasks) -> Tensor {
        if self.norm_first {
            let x = x + self.attention(&self.norm1.call(x), masks);
            return &x + self.feed_forward(&self.norm2.call(&x));
        }
        let x = self.norm1.call(&(x + self.attention(x, masks)));
        self.norm2.call(&(&x + self.feed_forward(&x)))
    }
}

impl Forward for TransformerEncoderLayer {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.encode(x, &AttentionMasks::default())
    }
}

impl Forward<(Tensor, AttentionMasks)> for TransformerEncoderLayer {
    fn forward(&self, (x, masks): &(Tensor, AttentionMasks)) -> Tensor {
        self.encode(x, masks)
    }
}

/// Self-attention, attention to a memory and two dense layers (A. Vaswani et al., "Attention is all you need", 2017), each added to
/// what comes in and normalised as in a [`TransformerEncoderLayer`]. A target `[L, N, E]` and a memory `[S, N, E]` give `[L, N, E]`.
/// The general form has masks of the target's attention to itself, and to the memory.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{AttentionMasks, Forward, TransformerDecoderLayer};
/// let layer = TransformerDecoderLayer::new(8, 2).dim_feedforward(16).batch_first();
/// let (x, memory) = (Tensor::randn([3, 5, 8]), Tensor::randn([3, 7, 8]));
/// let y = layer.call(&(x, memory, AttentionMasks::causal(), AttentionMasks::default()));
/// assert_eq!(y.shape(), [3, 5, 8]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct TransformerDecoderLayer {
    /// From the target to itself.
    pub self_attn: MultiheadAttention,
    /// From the target to the memory.
    pub multihead_attn: MultiheadAttention,
    /// The first dense layer.
    pub linear1: Linear,
    /// The second dense layer.
    pub linear2: Linear,
    /// Of self-attention.
    pub norm1: LayerNorm,
    /// Of attention to the memory.
    pub norm2: LayerNorm,
    /// Of the dense layers.
    pub norm3: LayerNorm,
    /// Of the features between the dense layers.
    pub dropout: Dropout,
    /// Of what self-attention adds.
    pub dropout1: Dropout,
    /// Of what attention to the memory adds.
    pub dropout2: Dropout,
    /// Of what the dense layers add.
    pub dropout3: Dropout,
    /// Whether GELU stands in place of ReLU.
    pub gelu: bool,
    /// Whether the norms come first.
    pub norm_first: bool,
}

options!(
    TransformerDecoderLayer,
    attention: [self_attn, multihead_attn],
    norms: [norm1, norm2, norm3],
    dropouts: [dropout, dropout1, dropout2, dropout3]
);

impl TransformerDecoderLayer {
    fn last_dropout(&self) -> &Dropout {
        &self.dropout3
    }

    fn to_itself(&self, x: &Tensor, masks: &AttentionMasks) -> Tensor {
        self.dropout1.call(&self.self_attn.attend_to(x, x, masks))
    }

    fn to_memory(&self, x: &Tensor, memory: &Tensor, masks: &AttentionMasks) -> Tensor {
        self.dropout2.call(&self.multihead_attn.attend_to(x, memory, masks))
    }

    fn decode(&self, x: &Tensor, memory: &Tensor, [to_itself, to_memory]: [&AttentionMasks; 2]) -> Tensor {
        if self.norm_first {
            let x = x + self.to_itself(&self.norm1.call(x), to_itself);
            let x = &x + self.to_memory(&self.norm2.call(&x), memory, to_memory);
            return &x + self.feed_forward(&self.norm3.call(&x));
        }
        let x = self.norm1.call(&(x + self.to_itself(x, to_itself)));
        let x = self.norm2.call(&(&x + self.to_memory(&x, memory, to_memory)));
        self.norm3.call(&(&x + self.feed_forward(&x)))
    }
}

impl Forward<(Tensor, Tensor)> for TransformerDecoderLayer {
    fn forward(&self, (x, memory): &(Tensor, Tensor)) -> Tensor {
        self.decode(x, memory, [&AttentionMasks::default(), &AttentionMasks::default()])
    }
}

impl Forward<(Tensor, Tensor, AttentionMasks, AttentionMasks)> for TransformerDecoderLayer {
    fn forward(&self, x: &(Tensor, Tensor, AttentionMasks, AttentionMasks)) -> Tensor {
        let (x, memory, to_itself, to_memory) = x;
        self.decode(x, memory, [to_itself, to_memory])
    }
}
