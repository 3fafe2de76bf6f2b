//! The reference page of all ops, `docs/ops.md`, made from what each op says of itself.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use tapegrad_core::DType;
use tapegrad_core::ops;
use tapegrad_core::spec::{Derivative, Group, Kink, OpSpec, Types};

/// The groups in the page's order, and their headings.
const GROUPS: &[(Group, &str)] = &[
    (Group::Arithmetic, "Arithmetic"),
    (Group::Unary, "Functions of one number"),
    (Group::Comparison, "Comparisons and truth"),
    (Group::Reduction, "Reductions"),
    (Group::Shape, "Shapes and views"),
    (Group::Indexing, "Indexing"),
    (Group::LinearAlgebra, "Linear algebra"),
    (Group::Convolution, "Convolution"),
    (Group::Pooling, "Pooling"),
    (Group::Spatial, "Images"),
    (Group::Activation, "Activations"),
    (Group::Normalisation, "Normalisation"),
    (Group::Attention, "Attention"),
    (Group::Recurrent, "Recurrent networks"),
    (Group::Dropout, "Dropout"),
    (Group::Loss, "Losses"),
];

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ops.md")
}

/// Writes the page.
pub(crate) fn write() -> Result<(), String> {
    std::fs::write(path(), page()).map_err(|e| format!("ops: {}: {e}", path().display()))
}

fn page() -> String {
    let mut page = String::from(
        "# The ops\n\n\
         Made by `cargo xtask ops` from what each op's file says of itself; a test fails when it is stale. In the formulas x is \
         the tensor, y the second operand or the result, g the cotangent of the result. Each op is checked against central \
         differences in both orders, in all layouts, in f32 against f64, and beside PyTorch's values.\n",
    );
    for (group, heading) in GROUPS {
        let specs: Vec<&OpSpec> = ops::ALL.iter().filter(|spec| spec.group == *group).collect();
        if specs.is_empty() {
            continue;
        }
        let _ = write!(page, "\n## {heading}\n\n| op | value | cotangents | types |\n| --- | --- | --- | --- |\n");
        for spec in &specs {
            let (value, derivative) = (cell(spec.formula), cell(spec.derivative));
            let _ = writeln!(page, "| `{}` | {value} | {derivative} | {} |", spec.name, types(spec));
        }
        let kinks: Vec<String> =
            specs.iter().flat_map(|s| (s.kinks)().iter().map(|k| kink(s.name, k)).collect::<Vec<_>>()).collect();
        if !kinks.is_empty() {
            let _ = write!(page, "\nWhere the derivative is a convention:\n\n{}", kinks.concat());
        }
    }
    page
}

/// Text in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('*', "\\*").replace('<', "&lt;")
}

fn types(spec: &OpSpec) -> &'static str {
    match (spec.types, spec.kind) {
        (_, Derivative::None) if spec.types == Types::Any => "all; no derivative",
        (Types::Floats, Derivative::None) => "f32, f64; no derivative",
        (Types::Numbers, Derivative::None) => "f32, f64, i64; no derivative",
        (Types::Floats, _) => "f32, f64",
        (Types::Numbers, _) => "f32, f64, i64",
        (Types::Any, _) => "all",
    }
}

/// A kink as a line: where, and the gradient of the sum there.
fn kink(op: &str, kink: &Kink) -> String {
    let numbers = |x: &[f64]| x.iter().map(|v| format!("{v}")).collect::<Vec<_>>().join(", ");
    let at = kink.inputs.iter().map(|x| {
        let x = x.to_dtype(DType::F64).to_vec::<f64>().unwrap_or_default();
        format!("({})", numbers(&x))
    });
    let at = at.collect::<Vec<_>>().join(" and ");
    let gradients = kink.gradients.iter().map(|g| format!("({})", numbers(g))).collect::<Vec<_>>().join(" and ");
    format!("- `{op}`, {}: at {at} the gradient is {gradients}\n", kink.label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_book_is_the_one_that_would_be_made() {
        let found = std::fs::read_to_string(path()).unwrap();
        assert!(found == page(), "docs/ops.md is stale: run `cargo xtask ops`");
    }

    #[test]
    fn every_op_is_on_the_page() {
        let page = page();
        for spec in ops::ALL {
            assert!(page.contains(&format!("| `{}` |", spec.name)), "{}", spec.name);
        }
    }
}
