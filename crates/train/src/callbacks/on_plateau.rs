//! A learning rate that falls when a measure stands still.

use std::collections::BTreeMap;

use tapegrad_core::Tensor;
use tapegrad_optim::schedule::Plateau;

use crate::callback::{Callback, Run};
use crate::error::Error;

/// Asks a [`Plateau`] for the learning rate after every epoch: `OnPlateau::new("valid loss", Plateau::new(1e-3).patience(2))`.
#[derive(Clone, Debug)]
pub struct OnPlateau {
    measure: String,
    plateau: Plateau,
}

impl OnPlateau {
    /// By the measure of this name.
    pub fn new(measure: &str, plateau: Plateau) -> Self {
        OnPlateau { measure: measure.to_string(), plateau }
    }
}

impl<M: ?Sized, P> Callback<M, P> for OnPlateau {
    fn begin(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        run.lr = self.plateau.lr();
        Ok(())
    }

    fn epoch(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        run.lr = self.plateau.step(run.measure("OnPlateau", &self.measure));
        Ok(())
    }

    fn state(&self) -> BTreeMap<String, Tensor> {
        self.plateau.state_dict()
    }

    fn load_state(&mut self, state: BTreeMap<String, Tensor>) -> Result<(), String> {
        self.plateau.load_state_dict(state).map_err(|error| error.to_string())
    }
}
