//! Axes as users name them: one, several or all, negative ones from the end.

use crate::fail;
use tapegrad_kernels::Dims;

/// Which axes a reduction runs over: `0`, `-1`, `[0, 2]`, `&[..]`, `..` for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axes(Option<smallvec::SmallVec<[isize; 4]>>);

impl Axes {
    /// The axes as sorted, different numbers from 0.
    ///
    /// # Panics
    /// If one does not exist or is named twice.
    #[track_caller]
    pub(crate) fn resolve(&self, op: &str, shape: &[usize]) -> Dims {
        let Some(axes) = &self.0 else { return (0..shape.len()).collect() };
        // A loop, since a closure would not hand the caller's line on.
        let mut resolved = Dims::new();
        for &a in axes {
            resolved.push(axis(op, shape, a));
        }
        resolved.sort_unstable();
        if let Some(twice) = resolved.windows(2).find(|w| w[0] == w[1]) {
            fail!("{op}: axis {} of {shape:?} is named twice", twice[0]);
        }
        resolved
    }
}

impl From<isize> for Axes {
    fn from(axis: isize) -> Self {
        Axes(Some(smallvec::smallvec![axis]))
    }
}

impl<const N: usize> From<[isize; N]> for Axes {
    fn from(axes: [isize; N]) -> Self {
        Axes(Some(axes.into_iter().collect()))
    }
}

impl From<&[isize]> for Axes {
    fn from(axes: &[isize]) -> Self {
        Axes(Some(axes.iter().copied().collect()))
    }
}

impl From<std::ops::RangeFull> for Axes {
    fn from(_: std::ops::RangeFull) -> Self {
        Axes(None)
    }
}

/// One axis, negative from the end.
///
/// # Panics
/// If there is no such axis.
#[track_caller]
pub(crate) fn axis(op: &str, shape: &[usize], axis: isize) -> usize {
    let n = shape.len() as isize;
    let resolved = if axis < 0 { axis + n } else { axis };
    if !(0..n).contains(&resolved) {
        fail!("{op}: axis {axis} does not exist in {shape:?}, which has {n} axes");
    }
    resolved as usize
}

/// A shape without some axes, or with length 1 in their places.
pub(crate) fn reduced(shape: &[usize], axes: &[usize], keepdim: bool) -> Dims {
    let lengths = shape.iter().enumerate().filter(|(a, _)| keepdim || !axes.contains(a));
    lengths.map(|(a, &n)| if axes.contains(&a) { 1 } else { n }).collect()
}
