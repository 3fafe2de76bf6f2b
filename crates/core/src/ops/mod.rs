//! The ops: one file each, with the op's attributes, its forward and backward pass, the documented method, and its own account
//! of itself for the tests.

pub(crate) mod abs;
pub(crate) mod add;
pub(crate) mod all;
pub(crate) mod allclose;
pub(crate) mod amax;
pub(crate) mod amin;
pub(crate) mod any;
pub(crate) mod argmax;
pub(crate) mod argmin;
pub(crate) mod argsort;
pub(crate) mod broadcast_to;
pub(crate) mod cat;
pub(crate) mod chunk;
pub(crate) mod clamp;
pub(crate) mod contiguous;
pub(crate) mod cos;
pub(crate) mod cross_entropy;
pub(crate) mod div;
pub(crate) mod eq;
pub(crate) mod exp;
pub(crate) mod flatten;
pub(crate) mod gather;
pub(crate) mod ge;
pub(crate) mod gt;
pub(crate) mod i;
pub(crate) mod index_add;
pub(crate) mod index_select;
pub(crate) mod isfinite;
pub(crate) mod isnan;
pub(crate) mod le;
pub(crate) mod leaky_relu;
pub(crate) mod linear;
pub(crate) mod log;
pub(crate) mod log_softmax;
pub(crate) mod logical_and;
pub(crate) mod logical_not;
pub(crate) mod logical_or;
pub(crate) mod logical_xor;
pub(crate) mod logsumexp;
pub(crate) mod lt;
pub(crate) mod masked_fill;
pub(crate) mod masked_select;
pub(crate) mod matmul;
pub(crate) mod max_dim;
pub(crate) mod maximum;
pub(crate) mod mean;
pub(crate) mod min_dim;
pub(crate) mod minimum;
pub(crate) mod mul;
pub(crate) mod narrow;
pub(crate) mod ne;
pub(crate) mod neg;
pub(crate) mod norm;
pub(crate) mod permute;
pub(crate) mod pow;
mod prelude;
pub(crate) mod reciprocal;
pub(crate) mod relu;
pub(crate) mod reshape;
pub(crate) mod scatter_add;
pub(crate) mod select;
pub(crate) mod sigmoid;
pub(crate) mod sign;
pub(crate) mod sin;
pub(crate) mod slice;
pub(crate) mod slice_backward;
pub(crate) mod softmax;
pub(crate) mod sort;
pub(crate) mod split;
pub(crate) mod sqrt;
pub(crate) mod square;
pub(crate) mod squeeze;
pub(crate) mod stack;
pub(crate) mod std;
pub(crate) mod sub;
pub(crate) mod sum;
pub(crate) mod sum_to;
pub(crate) mod take_along_dim;
pub(crate) mod tanh;
pub(crate) mod to_dtype;
pub(crate) mod topk;
pub(crate) mod transpose;
pub(crate) mod unbind;
pub(crate) mod unsqueeze;
pub(crate) mod var;
pub(crate) mod where_cond;

use crate::spec::OpSpec;

/// Every op's account of itself, in the order of the files' names.
pub const ALL: &[OpSpec] = &[
    abs::SPEC,
    add::SPEC,
    all::SPEC,
    allclose::SPEC,
    amax::SPEC,
    amin::SPEC,
    any::SPEC,
    argmax::SPEC,
    argmin::SPEC,
    argsort::SPEC,
    broadcast_to::SPEC,
    cat::SPEC,
    chunk::SPEC,
    clamp::SPEC,
    contiguous::SPEC,
    cos::SPEC,
    cross_entropy::SPEC,
    div::SPEC,
    eq::SPEC,
    exp::SPEC,
    flatten::SPEC,
    gather::SPEC,
    ge::SPEC,
    gt::SPEC,
    i::SPEC,
    index_add::SPEC,
    index_select::SPEC,
    isfinite::SPEC,
    isnan::SPEC,
    le::SPEC,
    leaky_relu::SPEC,
    linear::SPEC,
    log::SPEC,
    log_softmax::SPEC,
    logical_and::SPEC,
    logical_not::SPEC,
    logical_or::SPEC,
    logical_xor::SPEC,
    logsumexp::SPEC,
    lt::SPEC,
    masked_fill::SPEC,
    masked_select::SPEC,
    matmul::SPEC,
    max_dim::SPEC,
    maximum::SPEC,
    mean::SPEC,
    min_dim::SPEC,
    minimum::SPEC,
    mul::SPEC,
    narrow::SPEC,
    ne::SPEC,
    neg::SPEC,
    norm::SPEC,
    permute::SPEC,
    pow::SPEC,
    reciprocal::SPEC,
    relu::SPEC,
    reshape::SPEC,
    scatter_add::SPEC,
    select::SPEC,
    sigmoid::SPEC,
    sign::SPEC,
    sin::SPEC,
    slice::SPEC,
    slice_backward::SPEC,
    softmax::SPEC,
    sort::SPEC,
    split::SPEC,
    sqrt::SPEC,
    square::SPEC,
    squeeze::SPEC,
    stack::SPEC,
    std::SPEC,
    sub::SPEC,
    sum::SPEC,
    sum_to::SPEC,
    take_along_dim::SPEC,
    tanh::SPEC,
    to_dtype::SPEC,
    topk::SPEC,
    transpose::SPEC,
    unbind::SPEC,
    unsqueeze::SPEC,
    var::SPEC,
    where_cond::SPEC,
];
