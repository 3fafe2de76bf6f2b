//! Every optimiser, with and without options: beside PyTorch's values, and by the laws that hold for all of them.

mod laws;
mod reference;
mod resume;
mod threads;

use tapegrad_core::Tensor;
use tapegrad_optim::{
    Adadelta, Adagrad, Adam, AdamW, Adamax, Lion, NAdam, Optimizer, RAdam, RmsProp, Rprop, Rule, Sgd,
};

/// An optimiser over a list of parameters.
pub type Make = fn(&[Tensor]) -> Optimizer<Box<dyn Rule>>;

/// The optimisers, by the names that `generate.py` gives them.
pub const ALL: &[(&str, Make)] = &[
    ("sgd", |p| Sgd::new(p, 0.2).boxed()),
    ("sgd decay", |p| Sgd::new(p, 0.2).weight_decay(0.1).boxed()),
    ("sgd momentum", |p| Sgd::new(p, 0.1).momentum(0.9).boxed()),
    ("sgd momentum decay", |p| Sgd::new(p, 0.1).momentum(0.9).weight_decay(0.1).boxed()),
    ("sgd dampening", |p| Sgd::new(p, 0.1).momentum(0.9).dampening(0.3).weight_decay(0.05).boxed()),
    ("sgd nesterov", |p| Sgd::new(p, 0.1).nesterov(0.8).weight_decay(0.05).boxed()),
    ("sgd maximize", |p| Sgd::new(p, 0.1).momentum(0.5).weight_decay(0.05).maximize().boxed()),
    ("adam", |p| Adam::new(p, 0.05).boxed()),
    ("adam options", |p| Adam::new(p, 0.05).betas(0.7, 0.95).eps(1e-3).weight_decay(0.1).boxed()),
    ("adam amsgrad", |p| Adam::new(p, 0.1).betas(0.8, 0.5).amsgrad().weight_decay(0.01).boxed()),
    ("adam maximize", |p| Adam::new(p, 0.05).weight_decay(0.1).maximize().boxed()),
    ("adamw", |p| AdamW::new(p, 0.05).boxed()),
    ("adamw options", |p| AdamW::new(p, 0.05).betas(0.7, 0.95).eps(1e-3).weight_decay(0.3).boxed()),
    ("adamw amsgrad", |p| AdamW::new(p, 0.1).betas(0.8, 0.5).amsgrad().boxed()),
    ("adamax", |p| Adamax::new(p, 0.05).boxed()),
    ("adamax options", |p| Adamax::new(p, 0.05).betas(0.7, 0.6).eps(1e-3).weight_decay(0.1).boxed()),
    ("nadam", |p| NAdam::new(p, 0.05).boxed()),
    ("nadam options", |p| NAdam::new(p, 0.05).betas(0.7, 0.95).eps(1e-3).weight_decay(0.1).momentum_decay(0.1).boxed()),
    ("nadam decoupled", |p| NAdam::new(p, 0.05).weight_decay(0.3).decoupled_weight_decay().boxed()),
    ("radam", |p| RAdam::new(p, 0.05).boxed()),
    ("radam options", |p| RAdam::new(p, 0.05).betas(0.7, 0.95).eps(1e-3).weight_decay(0.1).boxed()),
    ("radam decoupled", |p| RAdam::new(p, 0.05).betas(0.9, 0.99).weight_decay(0.3).decoupled_weight_decay().boxed()),
    ("rmsprop", |p| RmsProp::new(p, 0.02).boxed()),
    ("rmsprop options", |p| RmsProp::new(p, 0.02).alpha(0.8).eps(1e-3).weight_decay(0.1).boxed()),
    ("rmsprop momentum", |p| RmsProp::new(p, 0.01).alpha(0.9).momentum(0.7).boxed()),
    ("rmsprop centered", |p| RmsProp::new(p, 0.01).alpha(0.9).centered().weight_decay(0.1).boxed()),
    ("rmsprop centered momentum", |p| RmsProp::new(p, 0.005).alpha(0.9).centered().momentum(0.7).boxed()),
    ("adagrad", |p| Adagrad::new(p, 0.1).boxed()),
    ("adagrad options", |p| {
        Adagrad::new(p, 0.1).lr_decay(0.1).weight_decay(0.1).initial_accumulator(0.2).eps(1e-3).boxed()
    }),
    ("adadelta", |p| Adadelta::new(p, 1.0).boxed()),
    ("adadelta options", |p| Adadelta::new(p, 0.5).rho(0.7).eps(1e-3).weight_decay(0.1).boxed()),
    ("rprop", |p| Rprop::new(p, 0.1).boxed()),
    ("rprop options", |p| Rprop::new(p, 0.1).etas(0.4, 1.5).step_sizes(0.01, 0.2).boxed()),
    ("lion", |p| Lion::new(p, 0.02).boxed()),
    ("lion options", |p| Lion::new(p, 0.02).betas(0.7, 0.8).weight_decay(0.1).boxed()),
    ("groups", |p| {
        AdamW::new(&p[..1], 0.02)
            .weight_decay(0.3)
            .group(&p[1..])
            .lr_scale(10.0)
            .weight_decay(0.0)
            .betas(0.5, 0.9)
            .boxed()
    }),
];

/// A parameter's elements.
pub fn values(x: &Tensor) -> Vec<f64> {
    x.to_dtype(tapegrad_core::DType::F64).to_vec().unwrap()
}
