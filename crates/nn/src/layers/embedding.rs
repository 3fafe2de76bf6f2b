//! Vectors for numbers: a table whose rows are learned.

use crate::{Forward, Init, Module, Param};
use tapegrad_core::{Tensor, fail};

/// The rows of a table that an i64 tensor names. See [`Tensor::embedding`].
///
/// ```
/// use tapegrad_core::tensor;
/// use tapegrad_nn::{Embedding, Forward};
/// let layer = Embedding::new(10, 4).padding_idx(0);
/// let y = layer.call(&tensor![[1, 2, 0]]);
/// assert_eq!(y.shape(), [1, 3, 4]);
/// assert_eq!(y.i((0, 2)).abs().sum().item(), 0.0);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct Embedding {
    /// `[rows, width]`, normal at first.
    pub weight: Param,
    /// The row that stands for padding: it starts as zeros and does not learn.
    pub padding_idx: Option<usize>,
}

impl Embedding {
    /// Of `rows` things, `width` numbers each.
    ///
    /// # Panics
    /// If the table does not fit the address space.
    #[track_caller]
    pub fn new(rows: usize, width: usize) -> Self {
        Embedding { weight: normal(rows, width), padding_idx: None }
    }

    /// The row that stands for padding. It becomes zeros.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    #[track_caller]
    pub fn padding_idx(self, row: usize) -> Self {
        let rows = self.weight.shape()[0];
        if row >= rows {
            fail!("Embedding: padding_idx {row} names none of {rows} rows");
        }
        let is_row = Tensor::arange(0, rows as i64).eq(row).unsqueeze(1);
        self.weight.update(|value| value.masked_fill(&is_row, 0));
        Embedding { padding_idx: Some(row), ..self }
    }
}

/// A table with normal numbers.
#[track_caller]
pub(crate) fn normal(rows: usize, width: usize) -> Param {
    let weight = Param::new(Tensor::zeros([rows, width]));
    Init::Normal { mean: 0.0, std: 1.0 }.fill(&weight);
    weight
}

impl Forward for Embedding {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.weight.embedding(x, self.padding_idx)
    }
}
