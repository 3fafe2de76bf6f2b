//! The smaller of two.

use super::maximum::choose;
use super::prelude::*;
use kernels::reduce::Extreme;

impl Tensor {
    /// The smaller of each element and the other's, which broadcasts; NaN where either is NaN. Where they are equal, each gets
    /// half of the gradient.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 2.0, 3.0].minimum(2).to_vec::<f32>().unwrap(), [1.0, 2.0, 2.0]);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn minimum(&self, other: impl Operand) -> Tensor {
        choose("minimum", Extreme::Min, self, other.operand())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "minimum",
    group: Group::Arithmetic,
    types: Types::Numbers,
    formula: "min(x, y)",
    derivative: "g to the smaller, half each where they are equal",
    kind: Derivative::Linear,
    samples: || {
        let call = |x: &[Tensor]| x[0].minimum(&x[1]);
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0), spread([2, 3], 1.5, -2.5)], call),
            Sample::new("broadcast", [spread([2, 1, 3], -2.0, 2.0), spread([4, 1], 0.9, -0.9)], call),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], -1.0, 3.0)], call),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0), spread([2], -1.0, 3.0)], call),
            Sample::new("scalar", [spread([2, 3], -2.0, 2.0)], |x| x[0].minimum(0.1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).minimum(Tensor::zeros([4])), "minimum: shapes [2, 3] and [4]"),
            misuse!(Tensor::arange(0, 2).minimum(0.5), "minimum: 0.5 is a float and the tensor i64"),
            misuse!(crate::tensor![true].minimum(crate::tensor![true]), "minimum: not defined for bool"),
        ]
    },
    kinks: || {
        vec![
            Kink {
                label: "tie",
                inputs: vec![Tensor::from([1.0, 2.0]), Tensor::from([1.0, 3.0])],
                call: |x| x[0].minimum(&x[1]),
                gradients: vec![vec![0.5, 1.0], vec![0.5, 0.0]],
            },
            Kink {
                label: "tie with a number",
                inputs: vec![Tensor::from([1.0, 2.0])],
                call: |x| x[0].minimum(1),
                gradients: vec![vec![0.5, 0.0]],
            },
        ]
    },
};
