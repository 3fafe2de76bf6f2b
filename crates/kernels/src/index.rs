//! Reading, writing and adding at places that an index names.
//!
//! What goes to one place goes there in the order of the index, on whichever thread has the place, so that results have the
//! same bits on any number of threads. The tensor layer has checked the indices with [`first_outside`].

use crate::array::{Array, Dims, Strides, row_major};
use crate::dtype::{Element, Number};
use crate::reduce::Extreme;
use crate::strided::TASK;
use crate::{math, pool, strided, with_type};

/// Additions are split into at most this many tasks when each has to look through the whole index.
const SCANS: usize = 32;

fn product(lengths: &[usize]) -> usize {
    lengths.iter().product()
}

/// How far the logical position `at` of an array with these axes is from the first element.
#[inline]
fn offset(mut at: usize, lengths: &[usize], strides: &[isize]) -> isize {
    let mut offset = 0;
    for (&n, &stride) in lengths.iter().zip(strides).rev() {
        offset += (at % n) as isize * stride;
        at /= n;
    }
    offset
}

/// The elements of an i64 array, read in logical order.
///
/// # Panics
/// If the array is strided or not i64: `index` has been brought in order.
fn places(index: &Array) -> &[i64] {
    index.as_slice::<i64>().expect("the index lies in order")
}

/// The first index, in logical order, that is not in `0..len`: its place and its value.
pub fn first_outside(index: &Array, len: usize) -> Option<(Dims, i64)> {
    let index = strided::contiguous(index);
    let outside = |&value: &i64| usize::try_from(value).map_or(true, |value| value >= len);
    let mut at = places(&index).iter().position(outside)?;
    let value = places(&index)[at];
    let mut place = Dims::from_elem(0, index.shape().len());
    for (i, &n) in place.iter_mut().zip(index.shape()).rev() {
        *i = at % n;
        at /= n;
    }
    Some((place, value))
}

/// The positions of the true elements of a mask, counted in logical order.
pub fn positions(mask: &Array) -> Array {
    let mask = strided::contiguous(mask);
    let flags = mask.as_slice::<bool>().expect("the mask lies in order");
    let found: Vec<i64> = (0..).zip(flags).filter_map(|(i, &flag)| flag.then_some(i)).collect();
    Array::from_slice(&[found.len()], &found)
}

/// The places of the true elements of a mask, `[number, axes]`, in logical order.
pub fn nonzero(mask: &Array) -> Array {
    let (found, lengths) = (positions(mask), mask.shape());
    Array::build::<i64>(&[found.len(), lengths.len()], |out| {
        if lengths.is_empty() {
            return;
        }
        for (place, &position) in out.chunks_exact_mut(lengths.len()).zip(places(&found)) {
            let mut at = position as usize;
            for (i, &n) in place.iter_mut().zip(lengths).rev() {
                *i = (at % n) as i64;
                at /= n;
            }
        }
    })
}

/// The slices of `x` along `axis` that `index` names; in the shape of the result the index's shape stands for the axis.
pub fn select(x: &Array, axis: usize, index: &Array) -> Array {
    let index = strided::contiguous(index);
    let (m, inner) = (index.len(), product(&x.shape()[axis + 1..]));
    let tail = row_major(&x.shape()[axis + 1..]);
    let tails = x.shape()[axis + 1..].iter().zip(&x.strides()[axis + 1..]).zip(&tail);
    let x = if tails.into_iter().all(|((&n, a), b)| n == 1 || a == b) { x.clone() } else { strided::contiguous(x) };
    let shape: Dims = [&x.shape()[..axis], index.shape(), &x.shape()[axis + 1..]].concat().into();
    with_type!(any x.dtype(), T => Array::build::<T>(&shape, |out| {
        if out.is_empty() {
            return;
        }
        let (all, first) = x.parts::<T>();
        let along = x.strides()[axis];
        let rows = (TASK / inner).max(1);
        pool::chunks_mut(out, rows * inner, |i, chunk| {
            let mut row = i * rows;
            let mut rest = chunk;
            while !rest.is_empty() {
                let group = first as isize + offset(row / m, &x.shape()[..axis], x.strides());
                let take = (m - row % m).min(rest.len() / inner);
                let (now, later) = rest.split_at_mut(take * inner);
                let picked = &places(&index)[row % m..][..take];
                if inner == 1 {
                    for (value, &place) in now.iter_mut().zip(picked) {
                        *value = all[(group + place as isize * along) as usize];
                    }
                } else {
                    for (values, &place) in now.chunks_exact_mut(inner).zip(picked) {
                        values.copy_from_slice(&all[(group + place as isize * along) as usize..][..inner]);
                    }
                }
                row += take;
                rest = later;
            }
        });
    }))
}

