//! Attention by several heads, each of which sees a projection of its own.

use super::prelude::*;
use super::reshape::reshape;
use super::scaled_dot_product_attention::{AttentionOptions, attend};

/// The parameters of [`Tensor::multi_head_attention`].
#[derive(Clone, Copy, Debug)]
pub struct AttentionProjections<'a> {
    /// `[3 E, E]`: from queries, keys and values, one below the other.
    pub in_proj_weight: &'a Tensor,
    /// `[3 E]`.
    pub in_proj_bias: Option<&'a Tensor>,
    /// `[E, E]`: from what the heads found.
    pub out_proj_weight: &'a Tensor,
    /// `[E]`.
    pub out_proj_bias: Option<&'a Tensor>,
}

/// The options of [`Tensor::multi_head_attention`]. As in PyTorch, a bool mask says here which keys are left out; that of
/// [`AttentionOptions`] says which take part.
#[derive(Clone, Debug, Default)]
pub struct MultiHeadAttentionOptions {
    /// `[.., S]`: bool, true for a key that no query meets, or numbers that are added to its scores.
    pub key_padding_mask: Option<Tensor>,
    /// `[L, S]`, or `[N heads, L, S]` with N the product of the axes in front: bool, true where a query does not meet a key, or
    /// numbers that are added to the scores.
    pub attn_mask: Option<Tensor>,
    /// Whether query i meets the keys 0 to i alone.
    pub is_causal: bool,
    /// The probability of a weight to be left out; 0 for none.
    pub dropout_p: f64,
    /// Whether the weights are given too.
    pub need_weights: bool,
}

const OP: &str = "multi_head_attention";

/// Numbers that are added to scores for a mask that leaves out.
#[track_caller]
fn added(mask: &Tensor, dtype: DType) -> Tensor {
    match mask.dtype() {
        DType::Bool => Tensor::zeros(mask.shape()).to_dtype(dtype).masked_fill(mask, f64::NEG_INFINITY),
        _ => mask.clone(),
    }
}

/// One mask, as attention takes it, of those that there are.
#[track_caller]
fn joined(padding: Option<Tensor>, mask: Option<Tensor>, dtype: DType) -> Option<Tensor> {
    let left_out = match (padding, mask) {
        (Some(padding), Some(mask)) if [&padding, &mask].iter().all(|mask| mask.dtype() == DType::Bool) => {
            padding.logical_or(&mask)
        }
        (Some(padding), Some(mask)) => added(&padding, dtype) + added(&mask, dtype),
        (padding, mask) => padding.or(mask)?,
    };
    Some(if left_out.dtype() == DType::Bool { left_out.logical_not() } else { left_out })
}

/// The pieces of a tensor cut in three.
#[track_caller]
fn three(x: &Tensor, axis: isize) -> [Tensor; 3] {
    let pieces = x.chunk(3, axis);
    <[Tensor; 3]>::try_from(pieces).unwrap_or_else(|_| unreachable!("the axis has a multiple of three"))
}

/// Queries, keys and values of all heads side by side. Where all three are one tensor, one product makes them.
#[track_caller]
fn projected([q, k, v]: [&Tensor; 3], projections: &AttentionProjections<'_>) -> [Tensor; 3] {
    let AttentionProjections { in_proj_weight: weight, in_proj_bias: bias, .. } = *projections;
    if std::ptr::eq(q, k) && std::ptr::eq(q, v) {
        return three(&q.linear(weight, bias), -1);
    }
    let [by_q, by_k, by_v] = three(weight, 0);
    match bias {
        None => [q.linear(&by_q, None), k.linear(&by_k, None), v.linear(&by_v, None)],
        Some(bias) => {
            let [to_q, to_k, to_v] = three(bias, 0);
            [q.linear(&by_q, Some(&to_q)), k.linear(&by_k, Some(&to_k)), v.linear(&by_v, Some(&to_v))]
        }
    }
}

/// `[.., length, E]` as `[.., heads, length, E / heads]`.
#[track_caller]
fn by_head(x: &Tensor, heads: usize) -> Tensor {
    x.unflatten(-1, [heads as isize, -1]).transpose(-3, -2)
}

