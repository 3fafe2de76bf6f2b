//! Axes in another order.

use super::prelude::*;

#[derive(Debug)]
struct Permute {
    order: Dims,
}

impl Op for Permute {
    fn name(&self) -> &'static str {
        "permute"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("order", format!("{:?}", &self.order[..]))]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        one(view::permute(&inputs[0].value(), &self.order))
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let mut back = Dims::from_elem(0, self.order.len());
        for (to, &from) in self.order.iter().enumerate() {
            back[from] = to;
        }
        smallvec![Some(permute(ctx.g(), back))]
    }

    fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
        false
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// By an order that is known to name every axis once.
#[track_caller]
pub(crate) fn permute(x: &Tensor, order: Dims) -> Tensor {
    if order.iter().copied().eq(0..order.len()) {
        return x.clone();
    }
    Permute { order }.apply(&[x])
}

impl Tensor {
    /// Axis `i` of the result is axis `order[i]` of this tensor; without a copy.
    ///
    /// ```
    /// use tapegrad_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).permute([2, 0, -2]).shape(), [4, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// If the order does not name every axis once.
    #[must_use]
    #[track_caller]
    pub fn permute(&self, order: impl AsRef<[isize]>) -> Tensor {
        let (order, shape) = (order.as_ref(), self.shape());
        let mut axes = Dims::with_capacity(order.len());
        for &axis in order {
            axes.push(axes::axis("permute", shape, axis));
        }
        let mut sorted = axes.clone();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..shape.len()) {
            fail!("permute: {order:?} does not name every axis of {shape:?} once");
        }
        permute(self, axes)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "permute",
    group: Group::Shape,
    types: Types::Any,
    formula: "x with its axes in another order",
    derivative: "g with its axes in the old order",
    kind: Derivative::Linear,
    samples: || {
        vec![
            Sample::new("plain", [spread([2, 3, 4], -2.0, 2.0)], |x| x[0].permute([1, 2, 0])),
            Sample::new("as it is", [spread([2, 3], -2.0, 2.0)], |x| x[0].permute([0, 1])),
            Sample::new("from the end", [spread([2, 3], -2.0, 2.0)], |x| x[0].permute([-1, 0])),
            Sample::new("size 1", [spread([1, 1], -2.0, 2.0)], |x| x[0].permute([1, 0])),
            Sample::new("size 0", [spread([0, 3], -2.0, 2.0)], |x| x[0].permute([1, 0])),
        ]
    },
    errors: || {
        vec![
            misuse!(Tensor::zeros([2, 3]).permute([1]), "permute: [1] does not name every axis of [2, 3] once"),
            misuse!(Tensor::zeros([2, 3]).permute([1, -1]), "permute: [1, -1] does not name every axis of [2, 3] once"),
            misuse!(Tensor::zeros([2]).permute([1]), "permute: axis 1 does not exist in [2], which has 1 axes"),
        ]
    },
    kinks: no_kinks,
};
