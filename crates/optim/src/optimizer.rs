//! What all optimisers share: groups of parameters, what is remembered of each, and the learning rate.

use std::borrow::Borrow;
use std::fmt;

use crate::checks::Check;
use crate::slot::{Buffer, Slot};
use tapegrad_core::{Tensor, fail};
use tapegrad_kernels::Array;

/// How one parameter is updated, and the options of that. The rules are this crate's own; a bound `R: Rule` lets a function take
/// any optimiser.
pub trait Rule: fmt::Debug + Send + Sync {
    /// The optimiser's name in messages and in its state.
    fn name(&self) -> &'static str;

    /// What is remembered of a parameter between steps, as the options have it.
    fn buffers(&self) -> &'static [Buffer];

    /// What a buffer holds before the first step, made with learning rate `lr`.
    fn initial(&self, buffer: &Buffer, lr: f64) -> f64 {
        let _ = (buffer, lr);
        0.0
    }

    /// Updates one parameter in place.
    fn update(&self, update: Update<'_>);
}

/// One parameter's turn in a step. All arrays but those of one number have one shape and one float type.
#[derive(Debug)]
pub struct Update<'a> {
    /// The learning rate of the moment, of the parameter's group.
    pub lr: f64,
    /// How many updates the parameter has had, this one included: from 1 on.
    pub t: u64,
    /// The parameter.
    pub value: &'a mut Array,
    /// Its gradient, of any layout.
    pub grad: &'a Array,
    /// What is remembered of it, as [`Rule::buffers`] lists it.
    pub buffers: &'a mut [Array],
}

impl Rule for Box<dyn Rule> {
    fn name(&self) -> &'static str {
        self.as_ref().name()
    }

    fn buffers(&self) -> &'static [Buffer] {
        self.as_ref().buffers()
    }

    fn initial(&self, buffer: &Buffer, lr: f64) -> f64 {
        self.as_ref().initial(buffer, lr)
    }

    fn update(&self, update: Update<'_>) {
        self.as_ref().update(update);
    }
}

/// Parameters with the same options.
pub(crate) struct Group<R> {
    pub(crate) slots: Vec<Slot>,
    rule: R,
    lr_scale: f64,
    maximize: bool,
}

/// Moves parameters by their gradients: [`Sgd`](crate::Sgd), [`Adam`](crate::Adam) and the others.
///
/// Handles share the parameters, so a model sees every step. Updates are not recorded, and a graph recorded before a step
/// differentiates at the values it was recorded with. The bits of a result do not depend on the number of threads.
///
/// An option holds for the group named last, and a new [`group`](Optimizer::group) starts with the options of the first; so
/// what stands before the first `group` holds for all that do not say otherwise.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::AdamW;
/// let backbone = [Tensor::ones([4, 4]).requires_grad(), Tensor::ones([4]).requires_grad()];
/// let head = Tensor::ones([4, 2]).requires_grad();
/// let mut opt = AdamW::new(&backbone, 1e-4).weight_decay(0.1).group([&head]).lr_scale(10.0).weight_decay(0.0);
/// opt.set_lr(2e-4); // and 2e-3 for the head
/// ```
pub struct Optimizer<R> {
    pub(crate) groups: Vec<Group<R>>,
    lr: f64,
}

impl<R: Rule> Optimizer<R> {
    #[track_caller]
    pub(crate) fn with_rule(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64, rule: R) -> Self {
        Check::Amount.of(rule.name(), "the learning rate", lr);
        let mut opt = Optimizer { groups: Vec::new(), lr };
        opt.add_group(params, Group { slots: Vec::new(), rule, lr_scale: 1.0, maximize: false });
        opt
    }

    #[track_caller]
    fn add_group(&mut self, params: impl IntoIterator<Item = impl Borrow<Tensor>>, mut group: Group<R>) {
        let name = group.rule.name();
        for param in params {
            let param = param.borrow();
            let known = || self.slots().chain(&group.slots);
            let i = known().count();
            if !param.is_leaf() {
                fail!("{name}: parameter {i} ({:?}) is not a leaf; make one with requires_grad()", param.shape());
            }
            if let Some(first) = known().position(|slot| slot.param.same(param)) {
                fail!("{name}: parameters {first} and {i} ({:?}) are the same leaf", param.shape());
            }
            group.slots.push(Slot::new(param.clone()));
        }
        if group.slots.is_empty() {
            fail!("{name}: there are no parameters");
        }
        self.groups.push(group);
    }

    /// Further parameters, with options of their own: what is said after this holds for them alone. They start with the options
    /// of the first group.
    ///
    /// # Panics
    /// If there are no parameters, or one is not a leaf or is there already.
    #[track_caller]
    pub fn group(mut self, params: impl IntoIterator<Item = impl Borrow<Tensor>>) -> Self
    where
        R: Clone,
    {
        let Group { rule, lr_scale, maximize, .. } = &self.groups[0];
        let group = Group { slots: Vec::new(), rule: rule.clone(), lr_scale: *lr_scale, maximize: *maximize };
        self.add_group(params, group);
        self
    }

