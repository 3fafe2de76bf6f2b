//! Functions of one, two or three elements over whole arrays. Shapes are equal here: broadcasting is a view made before.

use crate::array::{Array, same_shape};
use crate::dtype::{DType, Element, Number};
use crate::math::{self, Binary, Unary};
use crate::strided::{BLOCK, Reader, TASK};
use crate::{pool, with_type};

/// Reads `x` in blocks along with `out` and calls `each(x block, out block)`. Not generic over `each`: one call through a pointer
/// per block costs nothing, a copy of this code for every op would cost the compiler a minute.
fn blocks1<A: Element, O: Element>(x: &Array, out: &mut [O], each: &(dyn Fn(&[A], &mut [O]) + Sync)) {
    if let Some(xs) = x.as_slice::<A>() {
        if out.len() <= TASK {
            return each(xs, out);
        }
        return pool::chunks_mut(out, TASK, |i, chunk| each(&xs[i * TASK..][..chunk.len()], chunk));
    }
    let reader = Reader::<A>::new(x);
    pool::chunks_mut(out, TASK, |i, chunk| {
        let mut scratch = [A::default(); BLOCK];
        let mut done = 0;
        while done < chunk.len() {
            let at = i * TASK + done;
            let len = reader.step(at, chunk.len() - done);
            each(reader.block(at, len, &mut scratch), &mut chunk[done..done + len]);
            done += len;
        }
    });
}

/// A kernel on blocks of two operands.
type Each2<'a, A, B, O> = dyn Fn(&[A], &[B], &mut [O]) + Sync + 'a;

/// As [`blocks1`], for two operands.
fn blocks2<A: Element, B: Element, O: Element>(x: &Array, y: &Array, out: &mut [O], each: &Each2<'_, A, B, O>) {
    assert!(same_shape(x.shape(), y.shape()), "elementwise operands differ in shape");
    if let (Some(xs), Some(ys)) = (x.as_slice::<A>(), y.as_slice::<B>()) {
        if out.len() <= TASK {
            return each(xs, ys, out);
        }
        return pool::chunks_mut(out, TASK, |i, chunk| {
            let range = i * TASK..i * TASK + chunk.len();
            each(&xs[range.clone()], &ys[range], chunk);
        });
    }
    let (rx, ry) = (Reader::<A>::new(x), Reader::<B>::new(y));
    pool::chunks_mut(out, TASK, |i, chunk| {
        let (mut sx, mut sy) = ([A::default(); BLOCK], [B::default(); BLOCK]);
        let mut done = 0;
        while done < chunk.len() {
            let (at, left) = (i * TASK + done, chunk.len() - done);
            let len = rx.step(at, left).min(ry.step(at, left));
            each(rx.block(at, len, &mut sx), ry.block(at, len, &mut sy), &mut chunk[done..done + len]);
            done += len;
        }
    });
}

/// `f` of each element of a float array.
pub fn unary<F: Unary<f32> + Unary<f64>>(f: F, x: &Array) -> Array {
    with_type!(float x.dtype(), T => unary_typed::<T, F>(f, x))
}

/// `f` of each element of an array whose type is known to be `T`.
pub fn unary_typed<T: Element, F: Unary<T>>(f: F, x: &Array) -> Array {
    Array::build::<T>(x.shape(), |out| blocks1::<T, T>(x, out, &|xs, out| math::map(f, xs, out)))
}

/// `f` of each pair of elements of two float arrays.
pub fn binary<F: Binary<f32> + Binary<f64>>(f: F, x: &Array, y: &Array) -> Array {
    with_type!(float x.dtype(), T => binary_typed::<T, F>(f, x, y))
}

/// `f` of each pair of elements of two arrays whose type is known to be `T`.
pub fn binary_typed<T: Element, F: Binary<T>>(f: F, x: &Array, y: &Array) -> Array {
    Array::build::<T>(x.shape(), |out| blocks2::<T, T, T>(x, y, out, &|xs, ys, out| math::zip(f, xs, ys, out)))
}

/// `x += y`, in place where `x` is the only handle on its elements.
pub fn add_assign(x: &mut Array, y: &Array) {
    with_type!(number x.dtype(), T => {
        if x.is_unique() {
            zip_in_place::<T, _>(math::Add, x, y);
        } else {
            *x = binary_typed::<T, _>(math::Add, x, y);
        }
    })
}

/// `x = f(x)` for each element of a float array; copied first where others can see them.
pub fn unary_in_place<F: Unary<f32> + Unary<f64>>(f: F, x: &mut Array) {
    with_type!(float x.dtype(), T => map_in_place::<T, F>(f, x))
}

/// As [`unary_in_place`], for an array whose type is known to be `T`.
pub fn map_in_place<T: Element, F: Unary<T>>(f: F, x: &mut Array) {
    let out = x.make_mut::<T>();
    if out.len() <= TASK {
        math::map_in_place(f, out);
    } else {
        pool::chunks_mut(out, TASK, |_, chunk| math::map_in_place(f, chunk));
    }
}

