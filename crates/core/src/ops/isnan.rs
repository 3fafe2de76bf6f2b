//! Whether x is not a number.

use super::prelude::*;

impl Tensor {
    /// Whether each element is not a number.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![f64::NAN, f64::INFINITY, 1.0];
    /// assert_eq!(x.isnan().to_vec::<bool>().unwrap(), [true, false, false]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn isnan(&self) -> Tensor {
        observe::unrecorded("isnan", &[self], Tensor::constant(elementwise::test_each(&self.value(), |v| v.is_nan())))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "isnan",
    group: Group::Comparison,
    types: Types::Any,
    formula: "whether x is not a number",
    derivative: "none: truth values",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [Tensor::from([[f64::NAN, 1.0], [f64::INFINITY, -0.0]])], |x| x[0].isnan()),
            Sample::new("size 1", [spread([], -2.0, 2.0)], |x| x[0].isnan()),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].isnan()),
        ]
    },
    errors: no_errors,
    kinks: no_kinks,
};