    /// The group's learning rate is the optimiser's times this.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn lr_scale(mut self, scale: f64) -> Self {
        Check::Amount.of(self.name(), "lr_scale", scale);
        self.last().lr_scale = scale;
        self
    }

    /// Moves the group's parameters with their gradients in place of against them: for what is to become large.
    pub fn maximize(mut self) -> Self {
        self.last().maximize = true;
        self
    }

    /// Moves every parameter that has a gradient. One without is skipped: it neither decays nor goes on with its velocity, and
    /// what is remembered of it stays. (A frozen parameter gets no gradient any more, but one that it already had counts until
    /// [`Optimizer::zero_grad`].)
    pub fn step(&mut self) {
        for Group { slots, rule, lr_scale, maximize } in &mut self.groups {
            slots.iter_mut().for_each(|slot| slot.step(rule, self.lr * *lr_scale, *maximize));
        }
    }

    /// Forgets the parameters' gradients.
    pub fn zero_grad(&self) {
        self.slots().for_each(|slot| slot.param.zero_grad());
    }

    /// The learning rate.
    pub fn lr(&self) -> f64 {
        self.lr
    }

    /// Uses another learning rate from the next step on. Groups follow by their [`lr_scale`](Optimizer::lr_scale).
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn set_lr(&mut self, lr: f64) {
        Check::Amount.of(self.name(), "the learning rate", lr);
        self.lr = lr;
    }

    /// All parameters, in the order in which they were given.
    pub fn parameters(&self) -> impl Iterator<Item = &Tensor> {
        self.slots().map(|slot| &slot.param)
    }

    /// The optimiser's name.
    pub fn name(&self) -> &'static str {
        self.groups[0].rule.name()
    }

    /// The same optimiser, of a type that does not say which: for a list of several.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// use tapegrad_optim::{Adam, Optimizer, Rule, Sgd};
    /// let (a, b) = (Tensor::from(1.0).requires_grad(), Tensor::from(1.0).requires_grad());
    /// let several: [Optimizer<Box<dyn Rule>>; 2] = [Sgd::new([&a], 0.1).boxed(), Adam::new([&b], 0.1).boxed()];
    /// assert_eq!(several.map(|opt| opt.name()), ["Sgd", "Adam"]);
    /// ```
    pub fn boxed(self) -> Optimizer<Box<dyn Rule>>
    where
        R: 'static,
    {
        let groups = self.groups.into_iter().map(|Group { slots, rule, lr_scale, maximize }| {
            let rule: Box<dyn Rule> = Box::new(rule);
            Group { slots, rule, lr_scale, maximize }
        });
        Optimizer { groups: groups.collect(), lr: self.lr }
    }

    /// Each parameter with its rule and its group's learning rate.
    pub(crate) fn ruled_slots(&self) -> impl Iterator<Item = (&Slot, &R)> {
        self.groups.iter().flat_map(|group| group.slots.iter().map(|slot| (slot, &group.rule)))
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.groups.iter().flat_map(|group| &group.slots)
    }

    fn last(&mut self) -> &mut Group<R> {
        self.groups.last_mut().expect("an optimiser has a group")
    }

    /// Sets a number among the options of the group named last.
    #[track_caller]
    pub(crate) fn option(
        mut self,
        what: &str,
        value: f64,
        check: Check,
        place: impl FnOnce(&mut R) -> &mut f64,
    ) -> Self {
        check.of(self.name(), what, value);
        *place(&mut self.last().rule) = value;
        self
    }

    /// Sets the two shares of means among the options of the group named last.
    #[track_caller]
    pub(crate) fn option_betas(self, betas: (f64, f64), place: fn(&mut R) -> &mut (f64, f64)) -> Self {
        let first = self.option("beta1", betas.0, Check::Share, |rule| &mut place(rule).0);
        first.option("beta2", betas.1, Check::Share, |rule| &mut place(rule).1)
    }

    /// The options of the group named last.
    pub(crate) fn rule(&self) -> &R {
        &self.groups[self.groups.len() - 1].rule
    }

    /// Changes the options of the group named last.
    pub(crate) fn options(mut self, change: impl FnOnce(&mut R)) -> Self {
        change(&mut self.last().rule);
        self
    }
}

impl<R: fmt::Debug> fmt::Debug for Optimizer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lr {}", self.lr)?;
        for Group { slots, rule, lr_scale, maximize } in &self.groups {
            write!(f, "; {rule:?} over {} parameters", slots.len())?;
            if *lr_scale != 1.0 {
                write!(f, " at {lr_scale} lr")?;
            }
            if *maximize {
                write!(f, ", upwards")?;
            }
        }
        Ok(())
    }
}
