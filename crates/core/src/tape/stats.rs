//! What the tape holds: counts, bytes, and bytes by line of the user's code.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::mem::size_of;

use super::{Edge, Entry, Kind, Slot, with};
use crate::scope::Site;

/// What this thread's tape holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Live nodes: leaves in use, and results that can carry a gradient.
    pub nodes: usize,
    /// Live edges.
    pub edges: usize,
    /// Bytes of the live records and of the values they keep, each buffer counted once.
    pub bytes: usize,
    /// Edges that backward walks have visited since the thread began.
    pub visited: u64,
}

/// Counts what this thread's tape holds, after applying what other threads dropped. Takes time in the size of the tape.
pub fn stats() -> Stats {
    super::collect_mail();
    with(|tape| {
        let mut seen = HashSet::new();
        let bytes = tape.slots.iter().map(|slot| bytes_of(slot, &mut seen)).sum();
        Stats { nodes: tape.nodes, edges: tape.edges, bytes, visited: tape.visited }
    })
}

fn bytes_of(slot: &Slot, seen: &mut HashSet<usize>) -> usize {
    match slot {
        Slot::Free { .. } => 0,
        Slot::Used(Entry { kind: Kind::Leaf(_), .. }) => size_of::<Slot>(),
        Slot::Used(Entry { kind: Kind::Edge(edge), .. }) => size_of::<Slot>() + saved_bytes(edge, seen),
    }
}

/// The saved values' buffers, those not seen before.
fn saved_bytes(edge: &Edge, seen: &mut HashSet<usize>) -> usize {
    let blocks = edge.saved.iter().flatten().map(|value| value.block());
    blocks.filter(|(address, _)| seen.insert(*address)).map(|(_, bytes)| bytes).sum()
}

/// What one line of the user's code keeps on the tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineMemory {
    /// The line.
    pub site: Site,
    /// Live edges recorded there.
    pub edges: usize,
    /// Bytes of their records and saved values; a buffer that several lines keep counts for the first recorded.
    pub bytes: usize,
}

impl fmt::Display for LineMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>12} bytes {:>8} edges  {}:{}", self.bytes, self.edges, self.site.file(), self.site.line())
    }
}

/// What each line of the user's code keeps on this thread's tape, the largest first.
///
/// ```
/// use tapegrad_core::{Tensor, tape};
/// let x = Tensor::ones([1000]).requires_grad();
/// let y = x.exp();
/// for line in tape::memory() {
///     println!("{line}");
/// }
/// assert!(tape::memory()[0].bytes >= 4000);
/// # drop(y);
/// ```
pub fn memory() -> Vec<LineMemory> {
    super::collect_mail();
    let mut lines: Vec<LineMemory> = with(|tape| {
        let mut entries: Vec<&Entry> = tape
            .slots
            .iter()
            .filter_map(|slot| match slot {
                Slot::Used(entry) => Some(entry),
                Slot::Free { .. } => None,
            })
            .collect();
        entries.sort_unstable_by_key(|entry| entry.order);
        let (mut lines, mut seen) = (BTreeMap::new(), HashSet::new());
        for entry in entries {
            if let Kind::Edge(edge) = &entry.kind {
                let site = edge.site;
                let key = (site.file(), site.line(), site.column());
                let line = lines.entry(key).or_insert(LineMemory { site, edges: 0, bytes: 0 });
                line.edges += 1;
                line.bytes += size_of::<Slot>() + saved_bytes(edge, &mut seen);
            }
        }
        lines.into_values().collect()
    });
    lines.sort_by_key(|line| std::cmp::Reverse(line.bytes));
    lines
}
