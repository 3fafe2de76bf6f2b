//! The rectifier with a slope below 0.

use super::prelude::*;

#[derive(Debug)]
struct LeakyRelu {
    slope: f64,
}

impl Op for LeakyRelu {
    fn name(&self) -> &'static str {
        "leaky_relu"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("slope", self.slope.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let x = inputs[0].value();
        one(with_type!(float x.dtype(), T => elementwise::unary_typed::<T, _>(math::LeakyRelu(self.slope as T), &x)))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let backward = LeakyReluBackward { slope: self.slope };
        smallvec![Some(backward.apply(&[ctx.g(), &ctx.constant_input(0)]))]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// g or slope g, in one pass. The side of 0 is locally constant, so x carries no graph.
#[derive(Debug)]
struct LeakyReluBackward {
    slope: f64,
}

impl Op for LeakyReluBackward {
    fn name(&self) -> &'static str {
        "leaky_relu_backward"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("slope", self.slope.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (g, x) = (inputs[0].value(), inputs[1].value());
        let slope = self.slope;
        one(
            with_type!(float x.dtype(), T => elementwise::binary_typed::<T, _>(math::LeakyReluGrad(slope as T), &g, &x)),
        )
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let again = LeakyReluBackward { slope: self.slope };
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
    /// Each element where it is above 0, `slope` times it elsewhere. The derivative at 0 is `slope`.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-2.0, 3.0].leaky_relu(0.5).to_vec::<f32>().unwrap(), [-1.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn leaky_relu(&self, slope: f64) -> Tensor {
        check_float("leaky_relu", self);
        LeakyRelu { slope }.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "leaky_relu",
    group: Group::Activation,
    types: Types::Floats,
    formula: "x where x > 0, else slope x",
    derivative: "g where x > 0, else slope g",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread_around([2, 3], 0.2, 2.0)], |x| x[0].leaky_relu(0.1)),
            Sample::new("falling below 0", [spread_around([2, 3], 0.2, 2.0)], |x| x[0].leaky_relu(-0.5)),
            Sample::new("size 1", [spread_around([1], 0.2, 2.0)], |x| x[0].leaky_relu(0.1)),
            Sample::new("size 0", [spread_around([0], 0.2, 2.0)], |x| x[0].leaky_relu(0.1)),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).leaky_relu(0.1), "leaky_relu: not defined for i64")],
    kinks: || {
        vec![Kink {
            label: "0",
            inputs: vec![Tensor::from([0.0, -0.0, 1.0])],
            call: |x| x[0].leaky_relu(0.25),
            gradients: vec![vec![0.25, 0.25, 1.0]],
        }]
    },
};
