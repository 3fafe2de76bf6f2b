//! The quotient, rounded down.

use super::prelude::*;

impl Tensor {
    /// floor(x / y); NaN where x is infinite. There is no derivative: nothing is recorded.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![-7, 7].floor_divide(2).to_vec::<i64>().unwrap(), [-4, 3]);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, the tensors are bool, or an integer is divided by zero.
    #[must_use]
    #[track_caller]
    pub fn floor_divide(&self, divisor: impl Operand) -> Tensor {
        let divisor = operand("floor_divide", self, divisor.operand());
        super::pointwise::divisible("floor_divide", self, &divisor);
        let inputs = [self, &*divisor];
        let [x, y] = inputs.map(Tensor::untracked);
        let (x, y) = broadcast("floor_divide", &x, &y);
        observe::unrecorded("floor_divide", &inputs, zip(math::FloorDivide, &x, &y).remove(0))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "floor_divide",
    group: Group::Arithmetic,
    types: Types::Numbers,
    formula: "floor(x / y)",
    derivative: "none",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -6.0, 6.1), spread([2, 3], 1.1, 2.3)], |x| x[0].floor_divide(&x[1])),
            Sample::new("broadcast", [spread([2, 1], -6.0, 6.1), spread([3], 1.1, 2.3)], |x| x[0].floor_divide(&x[1])),
            Sample::new("size 1", [spread([1], -6.0, 6.1)], |x| x[0].floor_divide(2)),
            Sample::new("size 0", [spread([0], -6.0, 6.1)], |x| x[0].floor_divide(2)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::arange(0, 2).floor_divide(0), "floor_divide: division of an integer by zero"),
            misuse!(Tensor::zeros([2]).floor_divide(Tensor::zeros([3])), "floor_divide: shapes [2] and [3]"),
        ]
    },
    kinks: no_kinks,
};
