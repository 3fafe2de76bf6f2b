//! Whether all are true.

use super::prelude::*;

/// A test of how many of the elements over the axes are true, and of how many there are.
#[track_caller]
pub(crate) fn truths(op: &str, x: &Tensor, axes: Axes, keepdim: bool, test: fn(usize, usize) -> bool) -> Tensor {
    if x.dtype() != DType::Bool {
        fail!("{op}: not defined for {}; compare first", x.dtype());
    }
    let axes = axes.resolve(op, x.shape());
    let len = axes.iter().map(|&a| x.shape()[a]).product();
    let counts = reduce::sum(&elementwise::cast(&x.value(), DType::I64), &axes);
    let flags = elementwise::test_each(&counts, |count| test(count as usize, len));
    Tensor::constant(view::reshape(&flags, &axes::reduced(x.shape(), &axes, keepdim)))
}

impl Tensor {
    /// Whether all are true, as a bool tensor without axes; of none, true.
    ///
    /// # Panics
    /// If the tensor is not bool.
    #[must_use]
    #[track_caller]
    pub fn all(&self) -> Tensor {
        truths("all", self, Axes::from(..), false, |n, len| n == len)
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
        truths("all", self, axes.into(), false, |n, len| n == len)
    }

    /// As [`Tensor::all_dim`], but the axes stay with length 1.
    ///
    /// # Panics
    /// As [`Tensor::all_dim`].
    #[must_use]
    #[track_caller]
    pub fn all_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        truths("all", self, axes.into(), true, |n, len| n == len)
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