/// The masks of a call as one, brought to where they broadcast: `[.., 1, 1, S]` and `[L, S]` or `[.., heads, L, S]`.
#[track_caller]
fn mask_of(options: &MultiHeadAttentionOptions, heads: usize, query: &Tensor, key: &Tensor) -> Option<Tensor> {
    let (batch, queries) = (&query.shape()[..query.ndim() - 2], query.shape()[query.ndim() - 2]);
    let padded = &key.shape()[..key.ndim() - 1];
    let keys = padded[padded.len() - 1];
    let padding = match &options.key_padding_mask {
        Some(mask) if mask.shape() != padded => {
            fail!("{OP}: key_padding_mask {:?}, expected {padded:?}", mask.shape());
        }
        Some(mask) => Some(mask.unsqueeze(-2).unsqueeze(-2)),
        None => None,
    };
    let each = [batch.iter().product::<usize>() * heads, queries, keys];
    let mask = match &options.attn_mask {
        Some(mask) if mask.shape() == each => {
            let shape: Dims = batch.iter().copied().chain([heads, queries, keys]).collect();
            Some(reshape(mask, &shape))
        }
        Some(mask) if mask.shape() != [queries, keys] => {
            fail!("{OP}: attn_mask {:?}, expected [{queries}, {keys}] or {each:?}", mask.shape());
        }
        mask => mask.clone(),
    };
    joined(padding, mask, query.dtype())
}

