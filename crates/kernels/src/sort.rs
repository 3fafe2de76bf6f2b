//! Sorting along an axis, and what sorting finds: the middle, and the different elements.
//!
//! An element and its place are packed into one integer whose order is the one asked for: equal elements then follow one
//! another by place, so a sort without comparisons in closures is stable, and so is a selection of the first few.

use crate::array::{Array, Dims};
use crate::dtype::{Element, Number};
use crate::strided::TASK;
use crate::{pool, strided, view, with_type};

/// An element that can be packed with its place.
trait Key: Element {
    /// The element's rank above, the place below.
    type Packed: Copy + Ord;
    fn pack(self, place: usize, descending: bool) -> Self::Packed;
    fn place(packed: Self::Packed) -> usize;
}

macro_rules! float_key {
    ($t:ty, $bits:ty, $packed:ty) => {
        impl Key for $t {
            type Packed = $packed;
            #[inline(always)]
            fn pack(self, place: usize, descending: bool) -> $packed {
                // Bits of floats are in order once the negative ones are turned round; adding 0 makes -0 equal to 0. The
                // highest rank is that of no number, so it is free for NaN.
                let bits = (self + 0.0).to_bits();
                let sign = 1 << (<$bits>::BITS - 1);
                let rank = if bits & sign == 0 { bits | sign } else { !bits };
                let rank = if descending { !rank } else { rank };
                let rank = if self.is_nan() { <$bits>::MAX } else { rank };
                (rank as $packed) << <$bits>::BITS | place as $packed
            }
            #[inline(always)]
            fn place(packed: $packed) -> usize {
                packed as $bits as usize
            }
        }
    };
}
float_key!(f32, u32, u64);
float_key!(f64, u64, u128);

impl Key for i64 {
    type Packed = u128;
    #[inline(always)]
    fn pack(self, place: usize, descending: bool) -> u128 {
        let rank = self as u64 ^ 1 << 63;
        let rank = if descending { !rank } else { rank };
        u128::from(rank) << 64 | place as u128
    }
    #[inline(always)]
    fn place(packed: u128) -> usize {
        packed as u64 as usize
    }
}

impl Key for bool {
    type Packed = u64;
    #[inline(always)]
    fn pack(self, place: usize, descending: bool) -> u64 {
        u64::from(self != descending) << 32 | place as u64
    }
    #[inline(always)]
    fn place(packed: u64) -> usize {
        packed as u32 as usize
    }
}

/// The first `k` elements along `axis` in ascending or descending order, and their places. Equal elements keep their order,
/// NaN comes last either way. Both results are views with `axis` in its place.
///
/// # Panics
/// If `k` is more than the axis has, or the axis has 2^32 elements or more.
pub fn first_in_order(x: &Array, axis: usize, k: usize, descending: bool) -> (Array, Array) {
    let (rank, n) = (x.shape().len(), x.shape()[axis]);
    assert!(k <= n && u32::try_from(n).is_ok(), "cannot take {k} of {n} elements");
    let to_end: Dims = (0..rank).filter(|&a| a != axis).chain([axis]).collect();
    let mut back: Dims = (0..rank - 1).collect();
    back.insert(axis, rank - 1);
    let x = strided::contiguous(&view::permute(x, &to_end));
    let mut shape = Dims::from_slice(x.shape());
    shape[rank - 1] = k;
    with_type!(any x.dtype(), T => {
        let xs = x.as_slice::<T>().expect("just brought in order");
        let mut places = vec![0i64; shape.iter().product()];
        let values = Array::build::<T>(&shape, |values| order_rows(xs, n, k, descending, values, &mut places));
        (view::permute(&values, &back), view::permute(&Array::from_slice(&shape, &places), &back))
    })
}

