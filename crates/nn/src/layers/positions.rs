//! Where in a sequence something stands: attention by itself does not see it.

use super::embedding::normal;
use crate::{Buffer, Forward, Module, Param};
use tapegrad_core::{Tensor, fail};

/// `place / 10000^(2 i / width)` for each place and each i below half the width.
fn angles(places: usize, width: usize) -> impl Iterator<Item = f64> {
    let of = move |place, i| place as f64 / 10_000f64.powf((2 * i) as f64 / width as f64);
    (0..places).flat_map(move |place| (0..width / 2).map(move |i| of(place, i)))
}

/// The rows of a table for the places of `[.., L, width]`.
#[track_caller]
fn rows(layer: &str, table: &Tensor, width: usize, x: &Tensor) -> Tensor {
    let places = table.shape()[0];
    match x.shape() {
        [.., length, last] if *length <= places && *last == width => table.narrow(0, 0, *length),
        shape => fail!("{layer}: input {shape:?}, expected [.., L, {width}] with L at most {places}"),
    }
}

/// Adds to each place of `[.., L, width]` waves of different lengths: `sin(place / 10000^(2 i / width))` to element 2 i and the cosine
/// to element 2 i + 1 (A. Vaswani et al., "Attention is all you need", 2017).
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, SinusoidalPositions};
/// let y = SinusoidalPositions::new(100, 4).call(&Tensor::zeros([2, 3, 4]));
/// assert_eq!(y.i((1, 0)).to_vec::<f32>().unwrap(), [0.0, 1.0, 0.0, 1.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct SinusoidalPositions {
    /// `[places, width]`.
    pub table: Buffer,
}

impl SinusoidalPositions {
    /// For sequences of at most `places` vectors of `width` numbers.
    ///
    /// # Panics
    /// If the width is odd.
    #[track_caller]
    pub fn new(places: usize, width: usize) -> Self {
        if !width.is_multiple_of(2) {
            fail!("SinusoidalPositions: width {width}, expected an even number");
        }
        let waves = angles(places, width).flat_map(|angle| [angle.sin() as f32, angle.cos() as f32]);
        SinusoidalPositions { table: Buffer::new(Tensor::from_iter(waves).reshape([places as isize, width as isize])) }
    }
}

impl Forward for SinusoidalPositions {
    fn forward(&self, x: &Tensor) -> Tensor {
        x + rows("SinusoidalPositions", &self.table, self.table.shape()[1], x)
    }
}

/// Adds to each place of `[.., L, width]` a vector that is learned.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, LearnedPositions};
/// let layer = LearnedPositions::new(100, 4);
/// assert_eq!(layer.call(&Tensor::zeros([2, 3, 4])).shape(), [2, 3, 4]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct LearnedPositions {
    /// `[places, width]`, normal at first, as that of an [`Embedding`](crate::Embedding).
    pub weight: Param,
}

impl LearnedPositions {
    /// For sequences of at most `places` vectors of `width` numbers.
    ///
    /// # Panics
    /// If the table does not fit the address space.
    #[track_caller]
    pub fn new(places: usize, width: usize) -> Self {
        LearnedPositions { weight: normal(places, width) }
    }
}

impl Forward for LearnedPositions {
    fn forward(&self, x: &Tensor) -> Tensor {
        x + rows("LearnedPositions", &self.weight, self.weight.shape()[1], x)
    }
}

/// Turns each pair of elements of `[.., L, width]`, 2 i and 2 i + 1, by the angle `place / 10000^(2 i / width)`, so that products of
/// queries and keys depend on their distance alone (J. Su et al., "RoFormer: enhanced transformer with rotary position embedding",
/// 2021). For the queries and keys of each head.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, RotaryPositions};
/// let (layer, x) = (RotaryPositions::new(10, 4), Tensor::randn([1, 4]));
/// let y = layer.call(&x.broadcast_to([10, 4]));
/// let near = |i: isize| (y.i(i) * y.i(i + 3)).sum().item();
/// assert!((near(0) - near(6)).abs() < 1e-5);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct RotaryPositions {
    /// `[places, width / 2]`, of the angles.
    pub cos: Buffer,
    /// `[places, width / 2]`, of the angles.
    pub sin: Buffer,
}

impl RotaryPositions {
    /// For sequences of at most `places` vectors of `width` numbers.
    ///
    /// # Panics
    /// If the width is odd.
    #[track_caller]
    pub fn new(places: usize, width: usize) -> Self {
        if !width.is_multiple_of(2) {
            fail!("RotaryPositions: width {width}, expected an even number");
        }
        let table = |of: fn(f64) -> f64| {
            let numbers = angles(places, width).map(|angle| of(angle) as f32);
            Buffer::new(Tensor::from_iter(numbers).reshape([places as isize, width as isize / 2]))
        };
        RotaryPositions { cos: table(f64::cos), sin: table(f64::sin) }
    }
}

impl Forward for RotaryPositions {
    fn forward(&self, x: &Tensor) -> Tensor {
        let width = 2 * self.cos.shape()[1];
        let [cos, sin] = [&self.cos, &self.sin].map(|table| rows("RotaryPositions", table, width, x));
        let pairs = x.unflatten(-1, [-1, 2]);
        let (a, b) = (pairs.select(-1, 0), pairs.select(-1, 1));
        Tensor::stack(&[&a * &cos - &b * &sin, a * sin + b * cos], -1).flatten_dims(-2, -1)
    }
}
