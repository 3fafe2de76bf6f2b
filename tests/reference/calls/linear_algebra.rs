//! Products of vectors and matrices, distances.

use crate::Call;

pub const CALLS: &[(&str, Call)] =
    &[("linear", |x, _| vec![x[0].linear(&x[1], x.get(2))]), ("matmul", |x, _| vec![x[0].matmul(&x[1])])];
