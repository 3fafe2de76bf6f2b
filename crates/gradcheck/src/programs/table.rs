//! The ops that random programs are made of.

use super::value::{MOST, Value, fitting};
use tapegrad_core::Tensor;

/// An op of programs.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) operands: usize,
    pub(super) run: fn(&Value, &Value, usize) -> Value,
}

/// An op of one operand.
const fn one(name: &'static str, run: fn(&Value, &Value, usize) -> Value) -> Entry {
    Entry { name, operands: 1, run }
}

/// An op of two operands.
const fn two(name: &'static str, run: fn(&Value, &Value, usize) -> Value) -> Entry {
    Entry { name, operands: 2, run }
}

/// The ops; shrinking goes towards the first.
pub(super) const TABLE: &[Entry] = &[
    two("add", |x, y, _| {
        let y = fitting(x, y);
        Value::new(&x.tensor + &y.tensor, x.bound + y.bound, x.slope + y.slope)
    }),
    two("sub", |x, y, _| {
        let y = fitting(x, y);
        Value::new(&x.tensor - &y.tensor, x.bound + y.bound, x.slope + y.slope)
    }),
    two("mul", |x, y, _| {
        let y = fitting(x, y);
        Value::new(&x.tensor * &y.tensor, x.bound * y.bound, x.bound * y.slope + x.slope * y.bound)
    }),
    two("div", |x, y, _| {
        let y = fitting(x, y).positive();
        Value::new(&x.tensor / &y.tensor, x.bound, x.slope + x.bound * y.slope)
    }),
    one("neg", |x, _, _| x.with(-&x.tensor)),
    one("exp", |x, _, _| {
        let y = (x.bound / 2.0).exp();
        Value::new((&x.tensor * 0.5).exp(), y, 0.5 * x.slope * y)
    }),
    one("sin", |x, _, _| Value::new(x.tensor.sin(), 1.0, x.slope)),
    one("cos", |x, _, _| Value::new(x.tensor.cos(), 1.0, x.slope)),
    one("scalars", |x, _, _| Value::new(1.5 - &x.tensor * 2 / 3.0, 1.5 + x.bound, x.slope)),
    one("sum", |x, _, _| x.total()),
    one("sum_dim", |x, _, n| {
        let Some(axis) = x.axis(n) else { return x.clone() };
        let length = x.shape()[axis] as f64;
        let sum = if n % 2 == 0 { x.tensor.sum_dim(axis as isize) } else { x.tensor.sum_keepdim(axis as isize) };
        Value::new(sum, length * x.bound, length * x.slope)
    }),
    one("sum_to", |x, _, n| {
        let Some(axis) = x.axis(n) else { return x.clone() };
        let repeated = x.shape()[..=axis].iter().product::<usize>() as f64;
        let mut to = x.shape()[axis..].to_vec();
        to[0] = 1;
        Value::new(x.tensor.sum_to(to), repeated * x.bound, repeated * x.slope)
    }),
    one("broadcast_to", |x, _, n| {
        let longer = |&length: &usize| if length == 1 { 1 + n % 3 } else { length };
        let mut to: Vec<usize> = x.shape().iter().map(longer).collect();
        if n % 2 == 0 || x.shape().is_empty() {
            to.insert(0, 2);
        }
        if to.iter().product::<usize>() > MOST { x.clone() } else { x.with(x.tensor.broadcast_to(to)) }
    }),
    one("reshape", |x, _, n| {
        let elements = x.tensor.numel();
        let rows = (1..=1 + n % 4).rev().find(|rows| elements % rows == 0).unwrap_or(1);
        x.with(x.tensor.reshape([rows as isize, -1]))
    }),
    one("square", |x, _, _| Value::new(x.tensor.square(), x.bound * x.bound, 2.0 * x.bound * x.slope)),
    one("tanh", |x, _, _| Value::new(x.tensor.tanh(), 1.0, x.slope)),
    one("sigmoid", |x, _, _| Value::new(x.tensor.sigmoid(), 1.0, x.slope)),
    one("log", |x, _, _| {
        let x = x.positive();
        Value::new(x.tensor.log(), x.bound, x.slope)
    }),
    one("sqrt", |x, _, _| {
        let x = x.positive();
        Value::new(x.tensor.sqrt(), x.bound, x.slope)
    }),
    one("reciprocal", |x, _, _| {
        let x = x.positive();
        Value::new(x.tensor.reciprocal(), 1.0, x.slope)
    }),
    one("pow of a number", |x, _, n| {
        let (x, exponent) = (x.positive(), [3.0, 0.5, -1.5][n % 3]);
        Value::new(x.tensor.pow(exponent), 27.0, 27.0 * x.slope)
    }),
    two("pow", |x, y, _| {
        let (x, y) = (x.positive(), fitting(x, y));
        Value::new(x.tensor.pow(y.tensor.sin()), 3.0, x.slope + 4.0 * y.slope)
    }),
    one("abs", |x, _, n| {
        let x = x.apart(n, 0.0);
        x.with(x.tensor.abs())
    }),
    one("relu", |x, _, n| {
        let x = x.apart(n, 0.0);
        x.with(x.tensor.relu())
    }),
    one("leaky_relu", |x, _, n| {
        let x = x.apart(n, 0.0);
        x.with(x.tensor.leaky_relu(0.1))
    }),
    one("clamp", |x, _, n| {
        let y = x.apart(n, 0.0);
        y.with(y.tensor.clamp(-0.5, x.bound * 4.0))
    }),
    two("maximum", |x, y, n| {
        let y = fitting(x, y);
        let x = x.apart(n, y.bound);
        Value::new(x.tensor.maximum(&y.tensor), x.bound, x.slope.max(y.slope))
    }),
    two("minimum", |x, y, n| {
        let y = fitting(x, y);
        let x = x.apart(n, y.bound);
        Value::new(x.tensor.minimum(&y.tensor), x.bound, x.slope.max(y.slope))
    }),
    two("where_cond", |x, y, n| {
        let y = fitting(x, y);
        let mask = x.pattern(|i| ((i + n) % 2) as f64).gt(0.5);
        Value::new(mask.where_cond(&x.tensor, &y.tensor), x.bound.max(y.bound), x.slope.max(y.slope))
    }),
    one("mean", |x, _, _| x.with(x.tensor.mean())),
    one("mean_dim", |x, _, n| match x.axis(n) {
        Some(axis) if n % 2 == 0 => x.with(x.tensor.mean_dim(axis as isize)),
        Some(axis) => x.with(x.tensor.mean_keepdim(axis as isize)),
        None => x.clone(),
    }),
    one("max", |x, _, n| {
        let x = x.distinct(n);
        x.with(x.tensor.max())
    }),
    one("amin_dim", |x, _, n| {
        let x = x.distinct(n);
        x.axis(n).map_or(x.clone(), |axis| x.with(x.tensor.amin_dim(axis as isize)))
    }),
    one("max_dim", |x, _, n| {
        let x = x.distinct(n);
        x.axis(n).map_or(x.clone(), |axis| x.with(x.tensor.max_dim(axis as isize).0))
    }),
    one("softmax", |x, _, n| {
        x.axis(n).map_or(x.clone(), |axis| Value::new(x.tensor.softmax(axis as isize), 1.0, x.slope))
    }),
    one("log_softmax", |x, _, n| {
        let Some(axis) = x.axis(n) else { return x.clone() };
        Value::new(x.tensor.log_softmax(axis as isize), 2.0 * x.bound + 4.0, 2.0 * x.slope)
    }),
    one("logsumexp", |x, _, _| Value::new(x.tensor.logsumexp(), x.bound + 4.0, x.slope)),
    one("cross_entropy", |x, _, n| {
        let Some(&classes) = x.shape().last() else { return x.clone() };
        let rows = x.tensor.reshape([-1, classes as isize]);
        let target = Value::indices(&rows.shape()[..1], classes, n);
        Value::new(rows.cross_entropy(&target), 2.0 * x.bound + 4.0, 2.0 * x.slope)
    }),
    two("matmul", |x, y, n| {
        let (a, b) = (x.shape(), y.shape());
        let Some(&inner) = a.last() else { return x.clone() };
        // What does not fit as a matrix gives its sum for every element of one.
        let fits = b.len() <= 2 && !b.is_empty() && b[b.len().saturating_sub(2)] == inner;
        let elements = a.iter().product::<usize>() / inner.max(1) * b.last().copied().unwrap_or(1);
        let y = if fits && elements <= MOST { y.clone() } else { y.total().tame() };
        let right = if y.shape().is_empty() { y.tensor.broadcast_to([inner, 1 + n % 2]) } else { y.tensor.clone() };
        let size = inner as f64;
        let slope = size * (x.bound * y.slope + x.slope * y.bound);
        Value::new(x.tensor.matmul(&right), size * x.bound * y.bound, slope)
    }),
    one("permute", |x, _, n| {
        let axes = x.shape().len();
        let order: Vec<isize> = (0..axes).map(|axis| ((axis + n) % axes) as isize).collect();
        x.with(x.tensor.permute(order))
    }),
    one("transpose", |x, _, n| x.axis(n).map_or(x.clone(), |axis| x.with(x.tensor.transpose(axis as isize, -1)))),
    one("slice", |x, _, n| {
        let Some(axis) = x.axis(n) else { return x.clone() };
        let step = [1, 2, -1, -2][n % 4];
        let range = if x.shape()[axis] > 1 && n % 3 == 0 { 1..x.shape()[axis] } else { 0..x.shape()[axis] };
        x.with(x.tensor.slice(axis as isize, range.start as isize..range.end as isize, step))
    }),
    one("i", |x, _, n| match x.shape().len() {
        0 => x.clone(),
        1 => x.with(x.tensor.i(-1)),
        _ if n % 2 == 0 => x.with(x.tensor.i((.., -1))),
        _ => x.with(x.tensor.i((0, ..))),
    }),
    two("cat", |x, y, n| {
        let Some(axis) = x.axis(n) else { return x.clone() };
        let rest = |shape: &[usize]| {
            let mut shape = shape.to_vec();
            if axis < shape.len() {
                shape[axis] = 0;
            }
            shape
        };
        // With itself, where the other does not fit.
        let fits = rest(x.shape()) == rest(y.shape()) && x.tensor.numel() + y.tensor.numel() <= MOST;
        let y = if fits { y } else { x };
        if x.tensor.numel() + y.tensor.numel() > MOST {
            return x.clone();
        }
        let joined = Tensor::cat(&[&x.tensor, &y.tensor], axis as isize);
        Value::new(joined, x.bound.max(y.bound), x.slope.max(y.slope))
    }),
    one("split", |x, _, n| {
        let Some(axis) = x.axis(n) else { return x.clone() };
        let parts = x.tensor.split(x.shape()[axis].div_ceil(2), axis as isize);
        x.with(parts[n % parts.len()].clone())
    }),
    one("split, all parts", |x, _, n| {
        let Some(axis) = x.axis(n) else { return x.clone() };
        let parts = x.tensor.split(1usize, axis as isize);
        let count = parts.len() as f64;
        Value::new(parts.into_iter().sum(), count * x.bound, count * x.slope)
    }),
    one("index_select", |x, _, n| {
        let Some(axis) = x.axis(n) else { return x.clone() };
        x.with(x.tensor.index_select(axis as isize, &Value::indices(&[2], x.shape()[axis], n)))
    }),
    one("gather", |x, _, n| {
        let Some(axis) = x.axis(n) else { return x.clone() };
        let index = Value::indices(x.shape(), x.shape()[axis], n);
        x.with(x.tensor.gather(axis as isize, &index))
    }),
    one("sort", |x, _, n| {
        let Some(axis) = x.axis(n) else { return x.clone() };
        let x = x.distinct(n);
        x.with(x.tensor.sort(axis as isize, n % 2 == 0).0)
    }),
    one("topk", |x, _, n| {
        let Some(axis) = x.axis(n) else { return x.clone() };
        let x = x.distinct(n);
        x.with(x.tensor.topk(x.shape()[axis].div_ceil(2), axis as isize, n % 2 == 0).0)
    }),
];
