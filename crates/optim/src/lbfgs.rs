//! L-BFGS: Newton's method with a Hessian guessed from the last gradients.

use std::borrow::Borrow;
use std::collections::{BTreeMap, VecDeque};

use crate::checks::Check;
use crate::error::Error;
use crate::line_search::{Point, strong_wolfe};
use crate::state::{Reader, count};
use tapegrad_core::{DType, Tensor, enable_grad, fail, no_grad, scope};

/// Limited-memory BFGS (Liu and Nocedal, 1989, "On the limited memory BFGS method for large scale optimization"), with a line
/// search for the strong Wolfe conditions. For smooth losses without noise: all data at once, no dropout.
///
/// Each iteration goes along `d = -H g`, where `H` is the inverse Hessian that the last `history` pairs `s = w' - w`,
/// `y = g' - g` suggest (the two-loop recursion), as far as the search says. A [`step`](Lbfgs::step) runs up to
/// [`iterations`](Lbfgs::iterations) of them, and computes the loss as often as it needs. All is as PyTorch has it, but for the
/// line search, which is on unless [`fixed_steps`](Lbfgs::fixed_steps) switches it off, and for a loss of NaN, which counts as
/// infinite.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::Lbfgs;
/// let x = Tensor::from([-1.2, 1.0]).requires_grad();
/// let mut opt = Lbfgs::new([&x], 1.0).iterations(100).tolerances(1e-10, 1e-14);
/// opt.step(|| {
///     let (a, b) = (x.i(0), x.i(1)); // Rosenbrock's valley
///     (1.0 - &a).square() + (&b - a.square()).square() * 100.0
/// });
/// assert!(x.to_vec::<f64>().unwrap().iter().all(|v| (v - 1.0).abs() < 1e-6));
/// ```
#[derive(Debug)]
pub struct Lbfgs {
    params: Vec<Tensor>,
    lr: f64,
    iterations: usize,
    evaluations: Option<usize>,
    tolerance_grad: f64,
    tolerance_change: f64,
    history: usize,
    line_search: bool,
    memory: Memory,
}

/// What is remembered between steps.
#[derive(Debug, Default)]
struct Memory {
    /// How many iterations there were.
    iterations: u64,
    /// The last iteration's step `t d`, and the gradient before it.
    last: Option<(Tensor, Tensor)>,
    /// The pairs (s, y), oldest first.
    pairs: VecDeque<(Tensor, Tensor)>,
}

