//! What a failed check says.

use std::fmt;
use std::panic::Location;

/// Why a check failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// The tape's derivative is not the function's.
    Wrong,
    /// The differences from below and from above disagree, and the tape's derivative agrees with one of them or lies between:
    /// the function has a kink or a jump at this point. Check elsewhere.
    NotDifferentiable,
    /// Every derivative is about zero, so that nothing was checked. Choose other inputs, or declare the function flat.
    Vacuous,
    /// Declared flat, but a derivative is not zero.
    NotFlat,
    /// Two evaluations at the same point differ.
    NotDeterministic,
    /// The same elements in another memory layout give another value.
    LayoutDependent,
    /// An output is not f64 although all float inputs are.
    NotF64,
    /// A value is infinite or not a number.
    NotFinite,
    /// No input is a float that may be differentiated, or no output is a float.
    NothingToCheck,
}

/// One element of an input whose derivative is wrong.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Mismatch {
    /// The input's place among the inputs (in a second-order check, the outputs' cotangents come after them).
    pub input: usize,
    /// The element's index.
    pub index: Vec<usize>,
    /// The derivative of the projected outputs by the element, from the tape.
    pub analytic: f64,
    /// The same, from differences.
    pub numeric: f64,
    /// The differences towards lower and towards higher values, where they disagree.
    pub one_sided: Option<(f64, f64)>,
    /// The element of the outputs that is furthest off, with the derivative of it alone.
    pub output: Option<OutputElement>,
}

/// An element of an output, and its derivative by one element of an input.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputElement {
    /// The output's name in the report.
    pub label: String,
    /// The element's index.
    pub index: Vec<usize>,
    /// From the tape.
    pub analytic: f64,
    /// From differences.
    pub numeric: f64,
}

/// An op that lies between the input and the outputs, and the line that recorded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpSite {
    /// The op's name.
    pub op: &'static str,
    /// The user's line.
    pub site: &'static Location<'static>,
}

/// Why a gradient check failed: the input, the element, both numbers, and the ops in between with their lines.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// What is the matter.
    pub finding: Finding,
    /// Whether it concerns the derivative of the derivative.
    pub second_order: bool,
    /// What was seen, in words.
    pub message: String,
    /// The elements whose derivatives are wrong, in order.
    pub mismatches: Vec<Mismatch>,
    /// The ops that consume the first wrong input, directly or not, in the order of recording.
    pub ops: Vec<OpSite>,
    /// The names of the inputs in the report.
    pub(crate) inputs: Vec<String>,
}

/// How many lines of each kind are printed.
const SHOWN: usize = 8;

impl Report {
    pub(crate) fn new(finding: Finding, second_order: bool, message: String) -> Self {
        Report { finding, second_order, message, mismatches: Vec::new(), ops: Vec::new(), inputs: Vec::new() }
    }
}

/// `[0, 2]`, and nothing for a tensor without axes.
pub(crate) fn at(index: &[usize]) -> String {
    if index.is_empty() { String::new() } else { format!("{index:?}") }
}

/// Ten digits: differences have no more, and zeros read better than noise.
fn short(v: f64) -> f64 {
    format!("{v:.9e}").parse().unwrap_or(v)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.second_order { "gradgradcheck" } else { "gradcheck" };
        write!(f, "{name}: {}", self.message)?;
        for m in self.mismatches.iter().take(SHOWN) {
            write!(
                f,
                "\n  by {}{}: analytic {:?}, numeric {:?}",
                self.inputs[m.input],
                at(&m.index),
                short(m.analytic),
                short(m.numeric)
            )?;
            if let Some((below, above)) = m.one_sided {
                let (below, above) = (short(below), short(above));
                write!(f, " (from below {below:?}, from above {above:?})")?;
            }
            if let Some(o) = &m.output {
                write!(
                    f,
                    "\n    of {}{} alone: analytic {:?}, numeric {:?}",
                    o.label,
                    at(&o.index),
                    short(o.analytic),
                    short(o.numeric)
                )?;
            }
        }
        if self.mismatches.len() > SHOWN {
            write!(f, "\n  and {} more", self.mismatches.len() - SHOWN)?;
        }
        for (i, op) in self.ops.iter().take(SHOWN).enumerate() {
            write!(f, "\n  {} {} at {}", if i == 0 { "through" } else { "       " }, op.op, op.site)?;
        }
        if self.ops.len() > SHOWN {
            write!(f, "\n          and {} more ops", self.ops.len() - SHOWN)?;
        }
        Ok(())
    }
}

impl std::error::Error for Report {}
