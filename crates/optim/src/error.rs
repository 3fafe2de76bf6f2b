//! What can be wrong with a state that comes from outside.

use std::fmt;

/// What can be wrong with what an optimiser is given from outside the program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A state does not belong to the optimiser it was loaded into. Nothing was loaded.
    State {
        /// The optimiser.
        optimizer: &'static str,
        /// Names it needs that are not there.
        missing: Vec<String>,
        /// Names that are there and mean nothing to it.
        unexpected: Vec<String>,
        /// Names of tensors of another type or shape, each with what was found and expected.
        unfit: Vec<String>,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error::State { optimizer, missing, unexpected, unfit } = self;
        write!(f, "load_state_dict: this is not the state of this {optimizer}")?;
        for (what, names) in [("missing", missing), ("unexpected", unexpected), ("unfit", unfit)] {
            if !names.is_empty() {
                write!(f, "; {what}: {}", names.join(", "))?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
