//! Bounds below and above.

use super::prelude::*;

#[derive(Debug)]
struct Clamp {
    min: f64,
    max: f64,
}

impl Op for Clamp {
    fn name(&self) -> &'static str {
        "clamp"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("min", self.min.to_string()), ("max", self.max.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let x = inputs[0].value();
        let (min, max) = (self.min, self.max);
        one(with_type!(float x.dtype(), T => elementwise::unary_typed::<T, _>(math::Clamp(min as T, max as T), &x)))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let backward = ClampBackward { min: self.min, max: self.max };
        smallvec![Some(backward.apply(&[ctx.g(), &ctx.constant_input(0)]))]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// g where x is within the bounds, in one pass. That is locally constant, so x carries no graph.
#[derive(Debug)]
struct ClampBackward {
    min: f64,
    max: f64,
}

impl Op for ClampBackward {
    fn name(&self) -> &'static str {
        "clamp_backward"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("min", self.min.to_string()), ("max", self.max.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (g, x) = (inputs[0].value(), inputs[1].value());
        one(with_type!(float x.dtype(), T => {
            elementwise::binary_typed::<T, _>(math::ClampGrad(self.min as T, self.max as T), &g, &x)
        }))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let again = ClampBackward { min: self.min, max: self.max };
        smallvec![Some(again.apply(&[ctx.g(), &ctx.constant_input(1)])), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// Each element, or the bound that it is beyond; NaN stays. An infinite bound is none. The derivative at a bound is 1.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-2.0, 0.5, 3.0].clamp(0.0, 1.0).to_vec::<f32>().unwrap(), [0.0, 0.5, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, `min` is above `max`, or one of them is NaN.
    #[must_use]
    #[track_caller]
    pub fn clamp(&self, min: f64, max: f64) -> Tensor {
        check_float("clamp", self);
        if min.is_nan() || max.is_nan() || min > max {
            fail!("clamp: the lower bound {min} is not at or below the upper bound {max}");
        }
        Clamp { min, max }.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "clamp",
    group: Group::Unary,
    types: Types::Floats,
    formula: "min(max(x, lower), upper)",
    derivative: "g where lower <= x <= upper, else 0",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].clamp(-0.9, 1.1)),
            Sample::new("open below", [spread([2, 3], -2.0, 2.0)], |x| x[0].clamp(f64::NEG_INFINITY, 0.9)),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].clamp(-1.0, 1.0)),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].clamp(-1.0, 1.0)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).clamp(1.0, 0.0), "clamp: the lower bound 1 is not at or below"),
            misuse!(Tensor::arange(0, 2).clamp(0.0, 1.0), "clamp: not defined for i64"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "at the bounds",
            inputs: vec![Tensor::from([-1.0, 0.0, 0.5, 1.0, 2.0])],
            call: |x| x[0].clamp(0.0, 1.0),
            gradients: vec![vec![0.0, 1.0, 1.0, 1.0, 0.0]],
        }]
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_stays_nan() {
        assert!(Tensor::from([f64::NAN]).clamp(0.0, 1.0).item().is_nan());
        assert!(Tensor::from([f64::NAN]).relu().item().is_nan());
        assert!(Tensor::from([f32::NAN]).relu().item().is_nan());
    }
}
