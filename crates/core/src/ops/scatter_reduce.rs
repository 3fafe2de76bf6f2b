//! Elements put together with those that an index names, by a sum, a product, a mean or an extreme.

use std::panic::Location;

use super::cat::cat;
use super::gather::{self, gather};
use super::index_copy::IndexCopy;
use super::index_select::index_select;
use super::prelude::*;
use super::reshape::reshape;
use super::scatter::{check_source, cleared};
use super::scatter_add::ScatterAdd;
use crate::create::filled;
use crate::scope;
use kernels::reduce::Extreme;

/// What becomes of several elements that meet at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScatterReduction {
    /// Their sum.
    Sum,
    /// Their product.
    Prod,
    /// Their mean.
    Mean,
    /// The largest; those that tie share the gradient evenly.
    Amax,
    /// The smallest; those that tie share the gradient evenly.
    Amin,
}

/// The extreme of what meets at each place.
#[derive(Debug)]
struct ScatterExtreme {
    which: Extreme,
    axis: usize,
    include_self: bool,
}

impl Op for ScatterExtreme {
    fn name(&self) -> &'static str {
        match self.which {
            Extreme::Max => "scatter_amax",
            Extreme::Min => "scatter_amin",
        }
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("axis", self.axis.to_string()), ("include_self", self.include_self.to_string())]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (x, source, index) = (inputs[0].value(), inputs[1].value(), inputs[2].value());
        // Without the tensor's own elements the comparison starts from one of the source's, no matter which.
        let start =
            if self.include_self { x } else { Cow::Owned(kernels::index::scatter(&x, self.axis, &index, &source)) };
        one(kernels::index::scatter_extreme(self.which, &start, self.axis, &index, &source))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let (x, source, index) = (ctx.constant_input(0), ctx.constant_input(1), ctx.constant_input(2));
        let (g, out) = (ctx.g(), ctx.constant_output(0));
        let is = |x: &Tensor, out: &Tensor| x.eq(out).logical_or(&x.isnan().logical_and(&out.isnan()));
        let mut ours = is(&x, &out).to_dtype(g.dtype());
        if !self.include_self {
            ours = cleared(&ours, self.axis, &index);
        }
        let theirs = is(&source, &gather(&out, self.axis, &index));
        let add = ScatterAdd { axis: self.axis, into: Dims::from_slice(x.shape()) };
        let share = g / (&ours + add.apply(&[&theirs.to_dtype(g.dtype()), &index]));
        let by_x = ctx.needs(0).then(|| ours.ne(0).where_cond(&share, 0));
        let by_source = ctx.needs(1).then(|| theirs.where_cond(gather(&share, self.axis, &index), 0));
        smallvec![by_x, by_source, None]
    }
}

/// For each element of an index the place in the flattened tensor, of shape `into`, that it names.
#[track_caller]
fn flat_places(index: &Tensor, axis: usize, into: &[usize]) -> Tensor {
    let strides = kernels::row_major(into);
    let mut places = index * strides[axis] as i64;
    for (a, &n) in index.shape().iter().enumerate().filter(|&(a, _)| a != axis) {
        let mut along = Dims::from_elem(1, into.len());
        along[a] = n;
        places += reshape(&(Tensor::arange(0, n as i64) * strides[a] as i64), &along);
    }
    places.flatten()
}

/// The product of what meets at each place, by multiplying neighbours, then the neighbours among the products, and so on: no
/// division, so the derivatives are right with zeros among the factors, in any order, and each level is half as long as the
/// one before.
#[track_caller]
fn product(x: &Tensor, axis: usize, index: &Tensor, source: &Tensor, include_self: bool) -> Tensor {
    let (sorted, order) = flat_places(index, axis, x.shape()).sort(0, false);
    let mut places = sorted.to_vec::<i64>().unwrap_or_default();
    let mut factors = index_select(&source.flatten(), 0, &order);
    let one = filled(&[1], x.dtype(), 1.0);
    loop {
        let (mut left, mut right, mut named) = (Vec::new(), Vec::new(), Vec::new());
        let mut i = 0;
        while i < places.len() {
            let meets = places.get(i + 1) == Some(&places[i]);
            left.push(i as i64);
            // What has no neighbour is multiplied by the 1 at the end.
            right.push(if meets { i + 1 } else { places.len() } as i64);
            named.push(places[i]);
            i += 1 + usize::from(meets);
        }
        if left.len() == places.len() {
            break;
        }
        let padded = cat(&[&factors, &one], 0);
        factors = index_select(&factors, 0, &Tensor::from(left)) * index_select(&padded, 0, &Tensor::from(right));
        places = named;
    }
    let (flat, places) = (x.flatten(), Tensor::from(places));
    let products = if include_self { index_select(&flat, 0, &places) * factors } else { factors };
    reshape(&IndexCopy { axis: 0 }.apply(&[&flat, &products, &places]), x.shape())
}

