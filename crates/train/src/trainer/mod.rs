//! The training loop: what it is made of. The loop itself is in `fit.rs`.

mod fit;
mod group;
mod resume;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tapegrad_core::{RngState, Tensor, fail};
use tapegrad_nn::Module;
use tapegrad_optim::schedule::Schedule;
use tapegrad_optim::{ClipNorm, Optimizer, Rule};

use crate::callback::{Callback, Standing};
use crate::checkpoint::Checkpoints;
use crate::history::History;
use crate::interrupt::CtrlC;
use crate::rows::{Cause, IntoBatch};

type Predict<'a, M, B, P> = Box<dyn Fn(&M, &B) -> P + 'a>;
type Loss<'a, P> = Box<dyn Fn(&P) -> Tensor + 'a>;
type Validation<'a, B> = Box<dyn Fn() -> Batches<'a, B> + 'a>;
type Batches<'a, B> = Box<dyn Iterator<Item = Result<B, Cause>> + 'a>;
type Metric<'a, P> = Box<dyn Fn(&P) -> f64 + 'a>;

/// A training: a model, an optimiser, what the model says of a batch and what that costs, with what is done beside the steps.
///
/// [`fit`](Trainer::fit) is a loop over epochs and batches that could stand in a program of yours:
///
/// ```
/// use tapegrad_core::{Rng, Tensor, manual_seed};
/// use tapegrad_nn::{Forward, Linear, Module, ReLU, Sequential};
/// use tapegrad_optim::Adam;
/// use tapegrad_optim::schedule::OneCycle;
/// use tapegrad_train::metrics::accuracy;
/// use tapegrad_train::{EarlyStopping, Trainer, highest};
///
/// /// Points, and whether they lie outside a circle.
/// fn points(seed: usize) -> (Tensor, Tensor) {
///     let x = Rng::seeded(seed as u64).randn([64, 2]);
///     let y = x.square().sum_dim(1).gt(1.5).to_dtype(tapegrad_core::DType::I64);
///     (x, y)
/// }
///
/// manual_seed(1);
/// let net = Sequential::from((Linear::new(2, 32), ReLU::new(), Linear::new(32, 2)));
/// let mut trainer = Trainer::new(
///     &net,
///     Adam::new(net.parameters(), 1e-2),
///     |net, (x, y): &(Tensor, Tensor)| (net.call(x), y.clone()),
///     |(scores, y)| scores.cross_entropy(y),
/// )
/// .validation(|| (0..4).map(points))
/// .metric("accuracy", |(scores, y)| accuracy(scores, y))
/// .schedule(OneCycle::new(2e-2, 200))
/// .clip_norm(1.0)
/// .callback(EarlyStopping::new(highest("accuracy")).patience(3));
///
/// let training = |epoch: usize| (0..20).map(move |batch| points(100 + 20 * epoch + batch));
/// let history = trainer.fit(10, training)?;
/// assert!(history.last().unwrap().get("accuracy").unwrap() > 0.9);
/// # Ok::<(), tapegrad_train::Error>(())
/// ```
///
/// A loader is a function from an epoch to an iterator of batches, or of `Result`s of batches. In a training that is to be resumed it
/// depends on the epoch and on nothing else, or draws from the thread's generator: all batches when it is asked for them, or each
/// without regard to those before.
///
/// # L-BFGS
///
/// [`Lbfgs`](tapegrad_optim::Lbfgs) is no [`Optimizer`]: it asks for the loss of the same data as often as its line search needs, and
/// so has no use for batches, schedules and clipping. Its loop is short, and measures and [`TensorBoard`](crate::TensorBoard) stand
/// in it as well:
///
/// ```
/// use tapegrad_core::{Rng, no_grad};
/// use tapegrad_nn::{Forward, Linear, Module};
/// use tapegrad_optim::Lbfgs;
/// use tapegrad_train::metrics::Residuals;
///
/// let x = Rng::seeded(1).randn([50, 3]);
/// let y = x.sum_dim(1).unsqueeze(1) * 2 + 1;
/// let net = Linear::new(3, 1);
/// let mut opt = Lbfgs::new(net.parameters(), 1.0);
/// for step in 0..5 {
///     let loss = opt.step(|| net.call(&x).mse_loss(&y));
///     let r2 = no_grad(|| Residuals::of(&net.call(&x), &y).r2());
///     println!("step {step}: loss {loss:.3e} before it, R2 {r2:.6} after it");
/// }
/// assert!(net.call(&x).mse_loss(&y).item() < 1e-8);
/// ```
#[must_use]
pub struct Trainer<'a, M: Module + ?Sized, R: Rule, B, P> {
    model: &'a M,
    optimizer: Optimizer<R>,
    predict: Predict<'a, M, B, P>,
    loss: Loss<'a, P>,
    validation: Option<Validation<'a, B>>,
    metrics: Vec<(String, Metric<'a, P>)>,
    schedule: Option<Box<dyn Schedule + 'a>>,
    clip: Option<ClipNorm>,
    /// How many batches make a step.
    accumulate: usize,
    callbacks: Vec<Box<dyn Callback<M, P> + 'a>>,
    checkpoints: Option<Checkpoints>,
    /// Wishes to stop, and what hears one of them.
    asked: Vec<Arc<AtomicBool>>,
    ctrl_c: Option<CtrlC>,
    at: Standing,
    history: History,
    stopped: Option<String>,
    interrupted: bool,
    /// Where the thread's generator stood before the loader of this epoch was asked.
    epoch_begin: Option<RngState>,
}

