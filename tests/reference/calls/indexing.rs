//! Elements are picked or placed by position.

use tapegrad::{Ellipsis, NewAxis};

use crate::{Call, pair};

pub const CALLS: &[(&str, Call)] = &[
    ("argsort", |x, a| vec![x[0].argsort(a.axis("dim"), a.flag("descending"))]),
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
    ("index_select", |x, a| vec![x[0].index_select(a.axis("dim"), &x[1])]),
    ("masked_fill", |x, a| vec![x[0].masked_fill(&x[1], a.float("value"))]),
    ("masked_select", |x, _| vec![x[0].masked_select(&x[1])]),
    ("narrow", |x, a| vec![x[0].narrow(a.axis("dim"), a.size("start"), a.size("length"))]),
    ("scatter_add", |x, a| vec![x[0].scatter_add(a.axis("dim"), &x[1], &x[2])]),
    ("select", |x, a| vec![x[0].select(a.axis("dim"), a.axis("index"))]),
    ("slice", |x, a| vec![x[0].slice(a.axis("dim"), a.axis("start")..a.axis("end"), a.axis("step"))]),
    ("sort", |x, a| pair(x[0].sort(a.axis("dim"), a.flag("descending")))),
    ("take_along_dim", |x, a| vec![x[0].take_along_dim(a.axis("dim"), &x[1])]),
    ("topk", |x, a| pair(x[0].topk(a.size("k"), a.axis("dim"), a.flag("largest")))),
];
