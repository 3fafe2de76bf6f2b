//! Values put, or added, at the places that several index tensors name together: one axis of all the indexed ones, and
//! `index_copy` or `index_add` along it.

use super::index_add::IndexAdd;
use super::index_copy::IndexCopy;
use super::prelude::*;
use super::reshape::reshape;
use crate::index;

/// The indices axis by axis: a mask is one for each of its axes.
#[track_caller]
fn by_axis(indices: &[&Tensor], shape: &[usize]) -> Vec<Tensor> {
    let mut all = Vec::new();
    for index in indices {
        let axis = all.len();
        let n = if index.dtype() == DType::Bool { index.ndim() } else { 1 };
        let Some(stands_for) = shape.get(axis..axis + n) else {
            fail!("index_put: the indices stand for {} axes or more, {shape:?} has {}", axis + n, shape.len());
        };
        if index.dtype() != DType::Bool {
            index::check("index_put", index, shape, axis);
            all.push(Tensor::clone(index));
            continue;
        }
        if n == 0 || stands_for != index.shape() {
            fail!("index_put: the mask is {:?}, the axes that it stands for are {stands_for:?}", index.shape());
        }
        all.extend(index.nonzero().unbind(1));
    }
    all
}

impl Tensor {
    /// This tensor with `values` at the places that the indices name together, `x[i[k], j[k], ..] = values[k]`: one i64 tensor for
    /// each of the first axes, all of which broadcast, or a bool tensor, which names where it is true and stands for as many axes
    /// as it has. The values, or the one number, broadcast to the indices' shape followed by the other axes'. With `accumulate`
    /// they are added, in the order of the indices on any number of threads; without, the last for a place stays and has the
    /// gradient.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// let (i, j) = (tensor![0, 1, 1], tensor![2, 0, 0]);
    /// let x = Tensor::zeros([2, 3]).index_put(&[&i, &j], tensor![5.0, 6.0, 7.0], false);
    /// assert_eq!(x.to_vec::<f32>().unwrap(), [0.0, 0.0, 5.0, 7.0, 0.0, 0.0]);
    /// let x = x.index_put(&[&i, &j], 1.0, true);
    /// assert_eq!(x.to_vec::<f32>().unwrap(), [0.0, 0.0, 6.0, 9.0, 0.0, 0.0]);
    /// let x = x.index_put(&[&x.gt(6.0)], -1.0, false);
    /// assert_eq!(x.to_vec::<f32>().unwrap(), [0.0, 0.0, 6.0, -1.0, 0.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If there are no indices or they stand for more axes than there are; if one is neither i64 inside its axis nor a bool mask of
    /// its axes' shape; if they or the values do not broadcast; or if the types of values and tensor differ, or bool is added.
    #[must_use]
    #[track_caller]
    pub fn index_put(&self, indices: &[&Tensor], values: impl Operand, accumulate: bool) -> Tensor {
        let shape = self.shape();
        let indices = by_axis(indices, shape);
        let Some(first) = indices.first() else { fail!("index_put: no indices") };
        let mut named = Dims::from_slice(first.shape());
        for index in &indices[1..] {
            let Some(both) = kernels::broadcast_shape(&named, index.shape()) else {
                fail!("index_put: index shapes {:?} and {:?} do not broadcast", &named[..], index.shape());
            };
            named = both;
        }
        let values = operand("index_put", self, values.operand());
        if values.dtype() != self.dtype() {
            fail!("index_put: the values are {}, the tensor {}; cast one with to_dtype", values.dtype(), self.dtype());
        }
        let (joined, rest) = shape.split_at(indices.len());
        let target = [&named[..], rest].concat();
        if kernels::broadcast_shape(values.shape(), &target).as_deref() != Some(&target[..]) {
            fail!("index_put: values {:?} do not broadcast to the indexed {target:?}", values.shape());
        }
        let strides = kernels::row_major(joined);
        let parts = indices.iter().zip(&strides).map(|(index, &stride)| index.broadcast_to(&named) * stride as i64);
        let Some(places) = parts.reduce(|a, b| a + b) else { unreachable!("there is an index") };
        let places = places.flatten();
        let row = |n: usize| [&[n], rest].concat();
        let x = reshape(self, &row(joined.iter().product()));
        let values = reshape(&values.broadcast_to(&target), &row(places.numel()));
        let put = if accumulate {
            check_number("index_put", self);
            &x + IndexAdd { axis: 0, into: Dims::from_slice(x.shape()) }.apply(&[&values, &places])
        } else {
            IndexCopy { axis: 0 }.apply(&[&x, &values, &places])
        };
        reshape(&put, shape)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "index_put",
    group: Group::Indexing,
    types: Types::Any,
    formula: "x with y put, or added, where several indices say together",
    derivative: "g to x, 0 where something was put; g at the places to y, 0 if it was overwritten",
    kind: Derivative::Linear,
    samples: || {
        use crate::tensor;
        let (x, y) = (|shape: &[usize]| spread(shape, -2.0, 2.0), |shape: &[usize]| spread(shape, 0.0, 1.0));
        vec![
            Sample::new("plain", [x(&[3, 4]), tensor![0, 2], tensor![1, 3], y(&[2])], |x| {
                x[0].index_put(&[&x[1], &x[2]], &x[3], false)
            }),
            Sample::new("added, one place twice", [x(&[3, 4]), tensor![0, 2, 2], tensor![1, 3, 3], y(&[3])], |x| {
                x[0].index_put(&[&x[1], &x[2]], &x[3], true)
            }),
            Sample::new("put, one place twice", [x(&[3, 2]), tensor![2, 0, 2], y(&[3, 2])], |x| {
                x[0].index_put(&[&x[1]], &x[2], false)
            }),
            Sample::new(
                "indices and values broadcast",
                [x(&[3, 2, 2]), tensor![[0], [2]], tensor![1, 0], y(&[2])],
                |x| x[0].index_put(&[&x[1], &x[2]], &x[3], false),
            ),
            Sample::new("mask", [x(&[2, 2, 3]), tensor![[true, false], [true, true]], y(&[3])], |x| {
                x[0].index_put(&[&x[1]], &x[2], false)
            }),
            Sample::new("index and mask", [x(&[3, 2]), tensor![2, 0], tensor![true, true], y(&[2])], |x| {
                x[0].index_put(&[&x[1], &x[2]], &x[3], true)
            }),
            Sample::new("a number", [x(&[3, 2]), tensor![1]], |x| x[0].index_put(&[&x[1]], 2, false)),
            Sample::new("size 1", [x(&[1]), tensor![0], y(&[])], |x| x[0].index_put(&[&x[1]], &x[2], false)),
            Sample::new("size 0", [x(&[2, 3]), Tensor::arange(0, 0), y(&[0, 3])], |x| {
                x[0].index_put(&[&x[1]], &x[2], true)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([3, 2]).index_put(&[&crate::tensor![0], &crate::tensor![2]], 1, false),
                "index_put: index 2 (element [0] of the index) is out of range for axis 1 of [3, 2], whose length is 2"
            ),
            misuse!(Tensor::zeros([3]).index_put(&[], 1, false), "index_put: no indices"),
            misuse!(
                Tensor::zeros([3]).index_put(&[&crate::tensor![0], &crate::tensor![0]], 1, false),
                "index_put: the indices stand for 2 axes or more, [3] has 1"
            ),
            misuse!(
                Tensor::zeros([3]).index_put(&[&crate::tensor![true]], 1, false),
                "index_put: the mask is [1], the axes that it stands for are [3]"
            ),
            misuse!(
                Tensor::zeros([3, 3]).index_put(&[&crate::tensor![0, 1], &crate::tensor![0, 1, 2]], 1, false),
                "index_put: index shapes [2] and [3] do not broadcast"
            ),
            misuse!(
                Tensor::zeros([3, 2]).index_put(&[&crate::tensor![0, 1]], Tensor::zeros([3]), false),
                "index_put: values [3] do not broadcast to the indexed [2, 2]"
            ),
            misuse!(
                Tensor::zeros([3]).index_put(&[&crate::tensor![0]], Tensor::arange(0, 1), false),
                "index_put: the values are i64, the tensor f32; cast one with to_dtype"
            ),
            misuse!(
                crate::tensor![true].index_put(&[&crate::tensor![0]], crate::tensor![true], true),
                "index_put: not defined for bool"
            ),
        ]
    },
    kinks: no_kinks,
};
