//! What ends an example early, shown as a person reads it.

use std::error::Error;
use std::fmt;

/// What went wrong. Its `Debug` form, which Rust prints for an error that leaves `main`, is the message of the error and those of
/// its causes, and not the fields of a type.
pub struct Failure(Box<dyn Error>);

impl<E: Into<Box<dyn Error>>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(error.into())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            // Many messages already end with that of their cause.
            if !self.0.to_string().contains(&error.to_string()) {
                write!(f, ": {error}")?;
            }
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[derive(Debug)]
    struct Reading(&'static str, io::Error);

    impl fmt::Display for Reading {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Reading {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.1)
        }
    }

    #[test]
    fn a_failure_is_shown_with_its_causes_once() {
        let shown = |message| format!("{:?}", Failure::from(Reading(message, io::Error::other("no disk"))));
        assert_eq!(shown("a.csv"), "a.csv: no disk");
        assert_eq!(shown("a.csv: no disk"), "a.csv: no disk");
        assert_eq!(format!("{:?}", Failure::from("no rows")), "no rows");
    }
}
