//! Running extremes along an axis and their indices. The gradient goes to the chosen elements.

use super::prelude::*;
use super::scatter_add::ScatterAdd;
use kernels::reduce::Extreme;

#[derive(Debug)]
struct CumulativeExtreme {
    which: Extreme,
    axis: usize,
    of: Dims,
}

impl Op for CumulativeExtreme {
    fn name(&self) -> &'static str {
        match self.which {
            Extreme::Max => "cummax",
            Extreme::Min => "cummin",
        }
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (values, indices) = kernels::scan::cumulative_extreme(self.which, &inputs[0].value(), self.axis);
        smallvec![Tensor::constant(values), Tensor::constant(indices)]
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

#[track_caller]
pub(crate) fn cumulative_extreme(op: &str, which: Extreme, x: &Tensor, axis: isize) -> (Tensor, Tensor) {
    check_number(op, x);
    let axis = axes::axis(op, x.shape(), axis);
    let outputs = CumulativeExtreme { which, axis, of: Dims::from_slice(x.shape()) }.apply_all(&[x]);
    (outputs[0].clone(), outputs[1].clone())
}

impl Tensor {
    /// The largest of the elements up to each place along an axis, and the i64 indices where they were last met: of equal
    /// elements the later one counts, unlike in [`Tensor::max_dim`]. From the first NaN on the largest is NaN. The gradient goes
    /// to the elements at these indices.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (values, indices) = tensor![1.0, 3.0, 2.0, 3.0].cummax(0);
    /// assert_eq!(values.to_vec::<f32>().unwrap(), [1.0, 3.0, 3.0, 3.0]);
    /// assert_eq!(indices.to_vec::<i64>().unwrap(), [0, 1, 1, 3]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn cummax(&self, axis: isize) -> (Tensor, Tensor) {
        cumulative_extreme("cummax", Extreme::Max, self, axis)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "cummax",
    group: Group::Reduction,
    types: Types::Numbers,
    formula: "the largest of x up to each place along an axis, and its index",
    derivative: "g added up at these indices",
    kind: Derivative::Linear,
    samples: || {
        let along = |axis: isize| move |x: &[Tensor]| <[Tensor; 2]>::from(x[0].cummax(axis)).into();
        vec![
            Sample::multi("plain", [spread([2, 7], -2.0, 2.0)], along(1)),
            Sample::multi("first axis", [spread([5, 3], -2.0, 2.0)], along(0)),
            Sample::multi("in the middle", [spread([2, 3, 4], -2.0, 2.0)], along(-2)),
            Sample::multi("size 1", [spread([1], -2.0, 2.0)], along(0)),
            Sample::multi("size 0", [spread([2, 0], -2.0, 2.0)], along(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).cummax(2), "cummax: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(crate::tensor![true].cummax(0), "cummax: not defined for bool"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "of equal elements the later takes the gradient",
            inputs: vec![Tensor::from([1.0, 3.0, 3.0, 2.0, 3.0])],
            call: |x| x[0].cummax(0).0,
            gradients: vec![vec![1.0, 1.0, 2.0, 0.0, 1.0]],
        }]
    },
};
