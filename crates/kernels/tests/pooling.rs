//! Pooling and its adjoints against the plain loops over every place of every window.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tapegrad_kernels::isa::{self, Level};
use tapegrad_kernels::pooling::{Divisor, Windows, max, mean, pick, put, spread};
use tapegrad_kernels::{Array, copy, pool, view};

/// The SIMD level and the number of threads belong to the whole process, so these tests take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn windows(
    image: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    dilation: [usize; 2],
) -> Windows {
    let count = |a: usize| (image[a] + 2 * padding[a] - dilation[a] * (kernel[a] - 1) - 1) / stride[a] + 1;
    Windows { image, count: [count(0), count(1)], kernel, stride, padding, dilation }
}

fn cases() -> Vec<Windows> {
    let mut ceiled = windows([5, 6], [2, 2], [2, 2], [0, 0], [1, 1]);
    ceiled.count = [3, 3];
    let mut beyond = windows([7, 35], [2, 3], [2, 2], [1, 1], [1, 1]);
    beyond.count = [4, 18];
    vec![
        windows([1, 1], [1, 1], [1, 1], [0, 0], [1, 1]),
        windows([4, 4], [2, 2], [2, 2], [0, 0], [1, 1]),
        windows([28, 28], [2, 2], [2, 2], [0, 0], [1, 1]),
        windows([6, 70], [2, 2], [2, 2], [0, 0], [1, 1]),
        windows([5, 37], [3, 3], [1, 1], [1, 1], [1, 1]),
        windows([7, 64], [3, 2], [2, 3], [1, 1], [1, 1]),
        windows([9, 40], [2, 3], [1, 2], [1, 0], [3, 2]),
        windows([2, 2], [2, 2], [1, 1], [1, 1], [3, 3]),
        windows([3, 1], [3, 1], [3, 1], [0, 0], [1, 1]),
        ceiled,
        beyond,
    ]
}

/// The pixels that window `i` sees, in order.
fn seen(w: &Windows, i: usize) -> Vec<usize> {
    let window = [i / w.count[1], i % w.count[1]];
    let mut pixels = Vec::new();
    for ky in 0..w.kernel[0] {
        for kx in 0..w.kernel[1] {
            let at = |a: usize, k: usize| (window[a] * w.stride[a] + k * w.dilation[a]).checked_sub(w.padding[a]);
            if let (Some(y), Some(x)) = (at(0, ky), at(1, kx))
                && y < w.image[0]
                && x < w.image[1]
            {
                pixels.push(y * w.image[1] + x);
            }
        }
    }
    pixels
}

fn divisor(w: &Windows, divisor: Divisor, i: usize) -> f64 {
    let window = [i / w.count[1], i % w.count[1]];
    let count = |a: usize| {
        let edge = if divisor == Divisor::Padded { w.padding[a] as isize } else { 0 };
        let start = (window[a] * w.stride[a]) as isize - w.padding[a] as isize;
        (start..start + w.kernel[a] as isize).filter(|&at| at >= -edge && at < w.image[a] as isize + edge).count()
    };
    if let Divisor::Given(number) = divisor { number as f64 } else { (count(0) * count(1)) as f64 }
}

/// With equals among them, and some NaN and -inf.
fn numbers(len: usize, special: bool) -> Vec<f64> {
    let number = |i: usize| match i % 97 {
        13 | 14 if special => f64::NAN,
        20..30 if special => f64::NEG_INFINITY,
        _ => ((i * 31 % 53) as f64 - 26.0) / 4.0,
    };
    (0..len).map(number).collect()
}

fn array(shape: &[usize], numbers: &[f64], single: bool) -> Array {
    let numbers = Array::from_slice(shape, numbers);
    if single { tapegrad_kernels::elementwise::cast(&numbers, tapegrad_kernels::DType::F32) } else { numbers }
}

fn values(x: &Array) -> Vec<f64> {
    tapegrad_kernels::elementwise::cast(x, tapegrad_kernels::DType::F64).as_slice::<f64>().unwrap().to_vec()
}

fn equal(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let same = found == expected || (found - expected).abs() <= tolerance || found.is_nan() && expected.is_nan();
        assert!(same, "{what}, {i}: {found}, expected {expected}");
    }
}

fn every(mut visit: impl FnMut(&Windows, usize, bool, &str)) {
    for level in Level::available() {
        isa::set_level(level);
        for (w, images) in cases().iter().flat_map(|w| [0, 1, 3].map(|images| (w, images))) {
            for single in [false, true] {
                visit(w, images, single, &format!("{images} images of {w:?} at {level:?}, single {single}"));
            }
        }
    }
}

