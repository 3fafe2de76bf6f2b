//! The functions of `math` against the standard library's in f64, at every SIMD level, and their laws at the edges.

use std::f32::consts::{FRAC_1_SQRT_2, FRAC_PI_2, FRAC_PI_4, PI, SQRT_2, TAU};
use std::sync::{Mutex, MutexGuard};
use tapegrad_kernels::isa::{Level, level, set_level};
use tapegrad_kernels::math::*;

/// Held by every test, since the level belongs to the process.
static LEVEL: Mutex<()> = Mutex::new(());

/// Runs `test` at each level that the machine has.
fn at_each_level(test: impl Fn()) {
    let _held: MutexGuard<()> = LEVEL.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    for each in Level::available() {
        set_level(each);
        test();
    }
}

fn mapped<T: Copy, F: Unary<T>>(f: F, x: &[T]) -> Vec<T> {
    let mut out = x.to_vec();
    map(f, x, &mut out);
    out
}

fn zipped<T: Copy, F: Binary<T>>(f: F, x: &[T], y: &[T]) -> Vec<T> {
    let mut out = x.to_vec();
    zip(f, x, y, &mut out);
    out
}

fn one<F: Unary<f32>>(f: F, x: f32) -> f32 {
    mapped(f, &[x])[0]
}

fn two<F: Binary<f32>>(f: F, x: f32, y: f32) -> f32 {
    zipped(f, &[x], &[y])[0]
}

/// Equal bits, where all NaN count as one.
fn same(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// How many f32 lie between `a` and `b`, -0 and +0 being one.
fn ulps(a: f32, b: f32) -> u64 {
    let place = |x: f32| {
        let magnitude = i64::from(x.to_bits() & 0x7fff_ffff);
        if x.is_sign_negative() { -magnitude } else { magnitude }
    };
    match (a.is_nan(), b.is_nan()) {
        (true, true) => 0,
        (false, false) => place(a).abs_diff(place(b)),
        _ => u64::MAX,
    }
}

/// Bit patterns over the whole of f32 (a stride that is prime to every power of two), and each edge between them.
fn sweep() -> Vec<f32> {
    let mut bits: Vec<u32> = (0..=u32::MAX).step_by(4093).collect();
    for edge in EDGES {
        bits.extend((-40..=40).map(|step| edge.to_bits().wrapping_add_signed(step)));
    }
    bits.into_iter().map(f32::from_bits).collect()
}

/// Where a formula, a range or a sign changes: the ends of f32, bounds of overflow and underflow, joints of formulas,
/// multiples of pi/2 and the f32 known to lie nearest to one.
#[rustfmt::skip]
const EDGES: [f32; 42] = [
    0.0, -0.0, f32::MIN_POSITIVE, -f32::MIN_POSITIVE, f32::MAX, f32::MIN, f32::INFINITY, f32::NEG_INFINITY, f32::NAN,
    1.0, -1.0, 88.722_84, -87.336_55, -103.278_93, -103.972_08, 89.0, -104.0, 0.625, -0.625, 9.01, -9.01, 10.0, -10.0,
    0.346_573_6, -0.346_573_6, FRAC_1_SQRT_2, SQRT_2, 16.635_532, -16.635_532, FRAC_PI_4, FRAC_PI_2, PI, TAU,
    67_108_864.0, -67_108_864.0, 1e9, 1e22, 16_367_173.0 * 4_722_366_482_869_645_213_696.0, 2.0, 3.0, 0.5, 4.0,
];

fn within_two_ulps<F: Unary<f32>>(name: &str, f: F, reference: fn(f64) -> f64) {
    within_ulps(2, name, f, reference, &sweep());
}

fn within_ulps<F: Unary<f32>>(most: u64, name: &str, f: F, reference: fn(f64) -> f64, x: &[f32]) {
    let expected: Vec<f32> = x.iter().map(|&x| reference(f64::from(x)) as f32).collect();
    at_each_level(|| {
        let out = mapped(f, x);
        let (worst, at) = (0..x.len()).map(|i| (ulps(out[i], expected[i]), i)).max().unwrap();
        println!("{name} {:?}: {worst} ulp", level());
        assert!(
            worst <= most,
            "{name}({:e}) at {:?}: {:e}, expected {:e}, {worst} ulp apart",
            x[at],
            level(),
            out[at],
            expected[at]
        );
    });
}

#[test]
fn exp_is_within_two_ulps() {
    within_two_ulps("exp", Exp, f64::exp);
}

#[test]
fn log_is_within_two_ulps() {
    within_two_ulps("log", Log, f64::ln);
}

#[test]
fn sin_is_within_two_ulps_for_every_argument() {
    within_two_ulps("sin", Sin, f64::sin);
}

#[test]
fn cos_is_within_two_ulps_for_every_argument() {
    within_two_ulps("cos", Cos, f64::cos);
}

#[test]
fn tanh_is_within_two_ulps() {
    within_two_ulps("tanh", Tanh, f64::tanh);
}

#[test]
fn sigmoid_is_within_two_ulps() {
    within_two_ulps("sigmoid", Sigmoid, |x| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) });
}

