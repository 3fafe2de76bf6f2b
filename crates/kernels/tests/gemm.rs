//! Matrix products against the plain triple loop.

use std::fmt::Debug;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tapegrad_kernels::gemm::{MatRef, Scalar, gemm};
use tapegrad_kernels::isa::{self, Level};
use tapegrad_kernels::pool;

/// The SIMD level and the number of threads belong to the whole process, so these tests take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `test` at every level of the machine, then sets the best one again.
fn at_every_level(test: impl Fn(Level)) {
    let _turn = alone();
    for level in Level::available() {
        isa::set_level(level);
        test(level);
    }
}

trait Element: Scalar + PartialEq + Debug {
    /// The unit roundoff; 0 where arithmetic is exact.
    const ROUNDOFF: f64;
    fn from_f64(x: f64) -> Self;
    fn to_f64(self) -> f64;
}

macro_rules! element {
    ($($t:ty: $roundoff:expr),*) => {$(
        impl Element for $t {
            const ROUNDOFF: f64 = $roundoff;
            fn from_f64(x: f64) -> $t { x as $t }
            fn to_f64(self) -> f64 { self as f64 }
        }
    )*};
}
element!(f32: f32::EPSILON as f64 / 2.0, f64: f64::EPSILON / 2.0, i64: 0.0);

/// `n` numbers in -100..=100 (a hundredth of that for floats) that look random and depend on `seed`.
fn numbers<T: Element>(n: usize, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let scale = if T::ROUNDOFF > 0.0 { 0.01 } else { 1.0 };
    let next = |_| {
        state = state.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(1);
        T::from_f64(((state >> 33) % 201) as f64 - 100.0).to_f64() * scale
    };
    (0..n).map(next).map(T::from_f64).collect()
}

fn get<T: Copy>(m: MatRef<'_, T>, i: usize, j: usize) -> T {
    m.data[(m.offset as isize + i as isize * m.row_stride + j as isize * m.col_stride) as usize]
}

/// Checks `gemm` on these views, assigning and accumulating. The error of a sum of k products, in any order, is at most k + 1
/// roundoffs of the sum of their magnitudes (repeated operands do come close).
#[track_caller]
fn check<T: Element>((m, n, k): (usize, usize, usize), a: MatRef<'_, T>, b: MatRef<'_, T>, what: &str) {
    let before: Vec<T> = numbers(m * n, 3);
    for accumulate in [false, true] {
        let mut c = before.clone();
        gemm(m, n, k, a, b, &mut c, accumulate);
        for (at, &found) in c.iter().enumerate() {
            let (i, j) = (at / n, at % n);
            let start = if accumulate { before[at].to_f64() } else { 0.0 };
            let products = (0..k).map(|p| get(a, i, p).to_f64() * get(b, p, j).to_f64());
            let (sum, size) = products.fold((start, start.abs()), |(s, t), x| (s + x, t + x.abs()));
            let bound = (k + 2) as f64 * (T::ROUNDOFF + f64::EPSILON / 2.0) * size;
            assert!(
                (found.to_f64() - sum).abs() <= bound * f64::from(u8::from(T::ROUNDOFF > 0.0)),
                "{what}: {m} x {k} x {n}, accumulate {accumulate}, element ({i}, {j}): {found:?}, expected {sum}"
            );
        }
    }
}

/// All four ways of transposing.
fn check_layouts<T: Element>((m, n, k): (usize, usize, usize), what: &str) {
    let (a, b): (Vec<T>, Vec<T>) = (numbers(m * k, 1), numbers(k * n, 2));
    for transposed in 0..4 {
        let a = if transposed & 1 == 0 { MatRef::rows(&a, k) } else { MatRef::rows(&a, m).transposed() };
        let b = if transposed & 2 == 0 { MatRef::rows(&b, n) } else { MatRef::rows(&b, k).transposed() };
        check((m, n, k), a, b, &format!("{what}, layout {transposed}"));
    }
}

fn check_all_types(size: (usize, usize, usize), level: Level) {
    check_layouts::<f32>(size, &format!("f32 at {level:?}"));
    check_layouts::<f64>(size, &format!("f64 at {level:?}"));
    check_layouts::<i64>(size, &format!("i64 at {level:?}"));
}

