//! Vector products in three dimensions.

use super::prelude::*;

#[derive(Debug)]
struct Cross {
    axis: usize,
}

impl Op for Cross {
    fn name(&self) -> &'static str {
        "cross"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let axis = self.axis as isize;
        let (x, y) = (inputs[0].unbind(axis), inputs[1].unbind(axis));
        let parts = [(1, 2), (2, 0), (0, 1)].map(|(i, j)| &x[i] * &y[j] - &x[j] * &y[i]);
        smallvec![Tensor::stack(&parts, axis)]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        // <g, dx × y> = <dx, y × g>, and <g, x × dy> = <dy, g × x>.
        let (g, axis) = (ctx.g(), self.axis);
        smallvec![
            ctx.needs(0).then(|| Cross { axis }.apply(&[&ctx.input(1), g])),
            ctx.needs(1).then(|| Cross { axis }.apply(&[g, &ctx.input(0)])),
        ]
    }

    fn saves_input(&self, i: usize, needs: &Needs<'_>) -> bool {
        needs.input(1 - i)
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

impl Tensor {
    /// The vector product x × y of the vectors along an axis, which has length 3. The others broadcast.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let z = tensor![1.0, 0.0, 0.0].cross(&tensor![0.0, 1.0, 0.0], -1);
    /// assert_eq!(z.to_vec::<f32>().unwrap(), [0.0, 0.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist or has another length, there are not as many axes in both, shapes do not broadcast, types
    /// differ, or one is bool.
    #[must_use]
    #[track_caller]
    pub fn cross(&self, other: &Tensor, axis: isize) -> Tensor {
        check_pair("cross", self, other);
        if self.ndim() != other.ndim() {
            fail!("cross: {:?} and {:?} do not have as many axes", self.shape(), other.shape());
        }
        let at = axes::axis("cross", self.shape(), axis);
        for x in [self, other] {
            if x.shape()[at] != 3 {
                fail!("cross: axis {at} of {:?} has length {}, expected 3", x.shape(), x.shape()[at]);
            }
        }
        let (x, y) = broadcast("cross", self, other);
        Cross { axis: at }.apply(&[&x, &y])
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "cross",
    group: Group::LinearAlgebra,
    types: Types::Numbers,
    formula: "x × y along an axis",
    derivative: "y × g to x, g × x to y",
    kind: Derivative::Curved,
    samples: || {
        fn sample(label: &'static str, x: &[usize], y: &[usize], axis: isize) -> Sample {
            Sample::new(label, [spread(x, -2.0, 2.0), spread(y, -1.0, 3.0)], move |x| x[0].cross(&x[1], axis))
        }
        vec![
            sample("plain", &[3], &[3], 0),
            sample("rows", &[2, 3], &[2, 3], -1),
            sample("columns", &[3, 2], &[3, 2], 0),
            sample("broadcast", &[2, 1, 3], &[1, 4, 3], -1),
            sample("size 1", &[1, 3], &[1, 3], -1),
            sample("size 0", &[0, 3], &[1, 3], -1),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        vec![
            misuse!(o([2, 3]).cross(&o([2, 3]), 0), "cross: axis 0 of [2, 3] has length 2, expected 3"),
            misuse!(o([2, 3]).cross(&o([4, 3]), -1), "cross: shapes [2, 3] and [4, 3] do not broadcast"),
            misuse!(o([2, 3]).cross(&o([3]), -1), "cross: [2, 3] and [3] do not have as many axes"),
            misuse!(o([3]).cross(&o([3]), 1), "cross: axis 1 does not exist in [3]"),
            misuse!(o([3]).cross(&Tensor::arange(0, 3), 0), "cross: operands are f32 and i64; cast one with to_dtype"),
        ]
    },
    kinks: no_kinks,
};