impl Tensor {
    /// Attention of `heads` heads (A. Vaswani et al., "Attention is all you need", 2017): queries `[.., L, E]` and keys and values
    /// `[.., S, E]` are projected, cut into heads of width E / heads, attend there, and what is found is joined and projected:
    /// `[.., L, E]`. With it come the weights, `[.., L, S]`, the means over the heads, if they are asked for; they then take memory.
    ///
    /// Batches stand in front (PyTorch's `batch_first`).
    ///
    /// ```
    /// use tapegrad_core::{AttentionProjections, Tensor};
    /// let (x, w) = (Tensor::randn([2, 5, 4]), Tensor::randn([12, 4]));
    /// let projections = AttentionProjections {
    ///     in_proj_weight: &w,
    ///     in_proj_bias: None,
    ///     out_proj_weight: &Tensor::eye(4),
    ///     out_proj_bias: None,
    /// };
    /// let (y, weights) = x.multi_head_attention(&x, &x, 2, &projections, &Default::default());
    /// assert_eq!(y.shape(), [2, 5, 4]);
    /// assert!(weights.is_none());
    /// ```
    ///
    /// # Panics
    /// If the shapes do not fit, the heads do not divide E, the types differ or are not f32 or f64, or the probability is not one.
    #[track_caller]
    pub fn multi_head_attention(
        &self,
        key: &Tensor,
        value: &Tensor,
        heads: usize,
        projections: &AttentionProjections<'_>,
        options: &MultiHeadAttentionOptions,
    ) -> (Tensor, Option<Tensor>) {
        check_float(OP, self);
        let &[rows, width] = projections.in_proj_weight.shape() else {
            fail!("{OP}: in_proj_weight {:?}, expected [3 E, E]", projections.in_proj_weight.shape());
        };
        if rows != 3 * width {
            fail!("{OP}: in_proj_weight [{rows}, {width}], expected [3 E, E]");
        }
        if heads == 0 || width == 0 || !width.is_multiple_of(heads) {
            fail!("{OP}: {heads} heads do not divide a width of {width}");
        }
        for (what, x) in [("query", self), ("key", key), ("value", value)] {
            if x.ndim() < 2 || x.shape()[x.ndim() - 1] != width {
                fail!("{OP}: {what} {:?}, expected [.., length, {width}]", x.shape());
            }
        }
        let attn_mask = mask_of(options, heads, self, key);
        let [q, k, v] = projected([self, key, value], projections);
        let (q, k, v) = (by_head(&q, heads), by_head(&k, heads), by_head(&v, heads));
        let MultiHeadAttentionOptions { is_causal, dropout_p, need_weights, .. } = *options;
        let options = AttentionOptions { attn_mask, dropout_p, is_causal, scale: None };
        let (found, weights) = attend(OP, [&q, &k, &v], &options, need_weights);
        let found = found.transpose(-3, -2).flatten_dims(-2, -1);
        let y = found.linear(projections.out_proj_weight, projections.out_proj_bias);
        let Some(weights) = weights else { return (y, None) };
        (y, Some(weights.mean_dim(-3)))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "multi_head_attention",
    group: Group::Attention,
    types: Types::Floats,
    formula: "attention of each head's share of x w^T + b, joined, times w_out^T plus b_out",
    derivative: "that of linear and scaled_dot_product_attention",
    kind: Derivative::Curved,
    samples: || {
        fn call(x: &[Tensor], heads: usize, options: &MultiHeadAttentionOptions) -> Vec<Tensor> {
            let projections = AttentionProjections {
                in_proj_weight: &x[1],
                in_proj_bias: Some(&x[2]),
                out_proj_weight: &x[3],
                out_proj_bias: Some(&x[4]),
            };
            let memory = x.get(5).unwrap_or(&x[0]);
            let (y, weights) = x[0].multi_head_attention(memory, memory, heads, &projections, options);
            std::iter::once(y).chain(weights).collect()
        }
        fn inputs(x: &[usize]) -> [Tensor; 5] {
            let width = x[x.len() - 1];
            [
                spread(x, -2.0, 2.0),
                spread([3 * width, width], -1.0, 1.0),
                spread([3 * width], -0.5, 0.5),
                spread([width, width], -1.0, 1.5),
                spread([width], -1.0, 1.0),
            ]
        }
        let with_memory = |x: &[usize], memory: &[usize]| {
            let mut inputs = inputs(x).to_vec();
            inputs.push(spread(memory, -1.0, 1.0));
            inputs
        };
        vec![
            Sample::multi("plain", inputs(&[2, 2, 2]), |x| call(x, 2, &Default::default())),
            Sample::multi("other keys, without a batch", with_memory(&[2, 4], &[3, 4]), |x| {
                call(x, 2, &Default::default())
            }),
            Sample::multi("masks, causal, weights", inputs(&[2, 3, 2]), |x| {
                let key_padding_mask = Some(crate::tensor![[false, false, true], [false, false, false]]);
                let attn_mask = Some(crate::tensor![[false, true, false], [false, false, true], [false, false, false]]);
                call(
                    x,
                    1,
                    &MultiHeadAttentionOptions {
                        key_padding_mask,
                        attn_mask,
                        is_causal: true,
                        need_weights: true,
                        ..Default::default()
                    },
                )
            }),
            Sample::multi("numbers as a mask for each head", inputs(&[2, 2]), |x| {
                let attn_mask = Some(spread([2, 2, 2], -1.0, 1.0).to_dtype(x[0].dtype()));
                let key_padding_mask = Some(crate::tensor![false, true]);
                call(x, 2, &MultiHeadAttentionOptions { attn_mask, key_padding_mask, ..Default::default() })
            }),
            Sample::multi("dropout", inputs(&[2, 2]), |x| {
                crate::manual_seed(5);
                call(x, 1, &MultiHeadAttentionOptions { dropout_p: 0.4, need_weights: true, ..Default::default() })
            }),
            Sample::multi("size 1", inputs(&[1, 1]), |x| call(x, 1, &Default::default())),
            Sample::multi("size 0", inputs(&[0, 2, 2]), |x| call(x, 2, &Default::default())),
        ]
    },
    errors: || {
        #[track_caller]
        fn call(x: &[usize], heads: usize, weight: [usize; 2], options: &MultiHeadAttentionOptions) -> Tensor {
            let (x, weight) = (Tensor::zeros(x), Tensor::zeros(weight));
            let projections = AttentionProjections {
                in_proj_weight: &weight,
                in_proj_bias: None,
                out_proj_weight: &Tensor::eye(2),
                out_proj_bias: None,
            };
            x.multi_head_attention(&x, &x, heads, &projections, options).0
        }
        fn masks(key_padding_mask: Option<Tensor>, attn_mask: Option<Tensor>) -> MultiHeadAttentionOptions {
            MultiHeadAttentionOptions { key_padding_mask, attn_mask, ..Default::default() }
        }
        vec![
            misuse!(
                call(&[3, 2], 1, [4, 2], &Default::default()),
                "multi_head_attention: in_proj_weight [4, 2], expected [3 E, E]"
            ),
            misuse!(
                call(&[3, 2], 3, [6, 2], &Default::default()),
                "multi_head_attention: 3 heads do not divide a width of 2"
            ),
            misuse!(
                call(&[3, 4], 1, [6, 2], &Default::default()),
                "multi_head_attention: query [3, 4], expected [.., length, 2]"
            ),
            misuse!(
                call(&[3, 2], 1, [6, 2], &masks(Some(Tensor::zeros([2])), None)),
                "multi_head_attention: key_padding_mask [2], expected [3]"
            ),
            misuse!(
                call(&[3, 2], 2, [6, 2], &masks(None, Some(Tensor::zeros([2, 3])))),
                "multi_head_attention: attn_mask [2, 3], expected [3, 3] or [2, 3, 3]"
            ),
        ]
    },
    kinks: no_kinks,
};