impl<'a, M: Module + ?Sized, R: Rule, B: 'a, P> Trainer<'a, M, R, B, P> {
    /// A training of `model` by `optimizer`, which has the model's parameters or some of them.
    ///
    /// `predict` is what the model says of a batch, with all that losses and metrics need beside it, such as the right answers:
    /// `|net, (x, y)| (net.call(x), y.clone())`. `loss` is what that costs, a mean over the examples. Both run for every batch of the
    /// training set and, without recording, of the validation set.
    pub fn new(
        model: &'a M,
        optimizer: Optimizer<R>,
        predict: impl Fn(&M, &B) -> P + 'a,
        loss: impl Fn(&P) -> Tensor + 'a,
    ) -> Self {
        Trainer {
            model,
            optimizer,
            predict: Box::new(predict),
            loss: Box::new(loss),
            validation: None,
            metrics: Vec::new(),
            schedule: None,
            clip: None,
            accumulate: 1,
            callbacks: Vec::new(),
            checkpoints: None,
            asked: Vec::new(),
            ctrl_c: None,
            at: Standing { loss: f64::NAN, ..Standing::default() },
            history: History::default(),
            stopped: None,
            interrupted: false,
            epoch_begin: None,
        }
    }

    /// The batches of the validation set, which the model is asked for after every epoch.
    pub fn validation<V>(mut self, batches: impl Fn() -> V + 'a) -> Self
    where
        V: IntoIterator<Item: IntoBatch<B> + 'a, IntoIter: 'a>,
    {
        self.validation = Some(Box::new(move || Box::new(batches().into_iter().map(IntoBatch::into_batch))));
        self
    }

    /// A measure of the predictions of the whole validation set, put together, after every epoch:
    /// `.metric("accuracy", |(scores, y)| accuracy(scores, y))`. What it says is exact, not a mean over batches. There are also `loss`,
    /// the mean over the epoch's examples, each at the step that it was in, `valid loss` and `lr`.
    ///
    /// # Panics
    /// If another measure has the name, or it is `epoch`, which a table of measures has for itself.
    #[track_caller]
    pub fn metric(mut self, name: &str, measure: impl Fn(&P) -> f64 + 'a) -> Self {
        let taken = ["epoch", "loss", "valid loss", "lr"].contains(&name);
        if taken || self.metrics.iter().any(|(other, _)| other == name) {
            fail!("metric: {name:?} is the name of another measure, expected one of its own");
        }
        self.metrics.push((name.to_string(), Box::new(measure)));
        self
    }

    /// The learning rate of every step, counted from 0 over all epochs.
    pub fn schedule(mut self, schedule: impl Schedule + 'a) -> Self {
        self.schedule = Some(Box::new(schedule));
        self
    }

    /// Scales the gradients of a step to a norm of at most this, all of them together: [`ClipNorm`].
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn clip_norm(mut self, max_norm: f64) -> Self {
        self.clip = Some(ClipNorm::new(max_norm));
        self
    }

    /// Takes a step every so many batches, by the gradient of the mean over all their examples: that of one large batch, with the
    /// memory of a small one. An epoch's last step has the batches that are left.
    ///
    /// What counts steps, a [`schedule`](Trainer::schedule) and [`Standing::step`], counts these. Batch normalisation still sees each
    /// batch by itself.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// use tapegrad_nn::{Forward, Linear, Module};
    /// use tapegrad_optim::Sgd;
    /// use tapegrad_train::Trainer;
    ///
    /// let net = Linear::new(1, 1);
    /// let mut trainer = Trainer::new(
    ///     &net,
    ///     Sgd::new(net.parameters(), 0.1),
    ///     |net, x: &Tensor| net.call(x),
    ///     |y| y.square().mean(),
    /// )
    /// .accumulate(4);
    /// trainer.fit(1, |_| vec![tensor![[1.0], [2.0]]; 10])?;
    /// assert_eq!(trainer.standing().step, 3); // of 4, 4 and 2 batches
    /// # Ok::<(), tapegrad_train::Error>(())
    /// ```
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn accumulate(mut self, batches: usize) -> Self {
        if batches == 0 {
            fail!("accumulate: 0 batches a step, expected 1 or more");
        }
        self.accumulate = batches;
        self
    }

    /// Something that is done beside the steps.
    pub fn callback(mut self, callback: impl Callback<M, P> + 'a) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Where a checkpoint is kept after every epoch, after all callbacks, and when the training is asked to stop.
    pub fn checkpoints(mut self, checkpoints: Checkpoints) -> Self {
        self.checkpoints = Some(checkpoints);
        self
    }

    /// Once this is true, the training finishes its step, keeps a checkpoint, stops, and says so.
    pub fn stop_when(mut self, asked: Arc<AtomicBool>) -> Self {
        self.asked.push(asked);
        self
    }

    /// Ctrl-C asks the training to stop, as [`stop_when`](Trainer::stop_when) has it; a second one ends the program at once. Another
    /// [`fit`](Trainer::fit) goes on. When the trainer is gone, Ctrl-C ends the program as ever.
    ///
    /// # Panics
    /// If the system does not let the program hear Ctrl-C.
    pub fn stop_on_ctrl_c(self) -> Self {
        let asked = Arc::new(AtomicBool::new(false));
        Trainer { ctrl_c: Some(CtrlC::sets(&asked)), ..self.stop_when(asked) }
    }

    /// The optimiser.
    pub fn optimizer(&self) -> &Optimizer<R> {
        &self.optimizer
    }

    /// What was measured so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Where the training stands.
    pub fn standing(&self) -> &Standing {
        &self.at
    }

    /// Why the training was stopped, if it was: before its last epoch, or with it.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Whether it was stopped by a wish, that of [`stop_when`](Trainer::stop_when) or Ctrl-C, and so is to be gone on with.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }
}

impl<M: Module + ?Sized, R: Rule, B, P> fmt::Debug for Trainer<'_, M, R, B, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "training of {} by {:?}: {:?}", self.model.type_name(), self.optimizer, self.at)
    }
}