/// `0.5 erfc(-x / sqrt 2)`, the standard normal distribution.
fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// Of the sweep, the numbers where GELU and its derivative are neither 0 nor `x` and 1, more densely, and denormals.
fn bell() -> Vec<f32> {
    let mut x = sweep();
    x.extend((-160_000..=60_000).map(|i| i as f32 * 1e-4));
    x.extend((0..0x0080_0000).step_by(4093).flat_map(|bits| [f32::from_bits(bits), -f32::from_bits(bits)]));
    x
}

#[test]
fn gelu_is_within_one_ulp() {
    within_ulps(1, "gelu", Gelu, |x| x * normal(x), &bell());
}

#[test]
fn the_cotangent_of_gelu_is_within_one_ulp_but_at_its_zero() {
    const ZERO: f64 = -0.751_791_524_693_564_5;
    let x = bell();
    // An infinite x times the density 0 is NaN, as it is in f64 and in PyTorch.
    let expected = x.iter().map(|&x| f64::from(x)).map(|x| {
        normal(x) + x * (-0.5 * x * x).exp() * 0.5 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2
    });
    let expected: Vec<f64> = expected.collect();
    at_each_level(|| {
        let out = zipped(GeluGrad, &vec![1.0; x.len()], &x);
        let doubled = zipped(GeluGrad, &vec![-2.0; x.len()], &x);
        for i in 0..x.len() {
            let near_zero = (f64::from(x[i]) - ZERO).abs() < 1e-3;
            let close = if near_zero {
                (f64::from(out[i]) - expected[i]).abs() < 1e-10
            } else {
                ulps(out[i], expected[i] as f32) <= 1
            };
            assert!(close, "at {:e} ({:?}): {:e}, expected {:e}", x[i], level(), out[i], expected[i]);
            assert!(
                out[i].is_nan() || out[i].abs() < 1e-37 || same(doubled[i], -2.0 * out[i]),
                "a cotangent of -2 at {:e}",
                x[i]
            );
        }
    });
}

/// Asserts values bit for bit, in f32 and f64.
macro_rules! exactly {
    ($($f:expr => $(($x:expr, $y:expr))+;)*) => {
        at_each_level(|| {$($({
            let (out, expected) = (one($f, $x), $y);
            assert!(same(out, expected), "{:?}({:?}) at {:?}: {out:?}, expected {expected:?}", $f, $x, level());
            let (out, expected): (f64, f64) = (mapped($f, &[f64::from($x)])[0], f64::from($y));
            assert!(out.to_bits() == expected.to_bits() || out.is_nan() && expected.is_nan(),
                "{:?}({:?}_f64): {out:?}, expected {expected:?}", $f, $x);
        })+)*})
    };
}

