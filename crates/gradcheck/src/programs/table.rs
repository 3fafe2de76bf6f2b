//! The ops that random programs are made of, each kept where it is smooth.
//!
//! Every value carries a bound on its elements and on how fast they change with the inputs, both known from shapes and
//! instructions alone. Values that could grow are scaled down, so that differences stay accurate; arguments are moved into
//! an op's domain and away from its kinks by constants that follow from the bounds.

use tapegrad_core::Tensor;

/// A value of a program.
#[derive(Clone)]
pub(super) struct Value {
    pub(super) tensor: Tensor,
    /// No element is larger.
    bound: f64,
    /// No element changes faster than this times the largest change of an input.
    slope: f64,
}

/// An op of programs.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) operands: usize,
    pub(super) run: fn(&Value, &Value, usize) -> Value,
}

/// The inputs' elements are no larger.
pub(super) const BOUND: f64 = 1.5;

/// Values with larger bounds are scaled down.
const LARGEST: f64 = 4.0;

/// Values with more elements are not made.
const MOST: usize = 48;

impl Value {
    pub(super) fn input(tensor: &Tensor) -> Value {
        Value { tensor: tensor.clone(), bound: BOUND, slope: 1.0 }
    }

    fn new(tensor: Tensor, bound: f64, slope: f64) -> Value {
        Value { tensor, bound, slope }
    }

    /// The same bounds, for ops that move elements.
    fn with(&self, tensor: Tensor) -> Value {
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

    fn shape(&self) -> &[usize] {
        self.tensor.shape()
    }

    /// An axis chosen by the attribute, if there is any.
    fn axis(&self, attribute: usize) -> Option<usize> {
        (!self.shape().is_empty()).then(|| attribute % self.shape().len())
    }

    /// The sum of all elements.
    fn total(&self) -> Value {
        let n = self.tensor.numel() as f64;
        Value::new(self.tensor.sum(), n * self.bound, n * self.slope)
    }

    /// Positive and away from 0: between 1 and 3.
    fn positive(&self) -> Value {
        Value::new(self.tensor.sin() + 2.0, 3.0, self.slope)
    }
}

/// The second operand as it is if it broadcasts with the first to something small, else its sum, which broadcasts with all.
fn fitting(x: &Value, y: &Value) -> Value {
    let (a, b) = (x.shape(), y.shape());
    let length = |shape: &[usize], i: usize| shape.iter().rev().nth(i).copied().unwrap_or(1);
    let axes = a.len().max(b.len());
    let fits = (0..axes).all(|i| length(a, i) == length(b, i) || length(a, i) == 1 || length(b, i) == 1);
    let elements: usize = (0..axes).map(|i| length(a, i).max(length(b, i))).product();
    if fits && elements <= MOST { y.clone() } else { y.total().tame() }
}

/// The ops; shrinking goes towards the first.
pub(super) const TABLE: &[Entry] = &[
    Entry {
        name: "add",
        operands: 2,
        run: |x, y, _| {
            let y = fitting(x, y);
            Value::new(&x.tensor + &y.tensor, x.bound + y.bound, x.slope + y.slope)
        },
    },
    Entry {
        name: "sub",
        operands: 2,
        run: |x, y, _| {
            let y = fitting(x, y);
            Value::new(&x.tensor - &y.tensor, x.bound + y.bound, x.slope + y.slope)
        },
    },
    Entry {
        name: "mul",
        operands: 2,
        run: |x, y, _| {
            let y = fitting(x, y);
            Value::new(&x.tensor * &y.tensor, x.bound * y.bound, x.bound * y.slope + x.slope * y.bound)
        },
    },
    Entry {
        name: "div",
        operands: 2,
        run: |x, y, _| {
            let y = fitting(x, y).positive();
            Value::new(&x.tensor / &y.tensor, x.bound, x.slope + x.bound * y.slope)
        },
    },
    Entry { name: "neg", operands: 1, run: |x, _, _| x.with(-&x.tensor) },
    Entry {
        name: "exp",
        operands: 1,
        run: |x, _, _| {
            let y = (x.bound / 2.0).exp();
            Value::new((&x.tensor * 0.5).exp(), y, 0.5 * x.slope * y)
        },
    },
    Entry { name: "sin", operands: 1, run: |x, _, _| Value::new(x.tensor.sin(), 1.0, x.slope) },
    Entry { name: "cos", operands: 1, run: |x, _, _| Value::new(x.tensor.cos(), 1.0, x.slope) },
    Entry {
        name: "scalars",
        operands: 1,
        run: |x, _, _| Value::new(1.5 - &x.tensor * 2 / 3.0, 1.5 + x.bound, x.slope),
    },
    Entry { name: "sum", operands: 1, run: |x, _, _| x.total() },
    Entry {
        name: "sum_dim",
        operands: 1,
        run: |x, _, n| {
            let Some(axis) = x.axis(n) else { return x.clone() };
            let length = x.shape()[axis] as f64;
            let sum = if n % 2 == 0 { x.tensor.sum_dim(axis as isize) } else { x.tensor.sum_keepdim(axis as isize) };
            Value::new(sum, length * x.bound, length * x.slope)
        },
    },
    Entry {
        name: "sum_to",
        operands: 1,
        run: |x, _, n| {
            let Some(axis) = x.axis(n) else { return x.clone() };
            let repeated = x.shape()[..=axis].iter().product::<usize>() as f64;
            let mut to = x.shape()[axis..].to_vec();
            to[0] = 1;
            Value::new(x.tensor.sum_to(to), repeated * x.bound, repeated * x.slope)
        },
    },
    Entry {
        name: "broadcast_to",
        operands: 1,
        run: |x, _, n| {
            let longer = |&length: &usize| if length == 1 { 1 + n % 3 } else { length };
            let mut to: Vec<usize> = x.shape().iter().map(longer).collect();
            if n % 2 == 0 || x.shape().is_empty() {
                to.insert(0, 2);
            }
            if to.iter().product::<usize>() > MOST { x.clone() } else { x.with(x.tensor.broadcast_to(to)) }
        },
    },
    Entry {
        name: "reshape",
        operands: 1,
        run: |x, _, n| {
            let elements = x.tensor.numel();
            let rows = (1..=1 + n % 4).rev().find(|rows| elements % rows == 0).unwrap_or(1);
            x.with(x.tensor.reshape([rows as isize, -1]))
        },
    },
];
