//! Convolutions, their adjoint and their derivative by the weight against the plain loops over every index.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tapegrad_kernels::conv::{Window, conv, conv_by_weight, conv_transpose};
use tapegrad_kernels::isa::{self, Level};
use tapegrad_kernels::{Array, Dims, Element, pool};

/// The SIMD level and the number of threads belong to the whole process, so these tests take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A convolution of three axes, and its sizes.
#[derive(Clone, Copy, Debug)]
struct Case {
    batch: usize,
    groups: usize,
    /// Channels of a group, from and to.
    channels: [usize; 2],
    input: [usize; 3],
    kernel: [usize; 3],
    stride: [usize; 3],
    padding: [usize; 3],
    dilation: [usize; 3],
}

impl Case {
    fn window(&self) -> Window {
        let dims = |a: [usize; 3]| Dims::from_slice(&a);
        let (stride, padding, dilation) = (dims(self.stride), dims(self.padding), dims(self.dilation));
        Window { stride, padding, dilation, groups: self.groups }
    }

    fn output(&self) -> [usize; 3] {
        std::array::from_fn(|a| {
            let span = self.dilation[a] * (self.kernel[a] - 1) + 1;
            (self.input[a] + 2 * self.padding[a] - span) / self.stride[a] + 1
        })
    }

    fn shapes(&self) -> [Vec<usize>; 3] {
        let [from, to] = self.channels;
        let with = |a: usize, b: usize, rest: [usize; 3]| [a, b, rest[0], rest[1], rest[2]].to_vec();
        [
            with(self.batch, self.groups * from, self.input),
            with(self.groups * to, from, self.kernel),
            with(self.batch, self.groups * to, self.output()),
        ]
    }

    /// Calls `visit` with the indices into x, weight and output of every product.
    fn every_product(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let [from, to] = self.channels;
        let (input, kernel, output) = (self.input, self.kernel, self.output());
        let len = |a: [usize; 3]| a[0] * a[1] * a[2];
        let point = |i: usize, a: [usize; 3]| [i / (a[1] * a[2]), i / a[2] % a[1], i % a[2]];
        for image in 0..self.batch * self.groups {
            for (o, c) in (0..to).flat_map(|o| (0..from).map(move |c| (o, c))) {
                for (p, k) in (0..len(output)).flat_map(|p| (0..len(kernel)).map(move |k| (p, k))) {
                    let (at, tap) = (point(p, output), point(k, kernel));
                    let place: [usize; 3] = std::array::from_fn(|a| {
                        (at[a] * self.stride[a] + tap[a] * self.dilation[a]).wrapping_sub(self.padding[a])
                    });
                    if (0..3).all(|a| place[a] < input[a]) {
                        let x = ((image * from + c) * input[0] + place[0]) * input[1] + place[1];
                        let w = ((image % self.groups * to + o) * from + c) * len(kernel) + k;
                        visit(x * input[2] + place[2], w, (image * to + o) * len(output) + p);
                    }
                }
            }
        }
    }
}

/// Small integers: their sums of products are exact in f32 too, so results must be equal.
fn whole(shape: &[usize], seed: usize) -> Vec<f64> {
    let number = |i: usize| ((i + seed).wrapping_mul(2_654_435_761) >> 7) % 15;
    (0..shape.iter().product()).map(|i| number(i) as f64 - 7.0).collect()
}

fn array<T: Element>(shape: &[usize], numbers: &[f64]) -> Array {
    Array::build::<T>(shape, |out| out.iter_mut().zip(numbers).for_each(|(out, &x)| *out = T::from_f64(x)))
}

fn numbers<T: Element>(a: &Array) -> Vec<f64> {
    a.as_slice::<T>().unwrap().iter().map(|x| x.to_f64()).collect()
}

