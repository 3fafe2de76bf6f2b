//! Products over axes.
//!
//! A product is the last of the running products, and its derivative is theirs with a cotangent that is 0 but at the end: no
//! division, so it is right with zeros among the factors, in any order.

use super::cat::cat;
use super::cumprod::{cumprod, pull_back};
use super::permute::permute;
use super::prelude::*;
use super::reshape::reshape;
use super::slice::slice;

#[derive(Debug)]
struct Prod {
    axes: Dims,
    keepdim: bool,
    from: Dims,
}

impl Op for Prod {
    fn name(&self) -> &'static str {
        "prod"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let all = self.axes.len() == self.from.len();
        if all { Vec::new() } else { vec![("axes", format!("{:?}", &self.axes[..]))] }
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let product = kernels::product::prod(&inputs[0].value(), &self.axes);
        if !self.keepdim {
            return one(product);
        }
        one(view::reshape(&product, &axes::reduced(&self.from, &self.axes, true)))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let x = ctx.input(0);
        // Rows of factors, with the reduced axes at the end.
        let kept = (0..self.from.len()).filter(|a| !self.axes.contains(a));
        let order: Dims = kept.chain(self.axes.iter().copied()).collect();
        let apart = permute(&x, order.clone());
        let n = self.axes.iter().map(|&a| self.from[a]).product();
        let outputs = axes::reduced(&self.from, &self.axes, false).iter().product();
        let rows = reshape(&apart, &[outputs, n]);
        let last = slice(&reshape(ctx.g(), &[outputs, 1]), 1, 0, n.min(1), 1);
        let before = crate::create::filled(&[outputs, n.saturating_sub(1)], x.dtype(), 0.0);
        let by_rows = pull_back(&rows, &cumprod(&rows, 1), &cat(&[&before, &last], 1), 1);
        let mut back = Dims::from_elem(0, order.len());
        for (i, &a) in order.iter().enumerate() {
            back[a] = i;
        }
        smallvec![Some(permute(&reshape(&by_rows, apart.shape()), back))]
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

#[track_caller]
fn prod(x: &Tensor, axes: Axes, keepdim: bool) -> Tensor {
    let op = Prod { axes: axes.resolve("prod", x.shape()), keepdim, from: Dims::from_slice(x.shape()) };
    op.apply(&[&count_bool(x)])
}

impl Tensor {
    /// The product of all elements, as a tensor without axes; of none, 1. The derivative is right with zeros among them, in any
    /// order. Integers wrap; the product of bool is i64.
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let x = tensor![2.0, 0.0, 3.0].requires_grad();
    /// let y = x.prod();
    /// y.backward();
    /// assert_eq!(y.item(), 0.0);
    /// assert_eq!(x.grad().unwrap().to_vec::<f32>().unwrap(), [0.0, 6.0, 0.0]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn prod(&self) -> Tensor {
        prod(self, Axes::from(..), false)
    }

    /// The product over some axes, which the result lacks.
    ///
    /// # Panics
    /// If an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn prod_dim(&self, axes: impl Into<Axes>) -> Tensor {
        prod(self, axes.into(), false)
    }

    /// The product over some axes, which the result keeps with length 1.
    ///
    /// # Panics
    /// If an axis does not exist or is named twice.
    #[must_use]
    #[track_caller]
    pub fn prod_keepdim(&self, axes: impl Into<Axes>) -> Tensor {
        prod(self, axes.into(), true)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "prod",
    group: Group::Reduction,
    types: Types::Any,
    formula: "product of x over axes",
    derivative: "g times the product of the others",
    kind: Derivative::Curved,
    samples: || {
        let zeros = || Tensor::from([[0.5, 0.0, -1.5, 0.7], [0.0, 1.2, 0.0, 0.4], [0.0, 0.0, 0.8, 0.0]]);
        vec![
            Sample::new("all", [spread([2, 3], -2.0, 2.0)], |x| x[0].prod()),
            Sample::new("one axis", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].prod_dim(1)),
            Sample::new("apart", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].prod_dim([0, -1])),
            Sample::new("kept", [spread([2, 3, 2], -2.0, 2.0)], |x| x[0].prod_keepdim([0, 1])),
            Sample::new("no axes", [spread([2, 3], -2.0, 2.0)], |x| x[0].prod_dim([])),
            Sample::new("one, two and three zeros", [zeros()], |x| x[0].prod_dim(1)),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].prod_dim(0)),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].prod_dim(0)),
            Sample::new("size 0 kept", [spread([0, 3], -2.0, 2.0)], |x| x[0].prod_keepdim(1)),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).prod_dim(2), "prod: axis 2 does not exist in [2, 3], which has 2 axes"),
            misuse!(Tensor::zeros([2, 3]).prod_dim([1, -1]), "prod: axis 1 of [2, 3] is named twice"),
        ]
    },
    kinks: || {
        vec![Kink {
            label: "two zeros",
            inputs: vec![Tensor::from([[0.0, 2.0, 0.0], [0.0, 2.0, 3.0]])],
            call: |x| x[0].prod_dim(1),
            gradients: vec![vec![0.0, 0.0, 0.0, 6.0, 0.0, 0.0]],
        }]
    },
};
