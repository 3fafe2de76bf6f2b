//! Distances between all vectors of two sets.
//!
//! As a composition it would make the array of all differences, forward and backward; the kernel makes none. Only the second
//! derivative, whose rule is written in tensor expressions, does.

use super::prelude::*;
use kernels::distance;

#[derive(Debug)]
struct Cdist {
    order: f64,
}

impl Op for Cdist {
    fn name(&self) -> &'static str {
        "cdist"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("order", self.order.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(distance::cdist(&inputs[0].value(), &inputs[1].value(), self.order))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (g, x, y, out) = (ctx.g(), ctx.input(0), ctx.input(1), ctx.output(0));
        let order = self.order;
        smallvec![
            ctx.needs(0).then(|| CdistBackward { order }.apply(&[g, &x, &y, &out])),
            ctx.needs(1)
                .then(|| { CdistBackward { order }.apply(&[&g.transpose(-2, -1), &y, &x, &out.transpose(-2, -1)]) }),
        ]
    }

    fn zero_gradient(&self) -> bool {
        self.order == 0.0
    }
}

/// The cotangent of x: with d = x_i - y_j for each pair and a distance D, the sum over j of g sign d |d|^(p - 1) / D^(p - 1).
#[derive(Debug)]
struct CdistBackward {
    order: f64,
}

