//! Which way a measure gets better.

/// A measure by its name, and which way it gets better: [`highest`] and [`lowest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    pub(crate) name: String,
    high: bool,
}

/// A measure that is to become high, such as an accuracy.
pub fn highest(name: &str) -> Goal {
    Goal { name: name.to_string(), high: true }
}

/// A measure that is to become low, such as a loss.
pub fn lowest(name: &str) -> Goal {
    Goal { name: name.to_string(), high: false }
}

impl Goal {
    /// Whether `new` is better than `old`. NaN never is, and everything else is better than NaN.
    pub(crate) fn is_better(&self, new: f64, old: f64) -> bool {
        match (new.is_nan(), old.is_nan()) {
            (true, _) => false,
            (_, true) => true,
            _ if self.high => new > old,
            _ => new < old,
        }
    }
}