const INF: f32 = f32::INFINITY;
const NAN: f32 = f32::NAN;

#[test]
fn functions_keep_infinities_nan_and_the_sign_of_zero() {
    exactly! {
        Exp => (INF, INF) (-INF, 0.0) (NAN, NAN) (0.0, 1.0) (-0.0, 1.0);
        Log => (INF, INF) (-INF, NAN) (NAN, NAN) (0.0, -INF) (-0.0, -INF) (-1.0, NAN) (1.0, 0.0);
        Sin => (INF, NAN) (-INF, NAN) (NAN, NAN) (0.0, 0.0) (-0.0, -0.0);
        Cos => (INF, NAN) (-INF, NAN) (NAN, NAN) (0.0, 1.0) (-0.0, 1.0);
        Tanh => (INF, 1.0) (-INF, -1.0) (NAN, NAN) (0.0, 0.0) (-0.0, -0.0);
        Sigmoid => (INF, 1.0) (-INF, 0.0) (NAN, NAN) (0.0, 0.5) (-0.0, 0.5);
        Gelu => (INF, INF) (-INF, NAN) (NAN, NAN) (0.0, 0.0) (-0.0, -0.0) (-1e30, -0.0) (1e30, 1e30);
        Sqrt => (INF, INF) (-1.0, NAN) (NAN, NAN) (-0.0, -0.0) (9.0, 3.0);
        Square => (-INF, INF) (NAN, NAN) (-3.0, 9.0);
        Abs => (-INF, INF) (NAN, NAN) (-0.0, 0.0) (-3.0, 3.0);
        Neg => (INF, -INF) (NAN, NAN) (0.0, -0.0) (-3.0, 3.0);
        Reciprocal => (-INF, -0.0) (NAN, NAN) (-0.0, -INF) (4.0, 0.25);
        Relu => (INF, INF) (-INF, 0.0) (NAN, NAN) (0.0, 0.0) (-0.0, 0.0) (-3.0, 0.0) (3.0, 3.0);
        Sign => (INF, 1.0) (-INF, -1.0) (NAN, NAN) (0.0, 0.0) (-0.0, 0.0) (-3.0, -1.0);
    }
}

#[test]
fn scalars_stand_on_their_own_side() {
    at_each_level(|| {
        assert_eq!(one(AddScalar(2.0), 3.0), 5.0);
        assert_eq!(one(MulScalar(2.0), 3.0), 6.0);
        assert_eq!(one(RSubScalar(2.0), 3.0), -1.0);
        assert_eq!(one(RDivScalar(6.0), 3.0), 2.0);
        assert_eq!((one(MaxScalar(1.0), 3.0), one(MaxScalar(1.0), -3.0)), (3.0, 1.0));
        assert_eq!((one(MinScalar(1.0), 3.0), one(MinScalar(1.0), -3.0)), (1.0, -3.0));
        assert!(one(MaxScalar(1.0), NAN).is_nan() && one(MinScalar(1.0), NAN).is_nan());
        assert!(one(MaxScalar(NAN), 1.0).is_nan() && one(MinScalar(NAN), 1.0).is_nan());
    });
}

#[test]
fn common_powers_are_exact_and_others_are_the_standard_library_s() {
    at_each_level(|| {
        for x in [0.1f32, -1.7, 3.0, 12.5, 0.0, INF] {
            assert_eq!(one(PowScalar(2.0), x), x * x);
            assert_eq!(one(PowScalar(3.0), x), x * x * x);
            assert_eq!(one(PowScalar(-1.0), x), 1.0 / x);
            assert!(same(one(PowScalar(0.5), x), x.sqrt()));
            assert!(same(one(PowScalar(1.3), x), x.powf(1.3)));
            assert_eq!(one(PowScalar(0.0), x), 1.0);
            assert!(same(two(Pow, x, 2.5), x.powf(2.5)));
        }
        assert_eq!((two(Pow, 0.0, 0.0), two(Pow, NAN, 0.0), two(Pow, 0.0, -1.0)), (1.0, 1.0, INF));
    });
}

