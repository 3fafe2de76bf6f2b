//! A scaled product, added.

use super::prelude::*;

impl Tensor {
    /// x + value (a * b). All broadcast.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0].addcmul(&tensor![6.0], &tensor![2.0], 0.5).item(), 7.0);
    /// ```
    ///
    /// # Panics
    /// If shapes do not broadcast, types differ, or the tensors are not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn addcmul(&self, a: &Tensor, b: &Tensor, value: f64) -> Tensor {
        check_float("addcmul", self);
        let (a, b) = broadcast("addcmul", a, b);
        let scaled = (&*a * &*b) * value;
        let (x, scaled) = broadcast("addcmul", self, &scaled);
        &*x + &*scaled
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "addcmul",
    group: Group::Arithmetic,
    types: Types::Floats,
    formula: "x + v a * b",
    derivative: "g to x, g v b to a, g v a to b",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new(
                "plain",
                [spread([2, 3], -2.0, 2.0), spread([2, 3], 3.0, -1.0), spread([2, 3], 0.5, 1.5)],
                |x| x[0].addcmul(&x[1], &x[2], 0.7),
            ),
            Sample::new("broadcast", [spread([2, 1], -2.0, 2.0), spread([3], 3.0, -1.0), spread([], 0.5, 1.5)], |x| {
                x[0].addcmul(&x[1], &x[2], -2.0)
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([1], 3.0, -1.0), spread([1], 0.5, 1.5)], |x| {
                x[0].addcmul(&x[1], &x[2], 1.0)
            }),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([1], 3.0, -1.0), spread([1], 0.5, 1.5)], |x| {
                x[0].addcmul(&x[1], &x[2], 1.0)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2]).addcmul(&Tensor::ones([3]), &Tensor::ones([3]), 1.0),
                "addcmul: shapes [2] and [3]"
            ),
            misuse!(
                Tensor::arange(0, 2).addcmul(&Tensor::ones([2]), &Tensor::ones([2]), 1.0),
                "addcmul: not defined for i64"
            ),
        ]
    },
    kinks: no_kinks,
};
