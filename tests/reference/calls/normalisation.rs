//! Means and variances are taken out.

use crate::Call;

pub const CALLS: &[(&str, Call)] = &[
    ("batch_norm", |x, a| {
        vec![if a.flag("evaluate") {
            x[0].batch_norm_eval(&x[1], &x[2], x.get(3), x.get(4), a.float("eps"))
        } else {
            x[0].batch_norm(x.get(1), x.get(2), a.float("eps")).0
        }]
    }),
    ("group_norm", |x, a| vec![x[0].group_norm(a.size("groups"), x.get(1), x.get(2), a.float("eps"))]),
    ("instance_norm", |x, a| vec![x[0].instance_norm(x.get(1), x.get(2), a.float("eps"))]),
    ("layer_norm", |x, a| vec![x[0].layer_norm(&a.sizes("last"), x.get(1), x.get(2), a.float("eps"))]),
    ("local_response_norm", |x, a| {
        vec![x[0].local_response_norm(a.size("size"), a.float("alpha"), a.float("beta"), a.float("k"))]
    }),
    ("normalize", |x, a| vec![x[0].normalize(a.float("p"), &a.axes("dim")[..], a.float("eps"))]),
    ("rms_norm", |x, a| vec![x[0].rms_norm(&a.sizes("last"), x.get(1), a.float("eps"))]),
];
