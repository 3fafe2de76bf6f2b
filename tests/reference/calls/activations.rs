//! The nonlinearities of networks.

use crate::Call;

pub const CALLS: &[(&str, Call)] = &[
    ("leaky_relu", |x, a| vec![x[0].leaky_relu(a.float("slope"))]),
    ("log_softmax", |x, a| vec![x[0].log_softmax(a.axis("dim"))]),
    ("relu", |x, _| vec![x[0].relu()]),
    ("softmax", |x, a| vec![x[0].softmax(a.axis("dim"))]),
];
