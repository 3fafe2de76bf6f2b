//! Whether at least one is true.

use super::all::all_are;
use super::prelude::*;

/// Not all are false.
#[track_caller]
fn any(x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    let any = Tensor::constant(all_are("any", false, x, axes, keepdim)).logical_not();
    observe::unrecorded("any", &[x], any)
}

impl Tensor {
    /// Whether at least one is true, as a bool tensor without axes; of none, false.
    ///
    /// # Panics
    /// If the tensor is not bool.
    #[must_use]
    #[track_caller]
    pub fn any(&self) -> Tensor {
        any(self, Axes::from(..), false)
    }

    /// Whether at least one is true over some axes, which the result lacks.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[false, false], [true, false]].any_dim(1).to_vec::<bool>().unwrap(), [false, true]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not bool, or an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn any_dim(&self, axes: impl Into<Axes>) -> Tensor {
        any(self, axes.into(), false)
    }

    /// As [`Tensor::any_dim`], but the axes stay with length 1.
    ///
    /// # Panics
    /// As [`Tensor::any_dim`].
    #[must_use]
    #[track_caller]
    pub fn any_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        any(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "any",
    group: Group::Comparison,
    types: Types::Any,
    formula: "whether at least one is true over axes",
    derivative: "none: truth values",
    kind: Derivative::None,
    samples: || {
        let x = || crate::tensor![[true, false, true], [true, true, true]];
        vec![
            Sample::new("all axes", [x()], |x| x[0].any()),
            Sample::new("one axis", [x()], |x| x[0].any_dim(-1)),
            Sample::new("kept", [x()], |x| x[0].any_keepdim(0)),
            Sample::new("size 1", [crate::tensor![true]], |x| x[0].any_dim(0)),
            Sample::new("size 0", [Tensor::from(Vec::<bool>::new())], |x| x[0].any()),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).any(), "any: not defined for f32"),
            misuse!(crate::tensor![true].any_dim(1), "any: axis 1 does not exist in [1], which has 1 axes"),
        ]
    },
    kinks: no_kinks,
};
