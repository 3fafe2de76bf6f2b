//! The SIMD level, found at run time, and the one way to compile a loop for all levels.
//!
//! A kernel is a plain branch-free Rust loop in [`Kernel::run`]. [`dispatch`] calls the copy of it that was compiled for the
//! machine's level, so users need no `-C target-cpu=native`. Everything `run` calls must be `#[inline(always)]`: what is
//! inlined into a function with target features is compiled for them, what is called out of line is not.

use std::sync::atomic::{AtomicU8, Ordering};

/// A SIMD level. Higher levels include the lower ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// What every machine of the target has (SSE2 on x86-64, NEON on aarch64).
    Baseline = 1,
    /// AVX2 with fused multiply-add.
    Avx2 = 2,
    /// AVX-512 (F, BW, DQ, VL).
    Avx512 = 3,
}

impl Level {
    /// The levels that this machine can run, lowest first.
    pub fn available() -> Vec<Level> {
        [Level::Baseline, Level::Avx2, Level::Avx512].into_iter().filter(|&l| l <= detected()).collect()
    }
}

/// 0 while not yet chosen.
static LEVEL: AtomicU8 = AtomicU8::new(0);

/// The level in use: the machine's best, or a lower one named by `TAPEGRAD_ISA` (`baseline`, `avx2`, `avx512`).
#[inline]
pub fn level() -> Level {
    match LEVEL.load(Ordering::Relaxed) {
        1 => Level::Baseline,
        2 => Level::Avx2,
        3 => Level::Avx512,
        _ => choose(),
    }
}

/// Uses `level` from now on in the whole process, for tests and measurements; a level the machine lacks is lowered to its best.
pub fn set_level(level: Level) {
    LEVEL.store(level.min(detected()) as u8, Ordering::Relaxed);
}

#[cold]
fn choose() -> Level {
    let level = match std::env::var("TAPEGRAD_ISA").as_deref() {
        Ok("baseline") => Level::Baseline,
        Ok("avx2") => Level::Avx2.min(detected()),
        _ => detected(),
    };
    set_level(level);
    level
}

#[cfg(target_arch = "x86_64")]
fn detected() -> Level {
    use std::arch::is_x86_feature_detected as has;
    if !(has!("avx2") && has!("fma")) {
        Level::Baseline
    } else if has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl") {
        Level::Avx512
    } else {
        Level::Avx2
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detected() -> Level {
    Level::Baseline
}

/// What the code being compiled knows of its level: whether a multiply-add is one instruction.
pub trait Isa: Copy + 'static {
    /// `a * b + c`, with one rounding where the level has the instruction, with two elsewhere.
    fn mul_add<T: Float>(a: T, b: T, c: T) -> T;
}

/// f32 or f64, as far as [`Isa::mul_add`] needs them.
pub trait Float: Copy {
    /// One rounding; slow where the machine has no such instruction.
    fn fused(self, b: Self, c: Self) -> Self;
    /// Two roundings.
    fn unfused(self, b: Self, c: Self) -> Self;
}

macro_rules! float {
    ($($t:ty),*) => {$(
        impl Float for $t {
            #[inline(always)]
            fn fused(self, b: Self, c: Self) -> Self { self.mul_add(b, c) }
            #[inline(always)]
            fn unfused(self, b: Self, c: Self) -> Self { self * b + c }
        }
    )*};
}
float!(f32, f64);

/// A level with fused multiply-add.
#[derive(Clone, Copy, Debug)]
pub struct Fused;

/// A level without.
#[derive(Clone, Copy, Debug)]
pub struct Unfused;

impl Isa for Fused {
    #[inline(always)]
    fn mul_add<T: Float>(a: T, b: T, c: T) -> T {
        a.fused(b, c)
    }
}

impl Isa for Unfused {
    #[inline(always)]
    fn mul_add<T: Float>(a: T, b: T, c: T) -> T {
        a.unfused(b, c)
    }
}

/// A loop to be compiled for every level.
pub trait Kernel {
    /// What the loop gives back.
    type Output;
    /// The loop. Mark it `#[inline(always)]`.
    fn run<I: Isa>(self) -> Self::Output;
}

/// Runs `kernel` as compiled for [`level`].
#[inline]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        fn avx2<K: Kernel>(kernel: K) -> K::Output {
            kernel.run::<Fused>()
        }
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
        fn avx512<K: Kernel>(kernel: K) -> K::Output {
            kernel.run::<Fused>()
        }
        match level() {
            Level::Baseline => kernel.run::<Unfused>(),
            // SAFETY: `level` is never above what `detected` found on this machine.
            Level::Avx2 => unsafe { avx2(kernel) },
            // SAFETY: as above.
            Level::Avx512 => unsafe { avx512(kernel) },
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    kernel.run::<Unfused>()
}
