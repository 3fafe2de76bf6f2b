//! What a deep copy has copied already, so that what was shared stays shared.

use crate::field::Field;
use tapegrad_core::Tensor;

/// The leaves of a model beside those of its copy.
#[derive(Debug, Default)]
pub struct Copies(Vec<(Tensor, Tensor)>);

impl Copies {
    /// With these tensors in the places of those leaves.
    pub(crate) fn given(pairs: Vec<(Tensor, Tensor)>) -> Self {
        Copies(pairs)
    }

    /// A copy of a part.
    pub fn field<F: Field>(&mut self, field: &F) -> F {
        field.copy_with(self)
    }

    /// The copy of a leaf: made at first, the same one afterwards.
    pub(crate) fn of(&mut self, leaf: &Tensor) -> Tensor {
        if let Some((_, copy)) = self.0.iter().find(|(original, _)| original.same(leaf)) {
            return copy.clone();
        }
        let copy = leaf.deep_copy();
        let copy = match leaf.name() {
            Some(name) => copy.named(name),
            None => copy,
        };
        self.0.push((leaf.clone(), copy.clone()));
        copy
    }
}
