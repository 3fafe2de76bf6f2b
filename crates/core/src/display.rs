//! Printing like NumPy: nested rows, columns aligned, large tensors shortened, then shape, type and whether a gradient is
//! recorded.

use std::fmt::{self, Write as _};

use crate::tensor::Tensor;
use tapegrad_kernels::{Array, DType, Element, with_type};

/// Above this number of elements only the first and last few of each axis are shown.
const SHORTEN_ABOVE: usize = 1000;
/// How many are shown at each end.
const EDGE: usize = 3;

/// The positions shown along an axis; `None` is the gap.
fn shown(n: usize, shorten: bool) -> Vec<Option<usize>> {
    if shorten && n > 2 * EDGE {
        (0..EDGE).map(Some).chain([None]).chain((n - EDGE..n).map(Some)).collect()
    } else {
        (0..n).map(Some).collect()
    }
}

/// How the numbers of one tensor are written.
enum Style {
    Plain,
    Fixed(usize),
    Scientific,
}

impl Style {
    /// Few digits where they suffice; powers of ten where the numbers are very large, small or different.
    fn of(numbers: &[f64]) -> Style {
        let sizes = || numbers.iter().map(|v| v.abs()).filter(|v| v.is_finite() && *v > 0.0);
        let (high, low) = (sizes().fold(0.0, f64::max), sizes().fold(f64::INFINITY, f64::min));
        if high >= 1e8 || (low < 1e-4 && high > 0.0) || (high / low > 1e7 && high > 0.0) {
            Style::Scientific
        } else if numbers.iter().all(|v| !v.is_finite() || v.fract() == 0.0) {
            Style::Fixed(1)
        } else {
            Style::Fixed(4)
        }
    }

    fn write(&self, value: f64) -> String {
        match self {
            _ if value.is_nan() => "nan".to_string(),
            _ if value.is_infinite() => if value > 0.0 { "inf" } else { "-inf" }.to_string(),
            Style::Plain => format!("{value}"),
            Style::Fixed(digits) => format!("{value:.digits$}"),
            Style::Scientific => format!("{value:.4e}"),
        }
    }
}

/// The shown elements of `x` in order, and the positions shown along each axis.
fn collect<T: Element>(x: &Array) -> (Vec<T>, Vec<Vec<Option<usize>>>) {
    let shorten = x.len() > SHORTEN_ABOVE;
    let axes: Vec<Vec<Option<usize>>> = x.shape().iter().map(|&n| shown(n, shorten)).collect();
    let (all, first) = x.parts::<T>();
    let mut places = vec![first as isize];
    for (axis, &stride) in axes.iter().zip(x.strides()) {
        places = places.iter().flat_map(|&p| axis.iter().flatten().map(move |&i| p + i as isize * stride)).collect();
    }
    (places.into_iter().map(|p| all[p as usize]).collect(), axes)
}

/// The elements as text.
fn texts(x: &Array) -> (Vec<String>, Vec<Vec<Option<usize>>>) {
    match x.dtype() {
        DType::Bool => {
            let (values, axes) = collect::<bool>(x);
            (values.iter().map(bool::to_string).collect(), axes)
        }
        DType::I64 => {
            let (values, axes) = collect::<i64>(x);
            (values.iter().map(i64::to_string).collect(), axes)
        }
        dtype => with_type!(float dtype, T => {
            let (values, axes) = collect::<T>(x);
            let values: Vec<f64> = values.into_iter().map(Element::to_f64).collect();
            let style = if x.shape().is_empty() { Style::Plain } else { Style::of(&values) };
            // A lone number is written in full, as its own type writes it.
            let number = |v: &f64| if x.shape().is_empty() && v.is_finite() { format!("{:?}", T::from_f64(*v)) } else { style.write(*v) };
            (values.iter().map(number).collect(), axes)
        }),
    }
}

fn write_rows(out: &mut String, axes: &[Vec<Option<usize>>], depth: usize, next: &mut impl Iterator<Item = String>) {
    let Some((axis, inner)) = axes.split_first() else {
        out.extend(next.next());
        return;
    };
    out.push('[');
    for (i, position) in axis.iter().enumerate() {
        if i > 0 {
            out.push(',');
            if inner.is_empty() {
                out.push(' ');
            } else {
                out.extend(std::iter::repeat_n('\n', inner.len()));
                out.extend(std::iter::repeat_n(' ', depth + 1));
            }
        }
        match position {
            None => out.push_str("..."),
            Some(_) => write_rows(out, inner, depth + 1, next),
        }
    }
    out.push(']');
}

impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value();
        let mut text = String::new();
        if value.is_empty() {
            text.push_str("[]");
        } else {
            let (numbers, axes) = texts(&value);
            let width = numbers.iter().map(String::len).max().unwrap_or(0);
            let mut padded = numbers.into_iter().map(|n| format!("{n:>width$}"));
            write_rows(&mut text, &axes, 0, &mut padded);
        }
        write!(text, " shape {:?}, {}", self.shape(), self.dtype())?;
        if self.needs_grad() {
            text.push_str(if self.is_leaf() { ", requires grad" } else { ", recorded" });
        }
        f.write_str(&text)
    }
}

/// As [`fmt::Display`].
impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, tensor};

    #[test]
    fn rows_are_nested_and_columns_aligned() {
        let x = tensor![[1.0, -2.5], [10.0, 4.0]];
        assert_eq!(x.to_string(), "[[ 1.0000, -2.5000],\n [10.0000,  4.0000]] shape [2, 2], f32");
    }

    #[test]
    fn small_things_are_short() {
        assert_eq!(Tensor::from(2.5).requires_grad().to_string(), "2.5 shape [], f64, requires grad");
        assert_eq!(tensor![1, 20].to_string(), "[ 1, 20] shape [2], i64");
        assert_eq!(tensor![true, false].to_string(), "[ true, false] shape [2], bool");
        assert_eq!(Tensor::zeros([0, 3]).to_string(), "[] shape [0, 3], f32");
        assert_eq!(tensor![f64::NAN, 1.0, f64::INFINITY].to_string(), "[nan, 1.0, inf] shape [3], f32");
        assert_eq!(tensor![1e-9, 1.0].to_string(), "[1.0000e-9,  1.0000e0] shape [2], f32");
    }

    #[test]
    fn large_ones_are_shortened() {
        let x = Tensor::arange(0, 10_000).reshape([100, 100]);
        let text = x.to_string();
        assert!(text.starts_with("[[   0,    1,    2, ...,   97,   98,   99],\n [ 100,"), "{text}");
        assert!(text.contains(",\n ...,\n"), "{text}");
        assert_eq!(text.lines().count(), 7);
    }
}
