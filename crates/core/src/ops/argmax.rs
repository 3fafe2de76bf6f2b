//! The place of the largest element.

use super::prelude::*;
use kernels::reduce::Extreme;

/// Places have no gradient, so nothing is recorded.
#[track_caller]
pub(crate) fn place(op: &str, which: Extreme, x: &Tensor, axes: &Axes) -> Tensor {
    check_number(op, x);
    let axes = axes.resolve(op, x.shape());
    super::amax::check_any(op, x, &axes);
    observe::unrecorded(op, &[x], Tensor::constant(reduce::extreme_with_index(which, &x.value(), &axes).1))
}

impl Tensor {
    /// The place of the largest of all elements in row-major order (i64); the lowest for ties, that of the first NaN if there
    /// is one.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[1.0, 2.0], [3.0, 3.0]].argmax().item(), 2.0);
    /// ```
    ///
    /// # Panics
    /// If there are no elements, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn argmax(&self) -> Tensor {
        place("argmax", Extreme::Max, self, &Axes::from(..))
    }

    /// The index of the largest element along one axis, which the result lacks; ties and NaN as in [`Tensor::argmax`].
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![[1.0, 2.0], [3.0, 0.0]].argmax_dim(-1).to_vec::<i64>().unwrap(), [1, 0]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist or has length 0, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn argmax_dim(&self, axis: isize) -> Tensor {
        place("argmax", Extreme::Max, self, &Axes::from(axis))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "argmax",
    group: Group::Reduction,
    types: Types::Numbers,
    formula: "the place of the largest of x",
    derivative: "none: integers",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].argmax()),
            Sample::new("one axis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].argmax_dim(1)),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].argmax_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].argmax_dim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([0]).argmax(), "argmax: [0] has no elements along axes [0]"),
            misuse!(Tensor::zeros([2, 3]).argmax_dim(2), "argmax: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(crate::tensor![true].argmax(), "argmax: not defined for bool"),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_nan_is_found_also_far_behind() {
        let mut x = spread([5000], -2.0, 2.0).to_vec::<f64>().unwrap();
        (x[4001], x[4700]) = (f64::NAN, f64::NAN);
        let x = Tensor::from(x);
        assert_eq!((x.argmax().item(), x.argmin().item()), (4001.0, 4001.0));
    }
}
