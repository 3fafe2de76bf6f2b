//! The calls of ours that stand beside the cases of `cases/*.py`, by the op's name; a module here for each file there.

mod activations;
mod attention;
mod comparison;
mod convolution;
mod indexing;
mod linear_algebra;
mod losses;
mod normalisation;
mod pointwise;
mod pooling;
mod recurrent;
mod reductions;
mod shape;
mod spatial;

use std::collections::BTreeMap;

use crate::Call;

/// Every call, by name.
pub fn all() -> BTreeMap<&'static str, Call> {
    let tables = [
        activations::CALLS,
        attention::CALLS,
        comparison::CALLS,
        convolution::CALLS,
        indexing::CALLS,
        linear_algebra::CALLS,
        losses::CALLS,
        normalisation::CALLS,
        pointwise::CALLS,
        pooling::CALLS,
        recurrent::CALLS,
        reductions::CALLS,
        shape::CALLS,
        spatial::CALLS,
    ];
    let calls: BTreeMap<_, _> = tables.iter().flat_map(|table| table.iter().copied()).collect();
    assert_eq!(calls.len(), tables.iter().map(|table| table.len()).sum::<usize>(), "a name stands twice");
    calls
}
