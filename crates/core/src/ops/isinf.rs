//! Whether x is infinite.

use super::prelude::*;

impl Tensor {
    /// Whether each element is infinite, of either sign.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![f64::NAN, f64::NEG_INFINITY].isinf().to_vec::<bool>().unwrap(), [false, true]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn isinf(&self) -> Tensor {
        observe::unrecorded("isinf", &[self], Tensor::constant(elementwise::test_each(&self.value(), f64::is_infinite)))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "isinf",
    group: Group::Comparison,
    types: Types::Any,
    formula: "whether x is infinite",
    derivative: "none: truth values",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [Tensor::from([[f64::NAN, 1.0], [f64::INFINITY, -0.0]])], |x| x[0].isinf()),
            Sample::new("size 1", [spread([], -2.0, 2.0)], |x| x[0].isinf()),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].isinf()),
        ]
    },
    errors: || no_errors(),
    kinks: no_kinks,
};