impl Lbfgs {
    /// L-BFGS over these leaves, which have one type. The search first tries a step of `lr` (1 is Newton's).
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, they are of different types, or `lr` is not above 0.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        Check::Positive.of("Lbfgs", "the learning rate", lr);
        let params: Vec<Tensor> = params.into_iter().map(|param| param.borrow().clone()).collect();
        for (i, param) in params.iter().enumerate() {
            if !param.is_leaf() {
                fail!("Lbfgs: parameter {i} ({:?}) is not a leaf; make one with requires_grad()", param.shape());
            }
            if let Some(first) = params[..i].iter().position(|other| other.same(param)) {
                fail!("Lbfgs: parameters {first} and {i} ({:?}) are the same leaf", param.shape());
            }
            if param.dtype() != params[0].dtype() {
                fail!("Lbfgs: parameter {i} is {}, the first {}", param.dtype(), params[0].dtype());
            }
        }
        if params.is_empty() {
            fail!("Lbfgs: there are no parameters");
        }
        Lbfgs {
            params,
            lr,
            iterations: 20,
            evaluations: None,
            tolerance_grad: 1e-7,
            tolerance_change: 1e-9,
            history: 100,
            line_search: true,
            memory: Memory::default(),
        }
    }

    /// How many iterations a step has at most, 20 unless set.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn iterations(mut self, most: usize) -> Self {
        Check::Positive.of("Lbfgs", "the number of iterations", most as f64);
        self.iterations = most;
        self
    }

    /// After how many evaluations of the loss a step begins no further iteration: five quarters of the iterations unless set.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn evaluations(mut self, most: usize) -> Self {
        Check::Positive.of("Lbfgs", "the number of evaluations", most as f64);
        self.evaluations = Some(most);
        self
    }

    /// When a step ends: no element of the gradient is above `grad` (1e-7), or the loss or all elements change by less than
    /// `change` (1e-9).
    ///
    /// # Panics
    /// If one is negative or not finite.
    #[track_caller]
    pub fn tolerances(mut self, grad: f64, change: f64) -> Self {
        Check::Amount.of("Lbfgs", "the gradient's tolerance", grad);
        Check::Amount.of("Lbfgs", "the change's tolerance", change);
        (self.tolerance_grad, self.tolerance_change) = (grad, change);
        self
    }

    /// How many pairs are remembered, 100 unless set: each takes twice the parameters' memory.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn history(mut self, pairs: usize) -> Self {
        Check::Positive.of("Lbfgs", "the number of pairs", pairs as f64);
        self.history = pairs;
        self
    }

    /// Steps of `lr` along the direction, without a search.
    pub fn fixed_steps(mut self) -> Self {
        self.line_search = false;
        self
    }

    /// One step: up to [`iterations`](Lbfgs::iterations) of them. `loss` computes the loss at the parameters of the moment; its
    /// gradients are taken here. Gives the loss before the step. Afterwards the parameters' gradients are those of the last
    /// evaluation.
    ///
    /// # Panics
    /// If the loss does not have one element or depends on nothing.
    #[track_caller]
    pub fn step(&mut self, mut loss: impl FnMut() -> Tensor) -> f64 {
        let mut evaluate = |params: &[Tensor]| {
            params.iter().for_each(Tensor::zero_grad);
            let loss = enable_grad(|| scope::user(&mut loss));
            loss.backward();
            let value = loss.item();
            (if value.is_nan() { f64::INFINITY } else { value }, no_grad(|| flat_gradient(params)))
        };
        let _recording = tapegrad_core::no_grad_guard();
        let (before, mut grad) = evaluate(&self.params);
        self.memory.forget_other_type(grad.dtype());
        let (mut value, mut evaluations) = (before, 1);
        let most = self.evaluations.unwrap_or(self.iterations * 5 / 4);
        if largest(&grad) <= self.tolerance_grad {
            return before;
        }
        for iteration in 1..=self.iterations {
            self.memory.iterations += 1;
            let direction = self.memory.direction(&grad, self.history);
            let (previous, slope) = (value, dot(&grad, &direction));
            let first = if self.memory.iterations == 1 { (1.0 / grad.abs().sum().item()).min(1.0) } else { 1.0 };
            let mut t = first * self.lr;
            self.memory.last = Some((&direction * t, grad.clone()));
            if slope > -self.tolerance_change {
                break;
            }
            let start = self.params.iter().map(Tensor::detach).collect::<Vec<_>>();
            if self.line_search {
                let from = Point { t: 0.0, loss: value, grad: grad.clone(), slope };
                let width = self.tolerance_change / largest(&direction);
                let (found, seen) = strong_wolfe(&from, t, width, most - evaluations, |t| {
                    move_to(&self.params, &start, &direction, t);
                    let (loss, grad) = evaluate(&self.params);
                    let slope = dot(&grad, &direction);
                    Point { t, loss, grad, slope }
                });
                move_to(&self.params, &start, &direction, found.t);
                evaluations += seen;
                (t, value, grad) = (found.t, found.loss, found.grad);
            } else {
                move_to(&self.params, &start, &direction, t);
                // After the last iteration nobody asks for it.
                if iteration < self.iterations {
                    (value, grad) = evaluate(&self.params);
                    evaluations += 1;
                }
            }
            let step = &direction * t;
            let moved = largest(&step);
            if let Some((last, _)) = &mut self.memory.last {
                *last = step;
            }
            let ends = evaluations >= most
                || largest(&grad) <= self.tolerance_grad
                || moved <= self.tolerance_change
                || (value - previous).abs() < self.tolerance_change;
            if ends {
                break;
            }
        }
        before
    }

    /// The learning rate.
    pub fn lr(&self) -> f64 {
        self.lr
    }

    /// Uses another learning rate from the next step on.
    ///
    /// # Panics
    /// If it is not above 0.
    #[track_caller]
    pub fn set_lr(&mut self, lr: f64) {
        Check::Positive.of("Lbfgs", "the learning rate", lr);
        self.lr = lr;
    }

    /// All that is remembered, by name: `Lbfgs.lr`, `Lbfgs.iterations`, `Lbfgs.pairs` (how many), and, each as one vector over
    /// all parameters, `Lbfgs.last_step`, `Lbfgs.last_gradient`, `Lbfgs.0.s`, `Lbfgs.0.y` and so on, oldest first.
    pub fn state_dict(&self) -> BTreeMap<String, Tensor> {
        let Memory { iterations, last, pairs } = &self.memory;
        let mut state = BTreeMap::from([
            ("Lbfgs.lr".to_string(), Tensor::from(self.lr)),
            ("Lbfgs.iterations".to_string(), count(*iterations)),
            ("Lbfgs.pairs".to_string(), count(pairs.len() as u64)),
        ]);
        if let Some((step, gradient)) = last {
            state.insert("Lbfgs.last_step".to_string(), step.clone());
            state.insert("Lbfgs.last_gradient".to_string(), gradient.clone());
        }
        for (i, (s, y)) in pairs.iter().enumerate() {
            state.insert(format!("Lbfgs.{i}.s"), s.clone());
            state.insert(format!("Lbfgs.{i}.y"), y.clone());
        }
        state
    }

    /// Goes on from where a [`state_dict`](Lbfgs::state_dict) was taken.
    ///
    /// # Errors
    /// If names are missing or unknown, or tensors do not have the parameters' number of elements: nothing is loaded.
    pub fn load_state_dict(
        &mut self,
        state: impl IntoIterator<Item = (impl AsRef<str>, impl Borrow<Tensor>)>,
    ) -> Result<(), Error> {
        let mut reader = Reader::new("Lbfgs", state);
        let lr = reader.amount("Lbfgs.lr");
        let iterations = reader.count("Lbfgs.iterations").unwrap_or(0);
        // The count comes from outside: a few too many are reported as missing, no more are looked for.
        let pairs = reader.count("Lbfgs.pairs").unwrap_or(0).min(reader.len() as u64);
        let length: usize = self.params.iter().map(Tensor::numel).sum();
        let form: (DType, &[usize]) = (self.params[0].dtype(), &[length]);
        let mut both = |first: &str, second: &str| {
            let (a, b) = (reader.tensor(first, form), reader.tensor(second, form));
            Some((a?, b?))
        };
        let last = if iterations > 0 { both("Lbfgs.last_step", "Lbfgs.last_gradient") } else { None };
        let pairs = (0..pairs).filter_map(|i| both(&format!("Lbfgs.{i}.s"), &format!("Lbfgs.{i}.y"))).collect();
        reader.finish()?;
        self.memory = Memory { iterations, last, pairs };
        self.lr = lr.unwrap_or(self.lr);
        Ok(())
    }
}

