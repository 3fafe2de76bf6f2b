//! Index expressions: places, ranges, new axes, index and mask tensors in one call.

use super::index_select::index_select;
use super::prelude::*;
use super::select::select;
use super::slice::slice;
use super::unsqueeze::unsqueeze;
use crate::index::{self, Index, IndexExpr};

/// How many axes an item stands for.
fn axes_of(item: &Index) -> usize {
    match item {
        Index::At(_) | Index::Span(_) => 1,
        Index::Ellipsis | Index::NewAxis => 0,
        Index::Tensor(mask) if mask.dtype() == DType::Bool => mask.ndim(),
        Index::Tensor(_) => 1,
    }
}

/// Where a mask over the axes from `axis` on is true.
#[track_caller]
fn select_true(x: &Tensor, axis: usize, mask: &Tensor) -> Tensor {
    let (shape, n) = (x.shape(), mask.ndim());
    if n == 0 || &shape[axis..axis + n] != mask.shape() {
        fail!("i: the mask is {:?}, the axes that it stands for are {:?}", mask.shape(), &shape[axis..axis + n]);
    }
    let mut flat = Dims::from_slice(&shape[..axis]);
    flat.push(mask.numel());
    flat.extend_from_slice(&shape[axis + n..]);
    let places = Tensor::constant(kernels::index::positions(&mask.value()));
    index_select(&super::reshape::reshape(x, &flat), axis, &places)
}

