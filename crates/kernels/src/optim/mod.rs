//! Optimisers' updates: one pass over a parameter, its gradient and what the optimiser remembers of it.
//!
//! An update is bound by memory, so everything that is read of an element is read once and everything written once. A rule
//! says what becomes of one element; [`update`] runs any rule over whole arrays. What does not depend on the element (bias
//! corrections, say) is worked out by the caller, so that rules hold plain coefficients. The products and sums of a rule are
//! rounded one by one, so its bits are the same at every SIMD level.

mod moments;
mod sgd;
mod signs;
mod squares;

use std::ops::{Add, Div, Mul, Sub};

use crate::array::Array;
use crate::dtype::Element;
use crate::isa::{Isa, Kernel, dispatch};
use crate::strided::{BLOCK, Reader, TASK};
use crate::{pool, with_type};

pub use moments::{Adam, Adamax, Amsgrad, Nadam, Unscaled};
pub use sgd::{Decay, Momentum, Sgd};
pub use signs::{Lion, Rprop};
pub use squares::{Adadelta, Adagrad, CentredRms, MovingCentredRms, MovingRms, Rms};

/// What becomes of one element of `N` arrays, the parameter the first of them, when its gradient is `grad`.
///
/// Coefficients are held as f64; their conversion to the element type is lifted out of the loops.
pub trait Rule<T, const N: usize>: Copy + Send + Sync {
    /// The new elements. Mark it `#[inline(always)]`.
    fn apply(self, grad: T, cells: [T; N]) -> [T; N];
}

/// The arithmetic that rules need.
pub trait Real:
    Element + PartialOrd + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// The square root.
    fn root(self) -> Self;
    /// The absolute value.
    fn magnitude(self) -> Self;
    /// The larger of the two; `self` if `other` is NaN.
    fn larger(self, other: Self) -> Self;
    /// -1, 0 or 1; 0 for NaN.
    fn direction(self) -> Self;
}

macro_rules! real {
    ($($t:ty),*) => {$(
        impl Real for $t {
            #[inline(always)]
            fn root(self) -> $t { self.sqrt() }
            #[inline(always)]
            fn magnitude(self) -> $t { self.abs() }
            #[inline(always)]
            fn larger(self, other: $t) -> $t { if other > self { other } else { self } }
            #[inline(always)]
            fn direction(self) -> $t {
                let up = if self > 0.0 { 1.0 } else { 0.0 };
                if self < 0.0 { -1.0 } else { up }
            }
        }
    )*};
}
real!(f32, f64);

/// One step: every element of `cells`, the parameter the first of them, by its gradient. Cells that others can see are copied
/// first.
///
/// # Panics
/// If the arrays are not of one float type and one shape.
pub fn update<R, const N: usize>(rule: R, grad: &Array, cells: [&mut Array; N])
where
    R: Rule<f32, N> + Rule<f64, N>,
{
    for cell in &cells {
        assert_eq!(cell.shape(), grad.shape(), "an update's arrays differ in shape");
        assert_eq!(cell.dtype(), grad.dtype(), "an update's arrays differ in type");
    }
    with_type!(float grad.dtype(), T => {
        let grad = Gradient::<T>::new(grad);
        pool::each_chunk_mut(cells.map(Array::make_mut::<T>), TASK, |i, cells| grad.apply(rule, i, cells));
    })
}

/// A gradient of any layout: where its elements lie in order, or how to gather them.
enum Gradient<'a, T> {
    Slice(&'a [T]),
    Strided(Reader<'a, T>),
}

impl<'a, T: Real> Gradient<'a, T> {
    fn new(grad: &'a Array) -> Self {
        grad.as_slice().map_or_else(|| Gradient::Strided(Reader::new(grad)), Gradient::Slice)
    }

    /// Applies the rule to the elements of task `i`.
    fn apply<const N: usize>(&self, rule: impl Rule<T, N>, i: usize, mut cells: [&mut [T]; N]) {
        let (start, len) = (i * TASK, cells[0].len());
        match self {
            Gradient::Slice(all) => dispatch(Update { rule, grad: &all[start..start + len], cells }),
            Gradient::Strided(reader) => {
                let mut scratch = [T::default(); BLOCK];
                let mut done = 0;
                while done < len {
                    let step = reader.step(start + done, len - done);
                    let grad = reader.block(start + done, step, &mut scratch);
                    let cells = cells.each_mut().map(|cell| &mut cell[done..done + step]);
                    dispatch(Update { rule, grad, cells });
                    done += step;
                }
            }
        }
    }
}

struct Update<'a, T, R, const N: usize> {
    rule: R,
    grad: &'a [T],
    cells: [&'a mut [T]; N],
}

impl<T: Real, R: Rule<T, N>, const N: usize> Kernel for Update<'_, T, R, N> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        // Equal lengths, said once, spare the loop its bounds checks.
        let cells = self.cells.map(|cell| &mut cell[..self.grad.len()]);
        for (i, &grad) in self.grad.iter().enumerate() {
            let mut elements = [T::default(); N];
            for k in 0..N {
                elements[k] = cells[k][i];
            }
            let elements = self.rule.apply(grad, elements);
            for k in 0..N {
                cells[k][i] = elements[k];
            }
        }
    }
}
