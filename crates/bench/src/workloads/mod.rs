//! The measured workloads, written as a user writes them; `peers/torch/workloads.py` has the same in PyTorch.

mod conv;
mod dense;
mod elementwise;
mod images;
mod lstm;
mod normalisation;
mod optimiser;
mod per_op;
mod second_order;
mod transformer;

use tapegrad_core::Tensor;
use tapegrad_optim::{Optimizer, Rule};

/// One step, at whose end the loss is read as a number.
pub type Step = Box<dyn FnMut() -> f64>;

/// A training step: the update by the gradient of `loss`.
fn training<R: Rule + 'static>(mut opt: Optimizer<R>, mut loss: impl FnMut() -> Tensor + 'static) -> Step {
    Box::new(move || {
        opt.zero_grad();
        let loss = loss();
        loss.backward();
        opt.step();
        loss.item()
    })
}

/// What is measured.
pub struct Workload {
    pub name: &'static str,
    /// How many ops one step records, where the time of one op is of interest.
    pub ops: Option<u32>,
    /// Makes data and parameters, and the step that works on them.
    pub build: fn() -> Step,
}

/// All workloads, in the order in which they are listed.
pub const ALL: &[Workload] = &[
    Workload { name: "dispatch", ops: Some(2_000), build: per_op::dispatch },
    Workload { name: "scalar_chain", ops: Some(200_000), build: per_op::scalar_chain },
    Workload { name: "mlp_tiny", ops: None, build: dense::mlp_tiny },
    Workload { name: "hvp_mlp", ops: None, build: second_order::hvp_mlp },
    Workload { name: "linear_gd", ops: None, build: dense::linear_gd },
    Workload { name: "seed_net", ops: None, build: dense::seed_net },
    Workload { name: "mlp_mnist", ops: None, build: dense::mlp_mnist },
    Workload { name: "lenet", ops: None, build: images::lenet },
    Workload { name: "conv3x3", ops: None, build: conv::conv3x3 },
    Workload { name: "vgg_bn", ops: None, build: images::vgg_bn },
    Workload { name: "unet_tiny", ops: None, build: images::unet_tiny },
    Workload { name: "transformer", ops: None, build: transformer::transformer },
    Workload { name: "lstm", ops: None, build: lstm::lstm },
    Workload { name: "elementwise", ops: None, build: elementwise::elementwise },
    Workload { name: "layernorm", ops: None, build: normalisation::layernorm },
    Workload { name: "infer_lenet_b1", ops: None, build: images::infer_lenet_b1 },
    Workload { name: "infer_lenet_b256", ops: None, build: images::infer_lenet_b256 },
    Workload { name: "softmax_ce", ops: None, build: elementwise::softmax_ce },
    Workload { name: "adam_10m", ops: None, build: optimiser::adam_10m },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The first and the fifth loss of a workload, from the table in `peers/README.md`, computed with PyTorch.
    fn expected(name: &str) -> [f64; 2] {
        let table = include_str!("../../peers/README.md").lines();
        let row =
            table.filter_map(|line| line.strip_prefix("| ")).find(|row| row.split([' ', '(']).next() == Some(name));
        let cells: Vec<&str> =
            row.unwrap_or_else(|| panic!("{name} is not in the table")).split('|').map(str::trim).collect();
        let first = cells[1].parse().expect("a number");
        [first, if cells[2] == "the same" { first } else { cells[2].parse().expect("a number") }]
    }

    #[test]
    fn every_workload_has_the_losses_of_the_table() {
        for workload in ALL {
            let mut step = (workload.build)();
            let losses: Vec<f64> = (0..5).map(|_| step()).collect();
            let expected = expected(workload.name);
            for (found, expected) in [losses[0], losses[4]].into_iter().zip(expected) {
                let close = (found - expected).abs() <= 1e-4 * expected.abs();
                assert!(close, "{}: losses {losses:?}, expected {expected} first or fifth", workload.name);
            }
        }
    }
}
