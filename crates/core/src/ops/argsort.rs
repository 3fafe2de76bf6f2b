//! The order of the elements along an axis.

use super::prelude::*;

impl Tensor {
    /// The i64 indices along an axis that put its elements in ascending or descending order. Equal elements keep their order;
    /// NaN comes last either way.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![2.0, 3.0, 1.0].argsort(0, false).to_vec::<i64>().unwrap(), [2, 0, 1]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    #[track_caller]
    pub fn argsort(&self, axis: isize, descending: bool) -> Tensor {
        let axis = axes::axis("argsort", self.shape(), axis);
        let x = self.value();
        let places = kernels::sort::first_in_order(&x, axis, x.shape()[axis], descending).1;
        observe::unrecorded("argsort", &[self], Tensor::constant(places))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "argsort",
    group: Group::Indexing,
    types: Types::Any,
    formula: "the indices that put x in order along an axis",
    derivative: "none: indices",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 5], -2.0, 2.0)], |x| x[0].argsort(1, false)),
            Sample::new("descending", [spread([5, 2], -2.0, 2.0)], |x| x[0].argsort(0, true)),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].argsort(0, false)),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].argsort(0, false)),
        ]
    },
    errors: || {
        vec![misuse!(Tensor::zeros([3]).argsort(1, false), "argsort: axis 1 does not exist in [3], which has 1 axes")]
    },
    kinks: no_kinks,
};
