//! Element types: what an array may hold, and the one place where a run-time [`DType`] becomes a Rust type.

use std::fmt;

/// The element type of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DType {
    /// 32-bit floating point, the default.
    F32,
    /// 64-bit floating point.
    F64,
    /// 64-bit signed integer: indices, classes, counts.
    I64,
    /// Truth values: masks.
    Bool,
}

impl DType {
    /// The size of one element in bytes.
    pub const fn size(self) -> usize {
        match self {
            DType::F32 => 4,
            DType::F64 | DType::I64 => 8,
            DType::Bool => 1,
        }
    }

    /// Whether the type is a floating point one, and so may carry gradients.
    pub const fn is_float(self) -> bool {
        matches!(self, DType::F32 | DType::F64)
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            DType::F32 => "f32",
            DType::F64 => "f64",
            DType::I64 => "i64",
            DType::Bool => "bool",
        })
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
    impl Sealed for i64 {}
    impl Sealed for bool {}
}

/// A Rust type that arrays hold: `f32`, `f64`, `i64`, `bool`.
pub trait Element: sealed::Sealed + Copy + Default + PartialEq + fmt::Debug + Send + Sync + 'static {
    /// The type at run time.
    const DTYPE: DType;
    /// Whether every bit pattern is a value, so that a recycled buffer may be read as this type.
    const ANY_BITS: bool;
    /// The value as f64; `bool` as 0 and 1.
    fn to_f64(self) -> f64;
    /// The value as i64: floats truncate and saturate, NaN is 0.
    fn to_i64(self) -> i64;
    /// The nearest value of this type; `bool` is "not zero", `i64` truncates and saturates, NaN is 0.
    fn from_f64(v: f64) -> Self;
    /// The nearest value of this type; `bool` is "not zero".
    fn from_i64(v: i64) -> Self;
}

macro_rules! number_element {
    ($t:ty, $dtype:ident) => {
        impl Element for $t {
            const DTYPE: DType = DType::$dtype;
            const ANY_BITS: bool = true;
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn to_i64(self) -> i64 {
                self as i64
            }
            #[inline(always)]
            fn from_f64(v: f64) -> Self {
                v as Self
            }
            #[inline(always)]
            fn from_i64(v: i64) -> Self {
                v as Self
            }
        }
    };
}
number_element!(f32, F32);
number_element!(f64, F64);
number_element!(i64, I64);

impl Element for bool {
    const DTYPE: DType = DType::Bool;
    const ANY_BITS: bool = false;
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(u8::from(self))
    }
    #[inline(always)]
    fn to_i64(self) -> i64 {
        i64::from(self)
    }
    #[inline(always)]
    fn from_f64(v: f64) -> Self {
        v != 0.0
    }
    #[inline(always)]
    fn from_i64(v: i64) -> Self {
        v != 0
    }
}

/// An element that can be added and compared: `f32`, `f64`, `i64` (which wraps).
pub trait Number: Element + PartialOrd {
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The type in which long sums are gathered: f64 for floats, i64 for integers.
    type Wide: Number;
    /// As [`Number::Wide`].
    fn widen(self) -> Self::Wide;
    /// Rounds back from [`Number::Wide`].
    fn narrow(wide: Self::Wide) -> Self;
    /// Sum; integers wrap.
    fn plus(self, other: Self) -> Self;
    /// Product; integers wrap.
    fn times(self, other: Self) -> Self;
    /// Whether the value is not a number.
    fn is_nan(self) -> bool;
}

macro_rules! number {
    ($t:ty, $wide:ty, $zero:expr, $one:expr, |$a:ident, $b:ident| $plus:expr, $times:expr, $nan:expr) => {
        impl Number for $t {
            const ZERO: Self = $zero;
            const ONE: Self = $one;
            type Wide = $wide;
            #[inline(always)]
            fn widen(self) -> $wide {
                self as $wide
            }
            #[inline(always)]
            fn narrow(wide: $wide) -> Self {
                wide as Self
            }
            #[inline(always)]
            fn plus(self, $b: Self) -> Self {
                let $a = self;
                $plus
            }
            #[inline(always)]
            fn times(self, $b: Self) -> Self {
                let $a = self;
                $times
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                $nan(self)
            }
        }
    };
}
number!(f32, f64, 0.0, 1.0, |a, b| a + b, a * b, f32::is_nan);
number!(f64, f64, 0.0, 1.0, |a, b| a + b, a * b, f64::is_nan);
number!(i64, i64, 0, 1, |a, b| a.wrapping_add(b), a.wrapping_mul(b), |_| false);

/// Runs the body with `$T` standing for the Rust type of `$dtype`. `any` takes all types, `number` all but bool, `float` f32 and
/// f64; what the body is not defined for is a caller's mistake that the tensor layer has ruled out, and panics.
#[macro_export]
macro_rules! with_type {
    (any $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::Bool => { type $T = bool; $body }
            dtype => $crate::with_type!(number dtype, $T => $body),
        }
    };
    (number $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::I64 => { type $T = i64; $body }
            dtype => $crate::with_type!(float dtype, $T => $body),
        }
    };
    (float $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => { type $T = f32; $body }
            $crate::DType::F64 => { type $T = f64; $body }
            dtype => panic!("this kernel is not defined for {dtype}"),
        }
    };
}
