//! What the elements of a tensor are like, in five numbers.

use std::fmt;

use crate::tensor::Tensor;
use tapegrad_kernels::{Array, Element, with_type};

/// The range of a tensor's elements, and how many are none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// The smallest finite element; NaN if there is none.
    pub min: f64,
    /// The mean of the finite elements; NaN if there is none.
    pub mean: f64,
    /// The largest finite element; NaN if there is none.
    pub max: f64,
    /// How many elements are NaN.
    pub nan: usize,
    /// How many are infinite.
    pub infinite: usize,
    /// How many there are.
    pub elements: usize,
}

impl Statistics {
    /// Those of a tensor; truth values count as 0 and 1.
    ///
    /// ```
    /// use tapegrad_core::{tape::Statistics, tensor};
    /// let s = Statistics::of(&tensor![1.0, 3.0, f32::NAN]);
    /// assert_eq!((s.min, s.mean, s.max, s.nan), (1.0, 2.0, 3.0, 1));
    /// assert_eq!(s.to_string(), "1 to 3, mean 2, 1 of 3 NaN");
    /// ```
    pub fn of(x: &Tensor) -> Self {
        Self::of_array(&x.value())
    }

    pub(crate) fn of_array(x: &Array) -> Self {
        with_type!(any x.dtype(), T => gather::<T>(x))
    }

    /// Whether every element is finite.
    pub fn is_finite(&self) -> bool {
        self.nan == 0 && self.infinite == 0
    }
}

fn gather<T: Element>(x: &Array) -> Statistics {
    let contiguous = tapegrad_kernels::contiguous(x);
    let all = contiguous.as_slice::<T>().unwrap_or_default();
    let (mut nan, mut infinite, mut sum) = (0, 0, 0.0);
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    for x in all.iter().map(|x| x.to_f64()) {
        if x.is_finite() {
            (min, max, sum) = (min.min(x), max.max(x), sum + x);
        } else if x.is_nan() {
            nan += 1;
        } else {
            infinite += 1;
        }
    }
    let finite = all.len() - nan - infinite;
    if finite == 0 {
        (min, max) = (f64::NAN, f64::NAN);
    }
    Statistics { min, mean: sum / finite as f64, max, nan, infinite, elements: all.len() }
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match self.elements - self.nan - self.infinite {
            0 => {}
            1 => parts.push(short(self.min)),
            _ => parts.push(format!("{} to {}, mean {}", short(self.min), short(self.max), short(self.mean))),
        }
        for (count, what) in [(self.nan, "NaN"), (self.infinite, "infinite")] {
            match count {
                0 => {}
                _ if self.elements == 1 => parts.push(what.to_string()),
                _ if count == self.elements => parts.push(format!("all {count} {what}")),
                _ => parts.push(format!("{count} of {} {what}", self.elements)),
            }
        }
        f.write_str(if self.elements == 0 { "no elements" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

/// A number with four digits, plain where that is short.
fn short(x: f64) -> String {
    let size = x.abs();
    if x == 0.0 || (1e-3..1e5).contains(&size) {
        let digits = (3 - size.max(1e-3).log10().floor() as i32).clamp(0, 6) as usize;
        let text = format!("{x:.digits$}");
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
            false => text,
        }
    } else {
        format!("{x:.3e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinities_and_nan_are_counted_and_stay_out_of_the_range() {
        let x = Tensor::from([f64::NAN, 2.0, f64::INFINITY, -4.0, f64::NEG_INFINITY, 5.0]);
        let s = Statistics::of(&x);
        assert_eq!((s.min, s.mean, s.max), (-4.0, 1.0, 5.0));
        assert_eq!((s.nan, s.infinite, s.elements), (1, 2, 6));
        assert!(!s.is_finite());
    }

    #[test]
    fn strided_and_repeated_elements_are_counted_as_they_are_seen() {
        let x = Tensor::from([[1.0, 2.0], [3.0, 10.0]]).transpose(0, 1).i(1);
        assert_eq!(Statistics::of(&x).mean, 6.0);
        assert_eq!(Statistics::of(&Tensor::from(7.0).broadcast_to([3])).elements, 3);
    }

    #[test]
    fn the_text_is_short() {
        let text = |x: &[f64]| Statistics::of(&Tensor::from(x.to_vec())).to_string();
        assert_eq!(text(&[]), "no elements");
        assert_eq!(text(&[0.25]), "0.25");
        assert_eq!(text(&[f64::NAN]), "NaN");
        assert_eq!(text(&[f64::INFINITY; 2]), "all 2 infinite");
        assert_eq!(text(&[1.0, 2.0, 1e9]), "1 to 1.000e9, mean 3.333e8");
        assert_eq!(text(&[-0.000_123, 100.0]), "-1.230e-4 to 100, mean 50");
        assert_eq!(text(&[1234.567, 1234.567]), "1235 to 1235, mean 1235");
    }
}
