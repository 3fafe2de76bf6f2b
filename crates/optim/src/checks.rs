//! What numbers options may be.

use tapegrad_core::fail;

/// What an option's number must be.
#[derive(Clone, Copy)]
pub(crate) enum Check {
    /// A share of something that stays from step to step: from 0 up to, but not including, 1.
    Share,
    /// Added or multiplied, and only of sense from 0 up.
    Amount,
    /// Divided by, or a length: above 0.
    Positive,
}

impl Check {
    /// # Panics
    /// If the number is not such a one.
    #[track_caller]
    pub(crate) fn of(self, name: &str, what: &str, number: f64) {
        match self {
            Check::Share if !(0.0..1.0).contains(&number) => {
                fail!("{name}: {what} must be at least 0 and below 1, got {number}")
            }
            Check::Amount if !(number >= 0.0 && number.is_finite()) => {
                fail!("{name}: {what} must be finite and not negative, got {number}")
            }
            Check::Positive if !(number > 0.0 && number.is_finite()) => {
                fail!("{name}: {what} must be finite and above 0, got {number}")
            }
            _ => {}
        }
    }
}
