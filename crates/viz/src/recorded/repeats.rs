//! Repeated runs in a sequence: `a b c b c b c d` is `a`, three times (`b`, `c`), `d`.
//!
//! Shorter periods go first and what they leave is searched again, so a loop within a loop becomes a repeat within a repeat.
//! Each period costs one pass over the sequence; those tried are all short ones, and of the long ones those that the distances
//! between equal stretches suggest. A repeat within a repeat is at most half as long as what holds it, so nesting is never deep.

use std::collections::HashMap;

/// All periods up to this length are tried.
const SHORT: usize = 64;
/// So many longer ones are tried, the most frequent distances.
const LONGER: usize = 16;
/// How many symbols are compared to find long ones.
const STRETCH: usize = 4;

/// A repeat: how often, and the symbols of one turn.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Repeat {
    pub(super) times: usize,
    pub(super) body: Vec<u32>,
}

/// A symbol of the folded sequence and how many of the original ones it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) symbol: u32,
    pub(super) len: usize,
}

/// A folded sequence.
#[derive(Debug)]
pub(super) struct Folded {
    pub(super) runs: Vec<Run>,
    /// Symbols from here on are repeats.
    base: u32,
    repeats: Vec<Repeat>,
}

impl Folded {
    /// Folds a sequence whose symbols are all below `base`.
    pub(super) fn of(symbols: &[u32], base: u32) -> Self {
        let runs = symbols.iter().map(|&symbol| Run { symbol, len: 1 }).collect();
        let mut folded = Self { runs, base, repeats: Vec::new() };
        let mut known = HashMap::new();
        loop {
            let before = folded.runs.len();
            (1..=SHORT).for_each(|period| folded.fold(period, &mut known));
            for period in long_periods(&folded.runs) {
                folded.fold(period, &mut known);
            }
            if folded.runs.len() == before {
                return folded;
            }
        }
    }

    /// What a symbol repeats, if it is a repeat.
    pub(super) fn repeat(&self, symbol: u32) -> Option<&Repeat> {
        symbol.checked_sub(self.base).map(|i| &self.repeats[i as usize])
    }

    /// Replaces every run with this period by a repeat.
    fn fold(&mut self, period: usize, known: &mut HashMap<Repeat, u32>) {
        let mut rest = 0;
        let mut shorter = Vec::new();
        for (start, times) in tandem_runs(&self.runs, period) {
            shorter.extend_from_slice(&self.runs[rest..start]);
            rest = start + times * period;
            let body = self.runs[start..start + period].iter().map(|run| run.symbol).collect();
            let repeat = Repeat { times, body };
            let symbol = *known.entry(repeat).or_insert_with_key(|repeat| {
                self.repeats.push(repeat.clone());
                self.base + self.repeats.len() as u32 - 1
            });
            shorter.push(Run { symbol, len: self.runs[start..rest].iter().map(|run| run.len).sum() });
        }
        if rest > 0 {
            shorter.extend_from_slice(&self.runs[rest..]);
            self.runs = shorter;
        }
    }
}

/// Where the sequence repeats with this period, and how often: from left to right, apart, at least twice.
fn tandem_runs(runs: &[Run], period: usize) -> Vec<(usize, usize)> {
    let (mut found, mut free, mut alike) = (Vec::new(), 0, 0);
    let pairs = runs.len().saturating_sub(period);
    for i in 0..=pairs {
        if i < pairs && runs[i].symbol == runs[i + period].symbol {
            alike += 1;
        } else {
            let start = free.max(i - alike);
            let times = (i + period).saturating_sub(start) / period;
            if alike >= period && times > 1 {
                found.push((start, times));
                free = start + times * period;
            }
            alike = 0;
        }
    }
    found
}

