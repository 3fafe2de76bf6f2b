//! Sums of products over axes of both tensors.

use super::prelude::*;
use crate::contraction::{Labelled, contract};

/// Over pairs of an axis of `x` and one of `y`, that are known to exist and to be different.
#[track_caller]
fn tensordot(x: &Tensor, y: &Tensor, pairs: &[(usize, usize)]) -> Tensor {
    let (n, m) = (x.ndim(), y.ndim());
    let (first, mut second): (Dims, Dims) = ((0..n).collect(), (n..n + m).collect());
    for &(a, b) in pairs {
        let (k, l) = (x.shape()[a], y.shape()[b]);
        if k == l {
            second[b] = a;
        } else if k != 1 && l != 1 {
            fail!("tensordot: axis {a} of {:?} and axis {b} of {:?} differ", x.shape(), y.shape());
        }
    }
    let kept: Dims = (0..n + m).filter(|&label| !pairs.iter().any(|&(a, b)| label == a || label == n + b)).collect();
    // Where one of a pair has length 1, it stands for all of the other, which is summed by itself.
    let open = |label| kept.contains(&label) || first.contains(&label) && second.contains(&label);
    let x = Labelled::new(x.clone(), &first).keep(open);
    let y = Labelled::new(y.clone(), &second).keep(open);
    contract(&x, &y, |label| kept.contains(&label)).ordered(kept.iter().copied())
}

impl Tensor {
    /// The sum of products over the last `n` axes of this tensor and the first `n` of the other, in this order. With `n = 1` and
    /// matrices it is the matrix product, with `n = 0` the outer product.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).tensordot(&Tensor::ones([3, 4, 5]), 2).shape(), [2, 5]);
    /// ```
    ///
    /// # Panics
    /// If there are not so many axes or their lengths differ (a length of 1 goes with any), the types differ, or one is bool.
    #[must_use]
    #[track_caller]
    pub fn tensordot(&self, other: &Tensor, n: usize) -> Tensor {
        check_pair("tensordot", self, other);
        let axes = self.ndim();
        if n > axes || n > other.ndim() {
            fail!("tensordot: {n} axes of {:?} and of {:?}", self.shape(), other.shape());
        }
        tensordot(self, other, &(0..n).map(|k| (axes - n + k, k)).collect::<Vec<_>>())
    }

    /// The sum of products over some axes of this tensor and as many of the other, in pairs. The result has the other axes of
    /// this tensor, then those of the other.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// let (x, y) = (Tensor::ones([2, 3, 4]), Tensor::ones([4, 2, 5]));
    /// assert_eq!(x.tensordot_dims(&y, [0, 2], [1, 0]).shape(), [3, 5]);
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::tensordot`]; if an axis does not exist or is named twice, or there are not as many of each.
    #[must_use]
    #[track_caller]
    pub fn tensordot_dims(&self, other: &Tensor, axes: impl AsRef<[isize]>, other_axes: impl AsRef<[isize]>) -> Tensor {
        check_pair("tensordot", self, other);
        let (axes, other_axes) = (axes.as_ref(), other_axes.as_ref());
        if axes.len() != other_axes.len() {
            fail!("tensordot: axes {axes:?} and {other_axes:?} are not as many");
        }
        let mut pairs = Vec::<(usize, usize)>::new();
        for (&a, &b) in axes.iter().zip(other_axes) {
            let (a, b) = (axes::axis("tensordot", self.shape(), a), axes::axis("tensordot", other.shape(), b));
            if let Some(&(c, _)) = pairs.iter().find(|&&(c, d)| a == c || b == d) {
                let (axis, of) = if a == c { (a, self) } else { (b, other) };
                fail!("tensordot: axis {axis} of {:?} is named twice", of.shape());
            }
            pairs.push((a, b));
        }
        tensordot(self, other, &pairs)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "tensordot",
    group: Group::LinearAlgebra,
    types: Types::Numbers,
    formula: "sum over paired axes of x y",
    derivative: "to each the sum of g and the other over the axes that the other alone has",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: &[usize], y: &[usize], n: usize) -> Sample {
            Sample::new(label, [spread(x, -2.0, 2.0), spread(y, -1.0, 3.0)], move |x| x[0].tensordot(&x[1], n))
        }
        vec![
            sample("plain", &[2, 3], &[3, 4], 1),
            sample("two axes", &[2, 3, 2], &[3, 2, 2], 2),
            sample("no axes", &[2], &[3, 2], 0),
            sample("to a number", &[2, 3], &[2, 3], 2),
            sample("length 1 beside another", &[2, 1], &[3, 2], 1),
            Sample::new("pairs", [spread([2, 3, 4], -2.0, 2.0), spread([4, 2, 2], -1.0, 3.0)], |x| {
                x[0].tensordot_dims(&x[1], [0, -1], [1, 0])
            }),
            sample("size 1", &[1], &[1], 1),
            sample("size 0", &[0, 2], &[2, 3], 1),
            sample("inner size 0", &[2, 0], &[0, 3], 1),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(o([2, 3]).tensordot(&o([2]), 1), "tensordot: axis 1 of [2, 3] and axis 0 of [2] differ"),
            misuse!(o([2, 3]).tensordot(&o([2]), 2), "tensordot: 2 axes of [2, 3] and of [2]"),
            misuse!(o([2]).tensordot_dims(&o([2]), [0], []), "tensordot: axes [0] and [] are not as many"),
            misuse!(o([2, 2]).tensordot_dims(&o([2, 2]), [0, 0], [0, 1]), "tensordot: axis 0 of [2, 2] is named twice"),
            misuse!(o([2]).tensordot_dims(&o([2]), [1], [0]), "tensordot: axis 1 does not exist in [2]"),
            misuse!(o([2]).tensordot(&Tensor::arange(0, 2), 1), "tensordot: operands are f32 and i64; cast one"),
        ]
    },
    kinks: no_kinks,
};