impl Op for CdistBackward {
    fn name(&self) -> &'static str {
        "cdist_backward"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("order", self.order.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let [g, x, y, out] = [0, 1, 2, 3].map(|i| inputs[i].value());
        one(distance::cdist_backward(&g, &x, &y, &out, self.order))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let p = self.order;
        // [.., P, R, M], but for those that lack an axis.
        let delta = ctx.input(1).unsqueeze(-2) - ctx.input(2).unsqueeze(-3);
        let c = ctx.g().unsqueeze(-2);
        let pulled = (&c * self.slope(&delta, &ctx.constant_input(3))).sum_dim(-1);
        if p == 1.0 || p == f64::INFINITY {
            return smallvec![ctx.needs(0).then_some(pulled), None, None, None];
        }
        let (g, distance) = (ctx.input(0), ctx.input(3));
        let factor = power(&distance, 1.0 - p);
        let by_g = ctx.needs(0).then(|| &pulled * &factor);
        let by_distance = ctx.needs(3).then(|| &g * &pulled * power(&distance, -p) * (1.0 - p));
        let bent = c * (&g * &factor).unsqueeze(-1) * self.curvature(&delta);
        let by_x = ctx.needs(1).then(|| bent.sum_dim(-2));
        let by_y = ctx.needs(2).then(|| -bent.sum_dim(-3));
        smallvec![by_g, by_x, by_y, by_distance]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl CdistBackward {
    /// sign d |d|^(p - 1), the slope of |d|^p / p; for the largest, its sign.
    #[track_caller]
    fn slope(&self, delta: &Tensor, distance: &Tensor) -> Tensor {
        if self.order == 2.0 {
            delta.clone()
        } else if self.order == 1.0 {
            delta.sign()
        } else if self.order == f64::INFINITY {
            delta.abs().eq(distance.unsqueeze(-1)).where_cond(delta.sign(), 0)
        } else {
            delta.sign() * power(&delta.abs(), self.order - 1.0)
        }
    }

    /// The slope's slope, (p - 1) |d|^(p - 2).
    #[track_caller]
    fn curvature(&self, delta: &Tensor) -> Tensor {
        if self.order == 2.0 { delta.ones_like() } else { power(&delta.abs(), self.order - 2.0) * (self.order - 1.0) }
    }
}

/// A power of elements that are not negative, with 0 at 0.
#[track_caller]
fn power(x: &Tensor, exponent: f64) -> Tensor {
    let zero = x.eq(0);
    if reduce::count_true(&zero.value()) == 0 {
        return x.pow(exponent);
    }
    zero.where_cond(0, zero.where_cond(1, x).pow(exponent))
}

impl Tensor {
    /// The distances, as norms of an order p, of all vectors of this tensor, `[.., P, M]`, from all of the other, `[.., R, M]`:
    /// `[.., P, R]`. The axes in front broadcast. At distance 0 the derivative is 0; with an infinite p, each coordinate that is
    /// as far as the distance has the whole of it. p = 0 counts the coordinates that differ, with derivative 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[0.0, 0.0], [3.0, 4.0]];
    /// assert_eq!(x.cdist(&x, 2.0).to_vec::<f32>().unwrap(), [0.0, 5.0, 5.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If there are fewer than two axes, the vectors are not of one length, the axes in front do not broadcast, the order is
    /// negative or NaN, types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn cdist(&self, other: &Tensor, order: f64) -> Tensor {
        check_float("cdist", self);
        check_pair("cdist", self, other);
        let (&[ref x @ .., p, m], &[ref y @ .., r, n]) = (self.shape(), other.shape()) else {
            fail!("cdist: {:?} and {:?}, expected [.., P, M] and [.., R, M]", self.shape(), other.shape());
        };
        if m != n {
            fail!("cdist: vectors of {m} and {n} coordinates in {:?} and {:?}", self.shape(), other.shape());
        }
        if order.is_nan() || order < 0.0 {
            fail!("cdist: the order {order}, expected 0 or more");
        }
        let Some(batch) = kernels::broadcast_shape(x, y) else {
            fail!("cdist: batches {x:?} and {y:?} do not broadcast");
        };
        let shape = |matrix: [usize; 2]| batch.iter().copied().chain(matrix).collect::<Dims>();
        Cdist { order }.apply(&[&self.broadcast_to(shape([p, m])), &other.broadcast_to(shape([r, n]))])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "cdist",
    group: Group::LinearAlgebra,
    types: Types::Floats,
    formula: "(sum over k of |x_ik - y_jk|^p)^(1/p)",
    derivative: "sum over j of g sign d (|d| / distance)^(p - 1), d = x_i - y_j, to x; likewise to y",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: &[usize], y: &[usize], order: f64) -> Sample {
            Sample::new(label, [spread(x, -2.0, 2.0), spread(y, -1.1, 3.3)], move |x| x[0].cdist(&x[1], order))
        }
        vec![
            sample("plain", &[2, 3], &[4, 3], 2.0),
            sample("order 1", &[2, 3], &[3, 3], 1.0),
            sample("order 3", &[2, 3], &[3, 3], 3.0),
            sample("order 1.5", &[2, 2], &[2, 2], 1.5),
            sample("order 0.5", &[2, 2], &[2, 2], 0.5),
            sample("order inf", &[2, 3], &[3, 3], f64::INFINITY),
            sample("order 0", &[2, 3], &[3, 3], 0.0),
            sample("batched", &[2, 2, 3], &[2, 1, 3], 2.0),
            sample("broadcast", &[2, 1, 2, 3], &[3, 2, 3], 2.0),
            sample("size 1", &[1, 1], &[1, 1], 2.0),
            sample("size 0", &[0, 3], &[2, 3], 2.0),
            sample("no coordinates", &[2, 0], &[2, 0], 2.0),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(o([2, 3]).cdist(&o([2, 4]), 2.0), "cdist: vectors of 3 and 4 coordinates in [2, 3] and [2, 4]"),
            misuse!(o([3]).cdist(&o([2, 3]), 2.0), "cdist: [3] and [2, 3], expected [.., P, M] and [.., R, M]"),
            misuse!(o([2, 1, 3]).cdist(&o([3, 1, 3]), 2.0), "cdist: batches [2] and [3] do not broadcast"),
            misuse!(o([1, 1]).cdist(&o([1, 1]), -1.0), "cdist: the order -1, expected 0 or more"),
            misuse!(Tensor::arange(0, 2).cdist(&o([1, 1]), 2.0), "cdist: not defined for i64"),
        ]
    },
    kinks: || {
        let meeting = || vec![Tensor::from([[1.0, 2.0]]), Tensor::from([[1.0, 2.0], [1.0, 5.0]])];
        let none = || vec![0.0, 0.0];
        vec![
            Kink {
                label: "distance 0, order 2",
                inputs: meeting(),
                call: |x| x[0].cdist(&x[1], 2.0),
                gradients: vec![vec![0.0, -1.0], [none(), vec![0.0, 1.0]].concat()],
            },
            Kink {
                label: "distance 0, order 1.5",
                inputs: meeting(),
                call: |x| x[0].cdist(&x[1], 1.5),
                gradients: vec![vec![0.0, -1.0], [none(), vec![0.0, 1.0]].concat()],
            },
            Kink {
                label: "distance 0, order inf",
                inputs: meeting(),
                call: |x| x[0].cdist(&x[1], f64::INFINITY),
                gradients: vec![vec![0.0, -1.0], [none(), vec![0.0, 1.0]].concat()],
            },
            Kink {
                label: "tie, order inf",
                inputs: vec![Tensor::from([[1.0, -1.0]]), Tensor::from([[0.0, 0.0]])],
                call: |x| x[0].cdist(&x[1], f64::INFINITY),
                gradients: vec![vec![1.0, -1.0], vec![-1.0, 1.0]],
            },
        ]
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_derivatives_at_distance_0_are_finite() {
        for order in [1.0, 1.5, 2.0, 3.0, f64::INFINITY] {
            let x = Tensor::from([[1.0, 2.0], [0.0, 1.0]]).requires_grad();
            let first = crate::Grad::of(&[&x.cdist(&x, order).sum()]).wrt(&[&x]).create_graph().run().remove(0);
            let second = crate::Grad::of(&[&first.square().sum()]).wrt(&[&x]).allow_unused().run().remove(0);
            assert!(second.to_vec::<f64>().unwrap().iter().all(|v| v.is_finite()), "order {order}");
        }
    }
}
