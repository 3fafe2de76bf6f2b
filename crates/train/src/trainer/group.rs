//! The batches whose gradients make one step.

/// What is summed over the batches of a step. A batch weighs as many examples as it has, in units of the first: a step of a single batch
/// then has weight 1, and the bits of one that knows of no weights.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) batches: usize,
    pub(super) examples: usize,
    /// The examples of the first batch.
    unit: f64,
    weights: f64,
    losses: f64,
}

impl Group {
    /// Counts a batch in, and gives its weight.
    pub(super) fn add(&mut self, loss: f64, examples: usize) -> f64 {
        if self.batches == 0 {
            self.unit = examples as f64;
        }
        let weight = examples as f64 / self.unit;
        self.batches += 1;
        self.examples += examples;
        self.weights += weight;
        self.losses += weight * loss;
        weight
    }

    /// The mean loss of the examples.
    pub(super) fn loss(&self) -> f64 {
        self.losses / self.weights
    }

    /// The sum of all weights.
    pub(super) fn weight(&self) -> f64 {
        self.weights
    }
}
