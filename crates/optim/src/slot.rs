//! A parameter and what its optimiser remembers of it.

use crate::optimizer::{Rule, Update};
use tapegrad_core::{DType, Tensor};
use tapegrad_kernels::{Array, elementwise, math, with_type};

/// Something that is remembered of a parameter between steps.
#[derive(Debug, PartialEq, Eq)]
pub struct Buffer {
    name: &'static str,
    number: bool,
}

impl Buffer {
    /// A number for each element, of the parameter's type.
    pub(crate) const fn each(name: &'static str) -> Self {
        Buffer { name, number: false }
    }

    /// One number for the whole parameter, always f64.
    pub(crate) const fn number(name: &'static str) -> Self {
        Buffer { name, number: true }
    }

    /// Its name in the optimiser's state: PyTorch's.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The type and shape it has beside a parameter.
    pub(crate) fn form<'a>(&self, dtype: DType, shape: &'a [usize]) -> (DType, &'a [usize]) {
        if self.number { (DType::F64, &[]) } else { (dtype, shape) }
    }

    fn filled(&self, value: f64, dtype: DType, shape: &[usize]) -> Array {
        let (dtype, shape) = self.form(dtype, shape);
        with_type!(float dtype, T => Array::full(shape, value as T))
    }
}

/// A parameter and what is remembered of it. Before its first step that is nothing, and takes no memory.
pub(crate) struct Slot {
    pub(crate) param: Tensor,
    /// How many updates it has had.
    pub(crate) updates: u64,
    /// What `buffers` hold. Options may change it between steps.
    pub(crate) layout: &'static [Buffer],
    pub(crate) buffers: Vec<Array>,
}

impl Slot {
    pub(crate) fn new(param: Tensor) -> Self {
        Slot { param, updates: 0, layout: &[], buffers: Vec::new() }
    }

    pub(crate) fn step(&mut self, rule: &impl Rule, lr: f64, maximize: bool) {
        let Slot { param, updates, layout, buffers } = self;
        param.step_in_place(|value, grad| {
            let dtype = value.dtype();
            let mut grad = elementwise::cast(grad, dtype);
            if maximize {
                grad = elementwise::unary(math::Neg, &grad);
            }
            let wanted = rule.buffers();
            if *layout != wanted {
                let new = |buffer: &Buffer| buffer.filled(rule.initial(buffer, lr), dtype, value.shape());
                let old = |buffer| layout.iter().position(|known| known == buffer).map(|i| buffers[i].clone());
                *buffers = wanted.iter().map(|buffer| old(buffer).unwrap_or_else(|| new(buffer))).collect();
                *layout = wanted;
            }
            for (buffer, array) in layout.iter().zip(&mut *buffers) {
                let (dtype, _) = buffer.form(dtype, &[]);
                if array.dtype() != dtype {
                    *array = elementwise::cast(array, dtype);
                }
            }
            *updates += 1;
            rule.update(Update { lr, t: *updates, value, grad: &grad, buffers });
        });
    }
}
