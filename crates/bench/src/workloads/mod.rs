//! The measured workloads, written as a user writes them; `peers/torch/workloads.py` has the same in PyTorch.

mod dense;
mod elementwise;
mod per_op;
mod second_order;

/// One step, at whose end the loss is read as a number.
pub type Step = Box<dyn FnMut() -> f64>;

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
    Workload { name: "elementwise", ops: None, build: elementwise::elementwise },
    Workload { name: "softmax_ce", ops: None, build: elementwise::softmax_ce },
];
