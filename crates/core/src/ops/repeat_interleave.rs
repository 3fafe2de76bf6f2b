//! Each place several times.

use super::prelude::*;

impl Tensor {
    /// Each place of an axis `count` times, one after the other.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// assert_eq!(tensor![1, 2].repeat_interleave(2, 0).to_vec::<i64>().unwrap(), [1, 1, 2, 2]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist.
    #[must_use]
    #[track_caller]
    pub fn repeat_interleave(&self, count: usize, axis: isize) -> Tensor {
        let at = axes::axis("repeat_interleave", self.shape(), axis);
        let mut shape = Dims::from_slice(self.shape());
        shape.insert(at + 1, count);
        let mut joined = Dims::from_slice(self.shape());
        joined[at] *= count;
        super::reshape::reshape(&super::unsqueeze::unsqueeze(self, at + 1).broadcast_to(&shape), &joined)
    }
}

impl Tensor {
    /// Each place of an axis as many times as `counts`, i64 `[n]`, says for it.
    ///
    /// # Panics
    /// If the axis does not exist, the counts are not one for each of its places, or one is negative.
    #[must_use]
    #[track_caller]
    pub fn repeat_interleave_by(&self, counts: &Tensor, axis: isize) -> Tensor {
        let at = axes::axis("repeat_interleave", self.shape(), axis);
        let length = self.shape()[at];
        if counts.dtype() != DType::I64 || counts.shape() != [length] {
            fail!("repeat_interleave: counts {} {:?}, expected i64 [{length}]", counts.dtype(), counts.shape());
        }
        let counts = counts.to_vec::<i64>().unwrap_or_default();
        if let Some(count) = counts.iter().find(|&&count| count < 0) {
            fail!("repeat_interleave: a count is {count}, expected none below 0");
        }
        let places: Vec<i64> =
            counts.iter().zip(0..).flat_map(|(&count, place)| std::iter::repeat_n(place, count as usize)).collect();
        self.index_select(at as isize, &Tensor::from(places))
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "repeat_interleave",
    group: Group::Shape,
    types: Types::Any,
    formula: "y[i] = x[i / count]",
    derivative: "the sum of g over the repetitions",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].repeat_interleave(2, 1)),
            Sample::new("first axis", [spread([2, 3], -2.0, 2.0)], |x| x[0].repeat_interleave(3, 0)),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].repeat_interleave(3, 0)),
            Sample::new("size 0", [spread([2], -2.0, 2.0)], |x| x[0].repeat_interleave(0, 0)),
        ]
    },
    errors: || {
        vec![misuse!(Tensor::zeros([2]).repeat_interleave(2, 1), "repeat_interleave: axis 1 does not exist in [2]")]
    },
    kinks: no_kinks,
};
