//! What each op says of itself for the tests: where it is defined, samples, errors, kinks.

use std::fmt;

use crate::tensor::Tensor;
use tapegrad_kernels::Array;

/// Calls an op on some inputs.
pub type Call = Box<dyn Fn(&[Tensor]) -> Vec<Tensor> + Send + Sync>;

/// A call of an op on given inputs. Float inputs are f64; tests derive other layouts and types from them.
pub struct Sample {
    /// What is special about it.
    pub label: &'static str,
    /// The inputs; those of a float type are differentiated.
    pub inputs: Vec<Tensor>,
    /// Calls the op's public method.
    pub call: Call,
}

impl Sample {
    /// A call with one output.
    pub fn new(
        label: &'static str,
        inputs: impl Into<Vec<Tensor>>,
        call: impl Fn(&[Tensor]) -> Tensor + Send + Sync + 'static,
    ) -> Self {
        Sample { label, inputs: inputs.into(), call: Box::new(move |x| vec![call(x)]) }
    }

    /// A call with several outputs.
    pub fn multi(
        label: &'static str,
        inputs: impl Into<Vec<Tensor>>,
        call: impl Fn(&[Tensor]) -> Vec<Tensor> + Send + Sync + 'static,
    ) -> Self {
        Sample { label, inputs: inputs.into(), call: Box::new(call) }
    }
}

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shapes: Vec<&[usize]> = self.inputs.iter().map(Tensor::shape).collect();
        write!(f, "{} {shapes:?}", self.label)
    }
}

/// A call that must panic at the caller's line.
#[derive(Debug)]
pub struct ErrorSample {
    /// The line of the macro in the op's file; the call begins there or on the next line.
    pub line: u32,
    /// The panic's message.
    pub message: &'static str,
    /// The call.
    pub call: fn(),
}

/// `misuse!(expression, "message")`: an [`ErrorSample`] that knows its own line. The call begins on that line or the next.
macro_rules! misuse {
    ($call:expr, $message:expr $(,)?) => {
        $crate::spec::ErrorSample { line: line!(), message: $message, call: || drop($call) }
    };
}
pub(crate) use misuse;

/// A point where the derivative is a convention, and the convention.
pub struct Kink {
    /// What the point is.
    pub label: &'static str,
    /// The inputs, f64.
    pub inputs: Vec<Tensor>,
    /// Calls the op.
    pub call: fn(&[Tensor]) -> Tensor,
    /// The gradient of the output's sum by each input.
    pub gradients: Vec<Vec<f64>>,
}

impl fmt::Debug for Kink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label)
    }
}

/// What kind of derivative an op has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivative {
    /// A first and a second derivative that are not all zero.
    Curved,
    /// A first derivative that does not depend on the inputs (nearly everywhere), so that the second is zero.
    Linear,
    /// Zero by definition.
    Zero,
    /// None: the outputs are integers or truth values, or there are no inputs.
    None,
}

/// Where an op stands in the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Functions of two or more numbers, element by element.
    Arithmetic,
    /// Functions of one number, element by element.
    Unary,
    /// Comparisons and truth functions.
    Comparison,
    /// Many elements become one, or are accumulated along an axis.
    Reduction,
    /// Elements are moved, repeated or joined.
    Shape,
    /// Elements are picked or placed by position.
    Indexing,
    /// Products of vectors and matrices, distances.
    LinearAlgebra,
    /// Convolutions and the patches they are made of.
    Convolution,
    /// Windows become one element each.
    Pooling,
    /// Images are resized and rearranged.
    Spatial,
    /// The nonlinearities of networks.
    Activation,
    /// Means and variances are taken out.
    Normalisation,
    /// Queries gather values by how well their keys meet them.
    Attention,
    /// A state goes from step to step of a sequence.
    Recurrent,
    /// Elements are left out at random.
    Dropout,
    /// Predictions beside targets become one number.
    Loss,
}

/// The types of elements that an op takes where its samples have floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Types {
    /// f32 and f64.
    Floats,
    /// f32, f64 and i64.
    Numbers,
    /// f32, f64, i64 and bool.
    Any,
}

/// An op's own account of itself.
pub struct OpSpec {
    /// The op's file and the name in its errors.
    pub name: &'static str,
    /// Where it stands in the reference.
    pub group: Group,
    /// The types it takes.
    pub types: Types,
    /// The value, as a formula.
    pub formula: &'static str,
    /// The cotangents of the inputs, as a formula of the output's cotangent g.
    pub derivative: &'static str,
    /// What kind of derivative there is.
    pub kind: Derivative,
    /// Calls inside the op's domain and away from kinks: plain, size 1, size 0, and every attribute.
    pub samples: fn() -> Vec<Sample>,
    /// Calls that must fail.
    pub errors: fn() -> Vec<ErrorSample>,
    /// Points where the derivative is a convention.
    pub kinks: fn() -> Vec<Kink>,
}

impl fmt::Debug for OpSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpSpec({})", self.name)
    }
}

/// No misuse is possible.
pub(crate) fn no_errors() -> Vec<ErrorSample> {
    Vec::new()
}

/// The derivative is continuous.
pub(crate) fn no_kinks() -> Vec<Kink> {
    Vec::new()
}

/// f64 numbers between `low` and `high`, all different, in an irregular but fixed order: the multiples of the golden ratio,
/// modulo 1, are spread evenly for any count.
pub fn spread(shape: impl AsRef<[usize]>, low: f64, high: f64) -> Tensor {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    Tensor::constant(Array::build::<f64>(shape.as_ref(), |out| {
        for (i, v) in out.iter_mut().enumerate() {
            *v = low + (high - low) * ((i + 1) as f64 * GOLDEN).fract();
        }
    }))
}

/// As [`spread`], between -`high` and -`low` or `low` and `high`: away from a kink at 0.
pub fn spread_around(shape: impl AsRef<[usize]>, low: f64, high: f64) -> Tensor {
    let even = spread(shape, -1.0, 1.0);
    Tensor::constant(Array::build::<f64>(even.shape(), |out| {
        for (v, x) in out.iter_mut().zip(even.value().as_slice::<f64>().into_iter().flatten()) {
            *v = x.signum() * low + x * (high - low);
        }
    }))
}

/// Boxes beside boxes: overlapping, one within the other, apart.
pub(crate) fn boxes() -> [Tensor; 2] {
    [
        Tensor::from([[0.1, 0.2, 2.3, 1.9], [0.0, 0.1, 4.0, 4.2], [0.3, 0.4, 1.0, 1.2]]),
        Tensor::from([[1.0, 0.5, 3.1, 2.4], [1.1, 0.9, 2.2, 3.0], [2.0, 2.1, 3.3, 3.2]]),
    ]
}
