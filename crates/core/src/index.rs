//! How places along axes are named: `x.i((.., 1..3, -1))`.
//!
//! An index expression is one item or a tuple of up to six; an item names a place, a range, some places, or stands for axes.
//! Negative places and ends of ranges count from the end of the axis. What is outside an axis is an error: nothing is cut
//! silently.

use std::fmt;
use std::ops::{Bound, Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use smallvec::{SmallVec, smallvec};

use crate::fail;
use crate::tensor::Tensor;
use tapegrad_kernels::{DType, index};

/// Part of an axis: `1..3`, `..-1`, `2..`, `..=4`, `..`; negative ends count from the end of the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    start: Bound<isize>,
    end: Bound<isize>,
}

impl Span {
    /// The first place and the number of places.
    ///
    /// # Panics
    /// If the span is not inside the axis, or ends before it begins.
    #[track_caller]
    pub(crate) fn resolve(self, op: &str, shape: &[usize], axis: usize) -> (usize, usize) {
        let n = shape[axis] as isize;
        let from_end = |place: isize| if place < 0 { place.saturating_add(n) } else { place };
        let start = match self.start {
            Bound::Included(start) => from_end(start),
            _ => 0,
        };
        let end = match self.end {
            Bound::Included(last) => from_end(last).saturating_add(1),
            Bound::Excluded(end) => from_end(end),
            Bound::Unbounded => n,
        };
        if start < 0 || start > n || end < 0 || end > n {
            fail!("{op}: range {self} leaves axis {axis} of {shape:?}, whose length is {n}");
        }
        if start > end {
            fail!("{op}: range {self} of axis {axis} of {shape:?} ends before it begins: it is {start}..{end}");
        }
        (start as usize, (end - start) as usize)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Bound::Included(start) = self.start {
            write!(f, "{start}")?;
        }
        match self.end {
            Bound::Included(last) => write!(f, "..={last}"),
            Bound::Excluded(end) => write!(f, "..{end}"),
            Bound::Unbounded => write!(f, ".."),
        }
    }
}

/// In an index expression: as many full axes as the other items leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ellipsis;

/// In an index expression: a new axis of length 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewAxis;

/// One item of an index expression, as it is understood.
#[derive(Clone, Debug)]
pub enum Index {
    /// One place; the axis goes.
    At(isize),
    /// Part of the axis.
    Span(Span),
    /// As many full axes as the other items leave.
    Ellipsis,
    /// A new axis of length 1.
    NewAxis,
    /// The places that an i64 tensor names, or those where a bool tensor, which stands for as many axes as it has, is true.
    Tensor(Tensor),
}

/// What may stand in an index expression: integers, ranges of integers, [`Ellipsis`], [`NewAxis`], and index and mask tensors.
pub trait IndexItem {
    /// The item as it is understood.
    fn index(self) -> Index;
}

/// What [`Tensor::i`] takes: one item, or a tuple of up to six.
pub trait IndexExpr {
    /// The items.
    fn items(self) -> SmallVec<[Index; 4]>;
}

/// Numbers that do not fit are outside any axis, and stay so.
trait Place {
    fn place(self) -> isize;
}

macro_rules! places {
    ($($t:ty),*) => {$(
        impl Place for $t {
            fn place(self) -> isize {
                isize::try_from(self).unwrap_or(isize::MAX)
            }
        }

        impl IndexItem for $t {
            fn index(self) -> Index {
                Index::At(self.place())
            }
        }

        spans!($t, Range<$t>, |r| Bound::Included(r.start.place()), Bound::Excluded(r.end.place()));
        spans!($t, RangeFrom<$t>, |r| Bound::Included(r.start.place()), Bound::Unbounded);
        spans!($t, RangeTo<$t>, |r| Bound::Unbounded, Bound::Excluded(r.end.place()));
        spans!($t, RangeInclusive<$t>, |r| Bound::Included(r.start().place()), Bound::Included(r.end().place()));
        spans!($t, RangeToInclusive<$t>, |r| Bound::Unbounded, Bound::Included(r.end.place()));
    )*};
}

macro_rules! spans {
    ($t:ty, $range:ty, |$r:ident| $start:expr, $end:expr) => {
        impl From<$range> for Span {
            fn from($r: $range) -> Self {
                Span { start: $start, end: $end }
            }
        }

        impl IndexItem for $range {
            fn index(self) -> Index {
                Index::Span(self.into())
            }
        }
    };
}

places!(i32, i64, isize, usize);

impl From<RangeFull> for Span {
    fn from(_: RangeFull) -> Self {
        Span { start: Bound::Unbounded, end: Bound::Unbounded }
    }
}

impl IndexItem for RangeFull {
    fn index(self) -> Index {
        Index::Span(self.into())
    }
}

impl IndexItem for Ellipsis {
    fn index(self) -> Index {
        Index::Ellipsis
    }
}

impl IndexItem for NewAxis {
    fn index(self) -> Index {
        Index::NewAxis
    }
}

impl IndexItem for &Tensor {
    fn index(self) -> Index {
        Index::Tensor(self.clone())
    }
}

impl IndexItem for Tensor {
    fn index(self) -> Index {
        Index::Tensor(self)
    }
}

impl<A: IndexItem> IndexExpr for A {
    fn items(self) -> SmallVec<[Index; 4]> {
        smallvec![self.index()]
    }
}

macro_rules! tuples {
    ($(($($item:ident $i:tt),*))*) => {$(
        impl<$($item: IndexItem),*> IndexExpr for ($($item,)*) {
            fn items(self) -> SmallVec<[Index; 4]> {
                smallvec![$(self.$i.index()),*]
            }
        }
    )*};
}
tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
}

/// One place along an axis, negative from the end.
///
/// # Panics
/// If it is outside the axis.
#[track_caller]
pub(crate) fn place(op: &str, shape: &[usize], axis: usize, at: isize) -> usize {
    let n = shape[axis] as isize;
    let resolved = if at < 0 { at.saturating_add(n) } else { at };
    if !(0..n).contains(&resolved) {
        fail!("{op}: index {at} is out of range for axis {axis} of {shape:?}, whose length is {n}");
    }
    resolved as usize
}

/// The elements of an index tensor name places along an axis.
///
/// # Panics
/// If it is not i64, or an element is outside the axis; negative ones are.
#[track_caller]
pub(crate) fn check(op: &str, index: &Tensor, shape: &[usize], axis: usize) {
    if index.dtype() != DType::I64 {
        fail!("{op}: the index is {}, expected i64", index.dtype());
    }
    let n = shape[axis];
    if let Some((at, value)) = index::first_outside(&index.value(), n) {
        fail!(
            "{op}: index {value} (element {:?} of the index) is out of range for axis {axis} of {shape:?}, whose length is {n}",
            &at[..]
        );
    }
}
