//! The coordinates of a grid.

use std::panic::Location;

use super::prelude::*;
use crate::scope;

impl Tensor {
    /// For one tensor of coordinates per axis, the coordinate of each point of their grid, one tensor per axis: axis k of the grid
    /// follows the k-th tensor (PyTorch's and NumPy's `indexing="ij"`).
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(Tensor::meshgrid(&[tensor![1, 2], tensor![3, 4, 5]])[1].shape(), [2, 3]);
    /// ```
    ///
    /// # Panics
    /// If a tensor has more than one axis.
    #[must_use]
    #[track_caller]
    pub fn meshgrid(coordinates: &[Tensor]) -> Vec<Tensor> {
        if let Some(x) = coordinates.iter().find(|x| x.ndim() > 1) {
            fail!("meshgrid: coordinates {:?}, expected one axis", x.shape());
        }
        let shape: Vec<usize> = coordinates.iter().map(Tensor::numel).collect();
        let along = |(k, x): (usize, &Tensor)| {
            let mut thin = vec![1; shape.len()];
            thin[k] = -1;
            x.reshape(thin).broadcast_to(&shape)
        };
        scope::library(Location::caller(), || coordinates.iter().enumerate().map(along).collect())
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "meshgrid",
    group: Group::Shape,
    types: Types::Any,
    formula: "y_k[i] = x_k[i_k]",
    derivative: "the sum of g over the other axes",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::multi("plain", [spread([2], -2.0, 2.0), spread([3], -2.0, 2.0)], Tensor::meshgrid),
            Sample::multi("size 1", [spread([1], -2.0, 2.0), spread([2], -2.0, 2.0)], Tensor::meshgrid),
            Sample::multi("size 0", [spread([0], -2.0, 2.0), spread([2], -2.0, 2.0)], Tensor::meshgrid),
        ]
    },
    errors: || {
        vec![misuse!(Tensor::meshgrid(&[Tensor::zeros([2, 2])]), "meshgrid: coordinates [2, 2], expected one axis")]
    },
    kinks: no_kinks,
};
