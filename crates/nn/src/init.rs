//! Where training starts: what is drawn for new parameters.

use std::f64::consts::SQRT_2;

use tapegrad_core::{DType, Element, Rng, Tensor, default_rng, fail};

/// Which of a weight's two counts of connections keeps its variance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fan {
    /// Those that come in: the variance of activations stays from layer to layer.
    In,
    /// Those that go out: the variance of gradients does.
    Out,
}

/// By how much the nonlinearity behind a layer shrinks the standard deviation, as PyTorch's `calculate_gain` has it.
pub mod gain {
    /// Without nonlinearity, with a sigmoid, and of convolutions.
    pub const LINEAR: f64 = 1.0;
    /// tanh.
    pub const TANH: f64 = 5.0 / 3.0;
    /// ReLU: half of the variance is lost.
    pub const RELU: f64 = super::SQRT_2;
    /// SELU.
    pub const SELU: f64 = 0.75;

    /// Leaky ReLU of that slope.
    pub fn leaky_relu(slope: f64) -> f64 {
        (2.0 / (1.0 + slope * slope)).sqrt()
    }
}

/// How a parameter is filled. A weight is `[out, in, ..]`, with `fan_in` the product of all lengths but the first and `fan_out` of all
/// but the second, as PyTorch counts.
///
/// ```
/// use tapegrad_nn::{Init, Linear, init::{Fan, gain}};
/// let layer = Linear::new(784, 256);
/// Init::KaimingNormal { fan: Fan::In, gain: gain::RELU }.fill(&layer.weight);
/// Init::Zeros.fill(layer.bias.as_ref().unwrap());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Zeros.
    Zeros,
    /// One number.
    Constant(f64),
    /// Evenly spread from `low` to `high`.
    Uniform {
        /// The least.
        low: f64,
        /// The greatest.
        high: f64,
    },
    /// Normally distributed.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        std: f64,
    },
    /// Normally distributed, but only what lies from `low` to `high`.
    TruncatedNormal {
        /// The mean, before it is cut.
        mean: f64,
        /// The standard deviation, before it is cut.
        std: f64,
        /// The least.
        low: f64,
        /// The greatest.
        high: f64,
    },
    /// Uniform within `gain sqrt(6 / (fan_in + fan_out))` (X. Glorot, Y. Bengio, 2010).
    XavierUniform {
        /// See [`gain`].
        gain: f64,
    },
    /// Normal with standard deviation `gain sqrt(2 / (fan_in + fan_out))` (X. Glorot, Y. Bengio, 2010).
    XavierNormal {
        /// See [`gain`].
        gain: f64,
    },
    /// Uniform within `gain sqrt(3 / fan)` (K. He and others, 2015).
    KaimingUniform {
        /// The connections that count.
        fan: Fan,
        /// See [`gain`].
        gain: f64,
    },
    /// Normal with standard deviation `gain / sqrt(fan)` (K. He and others, 2015).
    KaimingNormal {
        /// The connections that count.
        fan: Fan,
        /// See [`gain`].
        gain: f64,
    },
    /// A random matrix with orthonormal rows or columns, whichever are fewer, times `gain`; axes after the first are one (A. Saxe and
    /// others, 2014).
    Orthogonal {
        /// See [`gain`].
        gain: f64,
    },
    /// A matrix whose columns have the share `sparsity` of zeros, at random places, and normal numbers elsewhere (J. Martens, 2010).
    Sparse {
        /// The share of zeros.
        sparsity: f64,
        /// The standard deviation of the others.
        std: f64,
    },
    /// The identity matrix; of a matrix that is not square, its upper left part.
    Identity,
    /// Of a convolution: each channel passes through unchanged, as far as there are as many, within each of the groups.
    Dirac {
        /// The groups of output channels.
        groups: usize,
    },
}

impl Init {
    /// Fills a parameter, or any leaf, with numbers from this thread's generator.
    ///
    /// # Panics
    /// If the tensor is not a leaf, is i64 or bool, or has not the axes that the method needs.
    #[track_caller]
    pub fn fill(self, leaf: &Tensor) {
        default_rng(|rng| self.fill_with(leaf, rng));
    }

    /// As [`Init::fill`], with a generator of your own.
    ///
    /// # Panics
    /// As [`Init::fill`].
    #[track_caller]
    pub fn fill_with(self, leaf: &Tensor, rng: &mut Rng) {
        if !leaf.dtype().is_float() {
            fail!("init: the tensor is {}, expected f32 or f64", leaf.dtype());
        }
        let shape = leaf.shape();
        let value = match self {
            Init::Zeros => Tensor::zeros(shape),
            Init::Constant(value) => leaf.full_like(value),
            Init::Uniform { low, high } => uniform(shape, low, high, rng),
            Init::Normal { mean, std } => normal(shape, mean, std, rng),
            Init::TruncatedNormal { mean, std, low, high } => truncated_normal(shape, mean, std, low, high, rng),
            Init::XavierUniform { gain } => {
                let (fan_in, fan_out) = fans(shape);
                let bound = gain * (6.0 / (fan_in + fan_out)).sqrt();
                uniform(shape, -bound, bound, rng)
            }
            Init::XavierNormal { gain } => {
                let (fan_in, fan_out) = fans(shape);
                normal(shape, 0.0, gain * (2.0 / (fan_in + fan_out)).sqrt(), rng)
            }
            Init::KaimingUniform { fan, gain } => {
                let bound = gain * (3.0 / counted(fan, shape)).sqrt();
                uniform(shape, -bound, bound, rng)
            }
            Init::KaimingNormal { fan, gain } => normal(shape, 0.0, gain / counted(fan, shape).sqrt(), rng),
            Init::Orthogonal { gain } => orthogonal(shape, gain, rng),
            Init::Sparse { sparsity, std } => sparse(shape, sparsity, std, rng),
            Init::Identity => identity(shape),
            Init::Dirac { groups } => dirac(shape, groups),
        };
        leaf.set(&value.to_dtype(leaf.dtype()));
    }
}

