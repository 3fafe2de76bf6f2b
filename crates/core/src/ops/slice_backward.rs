//! The adjoint of slicing: a part of an axis laid into zeros.

use super::prelude::*;
use super::slice::{Slice, slice};

#[derive(Debug)]
pub(crate) struct SliceBackward(pub(crate) Slice);

impl Op for SliceBackward {
    fn name(&self) -> &'static str {
        "slice_backward"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.0.attributes()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let Slice { axis, start, step, of, .. } = &self.0;
        one(kernels::concat::pad(&inputs[0].value(), of, *axis, *start, *step))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let Slice { axis, start, len, step, .. } = self.0;
        smallvec![Some(slice(ctx.g(), axis, start, len, step))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// A sample that lays an array into zeros of shape `of`.
fn sample(
    label: &'static str,
    shape: &[usize],
    of: &'static [usize],
    (axis, start, step): (usize, usize, isize),
) -> Sample {
    Sample::new(label, [spread(shape, -2.0, 2.0)], move |x| {
        let len = x[0].shape()[axis];
        SliceBackward(Slice { axis, start, len, step, of: Dims::from_slice(of) }).apply(&[&x[0]])
    })
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "slice_backward",
    group: Group::Indexing,
    types: Types::Any,
    formula: "x in its places along an axis, 0 elsewhere",
    derivative: "the slice of g in these places",
    kind: Derivative::Linear,
    samples: || {
        vec![
            sample("plain", &[2, 3], &[2, 5], (1, 1, 1)),
            sample("by steps", &[3, 2], &[5, 2], (0, 0, 2)),
            sample("backwards", &[2, 2, 2], &[2, 4, 2], (1, 3, -2)),
            sample("size 1", &[1], &[1], (0, 0, 1)),
            sample("size 0", &[0, 2], &[3, 2], (0, 1, 1)),
        ]
    },
    errors: no_errors,
    kinks: no_kinks,
};
