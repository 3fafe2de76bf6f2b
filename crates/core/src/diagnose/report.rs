//! The printed report.

use std::fmt;

use super::{Diagnosis, ParameterGradient, PathEnd, Reason};

impl fmt::Display for PathEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = &self.op;
        match self.reason {
            Reason::Detached => write!(f, "{op}")?,
            Reason::NoGrad => write!(f, "{op} under no_grad")?,
            Reason::ZeroGradient => write!(f, "{op}, whose derivative is zero")?,
            Reason::NotFloat(dtype) => write!(f, "{op}, which gives {dtype}")?,
            Reason::NoCotangent => write!(f, "{op}, whose rule gave it no cotangent")?,
            Reason::Frozen => write!(f, "frozen: set_requires_grad(false)")?,
            Reason::NotALeaf => write!(f, "not a leaf: make it one with requires_grad()")?,
            Reason::NotInLoss => write!(f, "not part of the loss: last read by {op}")?,
            Reason::Unused => write!(f, "unused: no op reads it")?,
        }
        match self.site {
            Some(site) => write!(f, " at {}:{}", site.file(), site.line()),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (all, missing) = (self.parameters.len(), self.missing().count());
        let plural = if all == 1 { "" } else { "s" };
        if missing == 0 {
            return write!(f, "every one of {all} parameter{plural} gets a gradient");
        }
        write!(f, "{missing} of {all} parameter{plural} without gradient:")?;
        let title = |i: usize, parameter: &ParameterGradient| match &parameter.name {
            Some(name) => format!("{name} {:?}", parameter.shape),
            None => format!("parameter {i} {:?}", parameter.shape),
        };
        for (i, parameter) in self.parameters.iter().enumerate().filter(|(_, parameter)| parameter.gradient.is_none()) {
            write!(f, "\n  {}", title(i, parameter))?;
            for end in &parameter.ends {
                write!(f, "\n    {end}")?;
            }
        }
        Ok(())
    }
}
