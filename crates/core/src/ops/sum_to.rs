//! The adjoint of broadcasting: sums over the axes that a broadcast repeated.

use super::prelude::*;

#[derive(Debug)]
struct SumTo {
    from: Dims,
    to: Dims,
}

impl Op for SumTo {
    fn name(&self) -> &'static str {
        "sum_to"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("shape", format!("{:?}", &self.to[..]))]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let lead = self.from.len() - self.to.len();
        let repeated = |a: &usize| *a < lead || (self.to[a - lead] == 1 && self.from[*a] != 1);
        let axes: Dims = (0..self.from.len()).filter(repeated).collect();
        one(view::reshape(&reduce::sum(&inputs[0].value(), &axes), &self.to))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(ctx.g().broadcast_to(&self.from))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// Sums to a shape that broadcasts to this one: over the axes that the broadcast would repeat.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1.0, 2.0], [3.0, 4.0]];
    /// assert_eq!(x.sum_to([2]).to_vec::<f32>().unwrap(), [4.0, 6.0]);
    /// assert_eq!(x.sum_to([2, 1]).to_vec::<f32>().unwrap(), [3.0, 7.0]);
    /// ```
    ///
    /// # Panics
    /// If the given shape does not broadcast to this one, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn sum_to(&self, shape: impl AsRef<[usize]>) -> Tensor {
        let to = shape.as_ref();
        check_number("sum_to", self);
        if kernels::broadcast_shape(to, self.shape()).as_deref() != Some(self.shape()) {
            fail!("sum_to: {to:?} does not broadcast to {:?}", self.shape());
        }
        if self.shape() == to {
            return self.clone();
        }
        SumTo { from: kernels::dims(self.shape()), to: kernels::dims(to) }.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "sum_to",
    group: Group::Reduction,
    types: Types::Numbers,
    formula: "x summed over the axes that a broadcast of the given shape repeats",
    derivative: "g broadcast to the shape of x",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([3, 2, 4], -2.0, 2.0)], |x| x[0].sum_to([2, 1])),
            Sample::new("to itself", [spread([2, 3], -2.0, 2.0)], |x| x[0].sum_to([2, 3])),
            Sample::new("to a scalar", [spread([2, 3], -2.0, 2.0)], |x| x[0].sum_to([])),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].sum_to([1])),
            Sample::new("size 0", [spread([0, 2], -2.0, 2.0)], |x| x[0].sum_to([1, 2])),
        ]
    },
    errors: || vec![misuse!(Tensor::zeros([2, 3]).sum_to([2]), "sum_to: [2] does not broadcast to [2, 3]")],
    kinks: no_kinks,
};
