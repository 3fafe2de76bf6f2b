//! Many elements become one.

use tapegrad::Tensor;

use crate::attributes::Attributes;
use crate::{Call, pair};

/// A reduction of all elements, along axes, or along axes that stay with length 1.
fn reduce(
    x: &[Tensor],
    a: &Attributes,
    all: fn(&Tensor) -> Tensor,
    axes: fn(&Tensor, &[isize]) -> Tensor,
    keep: fn(&Tensor, &[isize]) -> Tensor,
) -> Vec<Tensor> {
    vec![match (a.has("dim"), a.flag("keepdim")) {
        (false, _) => all(&x[0]),
        (true, false) => axes(&x[0], &a.axes("dim")),
        (true, true) => keep(&x[0], &a.axes("dim")),
    }]
}

/// As [`reduce`], for two results.
fn reduce_to_pair(
    x: &[Tensor],
    a: &Attributes,
    all: fn(&Tensor) -> (Tensor, Tensor),
    axes: fn(&Tensor, &[isize]) -> (Tensor, Tensor),
    keep: fn(&Tensor, &[isize]) -> (Tensor, Tensor),
) -> Vec<Tensor> {
    pair(match (a.has("dim"), a.flag("keepdim")) {
        (false, _) => all(&x[0]),
        (true, false) => axes(&x[0], &a.axes("dim")),
        (true, true) => keep(&x[0], &a.axes("dim")),
    })
}

pub const CALLS: &[(&str, Call)] = &[
    ("amax", |x, a| reduce(x, a, |x| x.max(), |x, d| x.amax_dim(d), |x, d| x.amax_keepdim(d))),
    ("amin", |x, a| reduce(x, a, |x| x.min(), |x, d| x.amin_dim(d), |x, d| x.amin_keepdim(d))),
    ("argmax", |x, a| vec![if a.has("dim") { x[0].argmax_dim(a.axis("dim")) } else { x[0].argmax() }]),
    ("argmin", |x, a| vec![if a.has("dim") { x[0].argmin_dim(a.axis("dim")) } else { x[0].argmin() }]),
    ("logsumexp", |x, a| reduce(x, a, |x| x.logsumexp(), |x, d| x.logsumexp_dim(d), |x, d| x.logsumexp_keepdim(d))),
    ("max_dim", |x, a| pair(x[0].max_dim(a.axis("dim")))),
    ("mean", |x, a| reduce(x, a, |x| x.mean(), |x, d| x.mean_dim(d), |x, d| x.mean_keepdim(d))),
    ("min_dim", |x, a| pair(x[0].min_dim(a.axis("dim")))),
    ("norm", |x, a| reduce(x, a, |x| x.norm(), |x, d| x.norm_dim(d), |x, d| x.norm_keepdim(d))),
    ("std", |x, a| reduce(x, a, |x| x.std(), |x, d| x.std_dim(d), |x, d| x.std_keepdim(d))),
    ("sum", |x, a| reduce(x, a, |x| x.sum(), |x, d| x.sum_dim(d), |x, d| x.sum_keepdim(d))),
    ("sum_to", |x, a| vec![x[0].sum_to(a.sizes("shape"))]),
    ("var", |x, a| reduce(x, a, |x| x.var(), |x, d| x.var_dim(d), |x, d| x.var_keepdim(d))),
    ("cummax", |x, a| pair(x[0].cummax(a.axis("dim")))),
    ("cummin", |x, a| pair(x[0].cummin(a.axis("dim")))),
    ("cumprod", |x, a| vec![x[0].cumprod(a.axis("dim"))]),
    ("cumsum", |x, a| vec![x[0].cumsum(a.axis("dim"))]),
    ("logcumsumexp", |x, a| vec![x[0].logcumsumexp(a.axis("dim"))]),
    ("count_nonzero", |x, a| {
        reduce(x, a, |x| x.count_nonzero(), |x, d| x.count_nonzero_dim(d), |x, d| x.count_nonzero_keepdim(d))
    }),
    ("median", |x, _| vec![x[0].median()]),
    ("median_dim", |x, a| pair(x[0].median_dim(a.axis("dim")))),
    ("nanmean", |x, a| reduce(x, a, |x| x.nanmean(), |x, d| x.nanmean_dim(d), |x, d| x.nanmean_keepdim(d))),
    ("nansum", |x, a| reduce(x, a, |x| x.nansum(), |x, d| x.nansum_dim(d), |x, d| x.nansum_keepdim(d))),
    ("std_mean", |x, a| reduce_to_pair(x, a, |x| x.std_mean(), |x, d| x.std_mean_dim(d), |x, d| x.std_mean_keepdim(d))),
    ("var_mean", |x, a| reduce_to_pair(x, a, |x| x.var_mean(), |x, d| x.var_mean_dim(d), |x, d| x.var_mean_keepdim(d))),
    ("prod", |x, a| reduce(x, a, |x| x.prod(), |x, d| x.prod_dim(d), |x, d| x.prod_keepdim(d))),
];
