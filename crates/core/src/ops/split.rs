//! A tensor cut along an axis: one edge, however many pieces.

use super::cat::cat;
use super::prelude::*;

/// How long the pieces of [`Tensor::split`] are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sections {
    /// Each this long, the last perhaps shorter.
    Each(usize),
    /// One after another.
    Lengths(Vec<usize>),
}

impl From<usize> for Sections {
    fn from(each: usize) -> Self {
        Sections::Each(each)
    }
}

impl<const N: usize> From<[usize; N]> for Sections {
    fn from(lengths: [usize; N]) -> Self {
        Sections::Lengths(lengths.to_vec())
    }
}

impl From<&[usize]> for Sections {
    fn from(lengths: &[usize]) -> Self {
        Sections::Lengths(lengths.to_vec())
    }
}

impl From<Vec<usize>> for Sections {
    fn from(lengths: Vec<usize>) -> Self {
        Sections::Lengths(lengths)
    }
}

#[derive(Debug)]
struct Split {
    axis: usize,
    lengths: Dims,
    of: Dims,
}

impl Op for Split {
    fn name(&self) -> &'static str {
        "split"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string()), ("lengths", format!("{:?}", &self.lengths[..]))]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (x, mut start) = (inputs[0].value(), 0);
        let mut pieces = Outputs::with_capacity(self.lengths.len());
        for &len in &self.lengths {
            pieces.push(Tensor::constant(view::slice(&x, self.axis, start, len, 1)));
            start += len;
        }
        pieces
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let pieces: Vec<Cow<'_, Tensor>> = present_or_zeros(ctx, self.lengths.len(), |i| {
            let mut shape = self.of.clone();
            shape[self.axis] = self.lengths[i];
            shape
        });
        let pieces: Vec<&Tensor> = pieces.iter().map(|piece| &**piece).collect();
        smallvec![Some(cat(&pieces, self.axis))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// The cotangents of all outputs, with zeros, which take no room, for those that have none.
pub(crate) fn present_or_zeros<'a>(
    ctx: &'a Vjp<'_>,
    outputs: usize,
    shape: impl Fn(usize) -> Dims,
) -> Vec<Cow<'a, Tensor>> {
    let given = || (0..outputs).filter_map(|i| ctx.cotangent(i));
    let zero = given().next().map(|g| crate::create::filled(&[], g.dtype(), 0.0));
    let or_zeros = |i| match (ctx.cotangent(i), &zero) {
        (Some(g), _) => Some(Cow::Borrowed(g)),
        (None, zero) => Some(Cow::Owned(zero.as_ref()?.broadcast_to(shape(i)))),
    };
    (0..outputs).filter_map(or_zeros).collect()
}

/// Cuts into pieces that are known to fill the axis.
#[track_caller]
pub(crate) fn split(x: &Tensor, axis: usize, lengths: Dims) -> Vec<Tensor> {
    if lengths.len() == 1 {
        return vec![x.clone()];
    }
    Split { axis, lengths, of: Dims::from_slice(x.shape()) }.apply_all(&[x]).into_vec()
}

/// The lengths of pieces of equal length, the last perhaps shorter; of an empty axis, one empty piece.
pub(crate) fn equal_lengths(n: usize, each: usize) -> Dims {
    (0..n.max(1)).step_by(each).map(|start| each.min(n - start)).collect()
}

impl Tensor {
    /// Pieces along an axis, without a copy: of one length (the last perhaps shorter), or of the given lengths.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// let x = Tensor::arange(0, 5);
    /// assert_eq!(x.split(2, 0)[2].to_vec::<i64>().unwrap(), [4]);
    /// assert_eq!(x.split([1, 4], 0)[1].to_vec::<i64>().unwrap(), [1, 2, 3, 4]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, the one length is 0, or the lengths do not fill the axis.
    #[must_use]
    #[track_caller]
    pub fn split(&self, sections: impl Into<Sections>, axis: isize) -> Vec<Tensor> {
        let shape = self.shape();
        let axis = axes::axis("split", shape, axis);
        let n = shape[axis];
        let lengths = match sections.into() {
            Sections::Each(0) => fail!("split: pieces of length 0 do not fill axis {axis} of {shape:?}"),
            Sections::Each(each) => equal_lengths(n, each),
            Sections::Lengths(lengths) => Dims::from_vec(lengths),
        };
        if lengths.iter().try_fold(0usize, |sum, &len| sum.checked_add(len)) != Some(n) {
            fail!("split: lengths {:?} do not fill axis {axis} of {shape:?}, whose length is {n}", &lengths[..]);
        }
        split(self, axis, lengths)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "split",
    group: Group::Shape,
    types: Types::Any,
    formula: "pieces of x along an axis",
    derivative: "the pieces' cotangents one after another, 0 for a piece without",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::multi("plain", [spread([2, 5], -2.0, 2.0)], |x| x[0].split(2, 1)),
            Sample::multi("by lengths", [spread([4, 2], -2.0, 2.0)], |x| x[0].split([1, 0, 3], 0)),
            Sample::new("one of them", [spread([2, 5], -2.0, 2.0)], |x| x[0].split([1, 2, 2], -1).swap_remove(1)),
            Sample::multi("one piece", [spread([2, 3], -2.0, 2.0)], |x| x[0].split(3, 1)),
            Sample::multi("size 1", [spread([1], -2.0, 2.0)], |x| x[0].split(1, 0)),
            Sample::multi("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].split(1, 1)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 4]).split([1, 2], 1),
                "split: lengths [1, 2] do not fill axis 1 of [2, 4], whose length is 4"
            ),
            misuse!(Tensor::zeros([2, 4]).split(0, 1), "split: pieces of length 0 do not fill axis 1 of [2, 4]"),
            misuse!(Tensor::zeros([2, 4]).split(2, 2), "split: axis 2 does not exist in [2, 4], which has 2 axes"),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use crate::{Tensor, tape};

    #[test]
    fn all_pieces_are_one_edge_and_those_without_cotangent_count_as_zero() {
        let x = Tensor::from(vec![1.0, 2.0, 3.0, 4.0, 5.0]).requires_grad();
        let before = tape::stats().edges;
        let pieces = x.split([1, 2, 2], 0);
        assert_eq!(tape::stats().edges, before + 1);
        (pieces[1].sum() * 2.0).backward();
        assert_eq!(x.grad().unwrap().to_vec::<f64>().unwrap(), [0.0, 2.0, 2.0, 0.0, 0.0]);
    }

    #[test]
    fn a_loop_over_rows_is_one_edge_however_it_ends() {
        let x = Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]).requires_grad();
        let before = tape::stats().edges;
        let rows: Vec<Tensor> = x.into_iter().take(2).collect();
        assert_eq!(tape::stats().edges, before + 1);
        (&rows[0] * &rows[1]).sum().backward();
        assert_eq!(x.grad().unwrap().to_vec::<f64>().unwrap(), [3.0, 4.0, 1.0, 2.0, 0.0, 0.0]);
    }

    #[test]
    fn pieces_of_equal_length_leave_the_rest_to_the_last() {
        let lengths = |n, each| super::equal_lengths(n, each).to_vec();
        assert_eq!(lengths(5, 2), [2, 2, 1]);
        assert_eq!(lengths(4, 2), [2, 2]);
        assert_eq!(lengths(1, 3), [1]);
        assert_eq!(lengths(0, 3), [0]);
    }
}