#[test]
fn products_of_all_small_sizes_are_right() {
    at_every_level(|level| {
        for (m, n, k) in (0..1000).map(|i| (i / 100, i / 10 % 10, i % 10)) {
            check_all_types((m, n, k), level);
        }
    });
}

#[test]
fn products_of_odd_sizes_are_right() {
    let sizes = [
        (11, 13, 17),
        (14, 32, 5),
        (15, 33, 19),
        (29, 31, 37),
        (16, 16, 1),
        (2, 67, 16),
        (67, 2, 129),
        (65, 97, 41),
        (71, 16, 331),
        (43, 48, 643),
        (3, 1031, 3),
        (173, 7, 321),
        (1, 67, 101),
        (103, 1, 67),
        (8, 1, 1031),
        (1, 129, 1031),
    ];
    at_every_level(|level| sizes.iter().for_each(|&size| check_all_types(size, level)));
}

#[test]
fn products_larger_than_a_block_are_right() {
    at_every_level(|level| {
        check_layouts::<f32>((179, 67, 331), &format!("f32 at {level:?}"));
        check_layouts::<f64>((179, 67, 331), &format!("f64 at {level:?}"));
        check_layouts::<f32>((66, 1033, 37), &format!("f32 at {level:?}"));
        check_layouts::<f64>((66, 521, 37), &format!("f64 at {level:?}"));
    });
}

#[test]
fn strided_repeated_and_reversed_views_are_right() {
    fn all<T: Element>(level: Level) {
        for (m, n, k) in
            [(1, 1, 1), (5, 7, 3), (17, 35, 19), (70, 33, 40), (1, 9, 40), (9, 1, 40), (300, 1, 3), (70, 1, 9)]
        {
            let data: Vec<T> = numbers(8 * (m + 1) * (n + 1) * (k + 1), 4);
            let reach = |n: usize, stride: isize| (n as isize - 1) * -stride.min(0);
            let view = |rows: usize, cols: usize, row_stride: isize, col_stride: isize| {
                let offset = 3 + (reach(rows, row_stride) + reach(cols, col_stride)) as usize;
                MatRef { data: &data, offset, row_stride, col_stride }
            };
            let strides = |rows: usize, cols: usize| {
                let (r, c) = (rows as isize, cols as isize);
                [
                    (2 * c, 2),
                    (c + 5, 1),
                    (1, r + 3),
                    (0, 1),
                    (1, 0),
                    (0, 0),
                    (c, 0),
                    (0, 3),
                    (-c, 1),
                    (c, -1),
                    (-1, -r),
                    (3, 2 * r),
                ]
            };
            for (ar, ac) in strides(m, k) {
                for (br, bc) in strides(k, n) {
                    check(
                        (m, n, k),
                        view(m, k, ar, ac),
                        view(k, n, br, bc),
                        &format!("{level:?} ({ar},{ac}) ({br},{bc})"),
                    );
                }
            }
        }
    }
    at_every_level(|level| {
        all::<f32>(level);
        all::<f64>(level);
        all::<i64>(level);
    });
}

#[test]
fn a_product_of_depth_zero_is_zero_or_leaves_the_sum_alone() {
    let mut c = [1.0, 2.0];
    gemm(1, 2, 0, MatRef::rows(&[], 0), MatRef::rows(&[], 2), &mut c, true);
    assert_eq!(c, [1.0, 2.0]);
    gemm(1, 2, 0, MatRef::rows(&[], 0), MatRef::rows(&[], 2), &mut c, false);
    assert_eq!(c, [0.0, 0.0]);
}

