//! The loops over contiguous slices, each dispatched once per call.

use super::{Binary, Unary};
use crate::isa::{Isa, Kernel, dispatch};

/// `out[i] = f(x[i])`.
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn map<T: Copy, F: Unary<T>>(f: F, x: &[T], out: &mut [T]) {
    assert_eq!(x.len(), out.len(), "map: the input's length differs from the output's");
    dispatch(Map { f, x, out });
}

/// `x[i] = f(x[i])`.
pub fn map_in_place<T: Copy, F: Unary<T>>(f: F, x: &mut [T]) {
    dispatch(MapInPlace { f, x });
}

/// `out[i] = f(x[i], y[i])`.
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn zip<T: Copy, F: Binary<T>>(f: F, x: &[T], y: &[T], out: &mut [T]) {
    assert_eq!(x.len(), y.len(), "zip: the first input's length differs from the second's");
    assert_eq!(x.len(), out.len(), "zip: the inputs' length differs from the output's");
    dispatch(Zip { f, x, y, out });
}

/// `x[i] = f(x[i], y[i])`.
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn zip_in_place<T: Copy, F: Binary<T>>(f: F, x: &mut [T], y: &[T]) {
    assert_eq!(x.len(), y.len(), "zip_in_place: the first input's length differs from the second's");
    dispatch(ZipInPlace { f, x, y });
}

/// How many elements are asked together whether they are near: enough to make asking cheap, few enough to stay in L1.
const BLOCK: usize = 1024;

/// Whether all are near. Without a branch per element, so that the question vectorises.
#[inline(always)]
fn all_near<T: Copy, F: Unary<T>>(f: F, x: &[T]) -> bool {
    x.iter().fold(true, |near, &x| near & f.is_near(x))
}

struct Map<'a, T, F> {
    f: F,
    x: &'a [T],
    out: &'a mut [T],
}

impl<T: Copy, F: Unary<T>> Kernel for Map<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        for (out, x) in self.out.chunks_mut(BLOCK).zip(self.x.chunks(BLOCK)) {
            if all_near(self.f, x) {
                for (out, &x) in out.iter_mut().zip(x) {
                    *out = self.f.apply_near::<I>(x);
                }
            } else {
                for (out, &x) in out.iter_mut().zip(x) {
                    *out = self.f.apply::<I>(x);
                }
            }
        }
    }
}

struct MapInPlace<'a, T, F> {
    f: F,
    x: &'a mut [T],
}

impl<T: Copy, F: Unary<T>> Kernel for MapInPlace<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        for x in self.x.chunks_mut(BLOCK) {
            if all_near(self.f, x) {
                for x in x {
                    *x = self.f.apply_near::<I>(*x);
                }
            } else {
                for x in x {
                    *x = self.f.apply::<I>(*x);
                }
            }
        }
    }
}

struct Zip<'a, T, F> {
    f: F,
    x: &'a [T],
    y: &'a [T],
    out: &'a mut [T],
}

impl<T: Copy, F: Binary<T>> Kernel for Zip<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        for ((out, &x), &y) in self.out.iter_mut().zip(self.x).zip(self.y) {
            *out = self.f.apply::<I>(x, y);
        }
    }
}

struct ZipInPlace<'a, T, F> {
    f: F,
    x: &'a mut [T],
    y: &'a [T],
}

impl<T: Copy, F: Binary<T>> Kernel for ZipInPlace<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        for (x, &y) in self.x.iter_mut().zip(self.y) {
            *x = self.f.apply::<I>(*x, y);
        }
    }
}