/// The adjoint of [`select`]: zeros of shape `into`, to whose slices along `axis` those of `x` are added where `index` says.
pub fn add_slices(x: &Array, into: &[usize], axis: usize, index: &Array) -> Array {
    add_slices_but(None, x, into, axis, index)
}

/// As [`add_slices`], but to one place along the axis nothing is added.
pub fn add_slices_but(skip: Option<usize>, x: &Array, into: &[usize], axis: usize, index: &Array) -> Array {
    let (index, x) = (strided::contiguous(index), strided::contiguous(x));
    let (m, n, inner) = (index.len(), into[axis], product(&into[axis + 1..]));
    with_type!(number x.dtype(), T => Array::build::<T>(into, |out| {
        if out.is_empty() {
            return;
        }
        let xs = x.as_slice::<T>().expect("just brought in order");
        let total = out.len() / inner;
        let rows = (TASK / inner).max(total.div_ceil(SCANS)).max(1);
        pool::chunks_mut(out, rows * inner, |i, chunk| {
            chunk.fill(T::default());
            let mine = i * rows..i * rows + chunk.len() / inner;
            if m == 0 {
                return;
            }
            for group in mine.start / n..=(mine.end - 1) / n {
                let added = xs[group * m * inner..][..m * inner].chunks_exact(inner);
                for (added, &place) in added.zip(places(&index)) {
                    let row = group * n + place as usize;
                    if !mine.contains(&row) || skip == Some(place as usize) {
                        continue;
                    }
                    let sums = &mut chunk[(row - mine.start) * inner..][..inner];
                    if inner == 1 {
                        sums[0] = sums[0].plus(added[0]);
                    } else {
                        math::zip_in_place(math::Add, sums, added);
                    }
                }
            }
        });
    }))
}

/// `start` with the slices of `x` along `axis` in place of those that `index` names; of several for one place the last.
pub fn replace_slices(start: &Array, axis: usize, index: &Array, x: &Array) -> Array {
    let (start, index, x) = (strided::contiguous(start), strided::contiguous(index), strided::contiguous(x));
    let shape = start.shape();
    let (m, n, inner) = (index.len(), shape[axis], product(&shape[axis + 1..]));
    let mut replaced_by = vec![None; n];
    for (k, &place) in places(&index).iter().enumerate() {
        replaced_by[place as usize] = Some(k);
    }
    with_type!(any start.dtype(), T => Array::build::<T>(shape, |out| {
        if out.is_empty() {
            return;
        }
        let old = start.as_slice::<T>().expect("just brought in order");
        let new = x.as_slice::<T>().expect("just brought in order");
        let rows = (TASK / inner).max(1);
        pool::chunks_mut(out, rows * inner, |i, chunk| {
            for (j, values) in chunk.chunks_exact_mut(inner).enumerate() {
                let row = i * rows + j;
                values.copy_from_slice(match replaced_by[row % n] {
                    Some(k) => &new[(row / n * m + k) * inner..][..inner],
                    None => &old[row * inner..][..inner],
                });
            }
        });
    }))
}

