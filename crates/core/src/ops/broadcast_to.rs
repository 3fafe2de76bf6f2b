//! Repeating axes of length 1.

use super::prelude::*;

#[derive(Debug)]
struct BroadcastTo {
    from: Dims,
    to: Dims,
}

impl Op for BroadcastTo {
    fn name(&self) -> &'static str {
        "broadcast_to"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("shape", format!("{:?}", &self.to[..]))]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(view::broadcast_to(&inputs[0].value(), &self.to))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(ctx.g().sum_to(&self.from))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// Repeats axes of length 1, and new ones in front, to the given shape (NumPy's rule), without a copy.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1.0], [2.0]];
    /// assert_eq!(x.broadcast_to([2, 2]).to_vec::<f32>().unwrap(), [1.0, 1.0, 2.0, 2.0]);
    /// ```
    ///
    /// # Panics
    /// If the shape does not broadcast to the given one.
    #[must_use]
    #[track_caller]
    #[doc(alias = "expand")]
    pub fn broadcast_to(&self, shape: impl AsRef<[usize]>) -> Tensor {
        let to = shape.as_ref();
        if kernels::broadcast_shape(self.shape(), to).as_deref() != Some(to) {
            fail!("broadcast_to: {:?} does not broadcast to {to:?}", self.shape());
        }
        crate::create::checked("broadcast_to", to);
        if self.shape() == to {
            return self.clone();
        }
        BroadcastTo { from: kernels::dims(self.shape()), to: kernels::dims(to) }.apply(&[self])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "broadcast_to",
    group: Group::Shape,
    types: Types::Any,
    formula: "x repeated along axes of length 1",
    derivative: "g summed to the shape of x",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 1], -2.0, 2.0)], |x| x[0].broadcast_to([3, 2, 4])),
            Sample::new("to itself", [spread([2, 3], -2.0, 2.0)], |x| x[0].broadcast_to([2, 3])),
            Sample::new("size 1", [spread([], -2.0, 2.0)], |x| x[0].broadcast_to([2, 2])),
            Sample::new("size 0", [spread([1, 2], -2.0, 2.0)], |x| x[0].broadcast_to([0, 2])),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).broadcast_to([2, 4]), "broadcast_to: [2, 3] does not broadcast to [2, 4]"),
            misuse!(Tensor::zeros([2, 3]).broadcast_to([3]), "broadcast_to: [2, 3] does not broadcast to [3]"),
        ]
    },
    kinks: no_kinks,
};
