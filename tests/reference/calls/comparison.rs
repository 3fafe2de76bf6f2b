//! Comparisons and truth functions.

use tapegrad::Tensor;

use crate::Call;
use crate::attributes::Attributes;

fn with(
    x: &[Tensor],
    a: &Attributes,
    tensor: fn(&Tensor, &Tensor) -> Tensor,
    number: fn(&Tensor, f64) -> Tensor,
) -> Vec<Tensor> {
    vec![if a.has("scalar") { number(&x[0], a.float("scalar")) } else { tensor(&x[0], &x[1]) }]
}

pub const CALLS: &[(&str, Call)] = &[
    ("all", |x, a| vec![if a.has("dim") { x[0].all_dim(&a.axes("dim")[..]) } else { x[0].all() }]),
    ("allclose", |x, a| vec![Tensor::from(x[0].allclose(&x[1], a.float("rtol"), a.float("atol")))]),
    ("any", |x, a| vec![if a.has("dim") { x[0].any_dim(&a.axes("dim")[..]) } else { x[0].any() }]),
    ("eq", |x, a| with(x, a, |x, y| x.eq(y), |x, s| x.eq(s))),
    ("ge", |x, a| with(x, a, |x, y| x.ge(y), |x, s| x.ge(s))),
    ("gt", |x, a| with(x, a, |x, y| x.gt(y), |x, s| x.gt(s))),
    ("isfinite", |x, _| vec![x[0].isfinite()]),
    ("isnan", |x, _| vec![x[0].isnan()]),
    ("le", |x, a| with(x, a, |x, y| x.le(y), |x, s| x.le(s))),
    ("logical_and", |x, _| vec![x[0].logical_and(&x[1])]),
    ("logical_not", |x, _| vec![x[0].logical_not()]),
    ("logical_or", |x, _| vec![x[0].logical_or(&x[1])]),
    ("logical_xor", |x, _| vec![x[0].logical_xor(&x[1])]),
    ("lt", |x, a| with(x, a, |x, y| x.lt(y), |x, s| x.lt(s))),
    ("ne", |x, a| with(x, a, |x, y| x.ne(y), |x, s| x.ne(s))),
    ("bucketize", |x, a| vec![x[0].bucketize(&x[1], a.flag("right"))]),
    ("isclose", |x, a| vec![x[0].isclose(&x[1], a.float("rtol"), a.float("atol"), a.flag("equal_nan"))]),
    ("isinf", |x, _| vec![x[0].isinf()]),
    ("searchsorted", |x, a| vec![x[0].searchsorted(&x[1], a.flag("right"))]),
];
