//! Norms of any order over axes.

use super::amax::{check_any, extremum};
use super::norm::norm;
use super::prelude::*;
use kernels::reduce::Extreme;

/// 1 where an element is not 0, else 0. The derivative is zero by definition.
#[derive(Debug)]
struct NotZero;

impl Op for NotZero {
    fn name(&self) -> &'static str {
        "vector_norm"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("order", "0".to_owned())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        smallvec![inputs[0].ne(0).to_dtype(inputs[0].dtype())]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(ctx.g().zeros_like())]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }

    fn zero_gradient(&self) -> bool {
        true
    }
}

/// A power of elements that are not negative, with derivative 0, of any order, at 0: there the base is replaced before the power
/// is taken, since an infinite slope times 0 would be NaN.
#[track_caller]
fn flat_power(x: &Tensor, exponent: f64) -> Tensor {
    let flat = x.eq(0);
    if reduce::count_true(&flat.value()) == 0 {
        return x.pow(exponent);
    }
    flat.where_cond(0f64.powf(exponent), flat.where_cond(1, x).pow(exponent))
}

#[track_caller]
pub(crate) fn vector_norm(op: &str, x: &Tensor, order: f64, axes: Axes, keepdim: bool) -> Tensor {
    check_float(op, x);
    let over = axes.resolve(op, x.shape());
    if order.is_nan() {
        fail!("{op}: the order is NaN");
    }
    if order < 0.0 || order == f64::INFINITY {
        check_any(op, x, &over);
    }
    let over: Vec<isize> = over.iter().map(|&a| a as isize).collect();
    let (axes, over) = (Axes::from(&over[..]), &over[..]);
    if order == 2.0 {
        return norm(x, axes, keepdim);
    }
    if order.is_infinite() {
        let which = if order > 0.0 { Extreme::Max } else { Extreme::Min };
        return extremum(op, which, &x.abs(), axes, keepdim);
    }
    let powers = if order == 0.0 {
        NotZero.apply(&[x])
    } else if order == 1.0 {
        x.abs()
    } else {
        flat_power(&x.abs(), order)
    };
    let total = if keepdim { powers.sum_keepdim(over) } else { powers.sum_dim(over) };
    if order == 0.0 || order == 1.0 { total } else { flat_power(&total, 1.0 / order) }
}

impl Tensor {
    /// The norm of an order p of all elements, as a tensor without axes: (sum |x|^p)^(1/p). With p = 0 it counts the elements that
    /// are not 0, and its derivative is 0; with an infinite p it is the largest |x|, or the smallest. Where an element is 0, so
    /// is its derivative. [`Tensor::norm`] is that with p = 2.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![3.0, -4.0];
    /// assert_eq!(x.vector_norm(1.0).item(), 7.0);
    /// assert_eq!(x.vector_norm(f64::INFINITY).item(), 4.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, the order is NaN, or there are no elements and the order is negative or infinite.
    #[must_use]
    #[track_caller]
    pub fn vector_norm(&self, order: f64) -> Tensor {
        vector_norm("vector_norm", self, order, Axes::from(..), false)
    }

