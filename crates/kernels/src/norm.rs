//! Normalisation: groups of elements brought to mean 0 and variance 1, each channel then scaled and shifted, and the way back.
//!
//! Layers, batches, groups and instances differ only in which elements make a group and which share a weight ([`Groups`]). Where
//! a group's neighbours have weights of their own, as in layers, work goes row by row (`rows`), and a row stays in cache over its
//! passes; where long runs share a weight, as in images, it goes run by run (`runs`).

mod rows;
mod runs;

pub use runs::affine;

use crate::array::Array;
use crate::dtype::Number;
use crate::softmax::{LANES, RUN, Real, elements, total};
use crate::{strided, view, with_type};

/// What is normalised together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Groups {
    /// `[N, G, K, S]`: N samples of G K channels of S elements.
    pub shape: [usize; 4],
    /// Whether a group is one of the G over all samples, or one in each sample.
    pub batch: bool,
    /// Whether the mean is taken away first; else the mean square stands for the variance.
    pub centred: bool,
    /// What is added to the variance.
    pub eps: f64,
}

impl Groups {
    fn count(&self) -> usize {
        let [n, g, ..] = self.shape;
        if self.batch { g } else { n * g }
    }

    /// The elements of a group.
    fn len(&self) -> usize {
        let [n, _, k, s] = self.shape;
        if self.batch { n * k * s } else { k * s }
    }

    /// Those that have a weight each.
    fn channels(&self) -> usize {
        self.shape[1] * self.shape[2]
    }

    fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// The group of a run, the elements of one channel of one sample.
    fn group_of(&self, run: usize) -> usize {
        if self.batch { run % self.channels() / self.shape[2] } else { run / self.shape[2] }
    }

    /// The reciprocal of the standard deviation.
    #[inline(always)]
    fn scale<T: Real>(&self, variance: T) -> f64 {
        1.0 / (variance.widen() + self.eps).sqrt()
    }

    /// Short runs of a batch lie far apart: they are worked on with the channels in front, as one sample, and so are their weights'
    /// sums, which do not depend on the order.
    fn turned(&self) -> Option<Groups> {
        let [n, g, k, s] = self.shape;
        (self.batch && n > 1 && s < LANES).then_some(Groups { shape: [1, g, k, n * s], ..*self })
    }

    /// `[N, C, S]` as `[C, N, S]`, in order.
    fn turn(&self, x: &Array) -> Array {
        let [n, g, k, s] = self.shape;
        strided::copy(&view::permute(&view::reshape(x, &[n, g * k, s]), &[1, 0, 2]))
    }

    /// The inverse, in the shape of `x`.
    fn turn_back(&self, y: &Array, x: &Array) -> Array {
        let [n, g, k, s] = self.shape;
        let y = view::permute(&view::reshape(y, &[g * k, n, s]), &[1, 0, 2]);
        view::reshape(&strided::copy(&y), x.shape())
    }
}

/// `(x - mean) / sqrt(variance + eps) weight + bias`; then the means and the variances, one for each group. Weight and bias have
/// one number for each channel.
///
/// # Panics
/// If sizes do not fit.
pub fn normalise(x: &Array, weight: Option<&Array>, bias: Option<&Array>, groups: &Groups) -> [Array; 3] {
    assert_eq!(x.len(), groups.elements(), "normalise: {groups:?} of {x:?}");
    if let Some(turned) = groups.turned() {
        let [y, mean, variance] = normalise(&groups.turn(x), weight, bias, &turned);
        return [groups.turn_back(&y, x), mean, variance];
    }
    let (x, weight, bias) = (strided::contiguous(x), weight.map(strided::contiguous), bias.map(strided::contiguous));
    with_type!(float x.dtype(), T => {
        let [mut mean, mut variance] = [(); 2].map(|()| Array::full(&[groups.count()], T::NAN));
        let y = Array::build::<T>(x.shape(), |out| {
            let given = Given { x: elements::<T>(&x), weight: weight.as_ref().map(elements), groups };
            let (mean, variance) = (mean.make_mut::<T>(), variance.make_mut::<T>());
            let bias = bias.as_ref().map(elements::<T>);
            match groups.shape {
                _ if out.is_empty() => {}
                [.., 1] if !groups.batch => rows::forward(given, bias, mean, variance, out),
                _ => runs::forward(given, bias, mean, variance, out),
            }
        });
        [y, mean, variance]
    })
}