impl Tensor {
    /// This tensor with each element of `source` put together with the one at its own place, but along `axis` where the index says:
    /// by sum, product, mean, largest or smallest. Where the index names a place, this tensor's own element counts too if
    /// `include_self` says so, and else is left out. What the index does not name stays.
    ///
    /// ```
    /// use tapegrad_core::{ScatterReduction, tensor};
    /// let (x, index, y) = (tensor![1.0, 2.0, 3.0], tensor![0, 0, 2], tensor![5.0, 9.0, -1.0]);
    /// let mean = x.scatter_reduce(0, &index, &y, ScatterReduction::Mean, true);
    /// assert_eq!(mean.to_vec::<f32>().unwrap(), [5.0, 2.0, 1.0]);
    /// let mean = x.scatter_reduce(0, &index, &y, ScatterReduction::Mean, false);
    /// assert_eq!(mean.to_vec::<f32>().unwrap(), [7.0, 2.0, -1.0]);
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::gather`], or if `source` has another shape than the index or another type than the tensor, or that is bool, or
    /// i64 for the mean.
    #[must_use]
    #[track_caller]
    pub fn scatter_reduce(
        &self,
        axis: isize,
        index: &Tensor,
        source: &Tensor,
        reduction: ScatterReduction,
        include_self: bool,
    ) -> Tensor {
        let axis = axes::axis("scatter_reduce", self.shape(), axis);
        check_number("scatter_reduce", self);
        gather::check("scatter_reduce", index, self.shape(), axis);
        check_source("scatter_reduce", self, index, source);
        if reduction == ScatterReduction::Mean {
            check_float("scatter_reduce", self);
        }
        let start = |x: &Tensor| if include_self { x.clone() } else { cleared(x, axis, index) };
        let added = |source: &Tensor| ScatterAdd { axis, into: Dims::from_slice(self.shape()) }.apply(&[source, index]);
        scope::library(Location::caller(), || match reduction {
            ScatterReduction::Sum => start(self) + added(source),
            ScatterReduction::Mean => {
                let total = start(self) + added(source);
                let count = start(&filled(self.shape(), self.dtype(), 1.0));
                total / (count + added(&filled(index.shape(), self.dtype(), 1.0)))
            }
            ScatterReduction::Prod => product(self, axis, index, source, include_self),
            ScatterReduction::Amax => {
                ScatterExtreme { which: Extreme::Max, axis, include_self }.apply(&[self, source, index])
            }
            ScatterReduction::Amin => {
                ScatterExtreme { which: Extreme::Min, axis, include_self }.apply(&[self, source, index])
            }
        })
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "scatter_reduce",
    group: Group::Indexing,
    types: Types::Numbers,
    formula: "each y put together with x at its own place, but along an axis where an index says: sum, product, mean, extreme",
    derivative: "that of the sum, product, mean or extreme; g to x where nothing was put",
    kind: Derivative::Curved,
    samples: || {
        use crate::tensor;
        use ScatterReduction::{Amax, Amin, Mean, Prod, Sum};
        let call = |how, with_self| move |x: &[Tensor]| x[0].scatter_reduce(1, &x[1], &x[2], how, with_self);
        let inputs = || {
            let index = tensor![[2, 0, 2, 2, 2, 2], [1, 1, 0, 1, 1, 1]];
            [spread([2, 3], -2.0, 2.0), index, spread_around([2, 6], 0.3, 1.4)]
        };
        let zeros = || {
            let source = Tensor::from([[0.0, 0.5, 0.0, 2.0, 1.5, 0.7]]);
            [Tensor::from([[1.5, 0.0, 0.4]]), tensor![[2, 0, 2, 2, 1, 0]], source]
        };
        vec![
            Sample::new("sum", inputs(), call(Sum, true)),
            Sample::new("sum without self", inputs(), call(Sum, false)),
            Sample::new("product", inputs(), call(Prod, true)),
            Sample::new("product without self", inputs(), call(Prod, false)),
            Sample::new("product with one and two zeros", zeros(), call(Prod, true)),
            Sample::new("mean", inputs(), call(Mean, true)),
            Sample::new("mean without self", inputs(), call(Mean, false)),
            Sample::new("largest", inputs(), call(Amax, true)),
            Sample::new("largest without self", inputs(), call(Amax, false)),
            Sample::new("smallest", inputs(), call(Amin, true)),
            Sample::new("part", [spread([3, 2], 0.5, 2.0), tensor![[1], [2]], spread([2, 1], 0.5, 2.0)], |x| {
                x[0].scatter_reduce(0, &x[1], &x[2], Prod, true)
            }),
            Sample::new("size 1", [spread([1], 0.5, 2.0), tensor![0], spread([1], 0.5, 3.0)], |x| {
                x[0].scatter_reduce(0, &x[1], &x[2], Prod, true)
            }),
            Sample::new("size 0", [spread([2], 0.5, 2.0), Tensor::arange(0, 0), spread([0], 0.5, 2.0)], |x| {
                x[0].scatter_reduce(0, &x[1], &x[2], Prod, false)
            }),
        ]
    },
    errors: || {
        use ScatterReduction::{Mean, Sum};
        vec![
            misuse!(
                Tensor::zeros([3]).scatter_reduce(0, &crate::tensor![3], &Tensor::zeros([1]), Sum, true),
                "scatter_reduce: index 3 (element [0] of the index) is out of range for axis 0 of [3], whose length is 3"
            ),
            misuse!(
                Tensor::zeros([3]).scatter_reduce(0, &crate::tensor![0, 1], &Tensor::zeros([3]), Sum, true),
                "scatter_reduce: the source is [3], the index [2]"
            ),
            misuse!(
                Tensor::zeros([3]).scatter_reduce(0, &crate::tensor![0], &Tensor::arange(0, 1), Sum, true),
                "scatter_reduce: the source is i64, the tensor f32; cast one with to_dtype"
            ),
            misuse!(
                Tensor::arange(0, 3).scatter_reduce(0, &crate::tensor![0], &Tensor::arange(0, 1), Mean, true),
                "scatter_reduce: not defined for i64"
            ),
        ]
    },
    kinks: || {
        vec![
            Kink {
                label: "three tie, one of them the tensor's own",
                inputs: vec![Tensor::from([2.0, 0.0]), Tensor::from([2.0, 1.0, 2.0])],
                call: |x| {
                    x[0].scatter_reduce(0, &crate::tensor![0, 0, 0], &x[1], ScatterReduction::Amax, true).select(0, 0)
                },
                gradients: vec![vec![1.0 / 3.0, 0.0], vec![1.0 / 3.0, 0.0, 1.0 / 3.0]],
            },
            Kink {
                label: "two tie, the tensor's own is left out",
                inputs: vec![Tensor::from([2.0, 0.0]), Tensor::from([2.0, 3.0, 2.0])],
                call: |x| x[0].scatter_reduce(0, &crate::tensor![0, 0, 0], &x[1], ScatterReduction::Amin, false),
                gradients: vec![vec![0.0, 1.0], vec![0.5, 0.0, 0.5]],
            },
            Kink {
                label: "NaN",
                inputs: vec![Tensor::from([2.0]), Tensor::from([f64::NAN, 3.0])],
                call: |x| x[0].scatter_reduce(0, &crate::tensor![0, 0], &x[1], ScatterReduction::Amax, true),
                gradients: vec![vec![0.0], vec![1.0, 0.0]],
            },
        ]
    },
};
