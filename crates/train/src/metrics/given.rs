//! What measures are given: tensors, checked and read as lists.

use tapegrad_core::{DType, Tensor, fail};

/// Classes as a list. Bool is 0 and 1.
#[track_caller]
pub(super) fn classes(what: &str, classes: &Tensor) -> Vec<usize> {
    if classes.dtype().is_float() {
        fail!("{what}: classes of type {}, expected i64 or bool", classes.dtype());
    }
    let numbers = classes.to_dtype(DType::I64).to_vec::<i64>().expect("of this type");
    let class = |&number: &i64| match usize::try_from(number) {
        Ok(class) => class,
        Err(_) => fail!("{what}: a class is {number}, expected 0 or more"),
    };
    numbers.iter().map(class).collect()
}

/// Predicted and true classes.
pub(super) struct Classes {
    pub(super) predicted: Vec<usize>,
    /// As many.
    pub(super) truth: Vec<usize>,
    /// How many classes the scores have, if there are scores.
    pub(super) scored: Option<usize>,
    /// Of scores with a NaN among them no class is the highest, whatever place is given for it.
    pub(super) has_nan: bool,
}

#[track_caller]
pub(super) fn predicted_and_true(what: &str, predicted: &Tensor, truth: &Tensor) -> Classes {
    let scores = predicted.dtype().is_float();
    let mut expected = truth.shape().to_vec();
    if scores {
        let k = if predicted.ndim() > 1 { predicted.shape()[1] } else { 0 };
        expected.insert(truth.ndim().min(1), k);
        if k == 0 || predicted.shape() != expected {
            let (p, t) = (predicted.shape(), truth.shape());
            fail!("{what}: scores {p:?} for classes {t:?}, expected an axis 1 of classes and otherwise the same shape");
        }
        let predicted = predicted.detach();
        return Classes {
            predicted: classes(what, &predicted.argmax_dim(1)),
            truth: classes(what, truth),
            scored: Some(k),
            has_nan: predicted.isnan().any().item() != 0.0,
        };
    }
    let (predicted, truth) = pairs(what, predicted, truth);
    Classes { predicted, truth, scored: None, has_nan: false }
}

/// Two lists of classes, as many in both.
#[track_caller]
pub(super) fn pairs(what: &str, predicted: &Tensor, truth: &Tensor) -> (Vec<usize>, Vec<usize>) {
    if predicted.shape() != truth.shape() {
        fail!("{what}: predicted {:?} and true {:?}, expected one shape", predicted.shape(), truth.shape());
    }
    (classes(what, predicted), classes(what, truth))
}

/// Numbers as a list, in f64.
#[track_caller]
pub(super) fn numbers(what: &str, tensor: &Tensor) -> Vec<f64> {
    if tensor.dtype() == DType::Bool {
        fail!("{what}: values of type bool, expected numbers");
    }
    tensor.detach().to_dtype(DType::F64).to_vec::<f64>().expect("of this type")
}
