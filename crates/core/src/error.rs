//! Errors for what comes from outside, and the one form of panic for misuse.

use std::fmt;
use std::panic::Location;

use crate::scope;
use tapegrad_kernels::DType;

/// What can be wrong with data that comes from outside the program.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The number of elements is not the shape's.
    #[error("{context}: {found} elements do not fill shape {shape:?}, which holds {expected}")]
    Length {
        /// What was being done.
        context: &'static str,
        /// How many elements there are.
        found: usize,
        /// The shape asked for.
        shape: Vec<usize>,
        /// How many elements it holds.
        expected: String,
    },
    /// The element type is not the one asked for.
    #[error("{context}: the tensor holds {found}, expected {expected}")]
    DType {
        /// What was being done.
        context: &'static str,
        /// The tensor's type.
        found: DType,
        /// The type asked for.
        expected: DType,
    },
    /// The number of axes is not the one asked for.
    #[error("{context}: the tensor has shape {shape:?}, expected {expected} axes")]
    Rank {
        /// What was being done.
        context: &'static str,
        /// The tensor's shape.
        shape: Vec<usize>,
        /// The number of axes asked for.
        expected: usize,
    },
    /// Nested lists are not rectangular.
    #[error("{context}: rows of unequal shape: {first:?} and {other:?}")]
    Ragged {
        /// What was being done.
        context: &'static str,
        /// The first row's shape.
        first: Vec<usize>,
        /// The shape of the row that differs.
        other: Vec<usize>,
    },
}

/// Panics with a message at the user's line: as the panic's location, or, where a library scope stands between, in the message.
#[cold]
#[track_caller]
#[inline(never)]
pub fn misuse(message: fmt::Arguments<'_>) -> ! {
    match scope::marked() {
        Some(site) if site != Location::caller() => {
            panic!("{message} (called from {}:{}:{})", site.file(), site.line(), site.column())
        }
        _ => panic!("{message}"),
    }
}

/// `fail!("matmul: ...", ...)` panics at the caller's line; functions that use it are `#[track_caller]`.
#[macro_export]
#[doc(hidden)]
macro_rules! fail {
    ($($arg:tt)*) => { $crate::error::misuse(::std::format_args!($($arg)*)) };
}
