//! Rows of a table by number.
//!
//! It is `index_select` along the first axis, but for the row that stands for padding, which is read and never learns.

use super::index_select::index_select;
use super::prelude::*;
use crate::index;

#[derive(Debug)]
struct Embedding {
    rows: usize,
    padding_idx: Option<usize>,
}

impl Embedding {
    fn attributes(padding_idx: Option<usize>) -> Vec<(&'static str, String)> {
        padding_idx.map(|row| ("padding_idx", row.to_string())).into_iter().collect()
    }
}

impl Op for Embedding {
    fn name(&self) -> &'static str {
        "embedding"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        Embedding::attributes(self.padding_idx)
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::index::select(&inputs[0].value(), 0, &inputs[1].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let add = EmbeddingBackward { rows: self.rows, padding_idx: self.padding_idx };
        smallvec![Some(add.apply(&[ctx.g(), &ctx.constant_input(1)])), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// Zeros with the cotangents of what was read added to the rows it was read from, in the order of the index; none to the row of
/// padding.
#[derive(Debug)]
struct EmbeddingBackward {
    rows: usize,
    padding_idx: Option<usize>,
}

impl Op for EmbeddingBackward {
    fn name(&self) -> &'static str {
        "embedding_backward"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        Embedding::attributes(self.padding_idx)
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (g, index) = (inputs[0].value(), inputs[1].value());
        let into = [&[self.rows], &g.shape()[index.shape().len()..]].concat();
        one(kernels::index::add_slices_but(self.padding_idx, &g, &into, 0, &index))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let index = ctx.constant_input(1);
        let read = index_select(ctx.g(), 0, &index);
        let learns = match self.padding_idx {
            Some(row) => read.masked_fill(&index.eq(row).unsqueeze(-1), 0),
            None => read,
        };
        smallvec![Some(learns), None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 1
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// The rows of this table, `[rows, width]`, that an i64 index names: the index's shape followed by the width. The row
    /// `padding_idx` gets no gradient. The cotangents of a row that is read several times are added in the order of the index, on
    /// any number of threads.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let table = tensor![[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]].requires_grad();
    /// let words = table.embedding(&tensor![[1, 2], [1, 0]], Some(0));
    /// assert_eq!(words.shape(), [2, 2, 2]);
    /// words.sum().backward();
    /// assert_eq!(table.grad().unwrap().to_vec::<f32>().unwrap(), [0.0, 0.0, 2.0, 2.0, 1.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If the table is not f32 or f64 with two axes, the index is not i64, or the index or `padding_idx` names no row.
    #[must_use]
    #[track_caller]
    pub fn embedding(&self, index: &Tensor, padding_idx: Option<usize>) -> Tensor {
        check_float("embedding", self);
        let &[rows, _] = self.shape() else {
            fail!("embedding: the table is {:?}, expected [rows, width]", self.shape());
        };
        index::check("embedding", index, self.shape(), 0);
        if let Some(row) = padding_idx.filter(|&row| row >= rows) {
            fail!("embedding: padding_idx {row} names no row of {:?}", self.shape());
        }
        Embedding { rows, padding_idx }.apply(&[self, index])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "embedding",
    group: Group::Indexing,
    types: Types::Floats,
    formula: "the rows of x that an index names",
    derivative: "g added up in these rows, 0 in that of padding",
    kind: Derivative::Linear,
    samples: || {
        use crate::tensor;
        let x = |shape: &[usize]| spread(shape, -2.0, 2.0);
        vec![
            Sample::new("plain", [x(&[4, 3]), tensor![2, 0, 2]], |x| x[0].embedding(&x[1], None)),
            Sample::new("matrix of indices", [x(&[4, 2]), tensor![[2, 0], [3, 3]]], |x| x[0].embedding(&x[1], None)),
            Sample::new("one place", [x(&[3, 2]), Tensor::from(1i64)], |x| x[0].embedding(&x[1], None)),
            Sample::new("padding that is not read", [x(&[4, 2]), tensor![2, 0, 2]], |x| x[0].embedding(&x[1], Some(1))),
            Sample::new("size 1", [x(&[1, 1]), tensor![0]], |x| x[0].embedding(&x[1], None)),
            Sample::new("size 0", [x(&[2, 3]), Tensor::arange(0, 0)], |x| x[0].embedding(&x[1], None)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([3, 4]).embedding(&crate::tensor![[0, 3]], None),
                "embedding: index 3 (element [0, 1] of the index) is out of range for axis 0 of [3, 4], whose length is 3"
            ),
            misuse!(
                Tensor::zeros([3]).embedding(&crate::tensor![0], None),
                "embedding: the table is [3], expected [rows, width]"
            ),
            misuse!(
                Tensor::zeros([3, 2]).embedding(&crate::tensor![0], Some(3)),
                "embedding: padding_idx 3 names no row of [3, 2]"
            ),
            misuse!(
                Tensor::zeros([3, 2]).embedding(&Tensor::zeros([1]), None),
                "embedding: the index is f32, expected i64"
            ),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "padding",
            inputs: vec![Tensor::from([[1.0], [2.0], [3.0]])],
            call: |x| x[0].embedding(&crate::tensor![0, 1, 1, 2], Some(1)),
            gradients: vec![vec![1.0, 0.0, 1.0]],
        }]
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_padding_takes_no_part_in_second_derivatives() {
        let table = Tensor::from([[1.0], [2.0]]).requires_grad();
        let g = Tensor::from([[3.0], [4.0], [5.0]]).requires_grad();
        let read = table.embedding(&crate::tensor![0, 1, 1], Some(1));
        let first = crate::Grad::of(&[&read]).wrt(&[&table]).cotangents(&[&g]).create_graph().run().remove(0);
        assert_eq!(first.to_vec::<f64>().unwrap(), [3.0, 0.0]);
        let second = crate::grad(&[&first.square().sum()], &[&g]).remove(0);
        assert_eq!(second.to_vec::<f64>().unwrap(), [6.0, 0.0, 0.0]);
    }
}
