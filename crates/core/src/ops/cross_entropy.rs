//! The cross-entropy of logits and classes, fused.
//!
//! Besides the loss the op has three outputs that nobody sees, one number a row: `max` and `log_sum`, the parts of the row's
//! log-sum-exp, and `pull`, the factor of the row's probabilities in the loss's gradient. `max` and `pull` are constants;
//! `log_sum` varies with the logits, so the rule reads it as the node it is, and second derivatives come out right.

use super::logsumexp::ExpShares;
use super::prelude::*;
use crate::reduction::{Reduce, Reduction};
use tapegrad_kernels::cross_entropy as kernel;

/// The options of [`Tensor::cross_entropy_with`].
///
/// ```
/// use tapegrad_core::{CrossEntropyOptions, Reduction, tensor};
/// let options = CrossEntropyOptions { reduction: Reduction::Sum, ignore_index: Some(-1), ..Default::default() };
/// let loss = tensor![[0.0, 0.0], [5.0, 1.0]].cross_entropy_with(&tensor![1, -1], &options);
/// assert_eq!(loss.item() as f32, std::f32::consts::LN_2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct CrossEntropyOptions {
    /// What becomes of the losses of the rows.
    pub reduction: Reduction,
    /// Rows of this class do not count. It need not be a class that exists.
    pub ignore_index: Option<i64>,
    /// The share of the target, from 0 to 1, that is spread evenly over all classes.
    pub label_smoothing: f64,
    /// A weight for each class, `[C]`, without gradient. The mean is divided by the sum of the rows' weights.
    pub weight: Option<Tensor>,
}

#[derive(Clone, Debug)]
struct CrossEntropy {
    rule: kernel::Rule,
    weight: Option<Array>,
    logits: Dims,
}

impl CrossEntropy {
    fn described(&self) -> Vec<(&'static str, String)> {
        let mut attributes = vec![("reduction", format!("{:?}", self.rule.reduction))];
        attributes.extend(self.rule.ignore_index.map(|class| ("ignore_index", class.to_string())));
        if self.rule.label_smoothing != 0.0 {
            attributes.push(("label_smoothing", self.rule.label_smoothing.to_string()));
        }
        attributes
    }

    fn shares(&self) -> ExpShares {
        ExpShares { axes: smallvec![kernel::class_axis(&self.logits)] }
    }
}

impl Op for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.described()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (x, target) = (inputs[0].value(), inputs[1].value());
        kernel::cross_entropy(&self.rule, &x, &target, self.weight.as_ref()).into_iter().map(Tensor::constant).collect()
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (x, max, log_sum) = (ctx.input(0), ctx.constant_output(1), ctx.output(2));
        let by_loss = ctx.cotangent(0).map(|g| {
            let inputs = [&x, &max, &log_sum, &ctx.constant_input(1), &ctx.constant_output(3), g];
            CrossEntropyBackward(self.clone()).apply(&inputs)
        });
        let by_log_sum = ctx.cotangent(2).map(|g| self.shares().apply(&[&x, &max, &log_sum, g]));
        smallvec![
            match (by_loss, by_log_sum) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            },
            None
        ]
    }

    fn saves_output(&self, i: usize) -> bool {
        i > 0
    }
}

/// The gradient of the loss by the logits, times g: `(e^(x - max - log_sum) pull - target's share) g`.
#[derive(Debug)]
struct CrossEntropyBackward(CrossEntropy);