impl Memory {
    /// Begins anew where the parameters' type has changed.
    fn forget_other_type(&mut self, dtype: DType) {
        if self.last.as_ref().is_some_and(|(step, _)| step.dtype() != dtype) {
            *self = Memory::default();
        }
    }

    /// The direction at a place with this gradient, after taking the step that led there into account.
    fn direction(&mut self, grad: &Tensor, history: usize) -> Tensor {
        if let Some((s, before)) = &self.last {
            let y = grad - before;
            // A pair of another sign would make the Hessian's guess indefinite.
            if dot(s, &y) > 1e-10 {
                if self.pairs.len() == history {
                    self.pairs.pop_front();
                }
                self.pairs.push_back((s.clone(), y));
            }
        }
        let mut d = -grad;
        let mut shares = Vec::with_capacity(self.pairs.len());
        for (s, y) in self.pairs.iter().rev() {
            let share = dot(s, &d) / dot(y, s);
            d -= y * share;
            shares.push(share);
        }
        if let Some((s, y)) = self.pairs.back() {
            d *= dot(y, s) / dot(y, y);
        }
        for ((s, y), share) in self.pairs.iter().zip(shares.into_iter().rev()) {
            d += s * (share - dot(y, &d) / dot(y, s));
        }
        d
    }
}

/// All gradients as one vector; zeros for a parameter without one.
fn flat_gradient(params: &[Tensor]) -> Tensor {
    let flat: Vec<Tensor> =
        params.iter().map(|param| param.grad().unwrap_or_else(|| param.zeros_like()).flatten()).collect();
    Tensor::cat(&flat.iter().collect::<Vec<_>>(), 0)
}

/// Puts the parameters at `start + t direction`.
fn move_to(params: &[Tensor], start: &[Tensor], direction: &Tensor, t: f64) {
    let mut done = 0;
    for (param, start) in params.iter().zip(start) {
        let shape: Vec<isize> = param.shape().iter().map(|&n| n as isize).collect();
        let step = direction.narrow(0, done, param.numel()).reshape(shape);
        param.set(&(start + step * t));
        done += param.numel();
    }
}

fn dot(a: &Tensor, b: &Tensor) -> f64 {
    (a * b).sum().item()
}

fn largest(x: &Tensor) -> f64 {
    if x.numel() == 0 { 0.0 } else { x.abs().max().item() }
}
