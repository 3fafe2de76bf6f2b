//! Rprop.

use std::borrow::Borrow;

use crate::checks::Check;
use crate::optimizer::{Optimizer, Rule, Update};
use crate::slot::Buffer;
use tapegrad_core::{Tensor, fail};
use tapegrad_kernels::optim;

/// Rprop (Riedmiller and Braun, 1993, "A direct adaptive method for faster backpropagation learning"): each element has a step of
/// its own, which grows while the gradient keeps its sign and shrinks when it turns. For full batches: it reads signs alone.
///
/// With `p` the gradient before: where `g p > 0`, `step = min(grown step, most)`; where `g p < 0`, `step = max(shrunk step, least)`
/// and `g` counts as 0; then `w -= sign(g) step` and `p = g`. The learning rate is what steps begin with; changing it after a
/// parameter's first step does nothing to it.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_optim::Rprop;
/// let w = Tensor::from(vec![1.0, 2.0]).requires_grad();
/// let mut opt = Rprop::new([&w], 0.01).etas(0.4, 1.3);
/// w.square().sum().backward();
/// opt.step();
/// assert!(w.square().sum().item() < 5.0);
/// ```
pub type Rprop = Optimizer<RpropRule>;

/// The options of [`Rprop`].
#[derive(Clone, Debug)]
pub struct RpropRule {
    etas: (f64, f64),
    step_sizes: (f64, f64),
}

impl Rprop {
    /// Rprop over these leaves with first steps of `lr` (0.01 is usual), `etas` of 0.5 and 1.2 and steps of 1e-6 to 50.
    ///
    /// # Panics
    /// If there are no parameters, one is not a leaf or comes twice, or `lr` is negative or not finite.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = impl Borrow<Tensor>>, lr: f64) -> Self {
        Optimizer::with_rule(params, lr, RpropRule { etas: (0.5, 1.2), step_sizes: (1e-6, 50.0) })
    }

    /// What a step is multiplied by when the gradient turned, and when it kept its sign.
    ///
    /// # Panics
    /// Unless `0 < shrunk < 1 < grown`.
    #[track_caller]
    pub fn etas(self, shrunk: f64, grown: f64) -> Self {
        if !(0.0 < shrunk && shrunk < 1.0 && 1.0 < grown && grown.is_finite()) {
            fail!("Rprop: etas must be between 0 and 1 and above 1, got {shrunk} and {grown}");
        }
        self.options(|rule| rule.etas = (shrunk, grown))
    }

    /// The shortest and the longest step.
    ///
    /// # Panics
    /// Unless `0 <= least <= most`, both finite.
    #[track_caller]
    pub fn step_sizes(self, least: f64, most: f64) -> Self {
        Check::Amount.of("Rprop", "the shortest step", least);
        Check::Amount.of("Rprop", "the longest step", most);
        if least > most {
            fail!("Rprop: the shortest step {least} is longer than the longest {most}");
        }
        self.options(|rule| rule.step_sizes = (least, most))
    }
}

impl Rule for RpropRule {
    fn name(&self) -> &'static str {
        "Rprop"
    }

    fn buffers(&self) -> &'static [Buffer] {
        const ALL: &[Buffer] = &[Buffer::each("prev"), STEP];
        ALL
    }

    fn initial(&self, buffer: &Buffer, lr: f64) -> f64 {
        if *buffer == STEP { lr } else { 0.0 }
    }

    fn update(&self, Update { value, grad, buffers, .. }: Update<'_>) {
        let [previous, step] = buffers else { unreachable!("an update brings the buffers that the rule lists") };
        let ((shrunk, grown), (least, most)) = (self.etas, self.step_sizes);
        optim::update(optim::Rprop { shrunk, grown, least, most }, grad, [value, previous, step]);
    }
}

/// Each element's step.
const STEP: Buffer = Buffer::each("step_size");
