//! Views: the same elements under another shape, without a copy.
//!
//! Arguments have been checked by the tensor layer, which names the user's line; what is asserted here keeps memory safe.

use smallvec::SmallVec;

use crate::array::{Array, Dims, Strides, row_major};
use crate::strided;

/// Axes in another order: axis `i` of the result is axis `order[i]` of `x`.
pub fn permute(x: &Array, order: &[usize]) -> Array {
    let shape = order.iter().map(|&a| x.shape()[a]).collect();
    let strides = order.iter().map(|&a| x.strides()[a]).collect();
    x.view(shape, strides, 0)
}

/// Repeats axes of length 1, and new ones in front, to `shape` by stride 0.
///
/// # Panics
/// If the shapes do not broadcast.
pub fn broadcast_to(x: &Array, shape: &[usize]) -> Array {
    let lead = shape.len().checked_sub(x.shape().len()).expect("cannot broadcast to fewer axes");
    let mut strides = Strides::from_elem(0, shape.len());
    for (i, (&n, &stride)) in x.shape().iter().zip(x.strides()).enumerate() {
        assert!(n == 1 || n == shape[lead + i], "{:?} does not broadcast to {shape:?}", x.shape());
        if n != 1 {
            strides[lead + i] = stride;
        }
    }
    x.view(Dims::from_slice(shape), strides, 0)
}

/// Every `step`-th element along `axis`, `len` of them from `start` on; a negative step walks backwards.
pub fn slice(x: &Array, axis: usize, start: usize, len: usize, step: isize) -> Array {
    let (mut shape, mut strides) = (Dims::from_slice(x.shape()), Strides::from_slice(x.strides()));
    let offset = if len == 0 { 0 } else { start as isize * strides[axis] };
    shape[axis] = len;
    strides[axis] *= step;
    x.view(shape, strides, offset)
}

/// A walk over an array by several steps at once: axis `k` of the result has `axes[k].0` places, and each of them goes
/// `axes[k].1[a]` places on along axis `a` of `x`, the first from `start`.
///
/// # Panics
/// If the walk leaves the array.
pub fn walk(x: &Array, start: &[usize], axes: &[(usize, Dims)]) -> Array {
    let shape: Dims = axes.iter().map(|(length, _)| *length).collect();
    let empty = shape.contains(&0);
    for (a, &length) in x.shape().iter().enumerate() {
        let furthest = start[a] + axes.iter().map(|(n, steps)| n.saturating_sub(1) * steps[a]).sum::<usize>();
        assert!(empty || furthest < length, "the walk leaves axis {a} of {:?}", x.shape());
    }
    let along = |steps: &[usize]| steps.iter().zip(x.strides()).map(|(&n, &stride)| n as isize * stride).sum();
    let strides: Strides = axes.iter().map(|(_, steps)| along(steps)).collect();
    x.view(shape, strides, if empty { 0 } else { along(start) })
}

/// The elements at one place along `axis`, which goes.
pub fn select(x: &Array, axis: usize, index: usize) -> Array {
    let (mut shape, mut strides) = (Dims::from_slice(x.shape()), Strides::from_slice(x.strides()));
    let offset = index as isize * strides.remove(axis);
    assert!(index < shape.remove(axis), "the place is past the end of its axis");
    x.view(shape, strides, offset)
}

/// Another shape of as many elements: a view where the strides allow it, a copy elsewhere.
pub fn reshape(x: &Array, shape: &[usize]) -> Array {
    match reshaped_strides(x, shape) {
        Some(strides) => x.view(Dims::from_slice(shape), strides, 0),
        None => {
            let copied = strided::copy(x);
            copied.view(Dims::from_slice(shape), row_major(shape), 0)
        }
    }
}

/// The strides under which `x` has `shape`, if there are any.
fn reshaped_strides(x: &Array, shape: &[usize]) -> Option<Strides> {
    if x.is_contiguous() {
        return Some(row_major(shape));
    }
    let old: SmallVec<[(usize, isize); 4]> =
        x.shape().iter().copied().zip(x.strides().iter().copied()).filter(|&(n, _)| n != 1).collect();
    let mut strides = Strides::from_elem(0, shape.len());
    let (mut i, mut j) = (0, 0);
    while i < old.len() {
        // Take axes from both sides until they hold equally many elements.
        let (mut from, mut to) = (i + 1, j);
        let (mut have, mut want) = (old[i].0, 1);
        while have != want {
            if want < have {
                want *= *shape.get(to)?;
                to += 1;
            } else {
                have *= old.get(from)?.0;
                from += 1;
            }
        }
        // The old axes of the group must follow one another without gaps.
        for k in i..from - 1 {
            if old[k].1 != old[k + 1].1 * old[k + 1].0 as isize {
                return None;
            }
        }
        let mut step = old[from - 1].1;
        for k in (j..to).rev() {
            strides[k] = step;
            step *= shape[k] as isize;
        }
        (i, j) = (from, to);
    }
    Some(strides)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(shape: &[usize]) -> Array {
        Array::build::<i64>(shape, |out| out.iter_mut().enumerate().for_each(|(i, v)| *v = i as i64))
    }

    fn values(x: &Array) -> Vec<i64> {
        strided::contiguous(x).as_slice().unwrap().to_vec()
    }

    #[test]
    fn permuted_elements_are_read_in_the_new_order() {
        let x = permute(&counting(&[2, 3]), &[1, 0]);
        assert_eq!((x.shape(), values(&x)), (&[3, 2][..], vec![0, 3, 1, 4, 2, 5]));
    }

    #[test]
    fn broadcast_elements_repeat() {
        let x = broadcast_to(&counting(&[2, 1]), &[2, 2, 3]);
        assert_eq!(values(&x), [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
        assert_eq!(values(&broadcast_to(&counting(&[1]), &[0])), []);
    }

    #[test]
    fn slices_start_step_and_walk_backwards() {
        let x = counting(&[3, 5]);
        assert_eq!(values(&slice(&x, 1, 1, 2, 2)), [1, 3, 6, 8, 11, 13]);
        assert_eq!(values(&slice(&slice(&x, 1, 4, 5, -1), 0, 2, 1, 1)), [14, 13, 12, 11, 10]);
        assert_eq!(values(&slice(&x, 0, 3, 0, 1)), []);
    }

    #[test]
    fn reshape_is_a_view_exactly_where_strides_allow() {
        let x = counting(&[2, 3, 4]);
        let t = permute(&x, &[0, 2, 1]);
        for (from, shape, view) in [
            (&x, &[6, 4][..], true),
            (&t, &[2, 1, 4, 3], true),
            (&t, &[8, 3], false),
            (&t, &[2, 12], false),
            (&t, &[2, 2, 2, 3], true),
            (&slice(&x, 1, 0, 2, 1), &[2, 8], true),
            (&slice(&x, 1, 0, 2, 1), &[16], false),
            (&broadcast_to(&x, &[2, 2, 3, 4]), &[2, 24], true),
            (&broadcast_to(&x, &[2, 2, 3, 4]), &[48], false),
        ] {
            let y = reshape(from, shape);
            assert_eq!(values(&y), values(from), "{from:?} to {shape:?}");
            assert_eq!(y.block() == x.block(), view, "{from:?} to {shape:?}");
        }
    }
}
