//! The ops: one file each, with the op's attributes, its forward and backward pass, the documented method, and its own account
//! of itself for the tests.

pub(crate) mod abs;
pub(crate) mod acos;
pub(crate) mod acosh;
pub(crate) mod adaptive_avg_pool1d;
pub(crate) mod adaptive_avg_pool2d;
pub(crate) mod adaptive_max_pool2d;
pub(crate) mod add;
pub(crate) mod addcdiv;
pub(crate) mod addcmul;
pub(crate) mod addmm;
pub(crate) mod all;
pub(crate) mod allclose;
pub(crate) mod alpha_dropout;
pub(crate) mod amax;
pub(crate) mod amin;
pub(crate) mod any;
pub(crate) mod argmax;
pub(crate) mod argmin;
pub(crate) mod argsort;
pub(crate) mod asin;
pub(crate) mod asinh;
pub(crate) mod atan;
pub(crate) mod atan2;
pub(crate) mod atanh;
pub(crate) mod avg_pool1d;
pub(crate) mod avg_pool2d;
pub(crate) mod batch_norm;
pub(crate) mod bilinear;
pub(crate) mod binary_cross_entropy;
pub(crate) mod binary_cross_entropy_with_logits;
pub(crate) mod bmm;
pub(crate) mod broadcast_to;
pub(crate) mod bucketize;
pub(crate) mod cat;
pub(crate) mod cdist;
pub(crate) mod ceil;
pub(crate) mod celu;
pub(crate) mod channel_shuffle;
pub(crate) mod chunk;
pub(crate) mod clamp;
pub(crate) mod contiguous;
pub(crate) mod conv1d;
pub(crate) mod conv2d;
pub(crate) mod conv3d;
pub(crate) mod conv_transpose1d;
pub(crate) mod conv_transpose2d;
pub(crate) mod copysign;
pub(crate) mod cos;
pub(crate) mod cosh;
pub(crate) mod cosine_embedding_loss;
pub(crate) mod cosine_similarity;
pub(crate) mod count_nonzero;
pub(crate) mod cross;
pub(crate) mod cross_entropy;
pub(crate) mod cummax;
pub(crate) mod cummin;
pub(crate) mod cumprod;
pub(crate) mod cumsum;
pub(crate) mod diag;
pub(crate) mod diag_embed;
pub(crate) mod diagonal;
pub(crate) mod dice_loss;
pub(crate) mod div;
pub(crate) mod dot;
pub(crate) mod dropout;
pub(crate) mod dropout2d;
pub(crate) mod einsum;
pub(crate) mod elu;
pub(crate) mod embedding;
pub(crate) mod eq;
pub(crate) mod erf;
pub(crate) mod erfc;
pub(crate) mod erfinv;
pub(crate) mod exp;
pub(crate) mod exp2;
pub(crate) mod expm1;
pub(crate) mod flatten;
pub(crate) mod flip;
pub(crate) mod floor;
pub(crate) mod floor_divide;
pub(crate) mod fmod;
pub(crate) mod fold2d;
pub(crate) mod frac;
pub(crate) mod gather;
pub(crate) mod gaussian_nll_loss;
pub(crate) mod ge;
pub(crate) mod gelu;
pub(crate) mod giou_loss;
pub(crate) mod glu;
pub(crate) mod group_norm;
pub(crate) mod gru;
pub(crate) mod gru_cell;
pub(crate) mod gt;
pub(crate) mod hardshrink;
pub(crate) mod hardsigmoid;
pub(crate) mod hardswish;
pub(crate) mod hardtanh;
pub(crate) mod hinge_embedding_loss;
pub(crate) mod hstack;
pub(crate) mod huber_loss;
pub(crate) mod hypot;
pub(crate) mod i;
pub(crate) mod index_add;
pub(crate) mod index_copy;
pub(crate) mod index_put;
pub(crate) mod index_select;
pub(crate) mod instance_norm;
pub(crate) mod interpolate;
pub(crate) mod iou_loss;
pub(crate) mod isclose;
pub(crate) mod isfinite;
pub(crate) mod isinf;
pub(crate) mod isnan;
pub(crate) mod kl_div;
pub(crate) mod kron;
pub(crate) mod l1_loss;
pub(crate) mod layer_norm;
pub(crate) mod le;
pub(crate) mod leaky_relu;
pub(crate) mod lerp;
pub(crate) mod linear;
pub(crate) mod local_response_norm;
pub(crate) mod log;
pub(crate) mod log10;
pub(crate) mod log1p;
pub(crate) mod log2;
pub(crate) mod log_sigmoid;
pub(crate) mod log_softmax;
pub(crate) mod logaddexp;
pub(crate) mod logcumsumexp;
pub(crate) mod logical_and;
pub(crate) mod logical_not;
pub(crate) mod logical_or;
pub(crate) mod logical_xor;
pub(crate) mod logit;
pub(crate) mod logsumexp;
pub(crate) mod lstm;
pub(crate) mod lstm_cell;
pub(crate) mod lt;
pub(crate) mod margin_ranking_loss;
pub(crate) mod masked_fill;
pub(crate) mod masked_select;
pub(crate) mod matmul;
pub(crate) mod matrix_power;
pub(crate) mod max_dim;
pub(crate) mod max_pool1d;
pub(crate) mod max_pool2d;
pub(crate) mod max_unpool2d;
pub(crate) mod maximum;
pub(crate) mod mean;
pub(crate) mod median;
pub(crate) mod median_dim;
pub(crate) mod meshgrid;
pub(crate) mod min_dim;
pub(crate) mod minimum;
pub(crate) mod mish;
pub(crate) mod movedim;
pub(crate) mod mse_loss;
pub(crate) mod mul;
pub(crate) mod multi_head_attention;
pub(crate) mod multi_margin_loss;
pub(crate) mod nan_to_num;
pub(crate) mod nanmean;
pub(crate) mod nansum;
pub(crate) mod narrow;
pub(crate) mod ne;
pub(crate) mod neg;
pub(crate) mod nll_loss;
pub(crate) mod nonzero;
pub(crate) mod norm;
pub(crate) mod normalize;
pub(crate) mod outer;
pub(crate) mod pad;
pub(crate) mod pairwise_distance;
pub(crate) mod permute;
pub(crate) mod pixel_shuffle;
pub(crate) mod pixel_unshuffle;
mod pointwise;
pub(crate) mod poisson_nll_loss;
pub(crate) mod pow;
pub(crate) mod prelu;
pub(crate) mod prelude;
pub(crate) mod prod;
pub(crate) mod reciprocal;
pub(crate) mod relu;
pub(crate) mod relu6;
pub(crate) mod remainder;
pub(crate) mod repeat;
pub(crate) mod repeat_interleave;
pub(crate) mod reshape;
pub(crate) mod rms_norm;
pub(crate) mod rnn;
pub(crate) mod rnn_cell;
pub(crate) mod roll;
pub(crate) mod rot90;
pub(crate) mod round;
pub(crate) mod rsqrt;
pub(crate) mod scaled_dot_product_attention;
pub(crate) mod scatter;
pub(crate) mod scatter_add;
pub(crate) mod scatter_reduce;
pub(crate) mod searchsorted;
pub(crate) mod select;
pub(crate) mod selu;
pub(crate) mod sigmoid;
pub(crate) mod sigmoid_focal_loss;
pub(crate) mod sign;
pub(crate) mod silu;
pub(crate) mod sin;
pub(crate) mod sinc;
pub(crate) mod sinh;
pub(crate) mod slice;
pub(crate) mod slice_backward;
pub(crate) mod smooth_l1_loss;
pub(crate) mod soft_margin_loss;
pub(crate) mod softmax;
pub(crate) mod softmin;
pub(crate) mod softplus;
pub(crate) mod softshrink;
pub(crate) mod softsign;
pub(crate) mod sort;
pub(crate) mod split;
pub(crate) mod sqrt;
pub(crate) mod square;
pub(crate) mod squeeze;
pub(crate) mod stack;
pub(crate) mod std;
pub(crate) mod std_mean;
pub(crate) mod sub;
pub(crate) mod sum;
pub(crate) mod sum_to;
pub(crate) mod take_along_dim;
pub(crate) mod tan;
pub(crate) mod tanh;
pub(crate) mod tanhshrink;
pub(crate) mod tensordot;
pub(crate) mod threshold;
pub(crate) mod tile;
pub(crate) mod to_dtype;
pub(crate) mod topk;
pub(crate) mod trace;
pub(crate) mod transpose;
pub(crate) mod tril;
pub(crate) mod triplet_margin_loss;
pub(crate) mod triu;
pub(crate) mod trunc;
pub(crate) mod unbind;
pub(crate) mod unflatten;
pub(crate) mod unfold;
pub(crate) mod unfold2d;
pub(crate) mod unique;
pub(crate) mod unsqueeze;
pub(crate) mod var;
pub(crate) mod var_mean;
pub(crate) mod vector_norm;
pub(crate) mod vstack;
pub(crate) mod where_cond;
pub(crate) mod xlogy;