#[test]
fn binary_functions_take_their_operands_in_order_and_pass_nan_from_either() {
    at_each_level(|| {
        let out = [two(Add, 3.0, 4.0), two(Sub, 3.0, 4.0), two(Mul, 3.0, 4.0), two(Div, 3.0, 4.0), two(Pow, 3.0, 4.0)];
        assert_eq!(out, [7.0, -1.0, 12.0, 0.75, 81.0]);
        for (x, y) in [(3.0, 4.0), (4.0, 3.0), (-INF, 1.0), (1.0, INF)] {
            assert_eq!((two(Maximum, x, y), two(Minimum, x, y)), (x.max(y), x.min(y)));
        }
        for (x, y) in [(NAN, 1.0), (1.0, NAN), (NAN, INF), (-INF, NAN)] {
            assert!(two(Maximum, x, y).is_nan() && two(Minimum, x, y).is_nan());
        }
    });
}

#[test]
fn fused_derivatives_agree_with_central_differences() {
    fn check<F: Unary<f64>, D: Binary<f64>>(f: F, derivative: D, of_value: bool) {
        let h = 1e-5;
        let x: Vec<f64> = (-40..=40).map(|i| f64::from(i) * 0.11 + 0.013).collect();
        let out = mapped(f, &x);
        let up = mapped(f, &x.iter().map(|x| x + h).collect::<Vec<_>>());
        let down = mapped(f, &x.iter().map(|x| x - h).collect::<Vec<_>>());
        let g = vec![3.0; x.len()];
        let got = zipped(derivative, &g, if of_value { &out } else { &x });
        for i in 0..x.len() {
            let expected = 3.0 * (up[i] - down[i]) / (2.0 * h);
            assert!((got[i] - expected).abs() < 1e-8, "at {}: {}, expected {expected}", x[i], got[i]);
        }
    }
    at_each_level(|| {
        check(Tanh, TanhGrad, true);
        check(Sigmoid, SigmoidGrad, true);
        check(Relu, ReluGrad, true);
        check(Relu, ReluGrad, false);
        check(Abs, AbsGrad, false);
        check(Gelu, GeluGrad, false);
    });
}

#[test]
fn masked_out_cotangents_are_exactly_zero() {
    at_each_level(|| {
        for g in [NAN, INF, -INF, -2.0] {
            for x in [0.0, -0.0, -1.0, -INF] {
                assert_eq!(two(ReluGrad, g, x).to_bits(), 0);
            }
            assert!(same(two(ReluGrad, g, 1.0), g));
        }
        assert_eq!(two(AbsGrad, 2.0, 0.0), 0.0);
    });
}

#[test]
fn tanh_grad_does_not_cancel_near_one() {
    let out: Vec<f32> = (1..=1000).map(|i| 1.0 - i as f32 * 1.37e-6).collect();
    at_each_level(|| {
        let got = zipped(TanhGrad, &vec![1.0; out.len()], &out);
        for (&out, got) in out.iter().zip(got) {
            let expected = (1.0 - f64::from(out) * f64::from(out)) as f32;
            assert!(ulps(got, expected) <= 2, "at {out}: {got}, expected {expected}");
        }
    });
}

