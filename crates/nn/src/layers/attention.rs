//! Attention by several heads, as a layer.

use crate::{Forward, Init, Linear, Mode, Module, Param, Values, observe};
use tapegrad_core::{AttentionProjections, MultiHeadAttentionOptions, Tensor};

/// What a query does not meet. As in PyTorch, a bool mask is true for what is left out; numbers are added to the scores.
#[derive(Clone, Debug, Default)]
pub struct AttentionMasks {
    /// `[L, S]`, or `[N heads, L, S]`.
    pub attn_mask: Option<Tensor>,
    /// `[N, S]`, or `[S]` without a batch.
    pub key_padding_mask: Option<Tensor>,
    /// Whether query i meets the keys 0 to i alone.
    pub is_causal: bool,
}

impl AttentionMasks {
    /// Query i meets the keys 0 to i alone.
    pub fn causal() -> Self {
        AttentionMasks { is_causal: true, ..Default::default() }
    }

    /// Keys that are left out, true in `[N, S]`.
    pub fn padding(mask: &Tensor) -> Self {
        AttentionMasks { key_padding_mask: Some(mask.clone()), ..Default::default() }
    }
}

impl Values for AttentionMasks {
    fn tensors<'a>(&'a self, see: &mut dyn FnMut(&'a Tensor)) {
        self.attn_mask.iter().chain(&self.key_padding_mask).for_each(see);
    }
}

/// Attention of several heads. See [`Tensor::multi_head_attention`]. Queries `[L, N, E]` and keys and values `[S, N, E]` give
/// `[L, N, E]`; without a batch, N is not there; with [`batch_first`](MultiheadAttention::batch_first) N is the first axis.
///
/// One tensor attends to itself; (query, key, value, masks) are the general form, whose second output is the weights, `[N, L, S]`, if
/// they are [wanted](MultiheadAttention::need_weights).
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{AttentionMasks, Forward, MultiheadAttention};
/// let layer = MultiheadAttention::new(8, 2).batch_first().need_weights();
/// let (x, memory) = (Tensor::randn([3, 5, 8]), Tensor::randn([3, 7, 8]));
/// let y: Tensor = layer.call(&x);
/// assert_eq!(y.shape(), [3, 5, 8]);
/// let (_, weights) = layer.call(&(x, memory.clone(), memory, AttentionMasks::default()));
/// assert_eq!(weights.unwrap().shape(), [3, 5, 7]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct MultiheadAttention {
    /// `[3 E, E]`, Xavier-uniform at first.
    pub in_proj_weight: Param,
    /// `[3 E]`, zeros at first.
    pub in_proj_bias: Option<Param>,
    /// From what the heads found; its bias starts as zeros.
    pub out_proj: Linear,
    /// How many heads there are.
    pub num_heads: usize,
    /// The probability of a weight to be left out while training.
    pub dropout: f64,
    /// Whether the batch is the first axis.
    pub batch_first: bool,
    /// Whether the weights are given too; they then take memory.
    pub need_weights: bool,
    /// Whether weights are left out.
    pub mode: Mode,
}

impl MultiheadAttention {
    /// Of vectors of `embed_dim` numbers, by `num_heads` heads.
    ///
    /// # Panics
    /// If the weights do not fit the address space.
    #[track_caller]
    pub fn new(embed_dim: usize, num_heads: usize) -> Self {
        let in_proj_weight = Param::new(Tensor::zeros([3 * embed_dim, embed_dim]));
        Init::XavierUniform { gain: 1.0 }.fill(&in_proj_weight);
        let out_proj = Linear::new(embed_dim, embed_dim);
        out_proj.bias.iter().for_each(|bias| Init::Zeros.fill(bias));
        MultiheadAttention {
            in_proj_weight,
            in_proj_bias: Some(Param::new(Tensor::zeros([3 * embed_dim]))),
            out_proj,
            num_heads,
            dropout: 0.0,
            batch_first: false,
            need_weights: false,
            mode: Mode::new(),
        }
    }

    /// The same without biases.
    #[must_use]
    pub fn without_bias(self) -> Self {
        MultiheadAttention { in_proj_bias: None, out_proj: self.out_proj.without_bias(), ..self }
    }

    /// The probability of a weight to be left out while training.
    #[must_use]
    pub fn dropout(self, p: f64) -> Self {
        MultiheadAttention { dropout: p, ..self }
    }

    /// The batch is the first axis.
    #[must_use]
    pub fn batch_first(self) -> Self {
        MultiheadAttention { batch_first: true, ..self }
    }

    /// The weights are given too, as means over the heads.
    #[must_use]
    pub fn need_weights(self) -> Self {
        MultiheadAttention { need_weights: true, ..self }
    }

    fn batched(&self, inputs: [&Tensor; 3], masks: &AttentionMasks, need_weights: bool) -> (Tensor, Option<Tensor>) {
        let projections = AttentionProjections {
            in_proj_weight: &self.in_proj_weight,
            in_proj_bias: self.in_proj_bias.as_deref(),
            out_proj_weight: &self.out_proj.weight,
            out_proj_bias: self.out_proj.bias.as_deref(),
        };
        let AttentionMasks { attn_mask, key_padding_mask, is_causal } = masks.clone();
        let dropout_p = if self.mode.is_training() { self.dropout } else { 0.0 };
        let options = MultiHeadAttentionOptions { key_padding_mask, attn_mask, is_causal, dropout_p, need_weights };
        let [query, key, value] = inputs;
        query.multi_head_attention(key, value, self.num_heads, &projections, &options)
    }

    /// Where all three are one tensor it stays one, so that one product projects it.
    fn attend(&self, inputs: [&Tensor; 3], masks: &AttentionMasks, need_weights: bool) -> (Tensor, Option<Tensor>) {
        if self.batch_first || inputs[0].ndim() != 3 {
            return self.batched(inputs, masks, need_weights);
        }
        let query = inputs[0].transpose(0, 1);
        let (y, weights) = if inputs.iter().all(|x| std::ptr::eq(*x, inputs[0])) {
            self.batched([&query; 3], masks, need_weights)
        } else {
            let (key, value) = (inputs[1].transpose(0, 1), inputs[2].transpose(0, 1));
            self.batched([&query, &key, &value], masks, need_weights)
        };
        (y.transpose(0, 1), weights)
    }

    /// A call as a part of another layer: a tensor's attention to a memory, which may be itself, without weights.
    pub(crate) fn attend_to(&self, x: &Tensor, memory: &Tensor, masks: &AttentionMasks) -> Tensor {
        observe::call(self, &(x, memory), || self.attend([x, memory, memory], masks, false).0)
    }
}

impl Forward for MultiheadAttention {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.attend([x; 3], &AttentionMasks::default(), false).0
    }
}

impl Forward<(Tensor, Tensor, Tensor, AttentionMasks), (Tensor, Option<Tensor>)> for MultiheadAttention {
    fn forward(&self, x: &(Tensor, Tensor, Tensor, AttentionMasks)) -> (Tensor, Option<Tensor>) {
        let (query, key, value, masks) = x;
        self.attend([query, key, value], masks, self.need_weights)
    }
}
