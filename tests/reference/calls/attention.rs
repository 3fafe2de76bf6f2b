//! Queries gather values by how well their keys meet them.

use crate::Call;
use tapegrad::{AttentionOptions, AttentionProjections, MultiHeadAttentionOptions};

pub const CALLS: &[(&str, Call)] = &[
    ("multi_head_attention", |x, a| {
        let (first, mut rest) = (&x[0], x[3..].iter());
        let mut next = |is_there: bool| if is_there { rest.next() } else { None };
        let (in_proj_bias, out_proj_bias) = (next(a.flag("bias")), next(a.flag("bias")));
        let memory = if a.has("memory") { a.size("memory") } else { 0 };
        let key = next(memory > 0).unwrap_or(first);
        let value = next(memory > 1).unwrap_or(key);
        let projections =
            AttentionProjections { in_proj_weight: &x[1], in_proj_bias, out_proj_weight: &x[2], out_proj_bias };
        let options = MultiHeadAttentionOptions {
            key_padding_mask: next(a.flag("padding")).cloned(),
            attn_mask: next(a.flag("masked")).cloned(),
            need_weights: a.flag("need_weights"),
            ..Default::default()
        };
        let (y, weights) = first.multi_head_attention(key, value, a.size("heads"), &projections, &options);
        std::iter::once(y).chain(weights).collect()
    }),
    ("scaled_dot_product_attention", |x, a| {
        let scale = a.has("scale").then(|| a.float("scale"));
        let (attn_mask, is_causal) = (x.get(3).cloned(), a.flag("is_causal"));
        let options = AttentionOptions { attn_mask, is_causal, scale, ..Default::default() };
        vec![x[0].scaled_dot_product_attention(&x[1], &x[2], &options)]
    }),
];
