//! What a model is made of, as a table.

use std::fmt;
use std::panic::Location;

use crate::field::{Item, walk};
use crate::forward::Forward;
use crate::mode::Mode;
use crate::module::Module;
use crate::observe::observe;
use crate::values::Values;
use tapegrad_core::{no_grad, scope};

/// A model's parts with what comes out of them and what they cost; see [`summary`].
#[derive(Clone, Debug)]
pub struct Summary {
    /// The model, then its parts in the order of its fields.
    pub rows: Vec<SummaryRow>,
    /// How many numbers the parameters have, each counted once.
    pub parameters: usize,
    /// How many of them are not frozen.
    pub trainable: usize,
    /// The bytes of parameters and buffers.
    pub bytes: usize,
}

/// A module of a [`Summary`].
#[derive(Clone, Debug)]
pub struct SummaryRow {
    /// Its path in the model; empty for the model itself.
    pub path: String,
    /// Its type.
    pub type_name: &'static str,
    /// The shapes of what came out of its last call; none if it was not called.
    pub outputs: Vec<Vec<usize>>,
    /// How many numbers its parameters have, those of its parts included.
    pub parameters: usize,
    /// The multiply-adds of all its calls, those of its parts included; see [`tapegrad_core::cost`].
    pub multiply_adds: u64,
    /// How often it was called.
    pub calls: usize,
}

/// Calls the model once with `x`, in evaluation and without recording, and tells of each module in it the outputs' shapes, the
/// number of parameters and of multiply-adds. Modes are as before afterwards.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, summary};
/// let net = Sequential::new()
///     .push(Conv2d::new(1, 6, 5))
///     .push(ReLU::new())
///     .push(MaxPool2d::new(2))
///     .push(Flatten::new())
///     .push(Linear::new(6 * 12 * 12, 10));
/// let table = summary(&net, &Tensor::zeros([1, 1, 28, 28]));
/// assert_eq!(table.parameters, 6 * 25 + 6 + 864 * 10 + 10);
/// assert_eq!(table.multiply_adds(), 24 * 24 * 6 * 25 + 864 * 10);
/// println!("{table}");
/// ```
///
/// # Panics
/// As the model's call does.
#[track_caller]
pub fn summary<M, In, Out>(model: &M, x: &In) -> Summary
where
    M: Forward<In, Out> + ?Sized,
    In: Values + ?Sized,
    Out: Values,
{
    let evaluating = Evaluating::begin(model);
    let (_, calls) = scope::library(Location::caller(), || observe(model, || no_grad(|| model.call(x))));
    drop(evaluating);
    let row = |(path, module): (String, &dyn Module)| {
        let of_this = || calls.iter().filter(|call| call.path == path);
        let outputs = of_this()
            .next_back()
            .map_or_else(Vec::new, |call| call.outputs.iter().map(|y| y.shape().to_vec()).collect());
        SummaryRow {
            type_name: module.type_name(),
            outputs,
            parameters: module.num_parameters(),
            multiply_adds: of_this().map(|call| call.multiply_adds).sum(),
            calls: of_this().count(),
            path,
        }
    };
    let cells = model.parameters().into_iter().chain(model.buffers());
    Summary {
        rows: model.named_modules().into_iter().map(row).collect(),
        parameters: model.num_parameters(),
        trainable: model.num_trainable_parameters(),
        bytes: cells.map(|cell| cell.numel() * cell.dtype().size()).sum(),
    }
}

/// Evaluates until dropped, also on unwinding; then each switch is as it was.
struct Evaluating<'a>(Vec<(&'a Mode, bool)>);

impl<'a> Evaluating<'a> {
    fn begin<M: Module + ?Sized>(model: &'a M) -> Self {
        let mut modes = Vec::new();
        walk(model, |_, item| {
            if let Item::Mode(mode) = item {
                modes.push((mode, mode.is_training()));
                mode.set(false);
            }
        });
        Evaluating(modes)
    }
}

impl Drop for Evaluating<'_> {
    fn drop(&mut self) {
        self.0.iter().for_each(|(mode, training)| mode.set(*training));
    }
}

impl Summary {
    /// The multiply-adds of the model's call.
    pub fn multiply_adds(&self) -> u64 {
        self.rows[0].multiply_adds
    }
}

/// 1234567 as `1,234,567`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl SummaryRow {
    /// The row under those of the modules that it lies in: the name is the path from the innermost, since a list of modules has no
    /// row of its own.
    fn cells(&self, above: &mut Vec<String>) -> [String; 5] {
        while above.last().is_some_and(|outer| !lies_in(&self.path, outer)) {
            above.pop();
        }
        let outer = above.last().map_or(0, |outer| if outer.is_empty() { 0 } else { outer.len() + 1 });
        let (depth, name) = (above.len(), &self.path[outer..]);
        above.push(self.path.clone());
        let shapes: Vec<String> = self.outputs.iter().map(|shape| format!("{shape:?}")).collect();
        let times = if self.calls > 1 { format!(" x{}", self.calls) } else { String::new() };
        let (label, type_name) = match depth {
            0 => (self.type_name.to_owned(), String::new()),
            _ => (format!("{}{name}", "  ".repeat(depth)), format!("{}{times}", self.type_name)),
        };
        [label, type_name, shapes.join(", "), count(self.parameters as u64), count(self.multiply_adds)]
    }
}

fn lies_in(path: &str, outer: &str) -> bool {
    outer.is_empty() || path.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
}

/// A number, or a dash for none.
fn count(n: u64) -> String {
    if n == 0 { "-".to_owned() } else { grouped(n) }
}

/// The table, a line for each module, indented by how deep it lies, and a line with the totals.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["layer", "type", "output", "parameters", "multiply-adds"].map(str::to_owned);
        let mut above = Vec::new();
        let rows = self.rows.iter().map(|row| row.cells(&mut above));
        let lines: Vec<[String; 5]> = std::iter::once(head).chain(rows).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].len()).max().unwrap_or(0);
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(width);
        for (i, [layer, type_name, output, parameters, multiply_adds]) in lines.iter().enumerate() {
            writeln!(f, "{layer:a$}  {type_name:b$}  {output:c$}  {parameters:>d$}  {multiply_adds:>e$}")?;
            if i == 0 {
                writeln!(f, "{}", "-".repeat(a + b + c + d + e + 8))?;
            }
        }
        let frozen = self.parameters - self.trainable;
        let frozen = if frozen > 0 { format!(" ({} frozen)", grouped(frozen as u64)) } else { String::new() };
        let kib = self.bytes as f64 / 1024.0;
        let size = if kib < 1024.0 { format!("{kib:.1} KiB") } else { format!("{:.1} MiB", kib / 1024.0) };
        write!(
            f,
            "{} parameters{frozen}, {size}, {} multiply-adds",
            grouped(self.parameters as u64),
            grouped(self.multiply_adds())
        )
    }
}
