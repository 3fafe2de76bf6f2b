//! A sequence is named by the state at its end.

use super::{Step, training};
use crate::layers::Linear;
use crate::rng::Rng;
use tapegrad_core::{RecurrentOptions, RecurrentWeights};
use tapegrad_optim::Sgd;

const INPUTS: usize = 64;
const UNITS: usize = 128;

/// An LSTM on 32 sequences of 64 vectors, and a dense layer behind its last output.
pub fn lstm() -> Step {
    let rng = &mut Rng::new(2);
    let gates = 4 * UNITS;
    let shapes = [vec![gates, INPUTS], vec![gates, UNITS], vec![gates], vec![gates]];
    let parameters = shapes.map(|shape| rng.uniform(&shape, 0.088_388_3).requires_grad());
    let out = Linear::new(rng, UNITS, 10);

    let mut data = Rng::new(1);
    let (x, y) = (data.normal([32, 64, INPUTS], 1.0), data.classes(10, 32));

    let opt = Sgd::new(parameters.iter().chain(out.params()), 0.1);
    let options = RecurrentOptions { batch_first: true, ..Default::default() };
    training(opt, move || {
        let [weight_ih, weight_hh, bias_ih, bias_hh] = &parameters;
        let weights = RecurrentWeights { weight_ih, weight_hh, bias_ih: Some(bias_ih), bias_hh: Some(bias_hh) };
        let (outputs, _) = x.lstm(None, &[weights], &options);
        out.forward(&outputs.select(1, -1)).cross_entropy(&y)
    })
}
