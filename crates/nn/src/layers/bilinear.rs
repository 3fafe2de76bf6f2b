//! x1^T W x2 + b.

use super::linear::default_init;
use crate::{Forward, Module, Param};
use tapegrad_core::Tensor;

/// `x1^T W x2 + b` over the last axes: `[.., in1]` and `[.., in2]` become `[.., out]`. Weight `[out, in1, in2]` and bias `[out]`
/// start uniform within `1 / sqrt(in1)`. See [`Tensor::bilinear`].
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Bilinear, Forward};
/// let layer = Bilinear::new(3, 4, 2);
/// assert_eq!(layer.call(&(Tensor::ones([5, 3]), Tensor::ones([5, 4]))).shape(), [5, 2]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct Bilinear {
    /// `[out, in1, in2]`.
    pub weight: Param,
    /// `[out]`.
    pub bias: Option<Param>,
}

impl Bilinear {
    /// From `first` features and `second` others to `outputs`.
    ///
    /// # Panics
    /// If the weight does not fit the address space.
    #[track_caller]
    pub fn new(first: usize, second: usize, outputs: usize) -> Self {
        let weight = Param::new(Tensor::zeros([outputs, first, second]));
        let bias = Param::new(Tensor::zeros([outputs]));
        default_init(first, [&weight, &bias]);
        Bilinear { weight, bias: Some(bias) }
    }

    /// The same without bias.
    #[must_use]
    pub fn without_bias(self) -> Self {
        Bilinear { bias: None, ..self }
    }
}

/// As [`Tensor::bilinear`].
impl Forward<(Tensor, Tensor)> for Bilinear {
    fn forward(&self, (x1, x2): &(Tensor, Tensor)) -> Tensor {
        x1.bilinear(x2, &self.weight, self.bias.as_deref())
    }
}