#[track_caller]
fn check<T: Element>(case: &Case, what: &str) {
    let shapes = case.shapes();
    let [x, w, y] = [0, 1, 2].map(|i| whole(&shapes[i], 100 * i));
    let bias: Vec<f64> = whole(&shapes[1][..1], 5);
    let points: usize = case.output().iter().product();
    let mut by_all = [vec![0.0; x.len()], vec![0.0; w.len()], vec![0.0; y.len()]];
    if points > 0 {
        by_all[2].iter_mut().enumerate().for_each(|(i, y)| *y = bias[i / points % bias.len()]);
    }
    case.every_product(|i, j, k| {
        by_all[0][i] += w[j] * y[k];
        by_all[1][j] += x[i] * y[k];
        by_all[2][k] += x[i] * w[j];
    });
    let [xa, wa, ya] = [&x, &w, &y].map(|v| v.as_slice());
    let (xa, wa, ya) = (array::<T>(&shapes[0], xa), array::<T>(&shapes[1], wa), array::<T>(&shapes[2], ya));
    let window = case.window();
    let found = [
        conv_transpose(&ya, &wa, None, &window, &case.input),
        conv_by_weight(&xa, &ya, &window, &case.kernel),
        conv(&xa, &wa, Some(&array::<T>(&shapes[1][..1], &bias)), &window),
    ];
    for (i, name) in ["by x", "by the weight", "forward"].iter().enumerate() {
        assert_eq!(found[i].shape(), shapes[i], "{what}: {name}: {case:?}");
        let found = numbers::<T>(&found[i]);
        let wrong = found.iter().zip(&by_all[i]).position(|(a, b)| a != b);
        if let Some(at) = wrong {
            panic!("{what}: {name}: {case:?}: element {at} is {}, expected {}", found[at], by_all[i][at]);
        }
    }
}

/// Cases of all kinds, drawn from a fixed sequence.
fn cases(count: usize) -> Vec<Case> {
    let mut state = 12_345_u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let mut cases = Vec::new();
    while cases.len() < count {
        let axes = 1 + below(3);
        let mut axis = |of: usize, low: usize, unused: usize| -> [usize; 3] {
            std::array::from_fn(|a| if a + axes < 3 { unused } else { low + below(of) })
        };
        let (input, kernel, stride) = (axis(12, 1, 1), axis(5, 1, 1), axis(4, 1, 1));
        let (padding, dilation) = (axis(4, 0, 0), axis(3, 1, 1));
        let channels = [1 + below(11), 1 + below(19)];
        let case = Case { batch: below(4), groups: 1 + below(3), channels, input, kernel, stride, padding, dilation };
        if (0..3).all(|a| input[a] + 2 * padding[a] > dilation[a] * (kernel[a] - 1)) {
            cases.push(case);
        }
    }
    cases
}

#[test]
fn all_three_are_the_sums_over_every_index_at_every_level() {
    let _turn = alone();
    for level in Level::available() {
        isa::set_level(level);
        for case in cases(150) {
            check::<f32>(&case, &format!("f32 at {level:?}"));
            check::<f64>(&case, &format!("f64 at {level:?}"));
        }
    }
}

#[test]
fn layers_of_networks_are_right_on_any_number_of_threads() {
    let layer = |batch, channels, side, kernel, stride, padding| Case {
        batch,
        groups: 1,
        channels,
        input: [1, side, side],
        kernel: [1, kernel, kernel],
        stride: [1, stride, stride],
        padding: [0, padding, padding],
        dilation: [1; 3],
    };
    let layers = [
        layer(2, [3, 7], 90, 7, 2, 3),
        layer(2, [33, 70], 13, 3, 1, 1),
        layer(3, [50, 9], 20, 1, 2, 0),
        layer(1, [24, 24], 40, 3, 1, 1),
        layer(2, [3, 8], 32, 8, 8, 0),
        layer(5, [230, 20], 6, 1, 1, 0),
    ];
    let _turn = alone();
    for threads in [1, 3] {
        pool::set_num_threads(threads);
        for case in &layers {
            check::<f32>(case, &format!("{threads} threads"));
        }
    }
}