/// As [`first_in_order`], for rows of `n` elements one after another.
fn order_rows<T: Key>(xs: &[T], n: usize, k: usize, descending: bool, values: &mut [T], places: &mut [i64]) {
    if values.is_empty() {
        return;
    }
    let rows = (TASK / 8 / n).max(1);
    pool::zip_chunks_mut(values, rows * k, places, rows * k, |i, values, places| {
        let mut packed: Vec<T::Packed> = Vec::with_capacity(n);
        for (j, (values, places)) in values.chunks_exact_mut(k).zip(places.chunks_exact_mut(k)).enumerate() {
            let row = &xs[(i * rows + j) * n..][..n];
            packed.clear();
            packed.extend(row.iter().enumerate().map(|(place, v)| v.pack(place, descending)));
            if k < n {
                packed.select_nth_unstable(k);
            }
            packed[..k].sort_unstable();
            for ((value, place), &packed) in values.iter_mut().zip(places).zip(&packed) {
                let from = T::place(packed);
                (*value, *place) = (row[from], from as i64);
            }
        }
    });
}

/// The median along `axis`, which the results lack, and the first place where it stands: the lower of the two in the middle; NaN
/// where one is.
///
/// # Panics
/// If the axis has no elements, or 2^32 or more.
pub fn median(x: &Array, axis: usize) -> (Array, Array) {
    let n = x.shape()[axis];
    let to_end: Dims = (0..x.shape().len()).filter(|&a| a != axis).chain([axis]).collect();
    let x = strided::contiguous(&view::permute(x, &to_end));
    let shape = &x.shape()[..to_end.len() - 1];
    assert!(x.is_empty() || (n > 0 && u32::try_from(n).is_ok()), "there is no median of {n} elements");
    with_type!(number x.dtype(), T => {
        let xs = x.as_slice::<T>().expect("just brought in order");
        let mut places = vec![0i64; shape.iter().product()];
        let values = Array::build::<T>(shape, |values| medians_of_rows(xs, n, values, &mut places));
        (values, Array::from_slice(shape, &places))
    })
}

/// As [`median`], for rows of `n` elements one after another.
fn medians_of_rows<T: Key + Number>(xs: &[T], n: usize, values: &mut [T], places: &mut [i64]) {
    let rows = (TASK / 8 / n.max(1)).max(1);
    pool::zip_chunks_mut(values, rows, places, rows, |i, values, places| {
        let mut packed: Vec<T::Packed> = Vec::with_capacity(n);
        for (j, (value, place)) in values.iter_mut().zip(places).enumerate() {
            let row = &xs[(i * rows + j) * n..][..n];
            let first = row.iter().position(|v| v.is_nan()).unwrap_or_else(|| {
                packed.clear();
                packed.extend(row.iter().enumerate().map(|(place, v)| v.pack(place, false)));
                let middle = row[T::place(*packed.select_nth_unstable((n - 1) / 2).1)];
                row.iter().position(|&v| v == middle).unwrap_or(0)
            });
            (*value, *place) = (row[first], first as i64);
        }
    });
}

