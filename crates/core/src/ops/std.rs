//! Standard deviations over axes: the root of the variance.

use super::prelude::*;
use super::var_mean::var_mean;

/// The square root with derivative 0, of any order, at 0: there the argument is replaced before the root is taken, since an
/// infinite slope times 0 would be NaN.
#[track_caller]
pub(crate) fn flat_root(x: &Tensor) -> Tensor {
    let flat = x.eq(0);
    if reduce::count_true(&flat.value()) == 0 {
        return x.sqrt();
    }
    flat.where_cond(0, flat.where_cond(1, x).sqrt())
}

#[track_caller]
fn std(x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    flat_root(&var_mean("std", x, &axes, keepdim).0)
}

impl Tensor {
    /// The standard deviation, the root of the unbiased variance, of all elements, as a tensor without axes. Of fewer than two, NaN. Of
    /// equal elements it is 0, with gradient 0.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// assert_eq!(tensor![1.0, 3.0, 5.0].std().item(), 2.0);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64.
    #[must_use]
    #[track_caller]
    pub fn std(&self) -> Tensor {
        std(self, Axes::from(..), false)
    }

    /// The standard deviation, the root of the unbiased variance, over some axes, which the result lacks.
    ///
    /// # Panics
    /// If the tensor is not f32 or f64, or an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn std_dim(&self, axes: impl Into<Axes>) -> Tensor {
        std(self, axes.into(), false)
    }

    /// The standard deviation, the root of the unbiased variance, over some axes, which the result keeps with length 1.
    ///
    /// # Panics
    /// As [`Tensor::std_dim`].
    #[must_use]
    #[track_caller]
    pub fn std_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        std(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "std",
    group: Group::Reduction,
    types: Types::Floats,
    formula: "root of the variance of x over axes",
    derivative: "g (x - mean) / ((number - 1) std)",
    kind: Derivative::Curved,
    samples: || {
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].std()),
            Sample::new("one axis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].std_dim(1)),
            Sample::new("apart", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].std_dim([0, -1])),
            Sample::new("kept", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].std_keepdim([0, 1])),
            Sample::new("size 1", [spread([2, 1], -2.0, 2.0)], |x| x[0].std_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].std_dim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).std_dim(2), "std: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(Tensor::zeros([2, 3]).std_dim([1, -1]), "std: axis 1 of [2, 3] is named twice"),
            misuse!(Tensor::arange(0, 3).std(), "std: not defined for i64"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "constant",
            inputs: vec![Tensor::from([2.0, 2.0, 2.0])],
            call: |x| x[0].std(),
            gradients: vec![vec![0.0, 0.0, 0.0]],
        }]
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_element_it_is_nan() {
        assert!(Tensor::from([3.0]).std().item().is_nan());
        assert!(Tensor::from([3.0]).var().item().is_nan());
        assert!(Tensor::zeros([0]).var().item().is_nan());
    }

    #[test]
    fn second_derivatives_of_a_constant_are_zero_beside_a_curved_row() {
        let x = Tensor::from([[2.0, 2.0], [1.0, 4.0]]).requires_grad();
        let first = crate::Grad::of(&[&x.std_dim(1).sum()]).wrt(&[&x]).create_graph().run().remove(0);
        let second = crate::grad(&[&first.square().sum()], &[&x]).remove(0).to_vec::<f64>().unwrap();
        assert_eq!(second[..2], [0.0, 0.0]);
        assert!(second[2..].iter().all(|v| v.is_finite()));
    }
}
