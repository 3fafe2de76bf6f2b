//! Schedules made of schedules.

use super::Schedule;

/// One schedule, then another: [`Schedule::then`].
#[derive(Clone, Debug)]
pub struct Then<A, B> {
    pub(super) first: A,
    pub(super) at: usize,
    pub(super) next: B,
}

impl<A: Schedule, B: Schedule> Schedule for Then<A, B> {
    fn lr(&self, step: usize) -> f64 {
        if step < self.at { self.first.lr(step) } else { self.next.lr(step - self.at) }
    }
}

/// Steps that lead up to a schedule: [`Schedule::warm_up`].
#[derive(Clone, Debug)]
pub struct WarmUp<S> {
    pub(super) steps: usize,
    pub(super) schedule: S,
}

impl<S: Schedule> Schedule for WarmUp<S> {
    fn lr(&self, step: usize) -> f64 {
        if step >= self.steps {
            return self.schedule.lr(step - self.steps);
        }
        self.schedule.lr(0) * (step + 1) as f64 / self.steps as f64
    }
}