#[test]
fn integers_wrap() {
    let (max, min) = (i64::MAX, i64::MIN);
    at_each_level(|| {
        assert_eq!(mapped(Neg, &[3, min]), [-3, min]);
        assert_eq!(mapped(Abs, &[-3, min]), [3, min]);
        assert_eq!(mapped(Square, &[-3, 1 << 32]), [9, 0]);
        assert_eq!(mapped(AddScalar(1), &[3, max]), [4, min]);
        assert_eq!(mapped(RSubScalar(-2), &[3, max]), [-5, max]);
        assert_eq!(mapped(MulScalar(2), &[3, max]), [6, -2]);
        assert_eq!(mapped(MaxScalar(0), &[3, min]), [3, 0]);
        assert_eq!(mapped(MinScalar(0), &[3, min]), [0, min]);
        assert_eq!(zipped(Add, &[3, max], &[4, 1]), [7, min]);
        assert_eq!(zipped(Sub, &[3, min], &[4, 1]), [-1, max]);
        assert_eq!(zipped(Mul, &[3, max], &[4, 2]), [12, -2]);
        assert_eq!(zipped(Maximum, &[3, min], &[4, 1]), [4, 1]);
        assert_eq!(zipped(Minimum, &[3, min], &[4, 1]), [3, min]);
    });
}

/// Numbers of every size and sign, blocks of moderate ones among them, in a length that leaves a tail.
fn assorted() -> Vec<f32> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state
    };
    let mut x: Vec<f32> = (0..1500).map(|_| f32::from_bits(next())).collect();
    x.extend((0..2500).map(|_| (next() as f32 / u32::MAX as f32 - 0.5) * 40.0));
    x.extend(EDGES);
    x.push(0.3);
    x
}

#[test]
fn an_element_s_bits_do_not_depend_on_its_neighbours() {
    fn unary<F: Unary<f32> + std::fmt::Debug>(f: F, x: &[f32]) {
        let whole = mapped(f, x);
        let mut in_place = x.to_vec();
        map_in_place(f, &mut in_place);
        for i in 0..x.len() {
            let alone = one(f, x[i]);
            assert!(
                same(whole[i], alone) && same(in_place[i], alone),
                "{f:?}({:e}) at {:?}: alone {alone:e}, in a slice {:e}, in place {:e}",
                x[i],
                level(),
                whole[i],
                in_place[i]
            );
        }
    }
    fn binary<F: Binary<f32> + std::fmt::Debug>(f: F, x: &[f32]) {
        let y: Vec<f32> = x.iter().rev().copied().collect();
        let whole = zipped(f, x, &y);
        let mut in_place = x.to_vec();
        zip_in_place(f, &mut in_place, &y);
        for i in 0..x.len() {
            let alone = two(f, x[i], y[i]);
            assert!(
                same(whole[i], alone) && same(in_place[i], alone),
                "{f:?}({:e}, {:e}) at {:?}",
                x[i],
                y[i],
                level()
            );
        }
    }
    let x = assorted();
    at_each_level(|| {
        unary(Exp, &x);
        unary(Log, &x);
        unary(Sin, &x);
        unary(Cos, &x);
        unary(Tanh, &x);
        unary(Sigmoid, &x);
        unary(Gelu, &x);
        unary(Sqrt, &x);
        unary(Relu, &x);
        unary(Sign, &x);
        unary(RDivScalar(3.0), &x);
        unary(PowScalar(3.0), &x);
        binary(Maximum, &x);
        binary(TanhGrad, &x);
        binary(SigmoidGrad, &x);
        binary(ReluGrad, &x);
        binary(AbsGrad, &x);
        binary(GeluGrad, &x);
    });
}

#[test]
fn empty_slices_are_fine() {
    at_each_level(|| {
        assert!(mapped(Exp, &[0f32; 0]).is_empty());
        assert!(mapped(Gelu, &[0f32; 0]).is_empty());
        assert!(zipped(GeluGrad, &[0f32; 0], &[]).is_empty());
        assert!(zipped(Add, &[0f64; 0], &[]).is_empty());
    });
}

#[test]
#[should_panic(expected = "zip: the first input's length differs")]
fn lengths_must_agree() {
    zip(Add, &[1.0f32; 3], &[1.0; 2], &mut [0.0; 3]);
}
