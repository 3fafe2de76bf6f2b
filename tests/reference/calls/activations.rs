//! The nonlinearities of networks.

use crate::Call;

pub const CALLS: &[(&str, Call)] = &[
    ("leaky_relu", |x, a| vec![x[0].leaky_relu(a.float("slope"))]),
    ("log_softmax", |x, a| vec![x[0].log_softmax(a.axis("dim"))]),
    ("relu", |x, _| vec![x[0].relu()]),
    ("softmax", |x, a| vec![x[0].softmax(a.axis("dim"))]),
    ("hardsigmoid", |x, _| vec![x[0].hardsigmoid()]),
    ("hardswish", |x, _| vec![x[0].hardswish()]),
    ("log_sigmoid", |x, _| vec![x[0].log_sigmoid()]),
    ("mish", |x, _| vec![x[0].mish()]),
    ("relu6", |x, _| vec![x[0].relu6()]),
    ("selu", |x, _| vec![x[0].selu()]),
    ("silu", |x, _| vec![x[0].silu()]),
    ("softsign", |x, _| vec![x[0].softsign()]),
    ("tanhshrink", |x, _| vec![x[0].tanhshrink()]),
    ("celu", |x, a| vec![x[0].celu(a.float("alpha"))]),
    ("elu", |x, a| vec![x[0].elu(a.float("alpha"))]),
    ("gelu", |x, a| vec![if a.text("approximate") == "tanh" { x[0].gelu_tanh() } else { x[0].gelu() }]),
    ("glu", |x, a| vec![x[0].glu(a.axis("dim"))]),
    ("hardshrink", |x, a| vec![x[0].hardshrink(a.float("lambda"))]),
    ("hardtanh", |x, a| vec![x[0].hardtanh(a.float("min"), a.float("max"))]),
    ("prelu", |x, _| vec![x[0].prelu(&x[1])]),
    ("softmin", |x, a| vec![x[0].softmin(a.axis("dim"))]),
    ("softplus", |x, a| {
        vec![if a.has("beta") { x[0].softplus_with(a.float("beta"), a.float("threshold")) } else { x[0].softplus() }]
    }),
    ("softshrink", |x, a| vec![x[0].softshrink(a.float("lambda"))]),
    ("threshold", |x, a| vec![x[0].threshold(a.float("threshold"), a.float("value"))]),
];
