//! The first few elements along an axis, in order; with all of them, sorting.

use super::prelude::*;
use super::scatter_add::ScatterAdd;
use crate::spec::Kink;

/// The first `k` places along an axis in descending or ascending order. Sorting is this with `k` the whole axis.
#[derive(Debug)]
pub(crate) struct FirstInOrder {
    pub(crate) name: &'static str,
    pub(crate) axis: usize,
    pub(crate) k: usize,
    pub(crate) descending: bool,
    pub(crate) of: Dims,
}

impl Op for FirstInOrder {
    fn name(&self) -> &'static str {
        self.name
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let mut attributes = vec![("axis", self.axis.to_string()), ("descending", self.descending.to_string())];
        if self.k != self.of[self.axis] {
            attributes.push(("k", self.k.to_string()));
        }
        attributes
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (values, places) = kernels::sort::first_in_order(&inputs[0].value(), self.axis, self.k, self.descending);
        smallvec![Tensor::constant(values), Tensor::constant(places)]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let add = ScatterAdd { axis: self.axis, into: self.of.clone() };
        smallvec![Some(add.apply(&[ctx.g(), &ctx.constant_output(1)]))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, i: usize) -> bool {
        i == 1
    }
}

impl FirstInOrder {
    /// Values and indices.
    #[track_caller]
    pub(crate) fn run(self, x: &Tensor) -> (Tensor, Tensor) {
        let mut outputs = self.apply_all(&[x]).into_iter();
        match (outputs.next(), outputs.next()) {
            (Some(values), Some(indices)) => (values, indices),
            _ => unreachable!("the op has two outputs"),
        }
    }
}

impl Tensor {
    /// The `k` largest (or smallest) elements along an axis, the most extreme first, and their i64 indices along it. Of equal
    /// elements the one with the lowest index comes first; NaN comes last. The gradient flows to the chosen elements.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (values, indices) = tensor![1.0, 3.0, 2.0].topk(2, 0, true);
    /// assert_eq!(values.to_vec::<f32>().unwrap(), [3.0, 2.0]);
    /// assert_eq!(indices.to_vec::<i64>().unwrap(), [1, 2]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or it has fewer than `k` elements.
    #[must_use]
    #[track_caller]
    pub fn topk(&self, k: usize, axis: isize, largest: bool) -> (Tensor, Tensor) {
        let shape = self.shape();
        let axis = axes::axis("topk", shape, axis);
        if k > shape[axis] {
            fail!("topk: {k} elements are asked of axis {axis} of {shape:?}, whose length is {}", shape[axis]);
        }
        FirstInOrder { name: "topk", axis, k, descending: largest, of: Dims::from_slice(shape) }.run(self)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "topk",
    group: Group::Indexing,
    types: Types::Any,
    formula: "the k largest or smallest of x along an axis, and their indices",
    derivative: "g at these indices, 0 elsewhere",
    kind: Derivative::Linear,
    samples: || {
        let pair = |(values, indices)| vec![values, indices];
        let x = |shape: &[usize]| spread(shape, -2.0, 2.0);
        vec![
            Sample::multi("plain", [x(&[2, 5])], move |x| pair(x[0].topk(3, 1, true))),
            Sample::multi("smallest", [x(&[5, 2])], move |x| pair(x[0].topk(2, -2, false))),
            Sample::multi("all", [x(&[4])], move |x| pair(x[0].topk(4, 0, true))),
            Sample::multi("none", [x(&[4])], move |x| pair(x[0].topk(0, 0, true))),
            Sample::multi("size 1", [x(&[1])], move |x| pair(x[0].topk(1, 0, true))),
            Sample::multi("size 0", [x(&[0, 3])], move |x| pair(x[0].topk(2, 1, true))),
        ]
    },
    errors: || {
        vec![misuse!(
            Tensor::zeros([3, 4]).topk(5, 1, true),
            "topk: 5 elements are asked of axis 1 of [3, 4], whose length is 4"
        )]
    },
    kinks: || {
        vec![Kink {
            label: "of equal elements the first is chosen",
            inputs: vec![Tensor::from(vec![1.0, 2.0, 2.0])],
            call: |x| x[0].topk(1, 0, true).0,
            gradients: vec![vec![0.0, 1.0, 0.0]],
        }]
    },
};

#[cfg(test)]
mod tests {
    use crate::{Tensor, tensor};

    #[test]
    fn not_a_number_comes_last_and_equal_elements_by_their_index() {
        let x = tensor![f64::NAN, 2.0, -1.0, 2.0, f64::NAN, 7.0];
        assert_eq!(x.argsort(0, false).to_vec::<i64>().unwrap(), [2, 1, 3, 5, 0, 4]);
        assert_eq!(x.argsort(0, true).to_vec::<i64>().unwrap(), [5, 1, 3, 2, 0, 4]);
        assert_eq!(x.topk(2, 0, true).1.to_vec::<i64>().unwrap(), [5, 1]);
        assert_eq!(x.topk(2, 0, false).0.to_vec::<f32>().unwrap(), [-1.0, 2.0]);
    }

    #[test]
    fn values_have_a_node_and_indices_never() {
        let x = Tensor::from([[3.0, 1.0, 2.0]]).requires_grad();
        let (values, indices) = x.topk(2, -1, false);
        assert!(values.needs_grad() && !indices.needs_grad());
        values.select(-1, 1).sum().backward();
        assert_eq!(x.grad().unwrap().to_vec::<f64>().unwrap(), [0.0, 0.0, 1.0]);
    }
}