/// From the cotangent g of the normalised elements, and what [`normalise`] gave besides: the cotangent of x,
/// `(h - mean h - y mean(h y)) / sqrt(variance + eps)` with `h = g weight` and y before weight and bias; and if there is a weight
/// those of weight and bias, the sums of `g y` and of `g`.
///
/// # Panics
/// If sizes do not fit.
pub fn normalise_backward(
    [x, mean, variance, g]: [&Array; 4],
    weight: Option<&Array>,
    groups: &Groups,
) -> (Array, Option<[Array; 2]>) {
    assert!(x.len() == groups.elements() && g.len() == x.len(), "normalise_backward: {groups:?} of {x:?} and {g:?}");
    if let Some(turned) = groups.turned() {
        let inputs = [&groups.turn(x), mean, variance, &groups.turn(g)];
        let (by_x, by_parameters) = normalise_backward(inputs, weight, &turned);
        return (groups.turn_back(&by_x, x), by_parameters);
    }
    let [x, mean, variance, g] = [x, mean, variance, g].map(strided::contiguous);
    let weight = weight.map(strided::contiguous);
    with_type!(float x.dtype(), T => {
        let channels = if weight.is_some() { groups.channels() } else { 0 };
        let mut sums = vec![0.0; 2 * channels];
        let by_x = Array::build::<T>(x.shape(), |out| {
            let given = Given { x: elements::<T>(&x), weight: weight.as_ref().map(elements), groups };
            let (mean, variance, g) = (elements(&mean), elements(&variance), elements(&g));
            match groups.shape {
                _ if out.is_empty() => {}
                [.., 1] if !groups.batch => rows::backward(given, mean, variance, g, &mut sums, out),
                _ => runs::backward(given, mean, variance, g, &mut sums, out),
            }
        });
        let narrow = |sums: &[f64], like: &Array| Array::build::<T>(like.shape(), |out| {
            out.iter_mut().zip(sums).for_each(|(out, &sum)| *out = T::narrow(sum));
        });
        let by_parameters = weight.as_ref().map(|w| [narrow(&sums[..channels], w), narrow(&sums[channels..], w)]);
        (by_x, by_parameters)
    })
}

/// What both ways read.
#[derive(Clone, Copy)]
struct Given<'a, T> {
    x: &'a [T],
    weight: Option<&'a [T]>,
    groups: &'a Groups,
}

/// The sum of `(x - mean)^2`.
#[inline(always)]
fn squares<T: Real>(x: &[T], mean: T) -> f64 {
    let mut sum = 0.0;
    for run in x.chunks(RUN) {
        let mut lanes = [T::ZERO; LANES];
        let (groups, rest) = run.as_chunks::<LANES>();
        for x in groups {
            for i in 0..LANES {
                lanes[i] = lanes[i] + (x[i] - mean) * (x[i] - mean);
            }
        }
        for (lane, &x) in lanes.iter_mut().zip(rest) {
            *lane = *lane + (x - mean) * (x - mean);
        }
        sum += total(lanes);
    }
    sum
}

/// The sums of h and of `h (x - mean)`, where h is g or g times a weight.
#[inline(always)]
fn pulls<T: Real>(x: &[T], mean: T, g: &[T], weight: Option<&[T]>) -> [f64; 2] {
    #[inline(always)]
    fn take<T: Real>(lanes: &mut [[T; LANES]; 2], i: usize, h: T, x: T) {
        lanes[0][i] = lanes[0][i] + h;
        lanes[1][i] = lanes[1][i] + h * x;
    }
    let mut sums = [0.0; 2];
    for (run, x) in x.chunks(RUN).enumerate() {
        let len = x.len();
        let g = &g[run * RUN..][..len];
        let mut lanes = [[T::ZERO; LANES]; 2];
        let ((xs, x), (gs, g)) = (x.as_chunks::<LANES>(), g.as_chunks::<LANES>());
        if let Some(weight) = weight {
            let (ws, w) = weight[run * RUN..][..len].as_chunks::<LANES>();
            for ((x, g), w) in xs.iter().zip(gs).zip(ws) {
                for i in 0..LANES {
                    take(&mut lanes, i, g[i] * w[i], x[i] - mean);
                }
            }
            for (i, ((&x, &g), &w)) in x.iter().zip(g).zip(w).enumerate() {
                take(&mut lanes, i, g * w, x - mean);
            }
        } else {
            for (x, g) in xs.iter().zip(gs) {
                for i in 0..LANES {
                    take(&mut lanes, i, g[i], x[i] - mean);
                }
            }
            for (i, (&x, &g)) in x.iter().zip(g).enumerate() {
                take(&mut lanes, i, g, x - mean);
            }
        }
        sums = std::array::from_fn(|k| sums[k] + total(lanes[k]));
    }
    sums
}
