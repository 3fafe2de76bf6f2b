//! The whole tensor several times.

use super::prelude::*;

impl Tensor {
    /// The whole tensor as many times along each axis as `counts` says; counts beyond the axes stand for new ones in front.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(tensor![1, 2].repeat([2, 2]).to_vec::<i64>().unwrap(), [1, 2, 1, 2, 1, 2, 1, 2]);
    /// ```
    ///
    /// # Panics
    /// If there are fewer counts than axes.
    #[must_use]
    #[track_caller]
    pub fn repeat(&self, counts: impl AsRef<[usize]>) -> Tensor {
        let counts = counts.as_ref();
        let Some(lead) = counts.len().checked_sub(self.ndim()) else {
            fail!("repeat: {} counts for the {} axes of {:?}", counts.len(), self.ndim(), self.shape());
        };
        let lengths = (0..counts.len()).map(|k| if k < lead { 1 } else { self.shape()[k - lead] });
        // Each axis becomes two, of which the first is repeated by stride 0.
        let thin: Dims = lengths.clone().flat_map(|n| [1, n]).collect();
        let wide: Dims = lengths.clone().zip(counts).flat_map(|(n, &count)| [count, n]).collect();
        let joined: Dims = lengths.zip(counts).map(|(n, &count)| n * count).collect();
        let repeated = super::reshape::reshape(self, &thin).broadcast_to(&wide);
        super::reshape::reshape(&repeated, &joined)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "repeat",
    group: Group::Shape,
    types: Types::Any,
    formula: "y[i] = x[i mod n]",
    derivative: "the sum of g over the repetitions",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].repeat([2, 2])),
            Sample::new("new axes", [spread([2], -2.0, 2.0)], |x| x[0].repeat([3, 1, 2])),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].repeat([3])),
            Sample::new("size 0", [spread([2], -2.0, 2.0)], |x| x[0].repeat([0])),
        ]
    },
    errors: || vec![misuse!(Tensor::zeros([2, 3]).repeat([2]), "repeat: 1 counts for the 2 axes of [2, 3]")],
    kinks: no_kinks,
};
