//! More places around the edges.

use super::prelude::*;

impl Tensor {
    /// `before` and `after` more places along an axis, filled as `padding` says. To pad several axes, pad one after the other.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// use tapegrad_core::Padding;
    /// assert_eq!(tensor![1, 2].pad(0, 1, 1, Padding::Constant(0.0)).to_vec::<i64>().unwrap(), [0, 1, 2, 0]);
    /// assert_eq!(tensor![1, 2, 3].pad(0, 2, 0, Padding::Reflect).to_vec::<i64>().unwrap(), [3, 2, 1, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist, or is too short to be reflected, replicated or continued that far.
    #[must_use]
    #[track_caller]
    pub fn pad(&self, axis: isize, before: usize, after: usize, padding: Padding) -> Tensor {
        let at = axes::axis("pad", self.shape(), axis);
        let (length, axis) = (self.shape()[at], at as isize);
        let longest = match padding {
            Padding::Constant(_) => usize::MAX,
            Padding::Reflect => length.saturating_sub(1),
            Padding::Replicate => {
                if length == 0 {
                    0
                } else {
                    usize::MAX
                }
            }
            Padding::Circular => length,
        };
        if before.max(after) > longest {
            fail!(
                "pad: {before} before and {after} after axis {at} of {:?}, expected at most {longest} for {padding:?}",
                self.shape()
            );
        }
        if let Padding::Constant(value) = padding {
            let edge = |n: usize| {
                let mut shape = self.shape().to_vec();
                shape[at] = n;
                Tensor::full(shape, value).to_dtype(self.dtype())
            };
            return Tensor::cat(&[edge(before), self.clone(), edge(after)], axis);
        }
        let last = length as i64 - 1;
        let place = |i: i64| match padding {
            Padding::Reflect => (last - (last - i.abs()).abs()).max(0),
            Padding::Circular => i.rem_euclid(last + 1),
            Padding::Constant(_) | Padding::Replicate => i.clamp(0, last),
        };
        let places: Vec<i64> = (-(before as i64)..(length + after) as i64).map(place).collect();
        super::index_select::index_select(self, at, &Tensor::from(places))
    }
}

/// What stands in added places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Padding {
    /// A number.
    Constant(f64),
    /// The elements mirrored at the edge, which is not repeated.
    Reflect,
    /// The element at the edge.
    Replicate,
    /// The elements from the other end.
    Circular,
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "pad",
    group: Group::Shape,
    types: Types::Any,
    formula: "x with more places around it",
    derivative: "the part of g that x is, and what the added places give back",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].pad(1, 1, 2, Padding::Constant(0.5))),
            Sample::new("reflect", [spread([4], -2.0, 2.0)], |x| x[0].pad(0, 3, 2, Padding::Reflect)),
            Sample::new("replicate", [spread([2, 3], -2.0, 2.0)], |x| x[0].pad(0, 3, 1, Padding::Replicate)),
            Sample::new("circular", [spread([2, 3], -2.0, 2.0)], |x| x[0].pad(1, 2, 3, Padding::Circular)),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].pad(0, 1, 0, Padding::Replicate)),
            Sample::new("size 0", [spread([0], -2.0, 2.0)], |x| x[0].pad(0, 0, 0, Padding::Circular)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([3]).pad(0, 3, 0, Padding::Reflect), "pad: 3 before and 0 after axis 0 of [3]"),
            misuse!(Tensor::zeros([3]).pad(1, 1, 0, Padding::Reflect), "pad: axis 1 does not exist in [3]"),
        ]
    },
    kinks: no_kinks,
};
