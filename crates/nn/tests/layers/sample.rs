//! A layer with its inputs, as the suite sees it: any module, any inputs, any outputs.

use tapegrad_core::spec::spread;
use tapegrad_core::{DType, Tensor, manual_seed};
use tapegrad_nn::{Forward, Module};

/// A module and how it is called.
pub trait Subject {
    fn module(&self) -> &dyn Module;
    fn call(&self, inputs: &[Tensor]) -> Vec<Tensor>;
    /// The same with other parameters.
    fn with_parameters(&self, values: &[Tensor]) -> Box<dyn Subject>;
    fn deep_copy(&self) -> Box<dyn Subject>;
}

struct Called<M, F> {
    module: M,
    call: F,
}

impl<M: Module, F: Fn(&M, &[Tensor]) -> Vec<Tensor> + Clone + 'static> Subject for Called<M, F> {
    fn module(&self) -> &dyn Module {
        &self.module
    }

    fn call(&self, inputs: &[Tensor]) -> Vec<Tensor> {
        // What is random in a layer is the same in every call.
        manual_seed(7);
        (self.call)(&self.module, inputs)
    }

    fn with_parameters(&self, values: &[Tensor]) -> Box<dyn Subject> {
        Box::new(Called { module: self.module.with_parameters(values), call: self.call.clone() })
    }

    fn deep_copy(&self) -> Box<dyn Subject> {
        Box::new(Called { module: self.module.deep_copy(), call: self.call.clone() })
    }
}

/// A layer, what is special about it, and inputs. The same key in `reference/generate.py` gives PyTorch's values for it. Those with
/// `eval` in the label evaluate, the others train.
pub struct Sample {
    pub layer: &'static str,
    pub label: &'static str,
    pub subject: Box<dyn Subject>,
    pub inputs: Vec<Tensor>,
}

impl Sample {
    /// A layer from one tensor to another.
    pub fn new<M: Forward>(layer: &'static str, label: &'static str, module: M, input: Tensor) -> Self {
        Sample::with(layer, label, module, [input], |module, x| vec![module.call(&x[0])])
    }

    /// Any module, called by a closure.
    pub fn with<M: Module>(
        layer: &'static str,
        label: &'static str,
        module: M,
        inputs: impl Into<Vec<Tensor>>,
        call: impl Fn(&M, &[Tensor]) -> Vec<Tensor> + Clone + 'static,
    ) -> Self {
        module.to_dtype(DType::F64);
        // Ones and zeros would hide what a layer does with its parameters.
        for (i, param) in module.parameters().iter().enumerate() {
            param.update(|value| value + spread(value.shape(), -0.3, 0.3 + 0.01 * i as f64));
        }
        if label.contains("eval") {
            module.eval();
        }
        Sample { layer, label, subject: Box::new(Called { module, call }), inputs: inputs.into() }
    }

    pub fn key(&self) -> String {
        format!("{}/{}", self.layer, self.label)
    }
}
