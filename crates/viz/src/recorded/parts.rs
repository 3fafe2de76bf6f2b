//! How a large graph is cut into parts, each drawn as one operation. Parts are intervals of the order of recording, and an edge's
//! inputs are older than itself: so lines between parts run one way, whatever the intervals.

use std::ops::Range;

use super::likeness::Likeness;
use super::repeats::{Folded, Repeat};
use super::steps::Steps;
use super::wording::{self, count};

/// Successive steps that are drawn as one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// How many steps.
    pub(super) len: usize,
    /// What the fold is called and what is in it; `None` for a step that stands for itself.
    pub(super) fold: Option<Vec<String>>,
}

/// A graph in parts.
pub(super) struct Cut {
    pub(super) parts: Vec<Part>,
    /// What was folded or left out, to be said with the drawing; empty if nothing was.
    pub(super) note: String,
    /// Whether nodes of different shapes may share a box.
    pub(super) coarse: bool,
}

/// Every step for itself.
pub(super) fn whole(steps: &Steps) -> Cut {
    let parts = vec![Part { len: 1, fold: None }; steps.edges.len()];
    Cut { parts, note: String::new(), coarse: false }
}

/// Repeats folded, if that leaves at most `most` parts.
pub(super) fn by_repeats(steps: &Steps, likeness: Likeness, most: usize) -> Option<Cut> {
    let (symbols, base) = likeness.symbols(steps);
    let folded = Folded::of(&symbols, base);
    if folded.runs.len() > most {
        return None;
    }
    // What a symbol is called: the op of the first step that has it.
    let mut names = vec![""; base as usize];
    symbols.iter().enumerate().rev().for_each(|(step, &symbol)| names[symbol as usize] = steps.edge(step).op);
    let mut first = 0;
    let mut parts = Vec::with_capacity(folded.runs.len());
    for run in &folded.runs {
        let fold = folded.repeat(run.symbol).map(|repeat| {
            let mut lines = described(&folded, repeat, &names);
            lines.push(wording::lines_of_source(steps, first..first + run.len));
            lines
        });
        parts.push(Part { len: run.len, fold });
        first += run.len;
    }
    let note = format!("{}: repeats of {} are folded.", size(steps), likeness.words());
    Some(Cut { parts, note, coarse: false })
}

/// Successive steps of one module in one part: as deep in the tree of modules as leaves at most `most` parts.
pub(super) fn by_modules(steps: &Steps, most: usize) -> Option<Cut> {
    let scope = |step: usize| steps.edge(step).scope.as_deref().unwrap_or("");
    let deepest = (0..steps.edges.len()).map(|step| scope(step).split_terminator('.').count()).max().unwrap_or(0);
    (1..=deepest).rev().find_map(|depth| {
        let module = |step: usize| first_names(scope(step), depth);
        let all: Vec<usize> = (0..steps.edges.len()).collect();
        let same = all.chunk_by(|&a, &b| !module(a).is_empty() && module(a) == module(b));
        let parts: Vec<Part> =
            same.map(|same| module_part(steps, module(same[0]), same[0]..same[0] + same.len())).collect();
        let note = format!("{}: each module is one box, to a depth of {depth}.", size(steps));
        (parts.len() <= most).then_some(Cut { parts, note, coarse: false })
    })
}

fn module_part(steps: &Steps, module: &str, range: Range<usize>) -> Part {
    if range.len() == 1 {
        return Part { len: 1, fold: None };
    }
    let mut fold = vec![module.to_string()];
    fold.extend(wording::frequent_ops(steps, range.clone()));
    fold.push(wording::lines_of_source(steps, range.clone()));
    Part { len: range.len(), fold: Some(fold) }
}

/// The first names of a path: of `encoder.0.norm` the first two are `encoder.0`.
fn first_names(path: &str, names: usize) -> &str {
    path.match_indices('.').nth(names - 1).map_or(path, |(end, _)| &path[..end])
}

/// The first and the last `ends` steps, and what lies between as one part.
pub(super) fn ends(steps: &Steps, ends: usize) -> Cut {
    let len = steps.edges.len();
    let ends = ends.min(len / 2);
    let between = ends..len - ends;
    let left_out: usize = between.clone().map(|step| steps.ops(step)).sum();
    let step = Part { len: 1, fold: None };
    let mut parts = vec![step; 2 * ends];
    if !between.is_empty() {
        let mut fold = vec![format!("{} ops left out", count(left_out))];
        fold.extend(wording::frequent_ops(steps, between.clone()));
        fold.push(wording::lines_of_source(steps, between.clone()));
        parts.insert(ends, Part { len: between.len(), fold: Some(fold) });
    }
    let note = format!("{}: {} between the first and the last are left out.", size(steps), count(left_out));
    Cut { parts, note, coarse: ends == 0 }
}

fn size(steps: &Steps) -> String {
    format!("{} ops and {} nodes", count(steps.graph.edges.len()), count(steps.graph.nodes.len()))
}

/// How often, and what: on one line if it is short.
fn described(folded: &Folded, repeat: &Repeat, names: &[&str]) -> Vec<String> {
    let times = count(repeat.times);
    let body = words(folded, &repeat.body, names);
    let whole = body.join(", ");
    if body.len() == 1 {
        return vec![format!("{times} × {whole}")];
    }
    if wording::fits_bold(&format!("{times} × ({whole})")) {
        return vec![format!("{times} × ({whole})")];
    }
    let mut lines = vec![format!("{times} × {} ops", count(ops(folded, &repeat.body)))];
    lines.extend(wording::wrapped(&body));
    lines
}

/// A turn in words, repeats in it as `3 × (a, b)`. As deep as repeats are nested, which is never deep.
fn words(folded: &Folded, body: &[u32], names: &[&str]) -> Vec<String> {
    let word = |&symbol: &u32| match folded.repeat(symbol) {
        None => names[symbol as usize].to_string(),
        Some(Repeat { times, body }) => {
            let inner = words(folded, body, names).join(", ");
            let inner = if body.len() == 1 { inner } else { format!("({inner})") };
            format!("{} × {inner}", count(*times))
        }
    };
    body.iter().map(word).collect()
}

/// How many steps a turn has.
fn ops(folded: &Folded, body: &[u32]) -> usize {
    body.iter().map(|&symbol| folded.repeat(symbol).map_or(1, |inner| inner.times * ops(folded, &inner.body))).sum()
}
