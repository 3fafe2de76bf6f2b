//! The cross-entropy of probabilities of two classes.

use super::prelude::*;
use crate::reduction::{Reduce, Reduction};

/// Each element's loss. An op, since at 0 and 1 the derivatives of the clamped logarithms would be 0 times infinity.
#[derive(Debug)]
struct BinaryCrossEntropy;

/// log x, at least -100, which keeps losses finite.
fn clamped_log(x: &Tensor) -> Tensor {
    x.log().clamp(-100.0, f64::INFINITY)
}

impl Op for BinaryCrossEntropy {
    fn name(&self) -> &'static str {
        "binary_cross_entropy"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (x, target) = (inputs[0], inputs[1]);
        smallvec![-(target * clamped_log(x) + (1 - target) * clamped_log(&(1 - x)))]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (x, target, g) = (ctx.input(0), ctx.input(1), ctx.g());
        let by_x = ctx.needs(0).then(|| g * (&x - &target) / ((1 - &x) * &x).maximum(1e-12));
        let by_target = ctx.needs(1).then(|| g * (clamped_log(&(1 - &x)) - clamped_log(&x)));
        smallvec![by_x, by_target]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// The mean of -(y log x + (1 - y) log(1 - x)), x being these probabilities of class 1 and y the target's. Logarithms count
    /// as at least -100. [`Tensor::binary_cross_entropy_with_logits`] is more exact.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let loss = tensor![0.5].binary_cross_entropy(&tensor![1.0]);
    /// assert_eq!(loss.item() as f32, std::f32::consts::LN_2);
    /// ```
    ///
    /// # Panics
    /// If shapes or types differ, the tensors are not f32 or f64, or a probability is not between 0 and 1.
    #[must_use]
    #[track_caller]
    pub fn binary_cross_entropy(&self, target: &Tensor) -> Tensor {
        self.binary_cross_entropy_with(target, None, Reduction::Mean)
    }

    /// As [`Tensor::binary_cross_entropy`], each element's loss times a weight, which broadcasts, and with a reduction.
    ///
    /// # Panics
    /// As [`Tensor::binary_cross_entropy`]; if the weight does not broadcast.
    #[must_use]
    #[track_caller]
    pub fn binary_cross_entropy_with(&self, target: &Tensor, weight: Option<&Tensor>, reduction: Reduction) -> Tensor {
        check_alike("binary_cross_entropy", self, target);
        let x = self.untracked();
        let outside = x.lt(0).logical_or(&x.gt(1));
        if reduce::count_true(&outside.value()) > 0 {
            fail!("binary_cross_entropy: probabilities from {} to {}, expected 0 to 1", x.min().item(), x.max().item());
        }
        let losses = BinaryCrossEntropy.apply(&[self, target]);
        reduction.of(match weight {
            Some(weight) => losses * weight,
            None => losses,
        })
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "binary_cross_entropy",
    group: Group::Loss,
    types: Types::Floats,
    formula: "-(y log x + (1 - y) log(1 - x)), reduced",
    derivative: "g (x - y) / (x (1 - x)) to x, g (log(1 - x) - log x) to y",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], 0.1, 0.9), spread([2, 3], 0.0, 1.0)], |x| {
                x[0].binary_cross_entropy(&x[1])
            }),
            Sample::new("weighted", [spread([2, 3], 0.1, 0.9), spread([2, 3], 0.0, 1.0), spread([3], 0.5, 2.0)], |x| {
                x[0].binary_cross_entropy_with(&x[1], Some(&x[2]), Reduction::None)
            }),
            Sample::new("size 1", [spread([1], 0.1, 0.9), spread([1], 0.0, 1.0)], |x| x[0].binary_cross_entropy(&x[1])),
            Sample::new("size 0", [spread([0], 0.1, 0.9), spread([0], 0.0, 1.0)], |x| {
                x[0].binary_cross_entropy_with(&x[1], None, Reduction::Sum)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::full([1], 2.0).binary_cross_entropy(&Tensor::ones([1])),
                "binary_cross_entropy: probabilities"
            ),
            misuse!(
                Tensor::zeros([2]).binary_cross_entropy(&Tensor::zeros([3])),
                "binary_cross_entropy: prediction [2]"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "sure and right",
            inputs: vec![Tensor::from([0.0, 1.0]), Tensor::from([0.0, 1.0])],
            call: |x| x[0].binary_cross_entropy(&x[1]),
            gradients: vec![vec![0.0, 0.0], vec![50.0, -50.0]],
        }]
    },
};