/// The long periods to try, rising: the most frequent distances between equal stretches of some symbols, of which even a turn
/// that holds every symbol twice has hardly two.
fn long_periods(runs: &[Run]) -> Vec<usize> {
    let (mut last, mut frequency) = (HashMap::new(), HashMap::new());
    for (i, stretch) in runs.windows(STRETCH).enumerate() {
        if let Some(before) = last.insert(std::array::from_fn::<_, STRETCH, _>(|k| stretch[k].symbol), i)
            && (SHORT + 1..=runs.len() / 2).contains(&(i - before))
        {
            *frequency.entry(i - before).or_insert(0_usize) += 1;
        }
    }
    let mut longer: Vec<(usize, usize)> = frequency.into_iter().map(|(distance, count)| (count, distance)).collect();
    longer.sort_unstable_by(|a, b| b.cmp(a));
    let mut periods: Vec<usize> = longer.into_iter().take(LONGER).map(|(_, distance)| distance).collect();
    periods.sort_unstable();
    periods
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The folded sequence in words: `a 3(b c) d`.
    fn folded(text: &str) -> String {
        let symbols: Vec<u32> = text.bytes().map(|letter| u32::from(letter - b'a')).collect();
        let folded = Folded::of(&symbols, 26);
        let words: Vec<String> = folded.runs.iter().map(|run| word(&folded, run.symbol)).collect();
        assert_eq!(folded.runs.iter().map(|run| run.len).sum::<usize>(), text.len());
        words.join(" ")
    }

    fn word(folded: &Folded, symbol: u32) -> String {
        match folded.repeat(symbol) {
            None => char::from(b'a' + symbol as u8).to_string(),
            Some(Repeat { times, body }) => {
                let body: Vec<String> = body.iter().map(|&symbol| word(folded, symbol)).collect();
                format!("{times}({})", body.join(" "))
            }
        }
    }

    /// The sequence that a folded one stands for.
    fn unfolded(folded: &Folded) -> Vec<u32> {
        let mut waiting: Vec<u32> = folded.runs.iter().rev().map(|run| run.symbol).collect();
        let mut symbols = Vec::new();
        while let Some(symbol) = waiting.pop() {
            match folded.repeat(symbol) {
                None => symbols.push(symbol),
                Some(Repeat { times, body }) => {
                    (0..*times).for_each(|_| waiting.extend(body.iter().rev()));
                }
            }
        }
        symbols
    }

    #[test]
    fn repeats_are_found_whatever_stands_around_them() {
        assert_eq!(folded(""), "");
        assert_eq!(folded("abc"), "a b c");
        assert_eq!(folded("aaaa"), "4(a)");
        assert_eq!(folded("xabababy"), "x 3(a b) y");
        assert_eq!(folded("ababa"), "2(a b) a");
        assert_eq!(folded("abcabcdede"), "2(a b c) 2(d e)");
    }

    #[test]
    fn a_loop_in_a_loop_is_a_repeat_in_a_repeat() {
        assert_eq!(folded("aabaabaab"), "3(2(a) b)");
        assert_eq!(folded("ababcababcxababcababc"), "2(2(a b) c) x 2(2(a b) c)");
    }

    #[test]
    fn a_long_turn_is_found_by_the_distances_of_its_stretches() {
        let turn: Vec<u32> = (0..500).map(|i| i * i % 501).collect();
        let folded = Folded::of(&turn.repeat(7), 501);
        assert_eq!(folded.runs.len(), 1);
        assert_eq!(folded.repeat(folded.runs[0].symbol).map(|repeat| repeat.times), Some(7));
    }

    #[test]
    fn every_sequence_can_be_had_back_from_its_folds() {
        let mut state = 1_u64;
        let mut below = |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % bound
        };
        for letters in [1, 2, 3, 5] {
            for len in [1, 2, 10, 100, 1000] {
                let symbols: Vec<u32> = (0..len).map(|_| below(letters) as u32).collect();
                let folded = Folded::of(&symbols, 5);
                assert_eq!(unfolded(&folded), symbols);
                let mut first = 0;
                for run in &folded.runs {
                    let part = Folded { runs: vec![*run], base: folded.base, repeats: folded.repeats.clone() };
                    assert_eq!(unfolded(&part), symbols[first..first + run.len]);
                    first += run.len;
                }
            }
        }
    }
}