/// For each place of `index`, the element of `x` at the same place, but along `axis` where the index says.
pub fn gather(x: &Array, axis: usize, index: &Array) -> Array {
    let index = strided::contiguous(index);
    let mut steps = Strides::from_slice(x.strides());
    let along = std::mem::take(&mut steps[axis]);
    let last = steps.len() - 1;
    let (outer, width, across) = (&index.shape()[..last], index.shape()[last], steps[last]);
    with_type!(any x.dtype(), T => Array::build::<T>(index.shape(), |out| {
        if out.is_empty() {
            return;
        }
        let (all, first) = x.parts::<T>();
        let rows = (TASK / width).max(1);
        pool::chunks_mut(out, rows * width, |i, chunk| {
            for (j, values) in chunk.chunks_mut(width).enumerate() {
                let row = i * rows + j;
                let mut from = first as isize + offset(row, outer, &steps[..last]);
                for (value, &place) in values.iter_mut().zip(&places(&index)[row * width..]) {
                    *value = all[(from + place as isize * along) as usize];
                    from += across;
                }
            }
        });
    }))
}

/// The adjoint of [`view::walk`](crate::view::walk): zeros of shape `into`, to which each element of `x` is added where the walk
/// reads it. In the order of `x`, on one thread.
pub fn add_walk(x: &Array, into: &[usize], start: &[usize], axes: &[(usize, crate::Dims)]) -> Array {
    let x = strided::contiguous(x);
    let strides = row_major(into);
    let along =
        |steps: &[usize]| -> usize { steps.iter().zip(&strides).map(|(&n, &stride)| n * stride as usize).sum() };
    let steps: Vec<usize> = axes.iter().map(|(_, steps)| along(steps)).collect();
    with_type!(number x.dtype(), T => Array::build::<T>(into, |out| {
        out.fill(T::default());
        let xs = x.as_slice::<T>().expect("just brought in order");
        let Some((width, rows)) = axes.split_last().map(|((width, _), rows)| (*width, rows)) else {
            out[along(start)] = xs[0];
            return;
        };
        let (mut place, mut at) = (vec![0; rows.len()], along(start));
        for row in xs.chunks_exact(width.max(1)) {
            for (k, &v) in row.iter().enumerate() {
                let sum = &mut out[at + k * steps[rows.len()]];
                *sum = sum.plus(v);
            }
            for axis in (0..rows.len()).rev() {
                place[axis] += 1;
                at += steps[axis];
                if place[axis] < rows[axis].0 {
                    break;
                }
                at -= place[axis] * steps[axis];
                place[axis] = 0;
            }
        }
    }))
}

/// The adjoint of [`gather`]: zeros of shape `into`, to which each element of `x` is added at its own place, but along `axis`
/// where the index says. `x` and `index` have one shape.
pub fn scatter_add(x: &Array, into: &[usize], axis: usize, index: &Array) -> Array {
    with_type!(number x.dtype(), T => {
        scatter_by::<T>(None, into, axis, index, x, |sum, value| *sum = sum.plus(value))
    })
}

/// `start` with each element of `x` at its own place, but along `axis` where the index says; of several for one place the last.
pub fn scatter(start: &Array, axis: usize, index: &Array, x: &Array) -> Array {
    with_type!(any x.dtype(), T => {
        scatter_by::<T>(Some(start), start.shape(), axis, index, x, |old, value| *old = value)
    })
}

/// As [`scatter`], but the more extreme of what is there and what comes stays.
pub fn scatter_extreme(which: Extreme, start: &Array, axis: usize, index: &Array, x: &Array) -> Array {
    with_type!(number x.dtype(), T => {
        scatter_by::<T>(Some(start), start.shape(), axis, index, x, |best, value| {
            *best = if which.replaces(value, *best) { value } else { *best };
        })
    })
}

