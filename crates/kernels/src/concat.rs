//! Pieces laid side by side along an axis, and one piece laid into zeros.
//!
//! A piece contributes one run of neighbours for each index before the axis, so both are copies of runs, whatever the layout
//! of the pieces.

use crate::array::{Array, Dims};
use crate::dtype::Element;
use crate::strided::{Reader, TASK};
use crate::{pool, with_type};

/// The pieces one after another along `axis`. They have one type and agree in all other axes.
///
/// # Panics
/// If there are none.
pub fn concat(pieces: &[Array], axis: usize) -> Array {
    let mut shape = Dims::from_slice(pieces[0].shape());
    shape[axis] = pieces.iter().map(|piece| piece.shape()[axis]).sum();
    with_type!(any pieces[0].dtype(), T => Array::build::<T>(&shape, |out| {
        if !out.is_empty() {
            lay(pieces, axis, shape[axis..].iter().product(), out);
        }
    }))
}

/// Fills `out`, which has `row` elements for each index before the axis.
fn lay<T: Element>(pieces: &[Array], axis: usize, row: usize, out: &mut [T]) {
    let readers: Vec<Reader<'_, T>> = pieces.iter().map(Reader::new).collect();
    let runs: Vec<usize> = pieces.iter().map(|piece| piece.shape()[axis..].iter().product()).collect();
    let begins: Vec<usize> = runs.iter().scan(0, |end, run| Some(std::mem::replace(end, *end + run))).collect();
    pool::chunks_mut(out, TASK, |i, chunk| {
        let mut at = i * TASK;
        let mut rest = chunk;
        let mut piece = begins.partition_point(|&begin| begin <= at % row) - 1;
        while !rest.is_empty() {
            let within = at % row - begins[piece];
            let (now, later) = rest.split_at_mut((runs[piece] - within).min(rest.len()));
            readers[piece].gather(at / row * runs[piece] + within, now);
            at += now.len();
            rest = later;
            piece = if at.is_multiple_of(row) { 0 } else { piece + 1 };
            while piece < runs.len() && runs[piece] == 0 {
                piece += 1;
            }
        }
    });
}

/// Zeros of shape `into`, where every `step`-th place along `axis` from `start` on holds `x`; a negative step walks backwards.
pub fn pad(x: &Array, into: &[usize], axis: usize, start: usize, step: isize) -> Array {
    let (len, n) = (x.shape()[axis], into[axis]);
    let inner: usize = into[axis + 1..].iter().product();
    let group = n * inner;
    with_type!(any x.dtype(), T => Array::build::<T>(into, |out| {
        if x.is_empty() || out.is_empty() {
            return out.fill(T::default());
        }
        let reader = Reader::<T>::new(x);
        let groups = (TASK / group).max(1);
        pool::chunks_mut(out, groups * group, |i, chunk| {
            for (j, out) in chunk.chunks_mut(group).enumerate() {
                let from = (i * groups + j) * len * inner;
                if step == 1 {
                    let (before, rest) = out.split_at_mut(start * inner);
                    let (filled, after) = rest.split_at_mut(len * inner);
                    before.fill(T::default());
                    reader.gather(from, filled);
                    after.fill(T::default());
                } else {
                    out.fill(T::default());
                    for k in 0..len {
                        let row = (start as isize + k as isize * step) as usize;
                        reader.gather(from + k * inner, &mut out[row * inner..][..inner]);
                    }
                }
            }
        });
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view;

    fn counting(shape: &[usize], from: i64) -> Array {
        Array::build::<i64>(shape, |out| out.iter_mut().zip(from..).for_each(|(v, i)| *v = i))
    }

    #[test]
    fn pieces_of_any_layout_and_length_follow_one_another() {
        let a = counting(&[2, 2], 0);
        let none = counting(&[2, 0], 0);
        let b = view::permute(&counting(&[3, 2], 10), &[1, 0]);
        let joined = concat(&[none.clone(), a.clone(), none.clone(), b, none], 1);
        assert_eq!(joined.shape(), [2, 5]);
        assert_eq!(joined.as_slice::<i64>().unwrap(), [0, 1, 10, 12, 14, 2, 3, 11, 13, 15]);
        let rows = concat(&[a.clone(), a], 0);
        assert_eq!(rows.as_slice::<i64>().unwrap(), [0, 1, 2, 3, 0, 1, 2, 3]);
    }

    #[test]
    fn runs_are_cut_at_task_borders() {
        let (wide, narrow) = (TASK / 3 + 5, 7);
        let (a, b) = (counting(&[9, wide], 0), counting(&[9, narrow], -1000));
        let joined = concat(&[a, b], 1);
        let all = joined.as_slice::<i64>().unwrap();
        for (row, values) in all.chunks(wide + narrow).enumerate() {
            assert!(values[..wide].iter().copied().eq((row * wide) as i64..((row + 1) * wide) as i64), "row {row}");
            assert_eq!(values[wide], -1000 + (row * narrow) as i64);
        }
    }

    #[test]
    fn what_a_piece_does_not_cover_is_zero() {
        let x = counting(&[2, 2], 1);
        assert_eq!(pad(&x, &[2, 4], 1, 1, 1).as_slice::<i64>().unwrap(), [0, 1, 2, 0, 0, 3, 4, 0]);
        assert_eq!(pad(&x, &[2, 4], 1, 3, -2).as_slice::<i64>().unwrap(), [0, 2, 0, 1, 0, 4, 0, 3]);
        assert_eq!(pad(&x, &[3, 2], 0, 0, 2).as_slice::<i64>().unwrap(), [1, 2, 0, 0, 3, 4]);
    }
}
