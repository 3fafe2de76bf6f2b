//! Normalisations and their derivative against the plain loops over every group.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tapegrad_kernels::isa::{self, Level};
use tapegrad_kernels::norm::{Groups, affine, normalise, normalise_backward};
use tapegrad_kernels::{Array, DType, copy, elementwise, pool, view};

/// The SIMD level and the number of threads belong to the whole process, so these tests take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn numbers(seed: usize, len: usize) -> Vec<f64> {
    (0..len).map(|i| ((i * 7 + seed) as f64 * 0.618_033_988_749_894_9).fract() * 4.0 - 1.0).collect()
}

/// Group and channel of element `i`.
fn place(groups: &Groups, i: usize) -> (usize, usize) {
    let [_, g, k, s] = groups.shape;
    let channel = i / s % (g * k);
    let (sample, group) = (i / (s * g * k), channel / k);
    (if groups.batch { group } else { sample * g + group }, channel)
}

/// y, mean, variance, and the cotangents of x, weight and bias, by their formulas.
fn expected(groups: &Groups, x: &[f64], w: &[f64], b: &[f64], g: &[f64]) -> [Vec<f64>; 6] {
    let [n, gs, ..] = groups.shape;
    let count = if groups.batch { gs } else { n * gs };
    let mean_of = |f: &dyn Fn(usize) -> f64| -> Vec<f64> {
        let (mut sums, mut sizes) = (vec![0.0; count], vec![0.0; count]);
        for i in 0..x.len() {
            sums[place(groups, i).0] += f(i);
            sizes[place(groups, i).0] += 1.0;
        }
        sums.iter().zip(sizes).map(|(sum, size)| sum / size).collect()
    };
    let group = |i: usize| place(groups, i).0;
    let channel = |i: usize| place(groups, i).1;
    let mean = if groups.centred { mean_of(&|i| x[i]) } else { vec![0.0; count] };
    let variance = mean_of(&|i| (x[i] - mean[group(i)]).powi(2));
    let r: Vec<f64> = variance.iter().map(|v| (v + groups.eps).powf(-0.5)).collect();
    let unit = |i: usize| (x[i] - mean[group(i)]) * r[group(i)];
    let h = |i: usize| g[i] * w[channel(i)];
    let (first, second) = (mean_of(&h), mean_of(&|i| h(i) * unit(i)));
    let first = if groups.centred { first } else { vec![0.0; count] };
    let all = |f: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..x.len()).map(f).collect() };
    let (mut by_w, mut by_b) = (vec![0.0; w.len()], vec![0.0; w.len()]);
    for i in 0..x.len() {
        by_w[channel(i)] += g[i] * unit(i);
        by_b[channel(i)] += g[i];
    }
    let y = all(&|i| unit(i) * w[channel(i)] + b[channel(i)]);
    let by_x = all(&|i| r[group(i)] * (h(i) - first[group(i)] - unit(i) * second[group(i)]));
    [y, mean, variance, by_x, by_w, by_b]
}

const KINDS: [(bool, bool); 3] = [(false, true), (false, false), (true, true)];

fn shapes() -> Vec<[usize; 4]> {
    let mut shapes = vec![[0, 2, 1, 3], [2, 1, 0, 1], [1, 1, 1, 1], [3, 1, 2, 1], [5, 2, 3, 1], [40, 1, 1000, 1]];
    shapes.extend([[2, 3, 1, 15], [2, 3, 1, 16], [2, 3, 2, 17], [70, 1, 1025, 1], [3, 2, 1, 5000], [9, 40, 1, 1]]);
    shapes
}

fn close(found: &Array, expected: &[f64], tolerance: f64, what: &str) {
    let found = elementwise::cast(found, DType::F64);
    let found = found.as_slice::<f64>().unwrap();
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let same = (found - expected).abs() <= tolerance * expected.abs().max(1.0);
        assert!(same || found.is_nan() && expected.is_nan(), "{what}, {i}: {found}, expected {expected}");
    }
}

