//! Elements put at the places that an index names.

use super::gather::{self, gather};
use super::prelude::*;
use super::reshape::reshape;

/// Of several elements for one place the last stays.
#[derive(Debug)]
pub(crate) struct Scatter {
    pub(crate) axis: usize,
}

impl Op for Scatter {
    fn name(&self) -> &'static str {
        "scatter"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (x, source, index) = (inputs[0].value(), inputs[1].value(), inputs[2].value());
        one(kernels::index::scatter(&x, self.axis, &index, &source))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (g, index) = (ctx.g(), ctx.constant_input(2));
        let by_x = ctx.needs(0).then(|| cleared(g, self.axis, &index));
        let by_source = ctx.needs(1).then(|| {
            let read = gather(g, self.axis, &index);
            match overwritten(&index, self.axis, g.shape()) {
                Some(lost) => read.masked_fill(&lost, 0),
                None => read,
            }
        });
        smallvec![by_x, by_source, None]
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i == 2
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// `x` with zeros at the places of an index that is known to fit.
#[track_caller]
pub(crate) fn cleared(x: &Tensor, axis: usize, index: &Tensor) -> Tensor {
    let zeros = scalar(Scalar::Int(0), x.dtype()).broadcast_to(index.shape());
    Scatter { axis }.apply(&[x, &zeros, index])
}

/// Which places of an index are named again later in it, so that what was put there is lost; `None` if there are none. `into` is
/// the shape of the tensor that the index fits.
#[track_caller]
pub(crate) fn overwritten(index: &Tensor, axis: usize, into: &[usize]) -> Option<Tensor> {
    let own = reshape(&Tensor::arange(0, index.numel() as i64), index.shape());
    let nothing = scalar(Scalar::Int(0), DType::I64).broadcast_to(into);
    let last = gather(&Scatter { axis }.apply(&[&nothing, &own, index]), axis, index);
    let lost = last.ne(&own);
    (reduce::count_true(&lost.value()) > 0).then_some(lost)
}

impl Tensor {
    /// This tensor with each element of `source` put at its own place, but along `axis` where the index says:
    /// `x[index[i, j], j] = source[i, j]` for axis 0 of a matrix. A number is put at all of these places. Of several elements for
    /// one place the last in the index's order stays, on any number of threads, and has the gradient.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![[1, 1, 1]].scatter(1, &tensor![[2, 2, 0]], &tensor![[10, 20, 30]]);
    /// assert_eq!(x.to_vec::<i64>().unwrap(), [30, 1, 20]);
    /// assert_eq!(x.scatter(1, &tensor![[0]], 7).to_vec::<i64>().unwrap(), [7, 1, 20]);
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::gather`], or if `source` has another shape than the index or another type than the tensor.
    #[must_use]
    #[track_caller]
    pub fn scatter(&self, axis: isize, index: &Tensor, source: impl Operand) -> Tensor {
        let axis = axes::axis("scatter", self.shape(), axis);
        gather::check("scatter", index, self.shape(), axis);
        let source = match source.operand() {
            OperandRef::Tensor(source) => Cow::Borrowed(source),
            number => Cow::Owned(operand("scatter", self, number).broadcast_to(index.shape())),
        };
        check_source("scatter", self, index, &source);
        Scatter { axis }.apply(&[self, &source, index])
    }
}

/// The source has the tensor's type and the index's shape.
#[track_caller]
pub(crate) fn check_source(op: &str, x: &Tensor, index: &Tensor, source: &Tensor) {
    if source.dtype() != x.dtype() {
        fail!("{op}: the source is {}, the tensor {}; cast one with to_dtype", source.dtype(), x.dtype());
    }
    if source.shape() != index.shape() {
        fail!("{op}: the source is {:?}, the index {:?}", source.shape(), index.shape());
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "scatter",
    group: Group::Indexing,
    types: Types::Any,
    formula: "x with each y put at its own place, but along an axis where an index says",
    derivative: "g to x, 0 where something was put; g where it was put to y, 0 if it was overwritten",
    kind: Derivative::Linear,
    samples: || {
        use crate::tensor;
        let put = |axis| move |x: &[Tensor]| x[0].scatter(axis, &x[1], &x[2]);
        let (x, y) = (|shape: &[usize]| spread(shape, -2.0, 2.0), |shape: &[usize]| spread(shape, 0.0, 1.0));
        vec![
            Sample::new("plain", [x(&[2, 4]), tensor![[2, 0], [3, 1]], y(&[2, 2])], put(1)),
            Sample::new("one place twice", [x(&[2, 3]), tensor![[2, 0, 2, 2], [1, 1, 0, 2]], y(&[2, 4])], put(1)),
            Sample::new("part", [x(&[3, 2, 2]), tensor![[[1], [0], [1]]], y(&[1, 3, 1])], put(-2)),
            Sample::new("a number", [x(&[3, 2]), tensor![[2, 0]]], |x| x[0].scatter(0, &x[1], 2)),
            Sample::new("size 1", [x(&[1]), tensor![0], y(&[1])], put(0)),
            Sample::new("size 0", [x(&[2]), Tensor::arange(0, 0), y(&[0])], put(0)),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([3]).scatter(0, &crate::tensor![3], 1),
                "scatter: index 3 (element [0] of the index) is out of range for axis 0 of [3], whose length is 3"
            ),
            misuse!(
                Tensor::zeros([3]).scatter(0, &crate::tensor![0, 1], Tensor::zeros([3])),
                "scatter: the source is [3], the index [2]"
            ),
            misuse!(
                Tensor::zeros([3]).scatter(0, &crate::tensor![0], Tensor::arange(0, 1)),
                "scatter: the source is i64, the tensor f32; cast one with to_dtype"
            ),
            misuse!(
                Tensor::arange(0, 3).scatter(0, &crate::tensor![0], 0.5),
                "scatter: 0.5 is a float and the tensor i64"
            ),
        ]
    },
    kinks: no_kinks,
};
