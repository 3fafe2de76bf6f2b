//! Places in sorted numbers.

use super::prelude::*;

impl Tensor {
    /// For each element of `values`, the place in this sorted tensor before which it would be inserted, leaving the order: with
    /// `right`, behind the elements that equal it, else before them. NaN goes to the end (I64).
    ///
    /// ```
    /// use tapegrad_core::tensor;
    /// let places = tensor![1.0, 3.0, 5.0].searchsorted(&tensor![3.0, 9.0], false);
    /// assert_eq!(places.to_vec::<i64>().unwrap(), [1, 3]);
    /// ```
    ///
    /// # Panics
    /// If the tensor does not have one axis, types differ, or they are bool.
    #[must_use]
    #[track_caller]
    pub fn searchsorted(&self, values: &Tensor, right: bool) -> Tensor {
        places("searchsorted", self, values, right)
    }
}

#[track_caller]
pub(crate) fn places(op: &str, sorted: &Tensor, values: &Tensor, right: bool) -> Tensor {
    check_number(op, sorted);
    if sorted.shape().len() != 1 {
        fail!("{op}: the sorted tensor has shape {:?}, expected one axis", sorted.shape());
    }
    if sorted.dtype() != values.dtype() {
        fail!("{op}: operands are {} and {}; cast one with to_dtype", sorted.dtype(), values.dtype());
    }
    let inputs = [sorted, values];
    let (sorted, values) = (kernels::contiguous(&sorted.value()), kernels::contiguous(&values.value()));
    let places = Tensor::constant(Array::build::<i64>(values.shape(), |out| {
        with_type!(number sorted.dtype(), T => {
            let elements = values.as_slice::<T>().into_iter().flatten();
            let sorted = sorted.as_slice::<T>().unwrap_or_default();
            for (place, v) in out.iter_mut().zip(elements) {
                // NaN is beyond everything.
                let before = |s: &T| match s.partial_cmp(v) {
                    Some(order) => order.is_lt() || (right && order.is_eq()),
                    None => v.partial_cmp(v).is_none(),
                };
                *place = sorted.partition_point(before) as i64;
            }
        });
    }));
    observe::unrecorded(op, &inputs, places)
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "searchsorted",
    group: Group::Comparison,
    types: Types::Numbers,
    formula: "the number of elements below x",
    derivative: "none: indices",
    kind: Derivative::None,
    samples: || {
        vec![
            Sample::new("plain", [Tensor::from([-1.0, 0.0, 0.5, 1.0]), spread([2, 3], -2.0, 2.0)], |x| {
                x[0].searchsorted(&x[1], false)
            }),
            Sample::new("right", [Tensor::from([-1.0, 0.0, 0.0, 1.0]), Tensor::from([0.0, 1.0])], |x| {
                x[0].searchsorted(&x[1], true)
            }),
            Sample::new("size 1", [spread([1], -2.0, 2.0), spread([], -2.0, 2.0)], |x| x[0].searchsorted(&x[1], false)),
            Sample::new("size 0", [spread([0], -2.0, 2.0), spread([0], -2.0, 2.0)], |x| {
                x[0].searchsorted(&x[1], false)
            }),
        ]
    },
    errors: || {
        vec![
            misuse!(
                Tensor::zeros([2, 2]).searchsorted(&Tensor::zeros([2]), false),
                "searchsorted: the sorted tensor has"
            ),
            misuse!(
                Tensor::zeros([2]).searchsorted(&Tensor::arange(0, 2), false),
                "searchsorted: operands are f32 and i64"
            ),
        ]
    },
    kinks: no_kinks,
};
