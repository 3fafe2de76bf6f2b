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
pub(crate) mod broadcast_to;
pub(crate) mod clamp;
pub(crate) mod cos;
pub(crate) mod cross_entropy;
pub(crate) mod div;
pub(crate) mod eq;
pub(crate) mod exp;
pub(crate) mod ge;
pub(crate) mod gt;
pub(crate) mod isfinite;
pub(crate) mod isnan;
pub(crate) mod le;
pub(crate) mod leaky_relu;
pub(crate) mod log;
pub(crate) mod log_softmax;
pub(crate) mod logical_and;
pub(crate) mod logical_not;
pub(crate) mod logical_or;
pub(crate) mod logical_xor;
pub(crate) mod logsumexp;
pub(crate) mod lt;
pub(crate) mod matmul;
pub(crate) mod max_dim;
pub(crate) mod maximum;
pub(crate) mod mean;
pub(crate) mod min_dim;
pub(crate) mod minimum;
pub(crate) mod mul;
pub(crate) mod ne;
pub(crate) mod neg;
pub(crate) mod norm;
pub(crate) mod pow;
mod prelude;
pub(crate) mod reciprocal;
pub(crate) mod relu;
pub(crate) mod reshape;
pub(crate) mod sigmoid;
pub(crate) mod sign;
pub(crate) mod sin;
pub(crate) mod softmax;
pub(crate) mod sqrt;
pub(crate) mod square;
pub(crate) mod std;
pub(crate) mod sub;
pub(crate) mod sum;
pub(crate) mod sum_to;
pub(crate) mod tanh;
pub(crate) mod to_dtype;
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
    broadcast_to::SPEC,
    clamp::SPEC,
    cos::SPEC,
    cross_entropy::SPEC,
    div::SPEC,
    eq::SPEC,
    exp::SPEC,
    ge::SPEC,
    gt::SPEC,
    isfinite::SPEC,
    isnan::SPEC,
    le::SPEC,
    leaky_relu::SPEC,
    log::SPEC,
    log_softmax::SPEC,
    logical_and::SPEC,
    logical_not::SPEC,
    logical_or::SPEC,
    logical_xor::SPEC,
    logsumexp::SPEC,
    lt::SPEC,
    matmul::SPEC,
    max_dim::SPEC,
    maximum::SPEC,
    mean::SPEC,
    min_dim::SPEC,
    minimum::SPEC,
    mul::SPEC,
    ne::SPEC,
    neg::SPEC,
    norm::SPEC,
    pow::SPEC,
    reciprocal::SPEC,
    relu::SPEC,
    reshape::SPEC,
    sigmoid::SPEC,
    sign::SPEC,
    sin::SPEC,
    softmax::SPEC,
    sqrt::SPEC,
    square::SPEC,
    std::SPEC,
    sub::SPEC,
    sum::SPEC,
    sum_to::SPEC,
    tanh::SPEC,
    to_dtype::SPEC,
    var::SPEC,
    where_cond::SPEC,
];
