//! Two axes exchanged.

use super::permute::permute;
use super::prelude::*;

#[track_caller]
fn exchange(x: &Tensor, a: usize, b: usize) -> Tensor {
    let mut order: Dims = (0..x.ndim()).collect();
    order.swap(a, b);
    permute(x, order)
}

impl Tensor {
    /// Exchanges two axes; without a copy.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).transpose(0, -1).shape(), [4, 3, 2]);
    /// ```
    ///
    /// # Panics
    /// If an axis does not exist.
    #[must_use]
    #[track_caller]
    #[doc(alias = "swapaxes")]
    pub fn transpose(&self, a: isize, b: isize) -> Tensor {
        let shape = self.shape();
        exchange(self, axes::axis("transpose", shape, a), axes::axis("transpose", shape, b))
    }

    /// The transpose of a matrix; without a copy.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1, 2], [3, 4]];
    /// assert_eq!(x.t().to_vec::<i64>().unwrap(), [1, 3, 2, 4]);
    /// ```
    ///
    /// # Panics
    /// If there are not two axes.
    #[must_use]
    #[track_caller]
    pub fn t(&self) -> Tensor {
        if self.ndim() != 2 {
            fail!("transpose: t() is for two axes, this tensor is {:?}; name the axes: transpose(a, b)", self.shape());
        }
        exchange(self, 0, 1)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "transpose",
    group: Group::Shape,
    types: Types::Any,
    formula: "x with two axes exchanged",
    derivative: "g with the axes exchanged back",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].transpose(0, -1)),
            Sample::new("matrix", [spread([2, 3], -2.0, 2.0)], |x| x[0].t()),
            Sample::new("an axis with itself", [spread([2, 3], -2.0, 2.0)], |x| x[0].transpose(1, 1)),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].t()),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].t()),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 3]).transpose(0, 2),
                "transpose: axis 2 does not exist in [2, 3], which has 2 axes"
            ),
            misuse!(Tensor::zeros([2, 3, 4]).t(), "transpose: t() is for two axes, this tensor is [2, 3, 4]"),
        ]
    },
    kinks: no_kinks,
};
