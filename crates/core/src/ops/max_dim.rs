//! The largest element along an axis and its index. The gradient goes to that element alone.

use super::prelude::*;
use super::reshape::reshape;
use kernels::reduce::Extreme;

#[derive(Debug)]
struct ExtremumAt {
    which: Extreme,
    axis: usize,
    from: Dims,
}

impl Op for ExtremumAt {
    fn name(&self) -> &'static str {
        match self.which {
            Extreme::Max => "max_dim",
            Extreme::Min => "min_dim",
        }
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (values, indices) = reduce::extreme_with_index(self.which, &inputs[0].value(), &[self.axis]);
        smallvec![Tensor::constant(values), Tensor::constant(indices)]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(at_places(ctx.g(), &ctx.constant_output(1), self.axis, &self.from))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, i: usize) -> bool {
        i == 1
    }
}

/// Zeros of shape `from`, with `g` at the places along an axis, which both lack.
#[track_caller]
pub(crate) fn at_places(g: &Tensor, places: &Tensor, axis: usize, from: &[usize]) -> Tensor {
    let kept = axes::reduced(from, &[axis], true);
    let mut along = Dims::from_elem(1, from.len());
    along[axis] = from[axis];
    let chosen = reshape(&Tensor::arange(0, from[axis] as i64), &along).eq(reshape(places, &kept));
    chosen.where_cond(reshape(g, &kept), 0)
}

#[track_caller]
pub(crate) fn extremum_at(op: &str, which: Extreme, x: &Tensor, axis: isize) -> (Tensor, Tensor) {
    check_number(op, x);
    let axis = axes::axis(op, x.shape(), axis);
    super::amax::check_any(op, x, &[axis]);
    let outputs = ExtremumAt { which, axis, from: Dims::from_slice(x.shape()) }.apply_all(&[x]);
    (outputs[0].clone(), outputs[1].clone())
}

impl Tensor {
    /// The largest elements along one axis, which the results lack, and their indices (i64). The lowest index stands for ties,
    /// the first NaN for the largest; the gradient goes to the element at that index alone.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let (values, indices) = tensor![[1.0, 2.0, 3.0], [9.0, 4.0, 5.0]].max_dim(1);
    /// assert_eq!(values.to_vec::<f32>().unwrap(), [3.0, 9.0]);
    /// assert_eq!(indices.to_vec::<i64>().unwrap(), [2, 0]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist or has length 0, or the tensor is bool.
    #[must_use]
    #[track_caller]
    pub fn max_dim(&self, axis: isize) -> (Tensor, Tensor) {
        extremum_at("max_dim", Extreme::Max, self, axis)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "max_dim",
    group: Group::Reduction,
    types: Types::Numbers,
    formula: "the largest of x along an axis, and its index",
    derivative: "g at that index, 0 elsewhere",
    kind: Derivative::Linear,
    samples: || {
        let along = |axis: isize| move |x: &[Tensor]| <[Tensor; 2]>::from(x[0].max_dim(axis)).into();
        vec![
            Sample::multi("plain", [spread([2, 3], -2.0, 2.0)], along(1)),
            Sample::multi("first axis", [spread([3, 4], -2.0, 2.0)], along(0)),
            Sample::multi("in the middle", [spread([2, 3, 4], -2.0, 2.0)], along(-2)),
            Sample::multi("size 1", [spread([1], -2.0, 2.0)], along(0)),
            Sample::multi("size 0", [spread([0, 3], -2.0, 2.0)], along(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 0]).max_dim(1), "max_dim: [2, 0] has no elements along axes [1]"),
            misuse!(Tensor::zeros([2, 3]).max_dim(2), "max_dim: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(crate::tensor![true].max_dim(0), "max_dim: not defined for bool"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "tie",
            inputs: vec![Tensor::from([-1.0, 2.0, 2.0, -1.0])],
            call: |x| x[0].max_dim(0).0,
            gradients: vec![vec![0.0, 1.0, 0.0, 0.0]],
        }]
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_nan_is_the_extreme() {
        let x = Tensor::from([[1.0, f64::NAN, f64::NAN, 9.0]]).requires_grad();
        for (values, indices) in [x.max_dim(1), x.min_dim(-1)] {
            x.zero_grad();
            assert!(values.item().is_nan());
            assert_eq!((indices.dtype(), indices.item(), indices.needs_grad()), (DType::I64, 1.0, false));
            values.sum().backward();
            assert_eq!(x.grad().unwrap().to_vec::<f64>().unwrap(), [0.0, 1.0, 0.0, 0.0]);
        }
    }
}
