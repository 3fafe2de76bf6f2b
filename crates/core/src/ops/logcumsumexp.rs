//! The logarithm of running sums of exponentials, stable for elements of any size, and so is its derivative.

use super::cat::cat;
use super::cumprod::Recurrence;
use super::prelude::*;
use super::slice::slice;

#[derive(Debug)]
struct LogCumSumExp {
    axis: usize,
}

impl Op for LogCumSumExp {
    fn name(&self) -> &'static str {
        "logcumsumexp"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        kernels::scan::logcumsumexp(&inputs[0].value(), self.axis).map(Tensor::constant).into_iter().collect()
    }

    /// `e^x[k] sum g[i] e^-y[i]` over i from k on would overflow. As y never falls, the sum relative to `e^-y[k]` is a recurrence
    /// whose factors are at most 1. Of y's two parts the largest element is locally constant, so both have the derivative of y.
    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let g = match (ctx.cotangent(0), ctx.cotangent(2)) {
            (Some(by_value), Some(by_log_sum)) => by_value + by_log_sum,
            (Some(g), None) | (None, Some(g)) => g.clone(),
            (None, None) => return smallvec![None],
        };
        if g.numel() == 0 {
            return smallvec![Some(g)];
        }
        let (x, max, log_sum, axis) = (ctx.input(0), ctx.constant_output(1), ctx.output(2), self.axis);
        let rises = step(&max, axis) + step(&log_sum, axis);
        let sums = Recurrence { axis, transposed: true }.apply(&[&(-rises).exp(), &g]);
        smallvec![Some(((x - max) - log_sum).exp() * sums)]
    }

    fn saves_output(&self, i: usize) -> bool {
        i > 0
    }
}

/// By how much each element is above the one before it along an axis; the first, above itself.
#[track_caller]
fn step(y: &Tensor, axis: usize) -> Tensor {
    y - cat(&[&slice(y, axis, 0, 1, 1), &slice(y, axis, 0, y.shape()[axis] - 1, 1)], axis)
}

impl Tensor {
    /// The logarithm of the sum of the exponentials of the elements up to each place along an axis:
    /// `y[k] = log(e^x[0] + .. + e^x[k])`, without overflow.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let y = tensor![1000.0, 1000.0].logcumsumexp(0).to_vec::<f32>().unwrap();
    /// assert_eq!(y, [1000.0, 1000.0 + std::f32::consts::LN_2]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn logcumsumexp(&self, axis: isize) -> Tensor {
        check_float("logcumsumexp", self);
        let axis = axes::axis("logcumsumexp", self.shape(), axis);
        LogCumSumExp { axis }.apply_all(&[self]).swap_remove(0)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "logcumsumexp",
    group: Group::Reduction,
    types: Types::Floats,
    formula: "log of the sum of e^x up to each place along an axis",
    derivative: "the sum of g[i] e^(x[k] - y[i]) over i from each place k on",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([5], -2.0, 2.0)], |x| x[0].logcumsumexp(0)),
            Sample::new("large", [spread([2, 4], 998.0, 1002.0)], |x| x[0].logcumsumexp(1)),
            Sample::new("in the middle", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].logcumsumexp(-2)),
            Sample::new("size 1", [spread([2, 1], -2.0, 2.0)], |x| x[0].logcumsumexp(1)),
            Sample::new("size 0", [spread([2, 0], -2.0, 2.0)], |x| x[0].logcumsumexp(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([3]).logcumsumexp(1), "logcumsumexp: axis 1 does not exist in [3], which has 1 axes"),
            misuse!(Tensor::arange(0, 3).logcumsumexp(0), "logcumsumexp: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_terms_after_large_ones_and_the_reverse_have_finite_gradients() {
        let x = Tensor::from([-1e4, 0.0, 1e4, 0.0]).requires_grad();
        x.logcumsumexp(0).sum().backward();
        assert_eq!(x.grad().unwrap().to_vec::<f64>().unwrap(), [1.0, 1.0, 2.0, 0.0]);
    }
}
