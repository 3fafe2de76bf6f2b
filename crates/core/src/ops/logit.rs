//! The inverse of the sigmoid.

use super::prelude::*;

#[derive(Debug)]
struct Logit;

impl Op for Logit {
    fn name(&self) -> &'static str {
        "logit"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Logit, &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (x, place) = (ctx.input(0), ctx.constant_input(0));
        // Where there is no value there is no slope, though the formula has one.
        let beyond = place.lt(0).logical_or(&place.gt(1));
        let slope = (&x * (1 - &x)).reciprocal().masked_fill(&beyond, f64::NAN);
        smallvec![Some(ctx.g() * slope)]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// log(x / (1 - x)), the number whose sigmoid is each element: infinite at 0 and 1, NaN beyond, and so is the derivative.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![0.5].logit().item(), 0.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn logit(&self) -> Tensor {
        check_float("logit", self);
        Logit.apply(&[self])
    }

    /// As [`Tensor::logit`], of each element clamped to between `eps` and `1 - eps` first, so that it is finite.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or `eps` is not between 0 and 0.5.
    #[must_use]
    #[track_caller]
    pub fn logit_eps(&self, eps: f64) -> Tensor {
        if !(0.0..=0.5).contains(&eps) {
            fail!("logit: eps is {eps}, expected a number from 0 to 0.5");
        }
        check_float("logit", self);
        self.clamp(eps, 1.0 - eps).logit()
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "logit",
    group: Group::Unary,
    types: Types::Floats,
    formula: "log(x / (1 - x))",
    derivative: "g / (x (1 - x))",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], 0.1, 0.9)], |x| x[0].logit()),
            Sample::new("size 1", [spread([1], 0.1, 0.9)], |x| x[0].logit()),
            Sample::new("size 0", [spread([0], 0.1, 0.9)], |x| x[0].logit()),
            Sample::new("eps", [spread([2, 3], -0.3, 1.3)], |x| x[0].logit_eps(0.05)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::arange(0, 2).logit(), "logit: not defined for i64"),
            misuse!(Tensor::zeros([1]).logit_eps(0.7), "logit: eps is 0.7, expected a number from 0 to 0.5"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "the ends and beyond",
            inputs: vec![Tensor::from([0.0, 1.0, -0.5, 1.5])],
            call: |x| x[0].logit(),
            gradients: vec![vec![f64::INFINITY, f64::INFINITY, f64::NAN, f64::NAN]],
        }]
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_digits_are_lost_near_the_middle_and_the_ends() {
        // logit(1/2 + d) = 4 d + 16/3 d^3 + ..
        let d = 2f64.powi(-20);
        let middle = Tensor::from(0.5 + d).logit().item();
        assert!((middle / (4.0 * d + 16.0 / 3.0 * d.powi(3)) - 1.0).abs() < 1e-15, "{middle}");
        for k in [10, 30, 52] {
            let d = 2f64.powi(-k);
            let expected = f64::from(k) * std::f64::consts::LN_2 + (-d).ln_1p();
            for (x, expected) in [(1.0 - d, expected), (d, -expected)] {
                let x = Tensor::from(x).requires_grad();
                let y = x.logit();
                y.backward();
                assert!((y.item() / expected - 1.0).abs() < 1e-15, "{y}");
                assert!((x.grad().unwrap().item() * d * (1.0 - d) - 1.0).abs() < 1e-15);
            }
        }
    }
}
