//! x w^T + b.

use crate::{Forward, Init, Module, Param};
use tapegrad_core::Tensor;

/// `x w^T + b` over the last axis: `[.., in]` becomes `[.., out]`. Weight `[out, in]` and bias `[out]` start uniform within
/// `1 / sqrt(in)`.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, Linear};
/// let layer = Linear::new(3, 2);
/// assert_eq!(layer.call(&Tensor::ones([5, 3])).shape(), [5, 2]);
/// assert!(Linear::new(3, 2).without_bias().bias.is_none());
/// ```
#[derive(Clone, Debug, Module)]
#[module(library)]
pub struct Linear {
    /// `[out, in]`.
    pub weight: Param,
    /// `[out]`.
    pub bias: Option<Param>,
}

impl Linear {
    /// From `inputs` features to `outputs`.
    ///
    /// # Panics
    /// If the weight does not fit the address space.
    #[track_caller]
    pub fn new(inputs: usize, outputs: usize) -> Self {
        let weight = Param::new(Tensor::zeros([outputs, inputs]));
        let bias = Param::new(Tensor::zeros([outputs]));
        default_init(inputs, [&weight, &bias]);
        Linear { weight, bias: Some(bias) }
    }

    /// The same without bias.
    #[must_use]
    pub fn without_bias(self) -> Self {
        Linear { bias: None, ..self }
    }
}

/// PyTorch's start of layers that multiply: uniform within `1 / sqrt(fan_in)`.
#[track_caller]
pub(crate) fn default_init<'a>(fan_in: usize, params: impl IntoIterator<Item = &'a Param>) {
    let bound = if fan_in == 0 { 0.0 } else { 1.0 / (fan_in as f64).sqrt() };
    params.into_iter().for_each(|param| Init::Uniform { low: -bound, high: bound }.fill(param));
}

/// As [`Tensor::linear`].
impl Forward for Linear {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.linear(&self.weight, self.bias.as_deref())
    }
}
