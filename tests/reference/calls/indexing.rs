//! Elements are picked or placed by position.

use tapegrad::{Ellipsis, NewAxis, ScatterReduction, Tensor};

use crate::{Call, pair};

pub const CALLS: &[(&str, Call)] = &[
    ("argsort", |x, a| vec![x[0].argsort(a.axis("dim"), a.flag("descending"))]),
    ("embedding", |x, a| vec![x[0].embedding(&x[1], a.has("padding_idx").then(|| a.size("padding_idx")))]),
    ("gather", |x, a| vec![x[0].gather(a.axis("dim"), &x[1])]),
    ("i", |x, a| {
        vec![match a.text("index") {
            "1" => x[0].i(1),
            "-1, ..." => x[0].i((-1, Ellipsis)),
            ":, 1:3" => x[0].i((.., 1..3)),
            "None, ..., 0" => x[0].i((NewAxis, Ellipsis, 0)),
            "mask" => x[0].i(&x[1]),
            "indices" => x[0].i(&x[1]),
            other => panic!("no index {other}"),
        }]
    }),
    ("index_add", |x, a| vec![x[0].index_add(a.axis("dim"), &x[1], &x[2])]),
    ("index_copy", |x, a| vec![x[0].index_copy(a.axis("dim"), &x[1], &x[2])]),
    ("index_put", |x, a| {
        let indices: Vec<&Tensor> = x[2..].iter().collect();
        vec![x[0].index_put(&indices, &x[1], a.flag("accumulate"))]
    }),
    ("index_select", |x, a| vec![x[0].index_select(a.axis("dim"), &x[1])]),
    ("masked_fill", |x, a| vec![x[0].masked_fill(&x[1], a.float("value"))]),
    ("masked_select", |x, _| vec![x[0].masked_select(&x[1])]),
    ("narrow", |x, a| vec![x[0].narrow(a.axis("dim"), a.size("start"), a.size("length"))]),
    ("nonzero", |x, _| vec![x[0].nonzero()]),
    ("scatter", |x, a| {
        let (axis, index) = (a.axis("dim"), &x[1]);
        vec![if a.has("value") {
            x[0].scatter(axis, index, a.float("value"))
        } else {
            x[0].scatter(axis, index, &x[2])
        }]
    }),
    ("scatter_add", |x, a| vec![x[0].scatter_add(a.axis("dim"), &x[1], &x[2])]),
    ("scatter_reduce", |x, a| {
        let reduction = match a.text("reduce") {
            "sum" => ScatterReduction::Sum,
            "prod" => ScatterReduction::Prod,
            "mean" => ScatterReduction::Mean,
            "amax" => ScatterReduction::Amax,
            "amin" => ScatterReduction::Amin,
            other => panic!("no reduction {other}"),
        };
        vec![x[0].scatter_reduce(a.axis("dim"), &x[1], &x[2], reduction, a.flag("include_self"))]
    }),
    ("select", |x, a| vec![x[0].select(a.axis("dim"), a.axis("index"))]),
    ("slice", |x, a| vec![x[0].slice(a.axis("dim"), a.axis("start")..a.axis("end"), a.axis("step"))]),
    ("sort", |x, a| pair(x[0].sort(a.axis("dim"), a.flag("descending")))),
    ("take_along_dim", |x, a| vec![x[0].take_along_dim(a.axis("dim"), &x[1])]),
    ("unique", |x, _| <[Tensor; 3]>::from(x[0].unique_all()).to_vec()),
    ("topk", |x, a| pair(x[0].topk(a.size("k"), a.axis("dim"), a.flag("largest")))),
];
