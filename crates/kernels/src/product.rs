//! Products over axes, gathered in f64: the factors of a product spread wider than those of a sum, and f64 holds what would
//! overflow or vanish on the way.

use crate::array::Array;
use crate::dtype::Number;
use crate::isa::{self, Isa, Kernel};
use crate::reduce::{Folded, LANES, TASK, fold};
use crate::{pool, with_type};

struct ProductRow<'a, T>(&'a [T]);

impl<T: Number> Kernel for ProductRow<'_, T> {
    type Output = T::Wide;
    #[inline(always)]
    fn run<I: Isa>(self) -> T::Wide {
        let mut lanes = [T::Wide::ONE; LANES];
        let (groups, rest) = self.0.as_chunks::<LANES>();
        for group in groups {
            for (lane, &v) in lanes.iter_mut().zip(group) {
                *lane = lane.times(v.widen());
            }
        }
        for (lane, &v) in lanes.iter_mut().zip(rest) {
            *lane = lane.times(v.widen());
        }
        lanes.into_iter().fold(T::Wide::ONE, T::Wide::times)
    }
}

/// Multiplies the rows of `[reduced, inner]`, each as wide as `out`.
struct ProductRows<'a, T> {
    rows: &'a [T],
    out: &'a mut [T],
}

impl<T: Number> Kernel for ProductRows<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let mut products = vec![T::Wide::ONE; self.out.len()];
        for row in self.rows.chunks_exact(self.out.len()) {
            for (product, &v) in products.iter_mut().zip(row) {
                *product = product.times(v.widen());
            }
        }
        for (out, product) in self.out.iter_mut().zip(products) {
            *out = T::narrow(product);
        }
    }
}

/// The product over `axes` (sorted, different); the result lacks them. Integers wrap; the product of nothing is 1.
pub fn prod(x: &Array, axes: &[usize]) -> Array {
    with_type!(number x.dtype(), T => prod_typed::<T>(&fold(x, axes)))
}

fn prod_typed<T: Number>(f: &Folded<'_>) -> Array {
    let xs = f.x.as_slice::<T>().expect("folded arrays are contiguous");
    Array::build::<T>(&f.kept, |out| {
        if out.is_empty() || f.reduced == 0 {
            out.fill(T::ONE);
        } else if f.inner == 1 && f.outer == 1 {
            let mut parts = vec![T::Wide::ONE; xs.len().div_ceil(TASK)];
            pool::chunks_mut(&mut parts, 1, |i, part| {
                part[0] = isa::dispatch(ProductRow(&xs[i * TASK..(i * TASK + TASK).min(xs.len())]));
            });
            out[0] = T::narrow(parts.into_iter().fold(T::Wide::ONE, T::Wide::times));
        } else {
            let (group, each) = (f.groups_per_task(), f.reduced * f.inner);
            pool::chunks_mut(out, group * f.inner, |i, products| {
                for (j, out) in products.chunks_mut(f.inner).enumerate() {
                    let rows = &xs[(i * group + j) * each..][..each];
                    if f.inner == 1 {
                        out[0] = T::narrow(isa::dispatch(ProductRow(rows)));
                    } else {
                        isa::dispatch(ProductRows { rows, out });
                    }
                }
            });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_short_rows_agree_with_a_loop() {
        for shape in [[1usize, 200_003, 1], [3, 1001, 1], [3, 37, 5], [1, 2, 9]] {
            let len: usize = shape.iter().product();
            let xs: Vec<i64> = (0..len as i64).map(|i| 2 * (i % 7) + 1).collect();
            let found = prod(&Array::from_slice(&shape, &xs), &[1]);
            let [outer, n, inner] = shape;
            let at = |o: usize, j: usize| (0..n).map(move |k| (o * n + k) * inner + j);
            let expected: Vec<i64> = (0..outer)
                .flat_map(|o| (0..inner).map(move |j| (o, j)))
                .map(|(o, j)| at(o, j).fold(1i64, |p, i| p.wrapping_mul(xs[i])))
                .collect();
            assert_eq!(found.as_slice::<i64>().unwrap(), expected, "{shape:?}");
        }
    }

    #[test]
    fn what_overflows_on_the_way_comes_back() {
        let x = Array::from_slice(&[4], &[1e30f32, 1e30, 1e-30, 1e-30]);
        assert_eq!(prod(&x, &[0]).as_slice::<f32>().unwrap(), [1.0]);
        assert_eq!(prod(&Array::full(&[0, 2], 5.0f32), &[0]).as_slice::<f32>().unwrap(), [1.0, 1.0]);
    }
}
