//! Products of tensors whose axes have labels: what `einsum`, `tensordot` and `bilinear` have in common.
//!
//! Of two tensors, the axes that both have and that are summed over become the inner dimension of one batched matrix product, the
//! kept axes that both have its batch, the others its rows and columns. So nothing of the size of the full product is ever made,
//! and where strides allow, nothing is copied.

use crate::ops::matmul::product;
use crate::ops::permute::permute;
use crate::ops::reshape::reshape;
use crate::tensor::Tensor;
use tapegrad_kernels::Dims;

/// A tensor and a label for each of its axes, all different.
#[derive(Clone, Debug)]
pub(crate) struct Labelled {
    pub(crate) tensor: Tensor,
    pub(crate) labels: Dims,
}

impl Labelled {
    pub(crate) fn new(tensor: Tensor, labels: &[usize]) -> Self {
        Labelled { tensor, labels: Dims::from_slice(labels) }
    }

    pub(crate) fn has(&self, label: usize) -> bool {
        self.labels.contains(&label)
    }

    /// The length of the axis with a label that is there.
    fn length(&self, label: usize) -> usize {
        let axis = self.labels.iter().position(|&l| l == label);
        self.tensor.shape()[axis.expect("the label is there")]
    }

    /// The labels with their lengths.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = (usize, usize)> {
        self.labels.iter().copied().zip(self.tensor.shape().iter().copied())
    }

    /// Summed over the axes that are not kept.
    #[track_caller]
    pub(crate) fn keep(self, kept: impl Fn(usize) -> bool) -> Self {
        let gone: Vec<isize> = (0..).zip(&self.labels).filter(|(_, label)| !kept(**label)).map(|(a, _)| a).collect();
        if gone.is_empty() {
            return self;
        }
        let labels = self.labels.iter().copied().filter(|&label| kept(label)).collect();
        Labelled { tensor: self.tensor.sum_dim(&gone[..]), labels }
    }

    /// With the axes in the order of `labels`, which names each of them once.
    #[track_caller]
    pub(crate) fn ordered(&self, labels: impl IntoIterator<Item = usize>) -> Tensor {
        let place = |label| self.labels.iter().position(|&l| l == label);
        permute(&self.tensor, labels.into_iter().filter_map(place).collect())
    }

    /// As matrices along the last two axes, for each place of the batch.
    #[track_caller]
    fn matrices(&self, batch: &[usize], rows: &[usize], columns: &[usize]) -> Tensor {
        let mut shape: Dims = batch.iter().map(|&label| self.length(label)).collect();
        for labels in [rows, columns] {
            shape.push(labels.iter().map(|&label| self.length(label)).product());
        }
        reshape(&self.ordered([batch, rows, columns].into_iter().flatten().copied()), &shape)
    }

    /// With axes of length 1 for the labels that are not there.
    #[track_caller]
    fn spread_over(&self, labels: &[usize]) -> Tensor {
        let length = |&label: &usize| if self.has(label) { self.length(label) } else { 1 };
        reshape(&self.ordered(labels.iter().copied()), &labels.iter().map(length).collect::<Dims>())
    }
}

/// The product, summed over the labels that both have and that are not kept. A label that one alone has is kept.
#[track_caller]
pub(crate) fn contract(x: &Labelled, y: &Labelled, kept: impl Fn(usize) -> bool) -> Labelled {
    let (shared, rows): (Dims, Dims) = x.labels.iter().copied().partition(|&label| y.has(label));
    let (batch, inner): (Dims, Dims) = shared.into_iter().partition(|&label| kept(label));
    let columns: Dims = y.labels.iter().copied().filter(|&label| !x.has(label)).collect();
    let labels: Dims = [&batch[..], &rows, &columns].concat().into();
    if inner.is_empty() {
        return Labelled { tensor: x.spread_over(&labels) * y.spread_over(&labels), labels };
    }
    let length = |&label: &usize| if x.has(label) { x.length(label) } else { y.length(label) };
    let shape: Dims = labels.iter().map(length).collect();
    let product = product(&x.matrices(&batch, &rows, &inner), false, &y.matrices(&batch, &inner, &columns), false);
    Labelled { tensor: reshape(&product, &shape), labels }
}
