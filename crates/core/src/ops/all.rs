//! Whether all are true.

use super::prelude::*;

/// Whether all over the axes are `wanted`.
#[track_caller]
pub(crate) fn all_are(op: &str, wanted: bool, x: &Tensor, axes: Axes, keepdim: bool) -> Array {
    if x.dtype() != DType::Bool {
        fail!("{op}: not defined for {}; compare first", x.dtype());
    }
    let axes = axes.resolve(op, x.shape());
    let flags = reduce::all_are(wanted, &x.value(), &axes);
    view::reshape(&flags, &axes::reduced(x.shape(), &axes, keepdim))
}

#[track_caller]
fn all(x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    observe::unrecorded("all", &[x], Tensor::constant(all_are("all", true, x, axes, keepdim)))
}

impl Tensor {
    /// Whether all are true, as a bool tensor without axes; of none, true.
    ///
    /// # Panics
    /// If the tensor is not bool.
    #[must_use]
    #[track_caller]
    pub fn all(&self) -> Tensor {
        all(self, Axes::from(..), false)
    }

    /// Whether all are true over some axes, which the result lacks.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[true, false], [true, true]].all_dim(1).to_vec::<bool>().unwrap(), [false, true]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not bool, or an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn all_dim(&self, axes: impl Into<Axes>) -> Tensor {
        all(self, axes.into(), false)
    }

    /// As [`Tensor::all_dim`], but the axes stay with length 1.
    ///
    /// # Panics
    /// As [`Tensor::all_dim`].
    #[must_use]
    #[track_caller]
    pub fn all_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        all(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "all",
    group: Group::Comparison,
    types: Types::Any,
    formula: "whether all are true over axes",
    derivative: "none: truth values",
    kind: Derivative::None,
    samples: || {
        let x = || crate::tensor![[true, false, true], [true, true, true]];
        vec![
            Sample::new("all axes", [x()], |x| x[0].all()),
            Sample::new("one axis", [x()], |x| x[0].all_dim(-1)),
            Sample::new("kept", [x()], |x| x[0].all_keepdim(0)),
            Sample::new("size 1", [crate::tensor![true]], |x| x[0].all_dim(0)),
            Sample::new("size 0", [Tensor::from(Vec::<bool>::new())], |x| x[0].all()),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2]).all(), "all: not defined for f32"),
            misuse!(crate::tensor![true].all_dim(1), "all: axis 1 does not exist in [1], which has 1 axes"),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nothing_all_are_true_and_none_is() {
        let none = Tensor::from(Vec::<bool>::new());
        assert_eq!((none.all().item(), none.any().item()), (1.0, 0.0));
    }
}