/// `x = f(x, y)` for each pair of elements of two float arrays; copied first where others can see those of `x`.
pub fn binary_in_place<F: Binary<f32> + Binary<f64>>(f: F, x: &mut Array, y: &Array) {
    with_type!(float x.dtype(), T => zip_in_place::<T, F>(f, x, y))
}

fn zip_in_place<T: Element, F: Binary<T>>(f: F, x: &mut Array, y: &Array) {
    assert!(same_shape(x.shape(), y.shape()), "elementwise operands differ in shape");
    let out = x.make_mut::<T>();
    let each = |ys: &[T], out: &mut [T]| math::zip_in_place(f, out, ys);
    blocks1::<T, T>(y, out, &each);
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Equal; NaN is equal to nothing.
    Eq,
    /// Not equal; NaN differs from everything.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// Compares element by element.
pub fn compare(how: Comparison, x: &Array, y: &Array) -> Array {
    with_type!(any x.dtype(), T => compare_typed::<T>(how, x, y))
}

fn compare_typed<T: Element + PartialOrd>(how: Comparison, x: &Array, y: &Array) -> Array {
    match how {
        Comparison::Eq => test_pairs::<T>(x, y, |a, b| a == b),
        Comparison::Ne => test_pairs::<T>(x, y, |a, b| a != b),
        Comparison::Lt => test_pairs::<T>(x, y, |a, b| a < b),
        Comparison::Le => test_pairs::<T>(x, y, |a, b| a <= b),
        Comparison::Gt => test_pairs::<T>(x, y, |a, b| a > b),
        Comparison::Ge => test_pairs::<T>(x, y, |a, b| a >= b),
    }
}

/// A test of each pair of elements, inlined into the loop so that it vectorises.
fn test_pairs<T: Element>(x: &Array, y: &Array, test: impl Fn(T, T) -> bool + Sync) -> Array {
    Array::build::<bool>(x.shape(), |out| {
        blocks2::<T, T, bool>(x, y, out, &|xs, ys, out| {
            for ((o, &a), &b) in out.iter_mut().zip(xs).zip(ys) {
                *o = test(a, b);
            }
        });
    })
}

/// A test of each element, as f64.
pub fn test_each(x: &Array, test: impl Fn(f64) -> bool + Sync) -> Array {
    with_type!(any x.dtype(), T => Array::build::<bool>(x.shape(), |out| blocks1::<T, bool>(x, out, &|xs, out| {
        for (o, a) in out.iter_mut().zip(xs) {
            *o = test(a.to_f64());
        }
    })))
}

/// A truth function of each pair of bool elements.
pub fn logical(x: &Array, y: &Array, f: impl Fn(bool, bool) -> bool + Sync) -> Array {
    test_pairs::<bool>(x, y, f)
}

/// The element of `x` where `mask` is true, of `y` elsewhere.
pub fn select(mask: &Array, x: &Array, y: &Array) -> Array {
    assert_eq!(mask.shape(), x.shape(), "mask and operands differ in shape");
    assert_eq!(x.shape(), y.shape(), "mask and operands differ in shape");
    with_type!(any x.dtype(), T => Array::build::<T>(x.shape(), |out| {
        let (mask, rx, ry) = (Reader::<bool>::new(mask), Reader::<T>::new(x), Reader::<T>::new(y));
        pool::chunks_mut(out, TASK, |i, chunk| {
            let (mut sm, mut sx, mut sy) = ([false; BLOCK], [T::default(); BLOCK], [T::default(); BLOCK]);
            let mut done = 0;
            while done < chunk.len() {
                let (at, left) = (i * TASK + done, chunk.len() - done);
                let len = mask.step(at, left).min(rx.step(at, left)).min(ry.step(at, left));
                let operands = rx.block(at, len, &mut sx).iter().zip(ry.block(at, len, &mut sy));
                let out = chunk[done..done + len].iter_mut().zip(mask.block(at, len, &mut sm));
                for ((o, &m), (&a, &b)) in out.zip(operands) {
                    *o = if m { a } else { b };
                }
                done += len;
            }
        });
    }))
}

/// The values as another type: floats to integers truncate and saturate, NaN is 0; numbers to bool are "not zero".
pub fn cast(x: &Array, dtype: DType) -> Array {
    if x.dtype() == dtype {
        return x.clone();
    }
    with_type!(any x.dtype(), A => with_type!(any dtype, B => Array::build::<B>(x.shape(), |out| {
        blocks1::<A, B>(x, out, &|xs, out| {
            for (o, &a) in out.iter_mut().zip(xs) {
                *o = if A::DTYPE == DType::I64 || A::DTYPE == DType::Bool { B::from_i64(a.to_i64()) } else { B::from_f64(a.to_f64()) };
            }
        });
    })))
}

/// Whether any element of a float array is NaN or infinite.
pub fn any_non_finite(x: &Array) -> bool {
    fn any<T: Number>(x: &Array) -> bool {
        crate::strided::contiguous(x).as_slice::<T>().is_some_and(|xs| xs.iter().any(|v| !v.to_f64().is_finite()))
    }
    with_type!(float x.dtype(), T => any::<T>(x))
}
