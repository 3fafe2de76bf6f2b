//! proptest strategies that draw shapes, values, memory layouts and tensors, and shrink to the smallest failing shape.
//!
//! A tensor's elements are a function of its shape and of a seed that does not shrink. So a shape can lose axes and elements
//! without the rest being drawn anew, and what fails keeps failing on its way down.
//!
//! ```
//! use proptest::prelude::*;
//! use tapegrad_gradcheck::{gradcheck, strategies::*};
//!
//! proptest!(|(x in laid_out(tensors(shapes(1..=3, 1..=4), Values::Between(-2.0, 2.0))))| {
//!     gradcheck(|x| x[0].sin(), &[x]).map_err(|report| TestCaseError::fail(report.to_string()))?;
//! });
//! ```

use std::ops::RangeInclusive;

use proptest::prelude::*;
use proptest::sample::select;
use tapegrad_core::{DType, Layout, Tensor};

/// Which numbers a tensor holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Values {
    /// Spread evenly, all different with near certainty.
    Between(f64, f64),
    /// Of both signs, at least so far and at most so far from 0: away from a kink there.
    Around(f64, f64),
    /// The integers -2 to 2, so that zeros, ties and negative numbers are frequent.
    Few,
}

impl Values {
    /// Element `i` of the tensor with this seed.
    fn element(self, seed: u64, i: usize) -> f64 {
        // A hash rather than a stream, so that an element does not depend on how many stand before it. (SplitMix64's mixer.)
        let mut z = seed.wrapping_add((i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        let unit = (z >> 11) as f64 / (1u64 << 53) as f64;
        match self {
            Values::Between(low, high) => low + (high - low) * unit,
            Values::Around(low, high) => (low + (high - low) * unit) * if z & 1 == 0 { 1.0 } else { -1.0 },
            Values::Few => (5.0 * unit).floor() - 2.0,
        }
    }

    /// A tensor (f64) of these numbers: what [`tensors`] draws, for a given shape and seed.
    pub fn tensor(self, shape: &[usize], seed: u64) -> Tensor {
        let elements = (0..shape.iter().product()).map(|i| self.element(seed, i)).collect();
        Tensor::from_vec(elements, shape).expect("as many elements as the shape holds")
    }
}

/// Shapes with so many axes of such lengths; shrink to fewer and shorter axes. Let `lengths` begin at 0 to draw tensors without
/// elements too.
pub fn shapes(axes: RangeInclusive<usize>, lengths: RangeInclusive<usize>) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(lengths, axes)
}

/// Pairs of shapes that broadcast: both come from one, by making axes 1 and leaving leading axes out.
pub fn broadcastable(shapes: impl Strategy<Value = Vec<usize>>) -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let part = |shape: &[usize], ones: u8, left_out: usize| -> Vec<usize> {
        let one = |(i, &n): (usize, &usize)| if ones >> (i % 8) & 1 == 1 { 1 } else { n };
        shape.iter().enumerate().skip(left_out.min(shape.len())).map(one).collect()
    };
    let ones = || prop_oneof![3 => Just(0u8), 2 => any::<u8>()];
    let left_out = prop_oneof![3 => Just(0usize), 1 => 1..3usize];
    // One of the two keeps all axes, so that the other has something to broadcast to.
    (shapes, ones(), ones(), left_out)
        .prop_map(move |(shape, ones_a, ones_b, left_out)| (part(&shape, ones_a, 0), part(&shape, ones_b, left_out)))
}

/// Memory layouts; shrink to contiguous.
pub fn layouts() -> impl Strategy<Value = Layout> {
    select(&Layout::ALL[..])
}

/// Contiguous tensors (f64) of these shapes and values.
pub fn tensors(shapes: impl Strategy<Value = Vec<usize>>, values: Values) -> impl Strategy<Value = Tensor> {
    (shapes, any::<u64>().no_shrink()).prop_map(move |(shape, seed)| values.tensor(&shape, seed))
}

/// Pairs of contiguous tensors (f64) whose shapes broadcast.
pub fn tensor_pairs(
    shapes: impl Strategy<Value = Vec<usize>>,
    values: Values,
) -> impl Strategy<Value = (Tensor, Tensor)> {
    let seeds = (any::<u64>(), any::<u64>()).no_shrink();
    (broadcastable(shapes), seeds)
        .prop_map(move |((a, b), (seed_a, seed_b))| (values.tensor(&a, seed_a), values.tensor(&b, seed_b)))
}

/// The same tensors as another element type.
pub fn cast(tensors: impl Strategy<Value = Tensor>, dtype: DType) -> impl Strategy<Value = Tensor> {
    tensors.prop_map(move |x| x.to_dtype(dtype))
}

/// The same tensors in any memory layout: transposed, sliced out of something larger, reversed, expanded by stride 0.
pub fn laid_out(tensors: impl Strategy<Value = Tensor>) -> impl Strategy<Value = Tensor> {
    (tensors, layouts()).prop_map(|(x, layout)| layout.of(&x))
}
