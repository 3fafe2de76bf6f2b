//! The same elements under another shape.

use super::prelude::*;

#[derive(Debug)]
struct Reshape {
    from: Dims,
    to: Dims,
}

impl Op for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("shape", format!("{:?}", &self.to[..]))]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(view::reshape(&inputs[0].value(), &self.to))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(reshape(ctx.g(), &self.from))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// To a shape that is known to hold as many elements.
#[track_caller]
pub(crate) fn reshape(x: &Tensor, to: &[usize]) -> Tensor {
    if x.shape() == to {
        return x.clone();
    }
    Reshape { from: kernels::dims(x.shape()), to: kernels::dims(to) }.apply(&[x])
}

impl Tensor {
    /// The same elements in row-major order under another shape: a view where the strides allow it. One length may be -1: it
    /// is what the others leave.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::arange(0, 6).reshape([2, -1]).shape(), [2, 3]);
    /// ```
    ///
    /// # Panics
    /// If the shape does not hold as many elements, or more than one length is negative.
    #[must_use]
    #[track_caller]
    #[doc(alias = "view")]
    pub fn reshape(&self, shape: impl AsRef<[isize]>) -> Tensor {
        let (shape, n) = (shape.as_ref(), self.numel());
        let known: Option<usize> =
            shape.iter().filter(|&&d| d >= 0).try_fold(1usize, |p, &d| p.checked_mul(d as usize));
        let open = shape.iter().filter(|&&d| d < 0).count();
        let rest = match (known, open) {
            (Some(known), 0) if known == n => 1,
            (Some(known), 1) if known != 0 && n % known == 0 && shape.contains(&-1) => n / known,
            _ => fail!("reshape: {:?} has {n} elements, which do not fill {shape:?}", self.shape()),
        };
        let to: Dims = shape.iter().map(|&d| if d < 0 { rest } else { d as usize }).collect();
        reshape(self, &to)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "reshape",
    group: Group::Shape,
    types: Types::Any,
    formula: "x under another shape",
    derivative: "g under the shape of x",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 6], -2.0, 2.0)], |x| x[0].reshape([3, 4])),
            Sample::new("open length", [spread([2, 6], -2.0, 2.0)], |x| x[0].reshape([-1, 2, 2])),
            Sample::new("size 1", [spread([1], -2.0, 2.0)], |x| x[0].reshape([])),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].reshape([5, 0])),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).reshape([4]), "reshape: [2, 3] has 6 elements, which do not fill [4]"),
            misuse!(
                Tensor::zeros([2, 3]).reshape([-1, -1]),
                "reshape: [2, 3] has 6 elements, which do not fill [-1, -1]"
            ),
            misuse!(Tensor::zeros([0]).reshape([0, -1]), "reshape: [0] has 0 elements, which do not fill [0, -1]"),
        ]
    },
    kinks: no_kinks,
};