/// How many connections come into one output, and go out of one input.
#[track_caller]
pub(crate) fn fans(shape: &[usize]) -> (f64, f64) {
    let [to, from, window @ ..] = shape else {
        fail!("init: the tensor has shape {shape:?}, expected a weight [out, in, ..]");
    };
    let window: usize = window.iter().product();
    ((from * window) as f64, (to * window) as f64)
}

#[track_caller]
fn counted(fan: Fan, shape: &[usize]) -> f64 {
    let (fan_in, fan_out) = fans(shape);
    match fan {
        Fan::In => fan_in,
        Fan::Out => fan_out,
    }
}

fn uniform(shape: &[usize], low: f64, high: f64, rng: &mut Rng) -> Tensor {
    rng.rand(shape) * (high - low) + low
}

fn normal(shape: &[usize], mean: f64, std: f64, rng: &mut Rng) -> Tensor {
    rng.randn(shape) * std + mean
}

fn shaped<T: Element>(numbers: Vec<T>, shape: &[usize]) -> Tensor {
    Tensor::from_vec(numbers, shape).expect("as many numbers as the shape has")
}

/// Uniform numbers through the inverse of the distribution function.
#[track_caller]
fn truncated_normal(shape: &[usize], mean: f64, std: f64, low: f64, high: f64, rng: &mut Rng) -> Tensor {
    if low >= high || std <= 0.0 {
        fail!("init: a normal of deviation {std} from {low} to {high}; expected a deviation above 0 and low < high");
    }
    // erf of the bounds: twice the distribution function, minus 1.
    let ends = (Tensor::from([low, high]) - mean).to_dtype(DType::F64) * (1.0 / (std * SQRT_2));
    let ends = ends.erf();
    let (from, to) = (ends.i(0).item(), ends.i(1).item());
    let numbers: Vec<f64> = (0..shape.iter().product()).map(|_| from + (to - from) * rng.unit()).collect();
    (shaped(numbers, shape).erfinv() * (std * SQRT_2) + mean).clamp(low, high)
}

#[track_caller]
fn matrix(what: &str, shape: &[usize]) -> (usize, usize) {
    let &[rows, columns] = shape else {
        fail!("init: {what} is for matrices, the tensor has shape {shape:?}");
    };
    (rows, columns)
}

/// Gram and Schmidt on normal numbers, twice over each vector, which makes them orthogonal to the last digits.
#[track_caller]
fn orthogonal(shape: &[usize], gain: f64, rng: &mut Rng) -> Tensor {
    let [rows, rest @ ..] = shape else {
        fail!("init: orthogonal is for two axes or more, the tensor has shape {shape:?}");
    };
    let columns: usize = rest.iter().product();
    let (count, length) = ((*rows).min(columns), (*rows).max(columns));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut vectors: Vec<Vec<f64>> = Vec::with_capacity(count);
    for _ in 0..count {
        let mut v: Vec<f64> = rng.randn([length]).to_dtype(DType::F64).to_vec().expect("made f64");
        for _ in 0..2 {
            for u in &vectors {
                let share = dot(u, &v);
                v.iter_mut().zip(u).for_each(|(v, u)| *v -= share * u);
            }
        }
        let norm = dot(&v, &v).sqrt();
        v.iter_mut().for_each(|v| *v /= norm);
        vectors.push(v);
    }
    let numbers = if *rows <= columns {
        vectors.concat()
    } else {
        (0..length).flat_map(|i| vectors.iter().map(move |v| v[i])).collect()
    };
    shaped(numbers, shape) * gain
}

#[track_caller]
fn sparse(shape: &[usize], sparsity: f64, std: f64, rng: &mut Rng) -> Tensor {
    let (rows, columns) = matrix("sparse", shape);
    if !(0.0..=1.0).contains(&sparsity) {
        fail!("init: the share of zeros is {sparsity}, expected 0 to 1");
    }
    let zeros = (sparsity * rows as f64).ceil() as usize;
    let mut numbers: Vec<f32> = rng.randn([rows, columns]).to_vec().expect("drawn as f32");
    for column in 0..columns {
        let order: Vec<i64> = rng.randperm(rows).to_vec().expect("drawn as i64");
        for &row in &order[..zeros] {
            numbers[row as usize * columns + column] = 0.0;
        }
    }
    shaped(numbers, shape) * std
}

#[track_caller]
fn identity(shape: &[usize]) -> Tensor {
    let (rows, columns) = matrix("identity", shape);
    let mut numbers = vec![0.0f32; rows * columns];
    (0..rows.min(columns)).for_each(|i| numbers[i * columns + i] = 1.0);
    shaped(numbers, shape)
}

#[track_caller]
fn dirac(shape: &[usize], groups: usize) -> Tensor {
    let [to, from, window @ ..] = shape else {
        fail!("init: dirac is for convolutions [out, in, ..], the tensor has shape {shape:?}");
    };
    if window.is_empty() || groups == 0 || !to.is_multiple_of(groups) {
        fail!(
            "init: dirac in {groups} groups is for convolutions [out, in, ..] whose outputs they divide, not {shape:?}"
        );
    }
    let size: usize = window.iter().product();
    let middle = window.iter().fold(0, |at, n| at * n + n / 2);
    let mut numbers = vec![0.0f32; to * from * size];
    let each = to / groups;
    for group in 0..groups {
        for channel in 0..each.min(*from) {
            numbers[((group * each + channel) * from + channel) * size + middle] = 1.0;
        }
    }
    shaped(numbers, shape)
}