#[test]
fn an_assigned_result_forgets_nan_and_a_nan_in_the_operands_stays() {
    at_every_level(|level| {
        for (m, n, k) in [(3, 5, 4), (40, 70, 50), (40, 1, 50), (1, 40, 50)] {
            let (mut a, b) = (numbers::<f32>(m * k, 1), numbers::<f32>(k * n, 2));
            let mut c = vec![f32::NAN; m * n];
            gemm(m, n, k, MatRef::rows(&a, k), MatRef::rows(&b, n), &mut c, false);
            assert!(c.iter().all(|x| x.is_finite()), "{level:?}");
            a[k - 1] = f32::NAN;
            gemm(m, n, k, MatRef::rows(&a, k), MatRef::rows(&b, n), &mut c, false);
            for (i, x) in c.iter().enumerate() {
                assert_eq!(x.is_nan(), i < n, "{level:?}: just the first row, at {i}");
            }
        }
    });
}

#[test]
fn integers_wrap() {
    let mut c = [1];
    gemm(1, 1, 2, MatRef::rows(&[i64::MAX, 1], 2), MatRef::rows(&[2, 3], 1), &mut c, true);
    assert_eq!(c, [2]);
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    fn bits<T: Element>((m, n, k): (usize, usize, usize), level: Level) {
        let (a, b): (Vec<T>, Vec<T>) = (numbers(m * k, 1), numbers(k * n, 2));
        for transposed in 0..4 {
            let a = if transposed & 1 == 0 { MatRef::rows(&a, k) } else { MatRef::rows(&a, m).transposed() };
            let b = if transposed & 2 == 0 { MatRef::rows(&b, n) } else { MatRef::rows(&b, k).transposed() };
            let run = |threads| {
                pool::set_num_threads(threads);
                let before = pool::parallel_jobs();
                let mut c: Vec<T> = numbers(m * n, 3);
                gemm(m, n, k, a, b, &mut c, true);
                assert_eq!(
                    pool::parallel_jobs() - before,
                    u64::from(threads > 1),
                    "{m} x {k} x {n} on {threads} threads"
                );
                c
            };
            let one = run(1);
            for threads in [2, 3, 16] {
                assert!(run(threads) == one, "{m} x {k} x {n}, layout {transposed}, {threads} threads, {level:?}");
            }
        }
    }
    at_every_level(|level| {
        for size in [
            (131, 257, 67),
            (29, 31, 2503),
            (1009, 3, 701),
            (3, 1009, 701),
            (1, 1009, 503),
            (17003, 1, 31),
            (19, 1, 27001),
        ] {
            bits::<f32>(size, level);
            bits::<f64>(size, level);
        }
    });
}

#[test]
fn the_parallel_product_is_right() {
    let _turn = alone();
    pool::set_num_threads(3);
    let before = pool::parallel_jobs();
    check_layouts::<f32>((131, 157, 101), "f32");
    check_layouts::<f64>((19, 1, 27001), "f64");
    check_layouts::<f64>((1, 19, 27001), "f64");
    check_layouts::<f32>((17003, 1, 31), "f32");
    check_layouts::<i64>((131, 157, 101), "i64");
    assert_eq!(pool::parallel_jobs() - before, 5 * 4 * 2);
}

#[test]
fn a_view_that_leaves_its_slice_is_refused() {
    let data = [0.0; 12];
    let fits = |offset, row_stride, col_stride| {
        let a = MatRef { data: &data, offset, row_stride, col_stride };
        let unit = MatRef::rows(&[1.0; 4], 1);
        std::panic::catch_unwind(|| gemm(3, 1, 4, a, unit, &mut [0.0; 3], false)).is_ok()
    };
    assert!(fits(0, 4, 1) && fits(0, 1, 3) && fits(11, 0, 0) && fits(11, -4, -1) && fits(3, 4, -1));
    assert!(!fits(1, 4, 1) && !fits(0, 5, 1) && !fits(12, 0, 0) && !fits(10, -4, -1) && !fits(2, 4, -1));
    assert!(!fits(0, isize::MAX, 1) && !fits(usize::MAX, 0, 0) && !fits(0, isize::MIN, -1));
}

#[test]
#[should_panic(expected = "gemm: c: 2 x 3 elements are not 5 elements")]
fn a_result_of_the_wrong_length_is_refused() {
    gemm(2, 3, 1, MatRef::rows(&[1.0; 2], 1), MatRef::rows(&[1.0; 3], 3), &mut [0.0; 5], false);
}