impl Tensor {
    /// Part of the tensor, named axis by axis; what is not named is kept whole. Takes one item or a tuple of up to six:
    ///
    /// | item | meaning |
    /// |---|---|
    /// | an integer | one place; the axis goes |
    /// | `1..3`, `..-1`, `2..`, `..=4` | part of the axis |
    /// | `..` | the whole axis |
    /// | [`Ellipsis`](crate::Ellipsis) | as many whole axes as the other items leave |
    /// | [`NewAxis`](crate::NewAxis) | a new axis of length 1 |
    /// | an i64 tensor | the places it names, its shape in place of the axis |
    /// | a bool tensor | where it is true, over as many axes as it has, as one axis |
    ///
    /// Negative places and ends count from the end of the axis. Without tensors among the items, nothing is copied. (Clippy takes
    /// a literal `1..-1` for an empty range; `x.i(1..).i(..-1)` says the same.)
    ///
    /// ```
    /// use tapegrad_core::{Ellipsis, NewAxis, Tensor, tensor};
    /// let x = tensor![[1, 2, 3], [4, 5, 6]];
    /// assert_eq!(x.i((.., -1)).to_vec::<i64>().unwrap(), [3, 6]);
    /// assert_eq!(x.i((1, ..2)).to_vec::<i64>().unwrap(), [4, 5]);
    /// assert_eq!(x.i((Ellipsis, NewAxis, 0)).shape(), [2, 1]);
    /// assert_eq!(x.i(&tensor![1, 1, 0]).shape(), [3, 3]);
    /// assert_eq!(x.i(&tensor![[true, false, true], [false, true, false]]).to_vec::<i64>().unwrap(), [1, 3, 5]);
    /// ```
    ///
    /// # Panics
    /// If there are more items than axes, more than one ellipsis or tensor, or an item does not fit its axis.
    #[must_use]
    #[track_caller]
    #[doc(alias = "index")]
    pub fn i(&self, index: impl IndexExpr) -> Tensor {
        let (items, shape) = (index.items(), self.shape());
        let named: usize = items.iter().map(axes_of).sum();
        let Some(rest) = shape.len().checked_sub(named) else {
            fail!("i: {named} axes are named of {shape:?}, which has {}", shape.len());
        };
        if items.iter().filter(|item| matches!(item, Index::Ellipsis)).count() > 1 {
            fail!("i: two ellipses leave open which axes each stands for");
        }
        if items.iter().filter(|item| matches!(item, Index::Tensor(_))).count() > 1 {
            fail!("i: two index tensors in one expression; index twice, or gather");
        }
        let mut part = self.clone();
        // The next axis of the tensor, and where that is in the part.
        let (mut from, mut to) = (0, 0);
        for item in &items {
            let (taken, kept) = match item {
                Index::At(at) => {
                    part = select(&part, to, index::place("i", shape, from, *at));
                    (1, 0)
                }
                Index::Span(span) => {
                    let (start, len) = span.resolve("i", shape, from);
                    part = slice(&part, to, start, len, 1);
                    (1, 1)
                }
                Index::Ellipsis => (rest, rest),
                Index::NewAxis => {
                    part = unsqueeze(&part, to);
                    (0, 1)
                }
                Index::Tensor(mask) if mask.dtype() == DType::Bool => {
                    part = select_true(&part, to, mask);
                    (mask.ndim(), 1)
                }
                Index::Tensor(index) => {
                    index::check("i", index, shape, from);
                    part = index_select(&part, to, index);
                    (1, index.ndim())
                }
            };
            from += taken;
            to += kept;
        }
        part
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "i",
    group: Group::Indexing,
    types: Types::Any,
    formula: "the part of x that an index expression names",
    derivative: "g in its places, 0 elsewhere",
    kind: Derivative::Linear,
    samples: || {
        use crate::index::{Ellipsis, NewAxis};
        vec![
            Sample::new("plain", [spread([2, 4, 3], -2.0, 2.0)], |x| x[0].i((.., 1..3, -1))),
            Sample::new("ellipsis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].i((Ellipsis, 1))),
            Sample::new("new axes", [spread([2, 3], -2.0, 2.0)], |x| x[0].i((NewAxis, 1, NewAxis, ..-1))),
            Sample::new("index", [spread([2, 3, 2], -2.0, 2.0), crate::tensor![[2, 0], [2, 2]]], |x| {
                x[0].i((1, &x[1], ..1))
            }),
            Sample::new("mask", [spread([2, 2, 2], -2.0, 2.0), crate::tensor![[true, false], [true, true]]], |x| {
                x[0].i((.., &x[1]))
            }),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].i((0, -1))),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].i((.., 1..))),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([3, 4]).i((0, 5)),
                "i: index 5 is out of range for axis 1 of [3, 4], whose length is 4"
            ),
            misuse!(Tensor::zeros([3]).i(-4), "i: index -4 is out of range for axis 0 of [3], whose length is 3"),
            misuse!(Tensor::zeros([3]).i(1..=3), "i: range 1..=3 leaves axis 0 of [3], whose length is 3"),
            misuse!(Tensor::zeros([3]).i((0, 0)), "i: 2 axes are named of [3], which has 1"),
            misuse!(
                Tensor::zeros([3]).i((crate::Ellipsis, crate::Ellipsis)),
                "i: two ellipses leave open which axes each stands for"
            ),
            misuse!(
                Tensor::zeros([3, 3]).i((Tensor::arange(0, 2), Tensor::arange(0, 2))),
                "i: two index tensors in one expression; index twice, or gather"
            ),
            misuse!(Tensor::zeros([3]).i(Tensor::zeros([2])), "i: the index is f32, expected i64"),
            misuse!(
                Tensor::zeros([3]).i(Tensor::arange(-1, 2)),
                "i: index -1 (element [0] of the index) is out of range for axis 0 of [3], whose length is 3"
            ),
            misuse!(
                Tensor::zeros([3]).i(crate::tensor![true]),
                "i: the mask is [1], the axes that it stands for are [3]"
            ),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use crate::index::{Ellipsis, NewAxis};
    use crate::{Tensor, tensor};

    fn counting(shape: &[isize]) -> Tensor {
        Tensor::arange(0, shape.iter().product::<isize>() as i64).reshape(shape)
    }

    fn values(x: &Tensor) -> Vec<i64> {
        x.to_vec::<i64>().unwrap()
    }

    #[test]
    fn every_kind_of_range_takes_negative_ends() {
        let x = Tensor::arange(0, 5);
        assert_eq!(values(&x.i(1..3)), [1, 2]);
        assert_eq!(values(&x.i(-2..)), [3, 4]);
        assert_eq!(values(&x.i(..-3)), [0, 1]);
        assert_eq!(values(&x.i(..=-1)), [0, 1, 2, 3, 4]);
        assert_eq!(values(&x.i(-3..=-2)), [2, 3]);
        assert_eq!(values(&x.i(5..)), []);
        assert_eq!(values(&x.i(..)), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn items_may_be_of_any_integer_type() {
        let x = counting(&[2, 3]);
        let (a, b, c, d) = (1i32, 2usize, -1i64, 0isize);
        assert_eq!(x.i((a, b)).item(), 5.0);
        assert_eq!(x.i((c, d)).item(), 3.0);
        assert_eq!(values(&x.i((..d, ..b))), []);
        assert_eq!(values(&x.i((a.., ..=b))), [3, 4, 5]);
    }

    #[test]
    fn up_to_six_items_stand_for_their_axes_in_order() {
        let x = counting(&[2, 2, 2, 2, 2]);
        let y = x.i((1, .., NewAxis, 0, Ellipsis, 1));
        assert_eq!((y.shape(), values(&y)), (&[2, 1, 2][..], vec![17, 19, 25, 27]));
        assert_eq!(values(&x.i((1, 0, 1, 0, -1))), [21]);
        assert_eq!(x.i((Ellipsis,)).shape(), x.shape());
        assert_eq!(x.i((NewAxis, Ellipsis, NewAxis)).shape(), [1, 2, 2, 2, 2, 2, 1]);
        assert_eq!(values(&counting(&[2, 3]).i((Ellipsis, 1..))), [1, 2, 4, 5]);
    }

    #[test]
    fn an_index_tensors_shape_and_a_masks_single_axis_stand_where_the_axes_were() {
        let x = counting(&[2, 3, 2]);
        let y = x.i((.., &tensor![[2, 0]], 1));
        assert_eq!((y.shape(), values(&y)), (&[2, 1, 2][..], vec![5, 1, 11, 7]));
        let y = x.i((&tensor![[true, false, false], [false, true, true]], 0));
        assert_eq!((y.shape(), values(&y)), (&[3][..], vec![0, 8, 10]));
        assert_eq!(values(&x.i((1, tensor![false, true, false]))), [8, 9]);
        assert_eq!(x.i(tensor![1, 1, 1, 0]).shape(), [4, 3, 2]);
    }

    #[test]
    fn views_read_the_elements_where_they_are() {
        let x = Tensor::zeros([2, 1, 3, 4]);
        let t = x.permute([3, 2, 1, 0]);
        let views = [
            x.transpose(1, -1),
            x.select(0, 1).squeeze().t(),
            t.squeeze(),
            t.squeeze_dim(2),
            t.unsqueeze(0),
            x.flatten(),
            t.flatten_dims(1, 2),
            x.slice(-1, .., -2),
            x.narrow(2, 1, 2),
            x.i((.., NewAxis, Ellipsis, 1..3, -1)),
            x.split(2, 3).swap_remove(1),
            x.chunk(2, 0).swap_remove(1),
            x.unbind(2).swap_remove(2),
            x.contiguous(),
        ];
        for (i, view) in views.iter().enumerate() {
            assert_eq!(view.value().block(), x.value().block(), "view {i}: {:?}", view.shape());
        }
        let copy = t.contiguous();
        assert!(copy.is_contiguous() && copy.value().block() != x.value().block());
    }

    #[test]
    fn whole_axes_record_no_edge() {
        let x = Tensor::zeros([2, 3]).requires_grad();
        for same in [x.i((.., ..)), x.i(Ellipsis), x.permute([0, 1]), x.contiguous(), x.squeeze(), x.narrow(0, 0, 2)] {
            assert!(same.same(&x));
        }
    }

    #[test]
    fn truth_values_and_integers_are_indexed_like_numbers() {
        let x = tensor![[true, false], [false, true]];
        assert_eq!(x.i((.., 1)).to_vec::<bool>().unwrap(), [false, true]);
        assert_eq!(x.gather(1, &tensor![[1], [1]]).to_vec::<bool>().unwrap(), [false, true]);
        assert_eq!(Tensor::cat(&[&x, &x], 1).to_vec::<bool>().unwrap().len(), 8);
        assert_eq!(x.sort(1, true).0.to_vec::<bool>().unwrap(), [true, false, true, false]);
        assert_eq!(x.masked_select(&x).to_vec::<bool>().unwrap(), [true, true]);
        assert_eq!(values(&tensor![1, 2, 3].masked_fill(&tensor![true, false, true], 9)), [9, 2, 9]);
    }
}