/// An array of shape `into` that begins as `start`, or with zeros, and to which each element of `x` comes, by `write`, at its own
/// place, but along `axis` where the index says. `x` and `index` have one shape.
fn scatter_by<T: Element>(
    start: Option<&Array>,
    into: &[usize],
    axis: usize,
    index: &Array,
    x: &Array,
    write: impl Fn(&mut T, T) + Sync,
) -> Array {
    let (index, x, start) = (strided::contiguous(index), strided::contiguous(x), start.map(strided::contiguous));
    let begin = |at: usize, out: &mut [T]| match start.as_ref().and_then(Array::as_slice::<T>) {
        Some(start) => out.copy_from_slice(&start[at..][..out.len()]),
        None => out.fill(T::default()),
    };
    let shape = index.shape();
    // Indices before the axis that are all there go to separate parts of the result, which separate tasks may fill.
    let lead = if shape[..axis] == into[..axis] { axis } else { 0 };
    let mut steps = row_major(into);
    let along = std::mem::take(&mut steps[axis]);
    let last = steps.len() - 1;
    let (width, across) = (shape[last], steps[last]);
    let (each_in, each_out) = (product(&shape[lead..]), product(&into[lead..]));
    Array::build::<T>(into, |out| {
        if out.is_empty() || index.is_empty() {
            return begin(0, out);
        }
        let xs = x.as_slice::<T>().expect("just brought in order");
        let groups = (TASK / each_out).max(1);
        pool::chunks_mut(out, groups * each_out, |i, chunk| {
            begin(i * groups * each_out, chunk);
            for (j, group) in chunk.chunks_mut(each_out).enumerate() {
                let first = (i * groups + j) * each_in;
                let coming = xs[first..][..each_in].chunks_exact(width);
                let named = places(&index)[first..][..each_in].chunks_exact(width);
                for (row, (coming, named)) in coming.zip(named).enumerate() {
                    let mut to = offset(row, &shape[lead.min(last)..last], &steps[lead.min(last)..last]);
                    for (&value, &place) in coming.iter().zip(named) {
                        write(&mut group[(to + place as isize * along) as usize], value);
                        to += across;
                    }
                }
            }
        });
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view;

    fn counting(shape: &[usize]) -> Array {
        Array::build::<i64>(shape, |out| out.iter_mut().zip(0..).for_each(|(v, i)| *v = i))
    }

    fn index(shape: &[usize], places: &[i64]) -> Array {
        Array::from_slice(shape, places)
    }

    fn values(x: &Array) -> Vec<i64> {
        strided::contiguous(x).as_slice().unwrap().to_vec()
    }

    #[test]
    fn the_first_index_outside_is_named_with_its_place() {
        assert_eq!(first_outside(&index(&[2, 2], &[0, 2, 1, 0]), 3), None);
        let found = first_outside(&index(&[2, 2], &[0, 2, -1, 3]), 3);
        assert_eq!(found, Some((Dims::from_slice(&[1, 0]), -1)));
        assert_eq!(first_outside(&index(&[1], &[3]), 3), Some((Dims::from_slice(&[0]), 3)));
    }

    #[test]
    fn slices_are_read_and_added_along_every_axis_and_layout() {
        let x = counting(&[2, 3, 2]);
        let picks = index(&[2], &[2, 0]);
        assert_eq!(values(&select(&x, 1, &picks)), [4, 5, 0, 1, 10, 11, 6, 7]);
        assert_eq!(values(&select(&view::permute(&x, &[0, 2, 1]), 2, &picks)), [4, 0, 5, 1, 10, 6, 11, 7]);
        assert_eq!(values(&select(&view::permute(&x, &[2, 1, 0]), 1, &picks)), [4, 10, 0, 6, 5, 11, 1, 7]);
        assert_eq!(select(&x, 0, &index(&[2, 1, 2], &[0, 1, 1, 0])).shape(), [2, 1, 2, 3, 2]);
        let twice = index(&[3], &[2, 2, 0]);
        let added = add_slices(&counting(&[2, 3, 2]), &[2, 3, 2], 1, &twice);
        assert_eq!(values(&added), [4, 5, 0, 0, 2, 4, 10, 11, 0, 0, 14, 16]);
    }

    /// Against the definition, element by element, over sizes that take several tasks.
    #[test]
    fn long_sums_are_split_without_loss() {
        for (into, m, axis) in [(&[3, 40_001][..], 50_000, 1), (&[70_001, 3], 1000, 0), (&[50, 7, 300], 11, 1)] {
            let (n, inner) = (into[axis], product(&into[axis + 1..]));
            let picks: Vec<i64> = (0..m).map(|k| (k * 7919 % n) as i64).collect();
            let mut shape = Dims::from_slice(into);
            shape[axis] = m;
            let x = counting(&shape);
            let mut expected = vec![0i64; product(into)];
            for (at, v) in values(&x).into_iter().enumerate() {
                let (o, k, j) = (at / inner / m, at / inner % m, at % inner);
                expected[(o * n + picks[k] as usize) * inner + j] += v;
            }
            assert_eq!(values(&add_slices(&x, into, axis, &index(&[m], &picks))), expected, "{into:?}");
            let mut lengths = Dims::from_elem(1, into.len());
            lengths[axis] = m;
            let everywhere = view::broadcast_to(&index(&lengths, &picks), &shape);
            assert_eq!(values(&scatter_add(&x, into, axis, &everywhere)), expected, "{into:?}");
        }
    }

    #[test]
    fn gathered_and_scattered_elements_meet_at_their_places() {
        let x = view::permute(&counting(&[3, 2]), &[1, 0]);
        let picks = index(&[1, 2], &[2, 2]);
        assert_eq!(values(&gather(&x, 1, &picks)), [4, 4]);
        assert_eq!(values(&gather(&x, 0, &index(&[2, 2], &[1, 0, 0, 1]))), [1, 2, 0, 3]);
        let added = index(&[1, 2], &[5, 6]);
        assert_eq!(values(&scatter_add(&added, &[2, 3], 1, &picks)), [0, 0, 11, 0, 0, 0]);
        assert_eq!(values(&scatter_add(&added, &[3, 2], 0, &index(&[1, 2], &[2, 0]))), [0, 6, 0, 0, 5, 0]);
    }

    #[test]
    fn of_several_for_one_place_the_last_or_the_most_extreme_stays() {
        let start = view::permute(&counting(&[3, 2]), &[1, 0]);
        let (twice, new) = (index(&[1, 3], &[2, 2, 0]), index(&[1, 3], &[9, -7, 8]));
        assert_eq!(values(&scatter(&start, 1, &twice, &new)), [8, 2, -7, 1, 3, 5]);
        assert_eq!(values(&scatter_extreme(Extreme::Max, &start, 1, &twice, &new)), [8, 2, 9, 1, 3, 5]);
        assert_eq!(values(&scatter_extreme(Extreme::Min, &start, 1, &twice, &new)), [0, 2, -7, 1, 3, 5]);
        let slices = index(&[2, 3], &[10, 11, 12, 13, 14, 15]);
        assert_eq!(values(&replace_slices(&start, 1, &index(&[3], &[1, 0, 1]), &slices)), [11, 12, 4, 14, 15, 5]);
        let none = Array::from_slice::<i64>(&[2, 0], &[]);
        assert_eq!(values(&replace_slices(&start, 1, &index(&[0], &[]), &none)), values(&start));
    }

    #[test]
    fn one_place_can_be_left_out_of_the_sums() {
        let added = add_slices_but(Some(1), &index(&[3], &[5, 6, 7]), &[2], 0, &index(&[3], &[1, 0, 1]));
        assert_eq!(values(&added), [6, 0]);
    }

    #[test]
    fn places_of_true_elements_are_told_axis_by_axis() {
        let mask = Array::from_slice(&[2, 1, 3], &[false, true, false, true, false, true]);
        let found = nonzero(&mask);
        assert_eq!((found.shape(), values(&found)), (&[3, 3][..], vec![0, 0, 1, 1, 0, 0, 1, 0, 2]));
        assert_eq!(nonzero(&Array::scalar(true)).shape(), [1, 0]);
    }

    #[test]
    fn true_elements_are_counted_in_logical_order() {
        let mask = view::permute(&Array::from_slice(&[2, 2], &[true, true, false, true]), &[1, 0]);
        assert_eq!(values(&positions(&mask)), [0, 2, 3]);
    }
}
