//! Images and sequences at another size.
//!
//! Interpolation along an axis is a sparse matrix of one or two weights a row. Dense matrix products would do it in code that is
//! there, at the cost of as many multiplications as the axis is long; picking both neighbours and mixing them takes five passes
//! and as many arrays. So it has a kernel, which is its own derivative with the matrix transposed.

use std::sync::Arc;

use smallvec::SmallVec;

use super::prelude::*;
use kernels::resample::{Taps, resample};

/// How [`Tensor::interpolate`] finds what lies between places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// The place before it.
    Nearest,
    /// On the straight line between the two places beside it; along two axes, bilinear.
    Linear {
        /// Whether the first and last places of input and result lie on each other, rather than the edges around them.
        align_corners: bool,
    },
}

/// What [`Tensor::interpolate`] makes of the lengths: one number for every axis, or one for all.
#[derive(Clone, Debug, PartialEq)]
pub enum Resize {
    /// To these lengths.
    Size(SmallVec<[usize; 2]>),
    /// By these factors; lengths are rounded down.
    Scale(SmallVec<[f64; 2]>),
}

impl From<usize> for Resize {
    fn from(size: usize) -> Self {
        Resize::Size(smallvec![size])
    }
}

impl<const N: usize> From<[usize; N]> for Resize {
    fn from(sizes: [usize; N]) -> Self {
        Resize::Size(SmallVec::from_slice(&sizes))
    }
}

impl From<&[usize]> for Resize {
    fn from(sizes: &[usize]) -> Self {
        Resize::Size(SmallVec::from_slice(sizes))
    }
}

impl From<f64> for Resize {
    fn from(factor: f64) -> Self {
        Resize::Scale(smallvec![factor])
    }
}

impl<const N: usize> From<[f64; N]> for Resize {
    fn from(factors: [f64; N]) -> Self {
        Resize::Scale(SmallVec::from_slice(&factors))
    }
}

impl From<&[f64]> for Resize {
    fn from(factors: &[f64]) -> Self {
        Resize::Scale(SmallVec::from_slice(factors))
    }
}

/// Along one axis.
#[derive(Debug)]
struct Interpolate {
    axis: usize,
    taps: Arc<Taps>,
}