#[test]
fn the_largest_is_the_first_of_equals_and_of_nan() {
    let _turn = alone();
    every(|w, images, single, what| {
        let (pixels, places) = (w.image[0] * w.image[1], w.count[0] * w.count[1]);
        let x = numbers(images * pixels, true);
        let (mut expected, mut indices) = (Vec::new(), Vec::new());
        for (image, i) in (0..images).flat_map(|image| (0..places).map(move |i| (image, i))) {
            let image = &x[image * pixels..][..pixels];
            let beyond = |v: f64, best: f64| v > best || v.is_nan() && !best.is_nan();
            let best = seen(w, i).into_iter().reduce(|best, p| if beyond(image[p], image[best]) { p } else { best });
            expected.push(best.map_or(f64::NEG_INFINITY, |best| image[best]));
            indices.push(best.map_or(-1, |best| best as i64));
        }
        let (found, at) = max(&array(&[images, w.image[0], w.image[1]], &x, single), w);
        assert_eq!(found.shape(), [images, w.count[0], w.count[1]]);
        equal(&values(&found), &expected, 0.0, what);
        assert_eq!(at.as_slice::<i64>().unwrap(), indices, "{what}");
    });
}

#[test]
fn elements_are_put_in_their_places_and_picked_from_them() {
    let _turn = alone();
    every(|w, images, single, what| {
        let (pixels, places) = (w.image[0] * w.image[1], w.count[0] * w.count[1]);
        let x = array(&[images, w.image[0], w.image[1]], &numbers(images * pixels, false), single);
        let (largest, indices) = max(&x, w);
        let g = numbers(images * places, false);
        let put = put(&array(&[images, w.count[0], w.count[1]], &g, single), &indices, w.image);
        let mut expected = vec![0.0; images * pixels];
        let mut picked = values(&largest);
        for (i, &index) in indices.as_slice::<i64>().unwrap().iter().enumerate() {
            match usize::try_from(index) {
                Ok(index) => expected[i / places * pixels + index] += g[i],
                Err(_) => picked[i] = 0.0,
            }
        }
        assert_eq!(put.shape(), x.shape());
        equal(&values(&put), &expected, 1e-4, what);
        equal(&values(&pick(&x, &indices)), &picked, 0.0, what);
    });
}

#[test]
fn means_and_their_adjoint_count_what_the_divisor_says() {
    let _turn = alone();
    every(|w, images, single, what| {
        let (pixels, places) = (w.image[0] * w.image[1], w.count[0] * w.count[1]);
        let (x, g) = (numbers(images * pixels, false), numbers(images * places, false));
        for by in [Divisor::Padded, Divisor::Image, Divisor::Given(5)] {
            // Dilation belongs to the largest alone, and what sees nothing of the image has no mean.
            let alone = (0..places).any(|i| divisor(w, by, i) == 0.0);
            if w.dilation != [1, 1] || alone {
                continue;
            }
            let (mut means, mut shares) = (Vec::new(), vec![0.0; images * pixels]);
            for (image, i) in (0..images).flat_map(|image| (0..places).map(move |i| (image, i))) {
                let sum: f64 = seen(w, i).into_iter().map(|p| x[image * pixels + p]).sum();
                means.push(sum / divisor(w, by, i));
                for p in seen(w, i) {
                    shares[image * pixels + p] += g[image * places + i] / divisor(w, by, i);
                }
            }
            let of = |shape: [usize; 2], v: &[f64]| array(&[images, shape[0], shape[1]], v, single);
            let tolerance = if single { 1e-5 } else { 1e-12 };
            equal(&values(&mean(&of(w.image, &x), w, by)), &means, tolerance, what);
            equal(&values(&spread(&of(w.count, &g), w, by)), &shares, tolerance, what);
        }
    });
}

#[test]
fn any_layout_and_any_number_of_threads_give_the_same_bits() {
    let _turn = alone();
    let w = windows([50, 60], [3, 3], [2, 2], [1, 1], [1, 1]);
    let turned = |shape: [usize; 3]| {
        let x = array(&[shape[2], shape[1], shape[0]], &numbers(shape.iter().product(), true), true);
        view::permute(&x, &[2, 1, 0])
    };
    let (x, g) = (turned([40, 50, 60]), turned([40, 25, 30]));
    let run = |x: &Array, g: &Array| {
        let (largest, indices) = max(x, &w);
        let all = [put(g, &indices, w.image), mean(x, &w, Divisor::Image), spread(g, &w, Divisor::Image)];
        all.into_iter()
            .chain([largest, pick(x, &indices)])
            .map(|a| a.as_slice::<f32>().unwrap().iter().map(|v| v.to_bits()).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    pool::set_num_threads(1);
    let once = run(&copy(&x), &copy(&g));
    for threads in [1, 2, 3, 16] {
        pool::set_num_threads(threads);
        assert_eq!(run(&x, &g), once, "on {threads} threads");
    }
    pool::set_num_threads(2);
}
