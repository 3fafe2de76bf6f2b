//! Products of vectors and matrices, distances.

use tapegrad::Tensor;

use crate::Call;

pub const CALLS: &[(&str, Call)] = &[
    ("addmm", |x, a| vec![x[0].addmm(&x[1], &x[2], a.float("beta"), a.float("alpha"))]),
    ("bilinear", |x, _| vec![x[0].bilinear(&x[1], &x[2], x.get(3))]),
    ("bmm", |x, _| vec![x[0].bmm(&x[1])]),
    ("cdist", |x, a| vec![x[0].cdist(&x[1], a.float("p"))]),
    ("cosine_similarity", |x, a| vec![x[0].cosine_similarity(&x[1], a.axis("dim"), a.float("eps"))]),
    ("cross", |x, a| vec![x[0].cross(&x[1], a.axis("axis"))]),
    ("dot", |x, _| vec![x[0].dot(&x[1])]),
    ("einsum", |x, a| vec![Tensor::einsum(a.text("equation"), x)]),
    ("kron", |x, _| vec![x[0].kron(&x[1])]),
    ("linear", |x, _| vec![x[0].linear(&x[1], x.get(2))]),
    ("matmul", |x, _| vec![x[0].matmul(&x[1])]),
    ("matrix_power", |x, a| vec![x[0].matrix_power(a.int("n"))]),
    ("outer", |x, _| vec![x[0].outer(&x[1])]),
    ("pairwise_distance", |x, a| {
        let (p, eps) = (a.float("p"), a.float("eps"));
        vec![if a.flag("keepdim") {
            x[0].pairwise_distance_keepdim(&x[1], p, eps)
        } else {
            x[0].pairwise_distance(&x[1], p, eps)
        }]
    }),
    ("tensordot", |x, a| {
        vec![if a.has("n") {
            x[0].tensordot(&x[1], a.size("n"))
        } else {
            x[0].tensordot_dims(&x[1], a.axes("axes"), a.axes("others"))
        }]
    }),
    ("trace", |x, _| vec![x[0].trace()]),
    ("vector_norm", |x, a| {
        let p = a.float("p");
        vec![match a.has("dim").then(|| a.axes("dim")) {
            None => x[0].vector_norm(p),
            Some(axes) if a.flag("keepdim") => x[0].vector_norm_keepdim(p, &axes[..]),
            Some(axes) => x[0].vector_norm_dim(p, &axes[..]),
        }]
    }),
];
