//! Whether x is neither NaN nor infinite.

use super::prelude::*;

impl Tensor {
    /// Whether each element is neither NaN nor infinite.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![f64::NAN, f64::INFINITY, 1.0];
    /// assert_eq!(x.isfinite().to_vec::<bool>().unwrap(), [false, false, true]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn isfinite(&self) -> Tensor {
        observe::unrecorded(
            "isfinite",
            &[self],
            Tensor::constant(elementwise::test_each(&self.value(), |v| v.is_finite())),
        )
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "isfinite",
    group: Group::Comparison,
    types: Types::Any,
    formula: "whether x is neither NaN nor infinite",
    derivative: "none: truth values",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [Tensor::from([[f64::NAN, 1.0], [f64::INFINITY, -0.0]])], |x| x[0].isfinite()),
            Sample::new("size 1", [spread([], -2.0, 2.0)], |x| x[0].isfinite()),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].isfinite()),
        ]
    },
    errors: no_errors,
    kinks: no_kinks,
};
