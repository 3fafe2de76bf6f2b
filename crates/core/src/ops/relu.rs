//! The rectifier.

use super::prelude::*;

#[derive(Debug)]
struct Relu;

impl Op for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::unary(math::Relu, &inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let out = ctx.constant_output(0);
        smallvec![Some(relu_backward(ctx.take_g(), &out))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }
}

/// g where the output is above 0 or NaN. The output is a mask here and carries no graph.
#[derive(Debug)]
struct ReluBackward;

impl Op for ReluBackward {
    fn name(&self) -> &'static str {
        "relu_backward"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(elementwise::binary(math::ReluGrad, &inputs[0].value(), &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(relu_backward(ctx.g().clone(), &ctx.constant_input(1))), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

#[track_caller]
fn relu_backward(g: Tensor, out: &Tensor) -> Tensor {
    if reuse::can_with(&g, out) { reuse::binary(math::ReluGrad, g, out) } else { ReluBackward.apply(&[&g, out]) }
}

impl Tensor {
    /// The larger of each element and 0; NaN stays, and lets the gradient through. The derivative at 0 is 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-2.0, 3.0].relu().to_vec::<f32>().unwrap(), [0.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn relu(&self) -> Tensor {
        check_float("relu", self);
        Relu.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "relu",
    group: Group::Activation,
    types: Types::Floats,
    formula: "max(x, 0)",
    derivative: "g where x > 0, else 0",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread_around([2, 3], 0.2, 2.0)], |x| x[0].relu()),
            Sample::new("size 1", [spread_around([1], 0.2, 2.0)], |x| x[0].relu()),
            Sample::new("size 0", [spread_around([0], 0.2, 2.0)], |x| x[0].relu()),
        ]
    },
    errors: || vec![misuse!(Tensor::arange(0, 2).relu(), "relu: not defined for i64")],
    kinks: || {
        vec![
            Kink {
                label: "0",
                inputs: vec![Tensor::from([0.0, -0.0, 1.0, -1.0])],
                call: |x| x[0].relu(),
                gradients: vec![vec![0.0, 0.0, 1.0, 0.0]],
            },
            Kink {
                label: "NaN",
                inputs: vec![Tensor::from([f64::NAN, 1.0])],
                call: |x| x[0].relu(),
                gradients: vec![vec![1.0, 1.0]],
            },
        ]
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_lets_the_cotangent_through_in_both_orders() {
        let x = Tensor::from([f64::NAN, -1.0, 2.0]).requires_grad();
        let g = Tensor::from([3.0, 4.0, 5.0]).requires_grad();
        let first = crate::Grad::of(&[&x.relu()]).wrt(&[&x]).cotangents(&[&g]).create_graph().run().remove(0);
        assert_eq!(first.to_vec::<f64>().unwrap(), [3.0, 0.0, 5.0]);
        let second = crate::grad(&[&first.square().sum()], &[&g]).remove(0);
        assert_eq!(second.to_vec::<f64>().unwrap(), [6.0, 0.0, 10.0]);
    }
}
