//! The update alone.

use super::Step;
use crate::rng::Rng;
use tapegrad_core::Tensor;
use tapegrad_optim::Adam;

/// Adam over ten million parameters whose gradients stay.
pub fn adam_10m() -> Step {
    let (mut data, mut start) = (Rng::new(1), Rng::new(2));
    let mut params: Vec<Tensor> = Vec::new();
    for _ in 0..20 {
        let param = start.normal([500, 1000], 1.0).requires_grad();
        param.set_grad(&data.normal([500, 1000], 1.0));
        params.push(param);
    }
    let mut opt = Adam::new(&params, 1e-3);
    Box::new(move || {
        opt.step();
        params[0].detach().i((0, 0)).item()
    })
}