impl Op for Interpolate {
    fn name(&self) -> &'static str {
        "interpolate"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string()), ("size", self.taps.rows().to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(resample(&inputs[0].value(), self.axis, &self.taps))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(Interpolate { axis: self.axis, taps: Arc::new(self.taps.transposed()) }.apply(&[ctx.g()]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// The places, with their weights, that `to` places are made of, `step` places apart in the input unless the lengths say so.
fn taps(from: usize, to: usize, step: Option<f64>, how: Interpolation) -> Taps {
    let last = from - 1;
    let place = |i: usize| match how {
        Interpolation::Nearest => match step {
            Some(step) => vec![(((i as f64 * step) as usize).min(last), 1.0)],
            None => vec![(i * from / to, 1.0)],
        },
        Interpolation::Linear { .. } if from == to => vec![(i, 1.0)],
        Interpolation::Linear { align_corners } => {
            let at = if align_corners {
                i as f64 * (last as f64 / (to - 1).max(1) as f64)
            } else {
                ((i as f64 + 0.5) * step.unwrap_or(from as f64 / to as f64) - 0.5).max(0.0)
            };
            let before = (at as usize).min(last);
            let share = at - before as f64;
            if before == last { vec![(last, 1.0)] } else { vec![(before, 1.0 - share), (before + 1, share)] }
        }
    };
    Taps::new(from, (0..to).map(place).collect())
}

impl Tensor {
    /// A sequence `[N, C, L]` or images `[N, C, H, W]` at another size, given as lengths (`7`, `[7, 9]`) or as factors (`2.0`,
    /// `[2.0, 0.5]`).
    ///
    /// Place i of the result lies at i n / m of the input's n places if it has m (at i / factor, if a factor was given), for
    /// [`Interpolation::Nearest`], which rounds down; for [`Interpolation::Linear`] at (i + 1/2) n / m - 1/2, or, with
    /// `align_corners`, at i (n - 1) / (m - 1).
    ///
    /// ```
    /// use tapegrad_core::{Interpolation, tensor};
    /// let x = tensor![[[1.0, 3.0]]];
    /// let y = x.interpolate(2.0, Interpolation::Nearest);
    /// assert_eq!(y.to_vec::<f32>().unwrap(), [1.0, 1.0, 3.0, 3.0]);
    /// let y = x.interpolate(3, Interpolation::Linear { align_corners: true });
    /// assert_eq!(y.to_vec::<f32>().unwrap(), [1.0, 2.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If the tensor is not f32 or f64 or has other axes, there is not one number for every axis or one for all, a factor is not
    /// positive, or an axis has or would get length 0.
    #[must_use]
    #[track_caller]
    #[doc(alias = "upsample")]
    #[doc(alias = "resize")]
    pub fn interpolate(&self, to: impl Into<Resize>, how: Interpolation) -> Tensor {
        check_float("interpolate", self);
        let (shape, to) = (self.shape(), to.into());
        let (3 | 4, axes) = (shape.len(), shape.len().saturating_sub(2)) else {
            fail!("interpolate: input {shape:?}, expected [N, C, L] or [N, C, H, W]");
        };
        let given = match &to {
            Resize::Size(sizes) => sizes.len(),
            Resize::Scale(factors) => factors.len(),
        };
        if given != 1 && given != axes {
            fail!("interpolate: {given} numbers for the {axes} axes of {shape:?}");
        }
        let mut y = self.clone();
        for k in (0..axes).rev() {
            let (from, given) = (shape[k + 2], k.min(given - 1));
            let (size, step) = match &to {
                Resize::Size(sizes) => (sizes[given], None),
                Resize::Scale(factors) if factors[given] > 0.0 && factors[given].is_finite() => {
                    ((from as f64 * factors[given]) as usize, Some(1.0 / factors[given]))
                }
                Resize::Scale(factors) => fail!("interpolate: a factor of {:?}", factors[given]),
            };
            if from == 0 || size == 0 {
                fail!("interpolate: axis {} of {shape:?}, to a length of {size}", k + 2);
            }
            y = Interpolate { axis: k + 2, taps: Arc::new(taps(from, size, step, how)) }.apply(&[&y]);
        }
        y
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "interpolate",
    group: Group::Spatial,
    types: Types::Floats,
    formula: "along each axis the nearest place, or (1 - t) x[i] + t x[i + 1]",
    derivative: "g added up at the places it was made of, with their weights",
    kind: Derivative::Linear,
    samples: || {
        const LINEAR: Interpolation = Interpolation::Linear { align_corners: false };
        const ALIGNED: Interpolation = Interpolation::Linear { align_corners: true };
        fn sample(label: &'static str, shape: &[usize], to: impl Into<Resize>, how: Interpolation) -> Sample {
            let to = to.into();
            Sample::new(label, [spread(shape, -2.0, 2.0)], move |x| x[0].interpolate(to.clone(), how))
        }
        vec![
            sample("nearest", &[2, 1, 3], 5, Interpolation::Nearest),
            sample("nearest, images", &[1, 2, 2, 3], [4, 2], Interpolation::Nearest),
            sample("nearest, a factor", &[1, 1, 3, 2], 1.7, Interpolation::Nearest),
            sample("linear", &[2, 1, 3], 5, LINEAR),
            sample("smaller", &[1, 1, 7], 3, LINEAR),
            sample("bilinear", &[1, 2, 2, 3], [3, 5], LINEAR),
            sample("factors", &[1, 1, 3, 4], [2.0, 0.6], LINEAR),
            sample("corners", &[1, 2, 3, 2], [5, 4], ALIGNED),
            sample("one place, corners", &[1, 1, 4], 1, ALIGNED),
            sample("the same size", &[1, 1, 3], 3, LINEAR),
            sample("size 1", &[1, 1, 1, 1], 3, LINEAR),
            sample("size 0", &[0, 1, 2], 3, LINEAR),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        const NEAREST: Interpolation = Interpolation::Nearest;
        vec![
            misuse!(o([2, 3]).interpolate(2, NEAREST), "interpolate: input [2, 3], expected [N, C, L] or [N, C, H, W]"),
            misuse!(o([1, 1, 3]).interpolate([2, 2], NEAREST), "interpolate: 2 numbers for the 1 axes of [1, 1, 3]"),
            misuse!(o([1, 1, 3]).interpolate(0, NEAREST), "interpolate: axis 2 of [1, 1, 3], to a length of 0"),
            misuse!(o([1, 1, 0]).interpolate(2, NEAREST), "interpolate: axis 2 of [1, 1, 0], to a length of 2"),
            misuse!(o([1, 1, 3]).interpolate(0.2, NEAREST), "interpolate: axis 2 of [1, 1, 3], to a length of 0"),
            misuse!(o([1, 1, 3]).interpolate(-1.0, NEAREST), "interpolate: a factor of -1.0"),
            misuse!(Tensor::arange(0, 2).interpolate(2, NEAREST), "interpolate: not defined for i64"),
        ]
    },
    kinks: no_kinks,
};
