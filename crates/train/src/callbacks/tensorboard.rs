//! Curves for TensorBoard.

use crate::TensorBoard;
use crate::callback::{Callback, Run};
use crate::error::Error;

/// Loss and learning rate by step, as `step/loss` and `step/lr`, and every measure by epoch.
impl<M: ?Sized, P> Callback<M, P> for TensorBoard {
    fn step(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.scalar("step/loss", run.at.step, run.at.loss)?;
        self.scalar("step/lr", run.at.step, run.lr)
    }

    fn epoch(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        let measures = run.history.last().into_iter().flat_map(|measures| measures.iter());
        for (name, value) in measures {
            self.scalar(&format!("epoch/{name}"), run.at.epoch, value)?;
        }
        self.flush()
    }

    fn end(&mut self, _run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.flush()
    }
}