#[test]
fn every_grouping_agrees_with_its_formula_at_every_level() {
    let _turn = alone();
    for level in Level::available() {
        isa::set_level(level);
        for (shape, (batch, centred)) in shapes().into_iter().flat_map(|s| KINDS.map(|kind| (s, kind))) {
            let groups = Groups { shape, batch, centred, eps: 1e-3 };
            let (len, channels) = (shape.iter().product(), shape[1] * shape[2]);
            let [x, g] = [1, 2].map(|seed| numbers(seed, len));
            let [w, b] = [3, 4].map(|seed| numbers(seed, channels));
            let [y, mean, variance, by_x, by_w, by_b] = expected(&groups, &x, &w, &b, &g);
            let what = format!("{groups:?} at {level:?}");
            let of = |v: &[f64]| Array::from_slice(&[v.len()], v);
            let single = |v: &[f64]| {
                Array::build::<f32>(&[v.len()], |out| {
                    out.iter_mut().zip(v).for_each(|(out, &v)| *out = v as f32);
                })
            };
            for (make, tolerance) in [(&of as &dyn Fn(&[f64]) -> Array, 1e-12), (&single, 2e-4)] {
                let [x, g, w, b] = [&x, &g, &w, &b].map(|v| make(v));
                let [found, means, variances] = normalise(&x, Some(&w), Some(&b), &groups);
                close(&found, &y, tolerance, &what);
                if len > 0 {
                    close(&means, &mean, tolerance, &what);
                    close(&variances, &variance, tolerance, &what);
                }
                let (pulled, parameters) = normalise_backward([&x, &means, &variances, &g], Some(&w), &groups);
                let [weight, bias] = parameters.unwrap();
                close(&pulled, &by_x, tolerance, &what);
                // Sums of many terms of both signs.
                close(&weight, &by_w, tolerance * 4.0, &what);
                close(&bias, &by_b, tolerance * 4.0, &what);
            }
        }
    }
}

#[test]
fn without_weight_it_is_as_with_ones() {
    let _turn = alone();
    for (shape, (batch, centred)) in shapes().into_iter().flat_map(|s| KINDS.map(|kind| (s, kind))) {
        let groups = Groups { shape, batch, centred, eps: 1e-3 };
        let (len, channels) = (shape.iter().product(), shape[1] * shape[2]);
        let [x, g] = [1, 2].map(|seed| Array::from_slice(&[len], &numbers(seed, len)));
        let ones = Array::full(&[channels], 1.0);
        let [plain, mean, variance] = normalise(&x, None, None, &groups);
        close(&plain, normalise(&x, Some(&ones), None, &groups)[0].as_slice().unwrap(), 0.0, "forward");
        let inputs = [&x, &mean, &variance, &g];
        let (by_x, parameters) = normalise_backward(inputs, None, &groups);
        assert!(parameters.is_none());
        let weighted = normalise_backward(inputs, Some(&ones), &groups).0;
        close(&by_x, weighted.as_slice().unwrap(), 0.0, "backward");
    }
}

#[test]
fn any_layout_and_any_number_of_threads_give_the_same_bits() {
    let _turn = alone();
    for (shape, batch) in
        [([70, 1, 1025, 1], false), ([9, 40, 1, 40], true), ([64, 300, 1, 1], true), ([9, 4, 3, 99], false)]
    {
        let groups = Groups { shape, batch, centred: true, eps: 1e-5 };
        let (len, channels) = (shape.iter().product::<usize>(), shape[1] * shape[2]);
        let [x, g] = [1, 2].map(|seed| {
            let flipped: Vec<f32> = numbers(seed, len).iter().map(|&v| v as f32).collect();
            view::permute(&Array::from_slice(&[shape[3], shape[2], shape[1], shape[0]], &flipped), &[3, 2, 1, 0])
        });
        let w: Vec<f32> = numbers(3, channels).iter().map(|&v| v as f32).collect();
        let w = Array::from_slice(&[channels], &w);
        let run = |x: &Array, g: &Array| {
            let [y, mean, variance] = normalise(x, Some(&w), None, &groups);
            let (by_x, parameters) = normalise_backward([x, &mean, &variance, g], Some(&w), &groups);
            let [by_w, by_b] = parameters.unwrap();
            [y, mean, variance, by_x, by_w, by_b].map(|a| a.as_slice::<f32>().unwrap().to_vec())
        };
        pool::set_num_threads(1);
        let once = run(&copy(&x), &copy(&g));
        for threads in [1, 2, 3, 16] {
            pool::set_num_threads(threads);
            assert_eq!(run(&x, &g), once, "{groups:?} on {threads} threads");
        }
        pool::set_num_threads(2);
    }
}

#[test]
fn affine_takes_one_number_for_each_channel() {
    let _turn = alone();
    for shape in [&[0, 3][..], &[1, 1], &[2, 3], &[2, 3, 0], &[2, 3, 1, 17], &[3, 2, 200, 200]] {
        let len = shape.iter().product();
        let x = numbers(1, len);
        let numbers: [Vec<f64>; 3] = [2, 3, 4].map(|seed| numbers(seed, shape[1]));
        let each: usize = shape[2..].iter().product();
        let expected = |i: usize| (x[i] - numbers[0][i / each % shape[1]]) * numbers[1][i / each % shape[1]];
        let expected: Vec<f64> = (0..len).map(|i| expected(i) + numbers[2][i / each % shape[1]]).collect();
        let numbers = numbers.each_ref().map(|n| Array::from_slice(&[shape[1]], n));
        let y = affine(&Array::from_slice(shape, &x), numbers.each_ref());
        close(&y, &expected, 1e-15, "affine");
    }
}
