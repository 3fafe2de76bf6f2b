//! When two steps count as the same, from strict to lax. A graph is folded by the strictest likeness that makes it small enough,
//! so that a drawing leaves out as little as it can.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use super::steps::Steps;

/// What steps must have in common to be folded as repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// Op, line, shapes and attributes.
    All,
    /// Op, line and shapes.
    Shapes,
    /// Op and line.
    Line,
    /// The op alone.
    Op,
}

impl Likeness {
    /// In words: what the repeats have in common.
    pub(super) fn words(self) -> &'static str {
        match self {
            Likeness::All => "the same ops on the same lines with the same attributes and shapes",
            Likeness::Shapes => "the same ops on the same lines with the same shapes",
            Likeness::Line => "the same ops on the same lines",
            Likeness::Op => "the same ops",
        }
    }

    /// A number for each step, the same for steps that are alike, and how many numbers there are.
    pub(super) fn symbols(self, steps: &Steps) -> (Vec<u32>, u32) {
        let (mut ops, mut lines, mut texts) = (Numbers::default(), Numbers::default(), Numbers::default());
        let (mut types, mut pairs) = (Numbers::default(), Numbers::default());
        let symbols = (0..steps.edges.len()).map(|step| {
            let edge = steps.edge(step);
            let mut symbol = pairs.of((u32::MAX, ops.of(edge.op)));
            if self <= Likeness::Line {
                let (file, line) = (edge.site.file(), (edge.site.line(), edge.site.column()));
                symbol = pairs.of((symbol, lines.of((file, line))));
            }
            if self <= Likeness::Shapes {
                for output in edge.outputs.iter().flatten().map(|&node| &steps.graph.nodes[node]) {
                    symbol = pairs.of((symbol, types.of((output.dtype, &output.shape[..]))));
                }
            }
            if self == Likeness::All {
                for (name, value) in &edge.attributes {
                    symbol = pairs.of((symbol, texts.of((*name, value.as_str()))));
                }
            }
            symbol
        });
        (symbols.collect(), pairs.0.len() as u32)
    }
}

/// Numbers from 0 on for whatever comes, the same for what is equal.
struct Numbers<K>(HashMap<K, u32, BuildHasherDefault<Mixer>>);

impl<K> Default for Numbers<K> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<K: Hash + Eq> Numbers<K> {
    fn of(&mut self, key: K) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(key).or_insert(next)
    }
}

/// A quick hash: a million steps ask for a number several times each, and nobody means to make them collide.
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for eight in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..eight.len()].copy_from_slice(eight);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_u64(&mut self, word: u64) {
        // An odd factor near 2^64 divided by the golden ratio (Knuth's multiplicative hashing).
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn finish(&self) -> u64 {
        // The table takes its place from the low bits, where a product is least mixed.
        self.0 ^ (self.0 >> 32)
    }
}
