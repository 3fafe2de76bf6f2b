//! The same elements in row-major order in memory.

use super::prelude::*;

#[derive(Debug)]
struct Contiguous;

impl Op for Contiguous {
    fn name(&self) -> &'static str {
        "contiguous"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(kernels::contiguous(&inputs[0].value()))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(ctx.g().clone())]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// The tensor itself if its elements lie in row-major order without gaps, else a copy that does. No op asks for it; a view
    /// that is read many times may be faster as a copy.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// let x = Tensor::zeros([2, 3]).t();
    /// assert!(!x.is_contiguous() && x.contiguous().is_contiguous());
    /// ```
    #[must_use]
    #[track_caller]
    pub fn contiguous(&self) -> Tensor {
        if self.is_contiguous() { self.clone() } else { Contiguous.apply(&[self]) }
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "contiguous",
    group: Group::Shape,
    types: Types::Any,
    formula: "x, in row-major order in memory",
    derivative: "g",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3], -2.0, 2.0)], |x| x[0].t().contiguous()),
            Sample::new("already so", [spread([2, 3], -2.0, 2.0)], |x| x[0].contiguous()),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].t().contiguous()),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].t().contiguous()),
        ]
    },
    errors: no_errors,
    kinks: no_kinks,
};