impl Op for CrossEntropyBackward {
    fn name(&self) -> &'static str {
        "cross_entropy_backward"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.0.described()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let [x, max, log_sum, target, g] = [0, 1, 2, 3, 5].map(|i| inputs[i].value());
        let all = [&*x, &*max, &*log_sum, &*target, &*g];
        one(kernel::cross_entropy_backward(&self.0.rule, all, self.0.weight.as_ref()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (h, x, max, log_sum) = (ctx.g(), ctx.input(0), ctx.constant_input(1), ctx.input(2));
        let (g, pull, axis) = (ctx.input(5), ctx.constant_input(4), kernel::class_axis(&self.0.logits) as isize);
        let pulled =
            (ctx.needs(0) || ctx.needs(2)).then(|| h * self.0.shares().apply(&[&x, &max, &log_sum, &(&g * &pull)]));
        let by_log_sum = pulled.as_ref().filter(|_| ctx.needs(2)).map(|pulled| -pulled.sum_dim(axis));
        let by_g = ctx.needs(5).then(|| {
            let inputs = [&x, &max, &log_sum, &ctx.constant_input(3), &pull, &g.untracked().ones_like()];
            let product = h * CrossEntropyBackward(self.0.clone()).apply(&inputs);
            if self.0.rule.reduction == Reduction::None { product.sum_dim(axis) } else { product.sum() }
        });
        smallvec![pulled, None, by_log_sum, None, None, by_g]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// The loss for targets that are probabilities, of the logits' shape.
#[track_caller]
fn of_probabilities(x: &Tensor, target: &Tensor, options: &CrossEntropyOptions) -> Tensor {
    if target.shape() != x.shape() || target.dtype() != x.dtype() {
        let (logits, given) = ((x.dtype(), x.shape()), (target.dtype(), target.shape()));
        fail!("cross_entropy: logits are {} {:?}, target probabilities {} {:?}", logits.0, logits.1, given.0, given.1);
    }
    if let Some(class) = options.ignore_index {
        fail!("cross_entropy: ignore_index {class} is for targets that are classes, these are probabilities");
    }
    let axis = kernel::class_axis(x.shape());
    let smoothing = options.label_smoothing;
    let target = match smoothing {
        0.0 => Cow::Borrowed(target),
        _ => Cow::Owned(target * (1.0 - smoothing) + smoothing / x.shape()[axis] as f64),
    };
    let mut shares = x.log_softmax(axis as isize) * &*target;
    if let Some(weight) = &options.weight {
        let mut shape = Dims::from_elem(1, x.ndim());
        shape[axis] = weight.numel();
        shares *= super::reshape::reshape(weight, &shape);
    }
    let losses = -shares.sum_dim(axis as isize);
    options.reduction.of(losses)
}

impl Tensor {
    /// The mean over the rows of the negative log-probability of each row's class, these logits being `[N, C]` and the classes
    /// i64 `[N]`; or `[N, C, d..]` and `[N, d..]`; or `[C]` and `[]`. Of no rows it is NaN. As [`Tensor::log_softmax`] it
    /// takes logits of any size, but neither an array of probabilities nor of their logarithms is made.
    ///
    /// A target of the logits' own shape and type holds a probability for each class, and has a gradient too.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let logits = tensor![[0.0, 0.0], [1e4, 0.0]].requires_grad();
    /// let loss = logits.cross_entropy(&tensor![1, 0]);
    /// loss.backward();
    /// assert_eq!(loss.item() as f32, std::f32::consts::LN_2 / 2.0);
    /// assert_eq!(logits.grad().unwrap().to_vec::<f32>().unwrap(), [0.25, -0.25, 0.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the logits are not f32 or f64, the target's shape or type does not fit them, or a class does not exist.
    #[must_use]
    #[track_caller]
    pub fn cross_entropy(&self, target: &Tensor) -> Tensor {
        self.cross_entropy_with(target, &CrossEntropyOptions::default())
    }

    /// [`Tensor::cross_entropy`] with a reduction, an ignored class, label smoothing or weights of classes. With everything
    /// ignored the mean is NaN.
    ///
    /// # Panics
    /// As [`Tensor::cross_entropy`]; if the weight is not one number per class of the logits' type, or needs a gradient, which
    /// it would not get; if the smoothing is not between 0 and 1; if `ignore_index` is given for probabilities.
    #[must_use]
    #[track_caller]
    pub fn cross_entropy_with(&self, target: &Tensor, options: &CrossEntropyOptions) -> Tensor {
        check_float("cross_entropy", self);
        let shape = self.shape();
        if shape.is_empty() {
            fail!("cross_entropy: logits of shape [] have no axis of classes");
        }
        let axis = kernel::class_axis(shape);
        let classes = shape[axis];
        if !(0.0..=1.0).contains(&options.label_smoothing) {
            fail!("cross_entropy: label_smoothing is {}, not between 0 and 1", options.label_smoothing);
        }
        if let Some(weight) = &options.weight {
            if weight.shape() != [classes] || weight.dtype() != self.dtype() {
                let (dtype, given) = (self.dtype(), (weight.dtype(), weight.shape()));
                fail!("cross_entropy: weight must be {dtype} [{classes}], got {} {:?}", given.0, given.1);
            }
            if weight.needs_grad() {
                fail!("cross_entropy: weight needs a gradient, which it does not get; detach() it");
            }
        }
        if target.dtype().is_float() {
            return of_probabilities(self, target, options);
        }
        let rows = axes::reduced(shape, &[axis], false);
        if target.dtype() != DType::I64 || target.shape() != &rows[..] {
            let (dtype, given) = (target.dtype(), target.shape());
            fail!("cross_entropy: logits {shape:?} take classes i64 {:?}, got {dtype} {given:?}", &rows[..]);
        }
        let &CrossEntropyOptions { reduction, ignore_index, label_smoothing, .. } = options;
        let rule = kernel::Rule { reduction, ignore_index, label_smoothing };
        if let Some((row, class)) = kernel::first_outside(&rule, &target.value(), classes) {
            fail!("cross_entropy: the class of row {row} is {class}, but the logits {shape:?} have {classes} classes");
        }
        let weight = options.weight.as_ref().map(|weight| weight.value().into_owned());
        let op = CrossEntropy { rule, weight, logits: Dims::from_slice(shape) };
        op.apply_all(&[self, target]).swap_remove(0)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "cross_entropy",
    group: Group::Loss,
    types: Types::Floats,
    formula: "mean of log sum e^x - x[class]",
    derivative: "(softmax x - onehot) g / rows",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, logits: &[usize], classes: Tensor, options: CrossEntropyOptions) -> Sample {
            Sample::new(label, [spread(logits, -2.0, 2.0), classes], move |x| {
                let mut options = options.clone();
                options.weight = options.weight.map(|weight| weight.to_dtype(x[0].dtype()));
                x[0].cross_entropy_with(&x[1], &options)
            })
        }
        let plain = CrossEntropyOptions::default;
        let none = || CrossEntropyOptions { reduction: Reduction::None, ..plain() };
        let sum = || CrossEntropyOptions { reduction: Reduction::Sum, ..plain() };
        let ignored = CrossEntropyOptions { ignore_index: Some(2), ..plain() };
        let ignored_each = CrossEntropyOptions { ignore_index: Some(-1), ..none() };
        let smoothed = CrossEntropyOptions { label_smoothing: 0.2, ..plain() };
        let weighted = CrossEntropyOptions { weight: Some(spread([4], 0.5, 2.0)), ..smoothed.clone() };
        vec![
            sample("mean", &[3, 4], crate::tensor![1, 3, 0], plain()),
            sample("longer than a vector", &[2, 19], crate::tensor![18, 3], plain()),
            sample("sum", &[3, 4], crate::tensor![1, 3, 0], sum()),
            sample("each row", &[3, 4], crate::tensor![1, 3, 0], none()),
            sample("more axes", &[2, 3, 2], crate::tensor![[0, 2], [1, 1]], none()),
            sample("one row", &[4], crate::tensor![2].reshape([]), plain()),
            sample("ignored rows", &[3, 4], crate::tensor![1, -1, 0], ignored_each),
            sample("ignored class", &[3, 4], crate::tensor![1, 2, 0], ignored),
            sample("smoothed", &[3, 4], crate::tensor![1, 3, 0], smoothed),
            sample("weighted and smoothed", &[3, 4], crate::tensor![1, 3, 0], weighted),
            sample("size 1", &[1, 2], crate::tensor![1], plain()),
            sample("size 0", &[0, 2], Tensor::arange(0, 0), sum()),
            Sample::new("probabilities", [spread([3, 4], -2.0, 2.0), spread([3, 4], 0.1, 0.5)], |x| {
                x[0].cross_entropy(&x[1])
            }),
        ]
    },
    errors: || {
        use crate::tensor;
        fn x() -> Tensor {
            Tensor::zeros([2, 3])
        }
        vec![
            misuse!(x().cross_entropy(&tensor![0, 3]), "cross_entropy: the class of row 1 is 3, but the logits [2, 3]"),
            misuse!(x().cross_entropy(&tensor![-1, 3]), "cross_entropy: the class of row 0 is -1, but the logits"),
            misuse!(x().cross_entropy(&tensor![0]), "cross_entropy: logits [2, 3] take classes i64 [2], got i64 [1]"),
            misuse!(x().cross_entropy(&tensor![0.0]), "cross_entropy: logits are f32 [2, 3], target probabilities f32"),
            misuse!(x().sum().cross_entropy(&tensor![0]), "cross_entropy: logits of shape [] have no axis of classes"),
        ]
    },
    kinks: no_kinks,
};
