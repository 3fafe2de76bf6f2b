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
];
