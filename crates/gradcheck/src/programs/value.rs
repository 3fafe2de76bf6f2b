//! The values of random programs, and how they are kept where every op is smooth.
//!
//! Each carries a bound on its elements and on how fast they change with the inputs, both known from shapes and instructions
//! alone. Values that could grow are scaled down, so that differences stay accurate; arguments are moved into an op's domain and
//! away from its kinks by constants that follow from the bounds.

use tapegrad_core::Tensor;

/// A value of a program.
#[derive(Clone)]
pub(super) struct Value {
    pub(super) tensor: Tensor,
    /// No element is larger.
    pub(super) bound: f64,
    /// No element changes faster than this times the largest change of an input.
    pub(super) slope: f64,
}

/// The inputs' elements are no larger.
pub(super) const BOUND: f64 = 1.5;

/// Values with larger bounds are scaled down.
const LARGEST: f64 = 4.0;

/// Values with more elements are not made.
pub(super) const MOST: usize = 48;

impl Value {
    pub(super) fn input(tensor: &Tensor) -> Value {
        Value { tensor: tensor.clone(), bound: BOUND, slope: 1.0 }
    }

    pub(super) fn new(tensor: Tensor, bound: f64, slope: f64) -> Value {
        Value { tensor, bound, slope }
    }

    /// The same bounds, for ops that move elements.
    pub(super) fn with(&self, tensor: Tensor) -> Value {
        Value { tensor, ..*self }
    }

    /// Scaled down if it could be large or steep.
    pub(super) fn tame(self) -> Value {
        let excess = self.bound.max(self.slope) / LARGEST;
        if excess <= 1.0 {
            return self;
        }
        Value::new(&self.tensor * (1.0 / excess), self.bound / excess, self.slope / excess)
    }

    pub(super) fn shape(&self) -> &[usize] {
        self.tensor.shape()
    }

    /// An axis chosen by the attribute, if there is any.
    pub(super) fn axis(&self, attribute: usize) -> Option<usize> {
        (!self.shape().is_empty()).then(|| attribute % self.shape().len())
    }

    /// The sum of all elements.
    pub(super) fn total(&self) -> Value {
        let n = self.tensor.numel() as f64;
        Value::new(self.tensor.sum(), n * self.bound, n * self.slope)
    }

    /// Away from 0, with one sign or the other by place: at least 1 and at most `2 bound + 1`. `far` is added to that.
    pub(super) fn apart(&self, attribute: usize, far: f64) -> Value {
        let offset = self.bound + 1.0 + far;
        let signs = self.pattern(|i| if (i + attribute).is_multiple_of(3) { -offset } else { offset });
        Value::new(&self.tensor + signs, self.bound + offset, self.slope)
    }

    /// With a distance of at least 0.2 between any two elements, in an irregular order.
    pub(super) fn distinct(&self, attribute: usize) -> Value {
        let n = self.tensor.numel();
        let (scale, size) = (0.4 / self.bound, n as f64);
        // 53 is a prime above the largest number of elements, so that all places are different.
        let places = self.pattern(|i| ((53 * i + attribute) % n) as f64 - size / 2.0);
        Value::new(&self.tensor * scale + places, 0.4 + size / 2.0, self.slope * scale)
    }

    /// A constant of this value's shape.
    pub(super) fn pattern(&self, f: impl Fn(usize) -> f64) -> Tensor {
        let numbers = (0..self.tensor.numel()).map(f).collect();
        Tensor::from_vec(numbers, self.shape()).expect("as many elements as the shape holds")
    }

    /// Integers below `end` of some shape.
    pub(super) fn indices(shape: &[usize], end: usize, attribute: usize) -> Tensor {
        let n = shape.iter().product::<usize>();
        let numbers = (0..n).map(|i| ((5 * i + attribute) % end) as i64).collect();
        Tensor::from_vec(numbers, shape).expect("as many elements as the shape holds")
    }

    /// Positive and away from 0: between 1 and 3.
    pub(super) fn positive(&self) -> Value {
        Value::new(self.tensor.sin() + 2.0, 3.0, self.slope)
    }
}

/// The second operand as it is if it broadcasts with the first to something small, else its sum, which broadcasts with all.
pub(super) fn fitting(x: &Value, y: &Value) -> Value {
    let (a, b) = (x.shape(), y.shape());
    let length = |shape: &[usize], i: usize| shape.iter().rev().nth(i).copied().unwrap_or(1);
    let axes = a.len().max(b.len());
    let fits = (0..axes).all(|i| length(a, i) == length(b, i) || length(a, i) == 1 || length(b, i) == 1);
    let elements: usize = (0..axes).map(|i| length(a, i).max(length(b, i))).product();
    if fits && elements <= MOST { y.clone() } else { y.total().tame() }
}