    /// As [`Tensor::vector_norm`], over some axes, which the result lacks.
    ///
    /// # Panics
    /// As [`Tensor::vector_norm`]; if an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn vector_norm_dim(&self, order: f64, axes: impl Into<Axes>) -> Tensor {
        vector_norm("vector_norm", self, order, axes.into(), false)
    }

    /// As [`Tensor::vector_norm`], over some axes, which the result keeps with length 1.
    ///
    /// # Panics
    /// As [`Tensor::vector_norm_dim`].
    #[must_use]
    #[track_caller]
    pub fn vector_norm_keepdim(&self, order: f64, axes: impl Into<Axes>) -> Tensor {
        vector_norm("vector_norm", self, order, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "vector_norm",
    group: Group::LinearAlgebra,
    types: Types::Floats,
    formula: "(sum |x|^p)^(1/p)",
    derivative: "g sign x (|x| / norm)^(p - 1); 0 where x = 0",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, order: f64) -> Sample {
            Sample::new(label, [spread_around([2, 3], 0.3, 2.0)], move |x| x[0].vector_norm(order))
        }
        vec![
            sample("order 3", 3.0),
            sample("order 2", 2.0),
            sample("order 1", 1.0),
            sample("order 0", 0.0),
            sample("order 1.5", 1.5),
            sample("order 0.5", 0.5),
            sample("order -1", -1.0),
            sample("order inf", f64::INFINITY),
            sample("order -inf", f64::NEG_INFINITY),
            Sample::new("one axis", [spread_around([2, 3, 2], 0.3, 2.0)], |x| x[0].vector_norm_dim(3.0, 1)),
            Sample::new("kept", [spread_around([2, 3, 2], 0.3, 2.0)], |x| x[0].vector_norm_keepdim(1.5, [0, -1])),
            Sample::new("some 0", [Tensor::from([[0.0, 1.0, -2.0], [1.0, 0.5, 2.0]])], |x| {
                x[0].vector_norm_dim(3.5, 1)
            }),
            Sample::new("size 1", [spread_around([1], 0.3, 2.0)], |x| x[0].vector_norm_dim(3.0, 0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].vector_norm_dim(3.0, 1)),
            Sample::new("of none", [spread([2, 0], -2.0, 2.0)], |x| x[0].vector_norm_dim(3.0, 1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).vector_norm(f64::NAN), "vector_norm: the order is NaN"),
            misuse!(Tensor::zeros([2]).vector_norm_dim(3.0, 1), "vector_norm: axis 1 does not exist in [2]"),
            misuse!(Tensor::zeros([2, 0]).vector_norm(-1.0), "vector_norm: [2, 0] has no elements along axes [0, 1]"),
            misuse!(Tensor::zeros([0]).vector_norm(f64::INFINITY), "vector_norm: [0] has no elements along axes [0]"),
            misuse!(Tensor::arange(0, 2).vector_norm(3.0), "vector_norm: not defined for i64"),
        ]
    },
    kinks: || {
        let zeros = || vec![Tensor::from([0.0, 0.0])];
        let one_zero = || vec![Tensor::from([0.0, 2.0])];
        vec![
            Kink {
                label: "0, order 3",
                inputs: zeros(),
                call: |x| x[0].vector_norm(3.0),
                gradients: vec![vec![0.0, 0.0]],
            },
            Kink {
                label: "0, order 0.5",
                inputs: zeros(),
                call: |x| x[0].vector_norm(0.5),
                gradients: vec![vec![0.0, 0.0]],
            },
            Kink {
                label: "0, order 1",
                inputs: zeros(),
                call: |x| x[0].vector_norm(1.0),
                gradients: vec![vec![0.0, 0.0]],
            },
            Kink {
                label: "0, order 2",
                inputs: zeros(),
                call: |x| x[0].vector_norm(2.0),
                gradients: vec![vec![0.0, 0.0]],
            },
            Kink {
                label: "an element 0, order 0.5",
                inputs: one_zero(),
                call: |x| x[0].vector_norm(0.5),
                gradients: vec![vec![0.0, 1.0]],
            },
            Kink {
                label: "an element 0, order -1",
                inputs: one_zero(),
                call: |x| x[0].vector_norm(-1.0),
                gradients: vec![vec![0.0, 0.0]],
            },
            Kink {
                label: "tie, order inf",
                inputs: vec![Tensor::from([-2.0, 2.0, 1.0])],
                call: |x| x[0].vector_norm(f64::INFINITY),
                gradients: vec![vec![-0.5, 0.5, 0.0]],
            },
        ]
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_derivatives_at_0_are_zero_beside_a_row_that_is_not() {
        for order in [0.5, 1.5, 3.0] {
            let x = Tensor::from([[0.0, 0.0], [1.0, 4.0]]).requires_grad();
            let norms = x.vector_norm_dim(order, 1);
            let first = crate::Grad::of(&[&norms.sum()]).wrt(&[&x]).create_graph().run().remove(0);
            let second = crate::grad(&[&first.square().sum()], &[&x]).remove(0).to_vec::<f64>().unwrap();
            assert_eq!(second[..2], [0.0, 0.0], "order {order}");
            assert!(second[2..].iter().all(|v| v.is_finite()), "order {order}");
        }
    }
}
