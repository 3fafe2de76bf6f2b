//! Lengths, strides and paddings: one number for all axes, or one for each.

/// A number for each axis of a window: `3` or `[3, 5]`.
pub trait PerAxis<T> {
    /// One for each axis.
    fn per_axis(self) -> T;
}

impl PerAxis<usize> for usize {
    fn per_axis(self) -> usize {
        self
    }
}

impl<const N: usize> PerAxis<[usize; N]> for usize {
    fn per_axis(self) -> [usize; N] {
        [self; N]
    }
}

impl<const N: usize> PerAxis<[usize; N]> for [usize; N] {
    fn per_axis(self) -> [usize; N] {
        self
    }
}
