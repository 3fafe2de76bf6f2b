"""Queries gather values by how well their keys meet them."""
import torch
import torch.nn.functional as F
from generate import INF, case, given, mask, normal
from torch.nn.attention import SDPBackend, sdpa_kernel


def attend(q, k, v, m=None, is_causal=False, scale=None):
    # The other forms have no second derivative.
    with sdpa_kernel(SDPBackend.MATH):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=m, is_causal=is_causal, scale=scale)


for q, k, v in [((2, 3), (4, 3), (4, 2)), ((2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4)), ((1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1)), ((2, 1, 2, 3), (2, 3, 2, 3), (2, 3, 2, 3))]:
    case("scaled_dot_product_attention", attend, normal(*q), normal(*k), normal(*v))
for q, k, v, scale in [((2, 5, 3), (2, 5, 3), (2, 5, 3), None), ((3, 2), (5, 2), (5, 2), 0.4), ((70, 2), (70, 2), (70, 1), None)]:
    case("scaled_dot_product_attention", attend, normal(*q), normal(*k), normal(*v), is_causal=True, scale=scale)
for m in [mask(2, 1, 3, 4), normal(3, 4), given([[True, False, True, True], [False] * 4, [True] * 4]), given([[0.5, -INF, 0.0, 1.0]] * 3)]:
    case("scaled_dot_product_attention", attend, normal(2, 2, 3, 2), normal(2, 2, 4, 2), normal(2, 2, 4, 3), m, frozen=[3], scale=0.8)
case("scaled_dot_product_attention", attend, normal(2, 3, 2), normal(2, 4, 2), normal(2, 4, 3), normal(2, 1, 4))


def multi_head(q, w_in, w_out, *rest, heads, bias=False, memory=0, padding=False, masked=False, need_weights=False):
    rest = list(rest)
    b_in, b_out = (rest.pop(0), rest.pop(0)) if bias else (None, None)
    k = rest.pop(0) if memory > 0 else q
    v = rest.pop(0) if memory > 1 else k
    key_padding_mask = rest.pop(0) if padding else None
    attn_mask = rest.pop(0) if masked else None
    if padding and masked and attn_mask.is_floating_point():
        key_padding_mask = torch.zeros(key_padding_mask.shape).masked_fill(key_padding_mask, -INF)
    q, k, v = (x.movedim(-2, 0) for x in (q, k, v))
    with sdpa_kernel(SDPBackend.MATH):
        y, weights = F.multi_head_attention_forward(
            q, k, v, q.shape[-1], heads, w_in, b_in, None, None, False, 0.0, w_out, b_out, training=False,
            key_padding_mask=key_padding_mask, need_weights=need_weights, attn_mask=attn_mask)
    y = y.movedim(0, -2)
    return [y, weights] if need_weights else y


def parameters(width, bias):
    return [normal(3 * width, width), normal(width, width)] + ([normal(3 * width), normal(width)] if bias else [])


case("multi_head_attention", multi_head, normal(2, 3, 4), *parameters(4, True), heads=2, bias=True)
case("multi_head_attention", multi_head, normal(3, 4), *parameters(4, False), heads=4)
case("multi_head_attention", multi_head, normal(2, 3, 4), *parameters(4, True), normal(2, 5, 4), normal(2, 5, 4), heads=1, bias=True, memory=2, need_weights=True)
case("multi_head_attention", multi_head, normal(2, 3, 2), *parameters(2, False), normal(2, 4, 2), given([[False, True, False, False], [True, False, False, True]]), heads=2, memory=1, padding=True)
case("multi_head_attention", multi_head, normal(2, 3, 2), *parameters(2, True), given([[False] * 3, [False, False, True]]), given([[False, True, True], [False, False, True], [False] * 3]), heads=2, bias=True, padding=True, masked=True)
case("multi_head_attention", multi_head, normal(2, 3, 2), *parameters(2, True), given([[False] * 3, [False, False, True]]), normal(4, 3, 3), heads=2, bias=True, padding=True, masked=True, need_weights=True)
case("multi_head_attention", multi_head, normal(3, 2), *parameters(2, True), given([False, True, False]), heads=2, bias=True, padding=True)
