//! Random programs: expression graphs of many ops in which results are used again, for what no test of single ops can see.
//!
//! A program is data: a list of instructions, each with an op and the places of its operands, counted back from the newest
//! value and wrapped around at the oldest. So every list is a program, also after instructions have been dropped, and proptest
//! shrinks it like any other vector. The ops are total: operands whose shapes do not fit are brought to fit.

mod samples;
mod table;
mod value;

use std::cell::Cell;
use std::fmt;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};

pub use samples::ops_in_programs;

use crate::{Finding, GradCheck, Report, strategies::Values, strategies::shapes};
use samples::{Step, steps};
use table::{Entry, TABLE};
use tapegrad_core::Tensor;
use value::{BOUND, Value};

/// One step of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Instruction {
    /// A place in the table of ops, or beyond it in the list of all ops' samples.
    op: usize,
    /// How far back the operands lie; ops with one operand ignore the second.
    operands: [usize; 2],
    /// What the op makes its axes and other attributes from.
    attribute: usize,
}

/// A random program; its `Debug` form lists the instructions.
#[derive(Clone, PartialEq, Eq)]
pub struct Program {
    inputs: Vec<Vec<usize>>,
    seed: u64,
    instructions: Vec<Instruction>,
}

/// Programs with one to three inputs and up to 14 instructions; shrink by dropping instructions, then towards addition.
pub fn programs() -> impl Strategy<Value = Program> {
    // Mostly recent values, so that programs grow deep, and often the same one twice.
    let operands = prop::array::uniform2(prop_oneof![4 => 0..3usize, 1 => 3..16usize]);
    let op = prop_oneof![0..TABLE.len(), TABLE.len()..TABLE.len() + steps().len()];
    let instruction =
        (op, operands, 0..12usize).prop_map(|(op, operands, attribute)| Instruction { op, operands, attribute });
    let inputs = prop::collection::vec(shapes(0..=3, 1..=3), 1..=3);
    (prop::collection::vec(instruction, 1..=14), inputs, any::<u64>().no_shrink())
        .prop_map(|(instructions, inputs, seed)| Program { inputs, seed, instructions })
}

/// How many programs were checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In first order.
    pub checked: u32,
    /// Of those, in second order too.
    pub second_order: u32,
    /// Of all, those that had a derivative other than zero.
    pub steep: u32,
}

/// Draws programs and checks them all in first order, a tenth of them in second order too. `watch` sees the counts after each.
///
/// # Errors
/// The smallest program found that is wrong, and the report on it.
pub fn check_programs(config: Config, watch: impl Fn(Counts)) -> Result<Counts, TestError<Program>> {
    let counts = Cell::new(Counts::default());
    TestRunner::new(config).run(&programs(), |program| {
        let fail = |report: Report| TestCaseError::fail(report.to_string());
        // By seed, so that a program keeps its order while it shrinks.
        let second_order = program.seed % 10 == 0;
        let mut steep = program.check(false).map_err(fail)?;
        if second_order {
            steep |= program.check(true).map_err(fail)?;
        }
        let so_far = counts.get();
        counts.set(Counts {
            checked: so_far.checked + 1,
            second_order: so_far.second_order + u32::from(second_order),
            steep: so_far.steep + u32::from(steep),
        });
        watch(counts.get());
        Ok(())
    })?;
    Ok(counts.get())
}

impl Program {
    /// The number of instructions.
    pub fn size(&self) -> usize {
        self.instructions.len()
    }

    /// The point at which the program is checked.
    pub fn inputs(&self) -> Vec<Tensor> {
        let input = |(i, shape): (usize, &Vec<usize>)| {
            Values::Between(-BOUND, BOUND).tensor(shape, self.seed.wrapping_add(i as u64))
        };
        self.inputs.iter().enumerate().map(input).collect()
    }

    /// Runs the program on inputs of its shapes. Gives every result that no other instruction uses, so that none is in vain.
    pub fn run(&self, inputs: &[Tensor]) -> Vec<Tensor> {
        let mut values: Vec<Value> = inputs.iter().map(Value::input).collect();
        let mut used = vec![false; inputs.len()];
        for instruction in &self.instructions {
            let [a, b] = instruction.places(values.len());
            let op = instruction.op();
            used[a] = true;
            if op.operands() == 2 {
                used[b] = true;
            }
            let value = op.run(&values[a], &values[b], instruction.attribute).tame();
            values.push(value);
            used.push(false);
        }
        values
            .into_iter()
            .zip(used)
            .skip(inputs.len())
            .filter(|(_, used)| !used)
            .map(|(value, _)| value.tensor)
            .collect()
    }

    /// Checks the program's derivatives of the first or the second order. Gives whether any was not zero.
    ///
    /// # Errors
    /// What is wrong, where: see [`Finding`].
    pub fn check(&self, second_order: bool) -> Result<bool, Report> {
        // Tame programs leave differences nearly exact.
        let check = GradCheck::new().rtol(1e-8);
        let check = if second_order { check.second_order() } else { check };
        match check.run(|x| self.run(x), &self.inputs()) {
            Ok(()) => Ok(true),
            Err(report) if report.finding == Finding::Vacuous => Ok(false),
            Err(report) => Err(report),
        }
    }
}

/// What an instruction does.
enum Op {
    /// An op on values of any shape.
    Any(&'static Entry),
    /// An op near one of its samples.
    Near(&'static Step),
}

impl Op {
    fn operands(&self) -> usize {
        match self {
            Op::Any(entry) => entry.operands,
            Op::Near(_) => 2,
        }
    }

    fn run(&self, x: &Value, y: &Value, attribute: usize) -> Value {
        match self {
            Op::Any(entry) => (entry.run)(x, y, attribute),
            Op::Near(step) => step.run(x, y, attribute),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Any(entry) => f.write_str(entry.name),
            Op::Near(step) => write!(f, "{} near its sample \"{}\"", step.op, step.label()),
        }
    }
}

impl Instruction {
    fn op(&self) -> Op {
        TABLE.get(self.op).map_or_else(|| Op::Near(&steps()[self.op - TABLE.len()]), Op::Any)
    }

    /// The operands' places among so many values.
    fn places(&self, values: usize) -> [usize; 2] {
        self.operands.map(|back| values - 1 - back % values)
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "program, seed {}", self.seed)?;
        for (i, shape) in self.inputs.iter().enumerate() {
            writeln!(f, "  %{i} = input {shape:?}")?;
        }
        for (i, instruction) in self.instructions.iter().enumerate() {
            let value = self.inputs.len() + i;
            let [a, b] = instruction.places(value);
            let op = instruction.op();
            let second = if op.operands() == 2 { format!(" %{b}") } else { String::new() };
            writeln!(f, "  %{value} = {op} %{a}{second} ({})", instruction.attribute)?;
        }
        Ok(())
    }
}