use crate::spec::OpSpec;

/// Every op's account of itself, in the order of the files' names.
pub const ALL: &[OpSpec] = &[
    abs::SPEC,
    acos::SPEC,
    acosh::SPEC,
    adaptive_avg_pool1d::SPEC,
    adaptive_avg_pool2d::SPEC,
    adaptive_max_pool2d::SPEC,
    add::SPEC,
    addcdiv::SPEC,
    addcmul::SPEC,
    addmm::SPEC,
    all::SPEC,
    allclose::SPEC,
    alpha_dropout::SPEC,
    amax::SPEC,
    amin::SPEC,
    any::SPEC,
    argmax::SPEC,
    argmin::SPEC,
    argsort::SPEC,
    asin::SPEC,
    asinh::SPEC,
    atan::SPEC,
    atan2::SPEC,
    atanh::SPEC,
    avg_pool1d::SPEC,
    avg_pool2d::SPEC,
    batch_norm::SPEC,
    bilinear::SPEC,
    binary_cross_entropy::SPEC,
    binary_cross_entropy_with_logits::SPEC,
    bmm::SPEC,
    broadcast_to::SPEC,
    bucketize::SPEC,
    cat::SPEC,
    cdist::SPEC,
    ceil::SPEC,
    celu::SPEC,
    channel_shuffle::SPEC,
    chunk::SPEC,
    clamp::SPEC,
    contiguous::SPEC,
    conv1d::SPEC,
    conv2d::SPEC,
    conv3d::SPEC,
    conv_transpose1d::SPEC,
    conv_transpose2d::SPEC,
    copysign::SPEC,
    cos::SPEC,
    cosh::SPEC,
    cosine_embedding_loss::SPEC,
    cosine_similarity::SPEC,
    count_nonzero::SPEC,
    cross::SPEC,
    cross_entropy::SPEC,
    cummax::SPEC,
    cummin::SPEC,
    cumprod::SPEC,
    cumsum::SPEC,
    diag::SPEC,
    diag_embed::SPEC,
    diagonal::SPEC,
    dice_loss::SPEC,
    div::SPEC,
    dot::SPEC,
    dropout::SPEC,
    dropout2d::SPEC,
    einsum::SPEC,
    elu::SPEC,
    embedding::SPEC,
    eq::SPEC,
    erf::SPEC,
    erfc::SPEC,
    erfinv::SPEC,
    exp::SPEC,
    exp2::SPEC,
    expm1::SPEC,
    flatten::SPEC,
    flip::SPEC,
    floor::SPEC,
    floor_divide::SPEC,
    fmod::SPEC,
    fold2d::SPEC,
    frac::SPEC,
    gather::SPEC,
    gaussian_nll_loss::SPEC,
    ge::SPEC,
    gelu::SPEC,
    giou_loss::SPEC,
    glu::SPEC,
    group_norm::SPEC,
    gru::SPEC,
    gru_cell::SPEC,
    gt::SPEC,
    hardshrink::SPEC,
    hardsigmoid::SPEC,
    hardswish::SPEC,
    hardtanh::SPEC,
    hinge_embedding_loss::SPEC,
    hstack::SPEC,
    huber_loss::SPEC,
    hypot::SPEC,
    i::SPEC,
    index_add::SPEC,
    index_copy::SPEC,
    index_put::SPEC,
    index_select::SPEC,
    instance_norm::SPEC,
    interpolate::SPEC,
    iou_loss::SPEC,
    isclose::SPEC,
    isfinite::SPEC,
    isinf::SPEC,
    isnan::SPEC,
    kl_div::SPEC,
    kron::SPEC,
    l1_loss::SPEC,
    layer_norm::SPEC,
    le::SPEC,
    leaky_relu::SPEC,
    lerp::SPEC,
    linear::SPEC,
    local_response_norm::SPEC,
    log::SPEC,
    log10::SPEC,
    log1p::SPEC,
    log2::SPEC,
    log_sigmoid::SPEC,
    log_softmax::SPEC,
    logaddexp::SPEC,
    logcumsumexp::SPEC,
    logical_and::SPEC,
    logical_not::SPEC,
    logical_or::SPEC,
    logical_xor::SPEC,
    logit::SPEC,
    logsumexp::SPEC,
    lstm::SPEC,
    lstm_cell::SPEC,
    lt::SPEC,
    margin_ranking_loss::SPEC,
    masked_fill::SPEC,
    masked_select::SPEC,
    matmul::SPEC,
    matrix_power::SPEC,
    max_dim::SPEC,
    max_pool1d::SPEC,
    max_pool2d::SPEC,
    max_unpool2d::SPEC,
    maximum::SPEC,
    mean::SPEC,
    median::SPEC,
    median_dim::SPEC,
    meshgrid::SPEC,
    min_dim::SPEC,
    minimum::SPEC,
    mish::SPEC,
    movedim::SPEC,
    mse_loss::SPEC,
    mul::SPEC,
    multi_head_attention::SPEC,
    multi_margin_loss::SPEC,
    nan_to_num::SPEC,
    nanmean::SPEC,
    nansum::SPEC,
    narrow::SPEC,
    ne::SPEC,
    neg::SPEC,
    nll_loss::SPEC,
    nonzero::SPEC,
    norm::SPEC,
    normalize::SPEC,
    outer::SPEC,
    pad::SPEC,
    pairwise_distance::SPEC,
    permute::SPEC,
    pixel_shuffle::SPEC,
    pixel_unshuffle::SPEC,
    poisson_nll_loss::SPEC,
    pow::SPEC,
    prelu::SPEC,
    prod::SPEC,
    reciprocal::SPEC,
    relu::SPEC,
    relu6::SPEC,
    remainder::SPEC,
    repeat::SPEC,
    repeat_interleave::SPEC,
    reshape::SPEC,
    rms_norm::SPEC,
    rnn::SPEC,
    rnn_cell::SPEC,
    roll::SPEC,
    rot90::SPEC,
    round::SPEC,
    rsqrt::SPEC,
    scaled_dot_product_attention::SPEC,
    scatter::SPEC,
    scatter_add::SPEC,
    scatter_reduce::SPEC,
    searchsorted::SPEC,
    select::SPEC,
    selu::SPEC,
    sigmoid::SPEC,
    sigmoid_focal_loss::SPEC,
    sign::SPEC,
    silu::SPEC,
    sin::SPEC,
    sinc::SPEC,
    sinh::SPEC,
    slice::SPEC,
    slice_backward::SPEC,
    smooth_l1_loss::SPEC,
    soft_margin_loss::SPEC,
    softmax::SPEC,
    softmin::SPEC,
    softplus::SPEC,
    softshrink::SPEC,
    softsign::SPEC,
    sort::SPEC,
    split::SPEC,
    sqrt::SPEC,
    square::SPEC,
    squeeze::SPEC,
    stack::SPEC,
    std::SPEC,
    std_mean::SPEC,
    sub::SPEC,
    sum::SPEC,
    sum_to::SPEC,
    take_along_dim::SPEC,
    tan::SPEC,
    tanh::SPEC,
    tanhshrink::SPEC,
    tensordot::SPEC,
    threshold::SPEC,
    tile::SPEC,
    to_dtype::SPEC,
    topk::SPEC,
    trace::SPEC,
    transpose::SPEC,
    tril::SPEC,
    triplet_margin_loss::SPEC,
    triu::SPEC,
    trunc::SPEC,
    unbind::SPEC,
    unflatten::SPEC,
    unfold::SPEC,
    unfold2d::SPEC,
    unique::SPEC,
    unsqueeze::SPEC,
    var::SPEC,
    var_mean::SPEC,
    vector_norm::SPEC,
    vstack::SPEC,
    where_cond::SPEC,
    xlogy::SPEC,
];
