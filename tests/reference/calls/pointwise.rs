//! Functions of single numbers, and of pairs.

use tapegrad::{DType, Tensor};

use crate::Call;
use crate::attributes::Attributes;

/// The op with a tensor or a number on the right.
fn with<T>(
    x: &[Tensor],
    a: &Attributes,
    tensor: impl Fn(&Tensor, &Tensor) -> T,
    number: impl Fn(&Tensor, f64) -> T,
) -> T {
    if a.has("scalar") { number(&x[0], a.float("scalar")) } else { tensor(&x[0], &x[1]) }
}

pub const CALLS: &[(&str, Call)] = &[
    ("abs", |x, _| vec![x[0].abs()]),
    ("add", |x, a| vec![with(x, a, |x, y| x + y, |x, s| x + s)]),
    ("clamp", |x, a| vec![x[0].clamp(a.float("min"), a.float("max"))]),
    ("cos", |x, _| vec![x[0].cos()]),
    ("div", |x, a| {
        vec![if a.has("reversed") { a.float("reversed") / &x[0] } else { with(x, a, |x, y| x / y, |x, s| x / s) }]
    }),
    ("exp", |x, _| vec![x[0].exp()]),
    ("log", |x, _| vec![x[0].log()]),
    ("maximum", |x, a| vec![with(x, a, |x, y| x.maximum(y), |x, s| x.maximum(s))]),
    ("minimum", |x, a| vec![with(x, a, |x, y| x.minimum(y), |x, s| x.minimum(s))]),
    ("mul", |x, a| vec![with(x, a, |x, y| x * y, |x, s| x * s)]),
    ("neg", |x, _| vec![-&x[0]]),
    ("pow", |x, a| vec![with(x, a, |x, y| x.pow(y), |x, s| x.pow(s))]),
    ("reciprocal", |x, _| vec![x[0].reciprocal()]),
    ("sigmoid", |x, _| vec![x[0].sigmoid()]),
    ("sign", |x, _| vec![x[0].sign()]),
    ("sin", |x, _| vec![x[0].sin()]),
    ("sqrt", |x, _| vec![x[0].sqrt()]),
    ("square", |x, _| vec![x[0].square()]),
    ("sub", |x, a| {
        vec![if a.has("reversed") { a.float("reversed") - &x[0] } else { with(x, a, |x, y| x - y, |x, s| x - s) }]
    }),
    ("tanh", |x, _| vec![x[0].tanh()]),
    ("to_dtype", |x, a| {
        let dtype = match a.text("to") {
            "i64" => DType::I64,
            "bool" => DType::Bool,
            _ => DType::F64,
        };
        // By way of f32, whose rounding shows in the f64 that comes back.
        let through = if a.flag("single") { x[0].to_dtype(DType::F32) } else { x[0].clone() };
        vec![through.to_dtype(dtype)]
    }),
    ("where_cond", |x, a| {
        vec![if a.has("scalar") { x[0].where_cond(&x[1], a.float("scalar")) } else { x[0].where_cond(&x[1], &x[2]) }]
    }),
    ("acos", |x, _| vec![x[0].acos()]),
    ("acosh", |x, _| vec![x[0].acosh()]),
    ("asin", |x, _| vec![x[0].asin()]),
    ("asinh", |x, _| vec![x[0].asinh()]),
    ("atan", |x, _| vec![x[0].atan()]),
    ("atanh", |x, _| vec![x[0].atanh()]),
    ("ceil", |x, _| vec![x[0].ceil()]),
    ("cosh", |x, _| vec![x[0].cosh()]),
    ("erf", |x, _| vec![x[0].erf()]),
    ("erfc", |x, _| vec![x[0].erfc()]),
    ("erfinv", |x, _| vec![x[0].erfinv()]),
    ("exp2", |x, _| vec![x[0].exp2()]),
    ("expm1", |x, _| vec![x[0].expm1()]),
    ("floor", |x, _| vec![x[0].floor()]),
    ("frac", |x, _| vec![x[0].frac()]),
    ("log10", |x, _| vec![x[0].log10()]),
    ("log1p", |x, _| vec![x[0].log1p()]),
    ("log2", |x, _| vec![x[0].log2()]),
    ("round", |x, _| vec![x[0].round()]),
    ("rsqrt", |x, _| vec![x[0].rsqrt()]),
    ("sinc", |x, _| vec![x[0].sinc()]),
    ("sinh", |x, _| vec![x[0].sinh()]),
    ("tan", |x, _| vec![x[0].tan()]),
    ("trunc", |x, _| vec![x[0].trunc()]),
    ("atan2", |x, a| vec![with(x, a, |x, y| x.atan2(y), |x, s| x.atan2(s))]),
    ("copysign", |x, a| vec![with(x, a, |x, y| x.copysign(y), |x, s| x.copysign(s))]),
    ("floor_divide", |x, a| vec![with(x, a, |x, y| x.floor_divide(y), |x, s| x.floor_divide(s))]),
    ("fmod", |x, a| vec![with(x, a, |x, y| x.fmod(y), |x, s| x.fmod(s))]),
    ("hypot", |x, a| vec![with(x, a, |x, y| x.hypot(y), |x, s| x.hypot(s))]),
    ("logaddexp", |x, a| vec![with(x, a, |x, y| x.logaddexp(y), |x, s| x.logaddexp(s))]),
    ("remainder", |x, a| vec![with(x, a, |x, y| x.remainder(y), |x, s| x.remainder(s))]),
    ("xlogy", |x, a| vec![with(x, a, |x, y| x.xlogy(y), |x, s| x.xlogy(s))]),
    ("addcmul", |x, a| vec![x[0].addcmul(&x[1], &x[2], a.float("value"))]),
    ("addcdiv", |x, a| vec![x[0].addcdiv(&x[1], &x[2], a.float("value"))]),
    ("lerp", |x, a| vec![if a.has("weight") { x[0].lerp(&x[1], a.float("weight")) } else { x[0].lerp(&x[1], &x[2]) }]),
    ("logit", |x, a| vec![if a.has("eps") { x[0].logit_eps(a.float("eps")) } else { x[0].logit() }]),
    ("nan_to_num", |x, a| {
        let with = |x: &Tensor| x.nan_to_num_with(a.float("nan"), a.float("posinf"), a.float("neginf"));
        vec![if a.has("nan") { with(&x[0]) } else { x[0].nan_to_num() }]
    }),
];
