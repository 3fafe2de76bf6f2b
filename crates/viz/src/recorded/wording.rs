//! What stands in the boxes and badges.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;

use tapegrad_core::DType;
use tapegrad_core::tape::{EdgeInfo, NodeInfo};

use super::steps::Steps;
use crate::layered;

/// Lines of a list in a badge.
const MOST_LINES: usize = 4;

/// A number with its thousands apart: `98,000`.
pub(super) fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `[64, 10] f32`, or `scalar f32`.
pub(super) fn shape_and_type(shape: &[usize], dtype: DType) -> String {
    format!("{} {dtype}", shape_of(shape))
}

fn shape_of(shape: &[usize]) -> String {
    if shape.is_empty() { "scalar".to_string() } else { format!("{shape:?}") }
}

/// The lines of an operation's badge: op, attributes, how its inputs are broadcast or reshaped, the user's line.
pub(super) fn of_step(steps: &Steps, step: usize) -> Vec<String> {
    let edge = steps.edge(step);
    let attributes: Vec<String> = edge.attributes.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let mut lines = vec![edge.op.to_string()];
    lines.extend(wrapped(&attributes));
    let notes: Vec<Vec<String>> = steps.notes(step).take(MOST_LINES).map(note).collect();
    lines.extend(notes.into_iter().rev().flatten());
    let more = steps.notes(step).count().saturating_sub(MOST_LINES);
    lines.extend((more > 0).then(|| format!("and {} more", count(more))));
    lines.push(format!("{}:{}", file_name(edge), edge.site.line()));
    lines
}

/// A broadcast or reshape at the op that reads it: `broadcast [10] → [64, 10]`, on two lines if it is long.
fn note((op, from, to): (&str, &NodeInfo, &NodeInfo)) -> Vec<String> {
    let before = format!("{} {}", op.trim_end_matches("_to"), shape_of(&from.shape));
    let after = format!("→ {}", shape_of(&to.shape));
    let whole = format!("{before} {after}");
    if layered::fits_line(&whole) { vec![whole] } else { vec![before, after] }
}

/// The lines of a box for one node: its name, shape and type, and what a watch saw of it.
pub(super) fn of_node(node: &NodeInfo) -> Vec<String> {
    let name = node.name.as_ref().map(ToString::to_string);
    let value = node.value.map(|value| value.to_string());
    let gradient = node.gradient.map(|gradient| format!("gradient {gradient}"));
    name.into_iter().chain([shape_and_type(&node.shape, node.dtype)]).chain(value).chain(gradient).collect()
}

fn file_name(edge: &EdgeInfo) -> &'static str {
    let file = edge.site.file();
    Path::new(file).file_name().and_then(|name| name.to_str()).unwrap_or(file)
}

/// The lines of source of some steps, from the first to the last of each file: `main.rs:10-12, net.rs:40`.
pub(super) fn lines_of_source(steps: &Steps, range: Range<usize>) -> String {
    let mut files: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for step in range {
        let edge = steps.edge(step);
        let line = edge.site.line();
        let span = files.entry(edge.site.file()).or_insert((line, line));
        *span = (span.0.min(line), span.1.max(line));
    }
    let words = files.into_iter().map(|(file, (first, last))| {
        let name = Path::new(file).file_name().and_then(|name| name.to_str()).unwrap_or(file);
        if first == last { format!("{name}:{first}") } else { format!("{name}:{first}-{last}") }
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The ops of some steps, the most frequent first, on a few lines.
pub(super) fn frequent_ops(steps: &Steps, range: Range<usize>) -> Vec<String> {
    let mut frequency: HashMap<&str, usize> = HashMap::new();
    range.for_each(|step| *frequency.entry(steps.edge(step).op).or_default() += 1);
    let mut ops: Vec<(&str, usize)> = frequency.into_iter().collect();
    ops.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    wrapped(&ops.into_iter().map(|(op, n)| format!("{} {op}", count(n))).collect::<Vec<_>>())
}

/// Whether a text fits on the first line of a badge.
pub(super) fn fits_bold(text: &str) -> bool {
    layered::fits_first_line(text)
}

/// Words on lines of a badge, with commas between; what does not fit on a few lines is counted.
pub(super) fn wrapped(words: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let word = if i + 1 < words.len() { format!("{word},") } else { word.clone() };
        let room = lines.len() < MOST_LINES;
        match lines.last_mut() {
            Some(line) if layered::fits_line(&format!("{line} {word}")) => {
                line.push(' ');
                line.push_str(&word);
            }
            Some(_) if !room => {
                lines.push(format!("and {} more", count(words.len() - i)));
                break;
            }
            _ => lines.push(word),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 12, 123, 1234, 1_000_000].map(count), ["0", "12", "123", "1,234", "1,000,000"]);
    }

    #[test]
    fn wrapped_words_are_all_there_or_counted() {
        let words: Vec<String> = (0..100).map(|i| format!("operation{i}")).collect();
        let lines = wrapped(&words);
        assert_eq!(lines.len(), MOST_LINES + 1);
        let shown = lines.iter().map(|line| line.matches("operation").count()).sum::<usize>();
        assert_eq!(lines[MOST_LINES], format!("and {} more", 100 - shown));
        assert_eq!(wrapped(&words[..2]), ["operation0, operation1"]);
        assert!(wrapped(&[]).is_empty());
    }

    #[test]
    fn a_long_note_takes_two_lines_so_that_nothing_is_cut() {
        let node = |shape: &[usize]| NodeInfo {
            name: None,
            dtype: DType::F32,
            shape: shape.to_vec(),
            leaf: false,
            value: None,
            gradient: None,
        };
        assert_eq!(note(("broadcast_to", &node(&[]), &node(&[2]))), ["broadcast scalar → [2]"]);
        let lines = note(("reshape", &node(&[32, 16, 14, 14, 2, 2]), &node(&[32, 16, 14, 14, 4])));
        assert_eq!(lines, ["reshape [32, 16, 14, 14, 2, 2]", "→ [32, 16, 14, 14, 4]"]);
        assert!(lines.iter().all(|line| layered::fits_line(line)));
    }
}