/// The different elements in ascending order, for each element which of them it is, and how often each occurs. Every NaN is one
/// of its own.
pub fn unique(x: &Array) -> (Array, Array, Array) {
    let flat = view::reshape(x, &[x.len()]);
    let (sorted, order) = first_in_order(&flat, 0, x.len(), false);
    with_type!(any x.dtype(), T => {
        let sorted = sorted.as_slice::<T>().expect("one axis lies in order");
        let order = order.as_slice::<i64>().expect("one axis lies in order");
        let (mut values, mut counts, mut inverse) = (Vec::<T>::new(), Vec::<i64>::new(), vec![0i64; x.len()]);
        for (&v, &place) in sorted.iter().zip(order) {
            match counts.last_mut().filter(|_| values.last() == Some(&v)) {
                Some(count) => *count += 1,
                None => {
                    values.push(v);
                    counts.push(1);
                }
            }
            inverse[place as usize] = values.len() as i64 - 1;
        }
        let n = [values.len()];
        (Array::from_slice(&n, &values), Array::from_slice(x.shape(), &inverse), Array::from_slice(&n, &counts))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order<T: Element>(x: &[T], k: usize, descending: bool) -> Vec<i64> {
        let (values, places) = first_in_order(&Array::from_slice(&[x.len()], x), 0, k, descending);
        let places = places.as_slice::<i64>().unwrap().to_vec();
        let picked: Vec<T> = places.iter().map(|&p| x[p as usize]).collect();
        let values = values.as_slice::<T>().unwrap();
        assert!(picked.iter().zip(values).all(|(a, b)| a == b || (a.to_f64().is_nan() && b.to_f64().is_nan())));
        places
    }

    #[test]
    fn equal_elements_keep_their_order_and_nan_is_last_both_ways() {
        let x = [0.0f32, f32::NAN, -1.0, -0.0, f32::INFINITY, -f32::NAN, f32::NEG_INFINITY, 2.0, -1.0];
        assert_eq!(order(&x, 9, false), [6, 2, 8, 0, 3, 7, 4, 1, 5]);
        assert_eq!(order(&x, 9, true), [4, 7, 0, 3, 2, 8, 6, 1, 5]);
        let x = x.map(f64::from);
        assert_eq!(order(&x, 9, false), [6, 2, 8, 0, 3, 7, 4, 1, 5]);
        assert_eq!(order(&x, 3, true), [4, 7, 0]);
        assert_eq!(order(&[3, i64::MIN, -1, i64::MAX, 3], 5, false), [1, 2, 0, 4, 3]);
        assert_eq!(order(&[3, i64::MIN, -1, i64::MAX, 3], 5, true), [3, 0, 4, 2, 1]);
        assert_eq!(order(&[true, false, true, false], 4, false), [1, 3, 0, 2]);
        assert_eq!(order(&[true, false, true, false], 4, true), [0, 2, 1, 3]);
    }

    #[test]
    fn the_first_few_are_those_of_the_whole_order() {
        let x: Vec<f32> = (0..5000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as f32).collect();
        let all = order(&x, x.len(), true);
        assert_eq!(order(&x, 37, true), all[..37]);
    }

    #[test]
    fn the_median_is_the_middle_of_the_whole_order() {
        for n in [1usize, 2, 3, 100, 101] {
            let x: Vec<f32> = (0..7 * n as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 27) as f32 - 9.0).collect();
            let (values, places) = median(&Array::from_slice(&[7, n], &x), 1);
            for (k, row) in x.chunks(n).enumerate() {
                let mut sorted = row.to_vec();
                sorted.sort_by(f32::total_cmp);
                let middle = sorted[(n - 1) / 2];
                assert_eq!(values.as_slice::<f32>().unwrap()[k], middle);
                let place = places.as_slice::<i64>().unwrap()[k] as usize;
                assert!(row[place] == middle && !row[..place].contains(&middle));
            }
        }
        let flawed = Array::from_slice(&[3, 1], &[1.0, f64::NAN, 0.0]);
        let (value, place) = median(&flawed, 0);
        assert!(value.as_slice::<f64>().unwrap()[0].is_nan());
        assert_eq!((value.shape(), place.as_slice::<i64>().unwrap()), (&[1][..], &[1][..]));
    }

    #[test]
    fn equal_elements_are_one_and_every_nan_another() {
        let x = view::permute(&Array::from_slice(&[3, 2], &[2.0, -0.0, f64::NAN, 2.0, 0.0, f64::NAN]), &[1, 0]);
        let (values, inverse, counts) = unique(&x);
        assert_eq!(values.as_slice::<f64>().unwrap()[..2], [0.0, 2.0]);
        assert!(values.len() == 4 && values.as_slice::<f64>().unwrap()[2].is_nan());
        assert_eq!((inverse.shape(), inverse.as_slice::<i64>().unwrap()), (&[2, 3][..], &[1, 2, 0, 0, 1, 3][..]));
        assert_eq!(counts.as_slice::<i64>().unwrap(), [2, 2, 1, 1]);
    }

    #[test]
    fn an_inner_axis_is_sorted_in_its_place() {
        let x = Array::from_slice(&[3, 2], &[3i64, 0, 1, 1, 2, 2]);
        let (values, places) = first_in_order(&x, 0, 2, false);
        assert_eq!((values.shape(), places.shape()), (&[2, 2][..], &[2, 2][..]));
        assert_eq!(strided::copy(&values).as_slice::<i64>().unwrap(), [1, 0, 2, 1]);
        assert_eq!(strided::copy(&places).as_slice::<i64>().unwrap(), [1, 0, 2, 1]);
    }
}
