//! Interpolation between two tensors.

use super::prelude::*;

impl Tensor {
    /// x + weight (end - x): x where the weight is 0, `end` where it is 1, both exactly. The weight is a number or a tensor; all
    /// broadcast.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0].lerp(&tensor![3.0], 0.25).item(), 1.5);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn lerp(&self, end: &Tensor, weight: impl Operand) -> Tensor {
        check_float("lerp", self);
        let weight = operand("lerp", self, weight.operand());
        let (x, end) = broadcast("lerp", self, end);
        let (x, weight) = broadcast("lerp", &x, &weight);
        let way = &*end - &*x;
        // From the nearer end, which is met without rounding: end - (1 - weight) (end - x) is the same.
        let near = weight.abs().lt(0.5);
        near.where_cond(&*x, &*end) + near.where_cond(&*weight, &*weight - 1) * way
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "lerp",
    group: Group::Arithmetic,
    types: Types::Floats,
    formula: "x + w (y - x)",
    derivative: "g (1 - w) to x, g w to y, g (y - x) to w",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new(
                "plain",
                [spread([2, 3], -2.0, 2.0), spread([2, 3], 3.0, -1.0), spread([2, 3], 0.0, 1.0)],
                |x| x[0].lerp(&x[1], &x[2]),
            ),
            Sample::new("a number", [spread([2, 1], -2.0, 2.0), spread([3], 3.0, -1.0)], |x| x[0].lerp(&x[1], 0.3)),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], 3.0, -1.0)], |x| x[0].lerp(&x[1], 0.3)),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([1], 3.0, -1.0)], |x| x[0].lerp(&x[1], 0.3)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).lerp(&Tensor::zeros([3]), 0.5), "lerp: shapes [2] and [3] do not broadcast"),
            misuse!(Tensor::arange(0, 2).lerp(&Tensor::arange(0, 2), 1), "lerp: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_met_without_rounding() {
        let (x, end) = (Tensor::from([1e16, 0.1]), Tensor::from([1.0, 0.7]));
        assert_eq!(x.lerp(&end, 0.0).to_vec::<f64>().unwrap(), x.to_vec::<f64>().unwrap());
        assert_eq!(x.lerp(&end, 1.0).to_vec::<f64>().unwrap(), end.to_vec::<f64>().unwrap());
    }
}
