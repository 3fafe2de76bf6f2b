//! Several models that are asked together.

use tapegrad_core::Tensor;
use tapegrad_nn::{Forward, Module};

/// Models whose answers are averaged: what each got wrong by its own start or its own order of the data goes the others' ways, so the
/// mean is better than a member (L. Hansen and P. Salamon, "Neural network ensembles", 1990). It is a module: it is asked, evaluated
/// and saved as one.
///
/// ```
/// use tapegrad_core::{Tensor, manual_seed, tensor};
/// use tapegrad_nn::{Forward, Linear, Module};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::{Ensemble, Trainer};
///
/// let batch = (tensor![[0.0, 1.0], [1.0, 0.0]], tensor![0, 1]);
/// let members = (0..3).map(|seed| {
///     manual_seed(seed);
///     let net = Linear::new(2, 2);
///     let trained = Trainer::new(
///         &net,
///         Adam::new(net.parameters(), 0.1),
///         |net, (x, y): &(Tensor, Tensor)| (net.call(x), y.clone()),
///         |(scores, y)| scores.cross_entropy(y),
///     )
///     .fit(20, |_| [batch.clone()]);
///     trained.map(|_| net)
/// });
/// let ensemble = Ensemble::of_scores(members.collect::<Result<Vec<_>, _>>()?);
/// assert!(ensemble.call(&batch.0).argmax_dim(1).equal(&batch.1));
/// # Ok::<(), tapegrad_train::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(library, crate = tapegrad_nn)]
pub struct Ensemble<M: Module> {
    /// The models.
    pub members: Vec<M>,
    scores: bool,
}

impl<M: Module> Ensemble<M> {
    /// Of classifiers that give scores, classes along the last axis: the logarithm of the mean of their probabilities, which is a score
    /// too.
    ///
    /// # Panics
    /// If there is no model.
    #[track_caller]
    pub fn of_scores(members: impl IntoIterator<Item = M>) -> Self {
        Ensemble::new(members, true)
    }

    /// Of models that give values: their mean.
    ///
    /// # Panics
    /// If there is no model.
    #[track_caller]
    pub fn of_values(members: impl IntoIterator<Item = M>) -> Self {
        Ensemble::new(members, false)
    }

    #[track_caller]
    fn new(members: impl IntoIterator<Item = M>, scores: bool) -> Self {
        let members: Vec<M> = members.into_iter().collect();
        assert!(!members.is_empty(), "Ensemble: no models");
        Ensemble { members, scores }
    }
}

impl<M: Forward> Forward for Ensemble<M> {
    fn forward(&self, x: &Tensor) -> Tensor {
        let answers = self.members.iter().map(|member| member.call(x));
        if self.scores {
            // log (1/n sum of p), where the logarithms of p are at hand and p itself might be 0.
            let logs: Vec<Tensor> = answers.map(|scores| scores.log_softmax(-1)).collect();
            Tensor::stack(&logs, 0).logsumexp_dim(0) - (self.members.len() as f64).ln()
        } else {
            answers.sum::<Tensor>() / self.members.len()
        }
    }
}
