//! Looking into a model while it computes.

use std::cell::RefCell;

use crate::module::{Address, Module};
use crate::values::{Values, listed};
use tapegrad_core::Tensor;

/// A call of a module within a model.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The module's path in the model.
    pub path: String,
    /// The module's type.
    pub type_name: &'static str,
    /// The tensors that went in.
    pub inputs: Vec<Tensor>,
    /// The tensors that came out.
    pub outputs: Vec<Tensor>,
}

/// The calls of one observation, while it lasts.
struct Observer {
    modules: Vec<(Address, String, &'static str)>,
    calls: Vec<Observed>,
}

thread_local! {
    static OBSERVERS: RefCell<Vec<Observer>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` and gives, beside its result, every [`call`](crate::Forward::call) of a module of `model` in it, in the order in which
/// they ended: feature maps, activations' statistics, shapes.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_nn::{Forward, Linear, Sequential, observe};
/// let net = Sequential::from((Linear::new(2, 3), Linear::new(3, 1)));
/// let (_, calls) = observe(&net, || net.call(&Tensor::ones([5, 2])));
/// let seen: Vec<_> = calls.iter().map(|call| (call.path.as_str(), call.outputs[0].shape().to_vec())).collect();
/// assert_eq!(seen, [("0", vec![5, 3]), ("1", vec![5, 1]), ("", vec![5, 1])]);
/// ```
pub fn observe<M: Module + ?Sized, R>(model: &M, f: impl FnOnce() -> R) -> (R, Vec<Observed>) {
    /// Takes the observer away, also on unwinding.
    struct Remove(usize);
    impl Drop for Remove {
        fn drop(&mut self) {
            OBSERVERS.with_borrow_mut(|observers| observers.truncate(self.0));
        }
    }
    let modules = model.named_modules().into_iter().map(|(path, module)| (module.address(), path, module.type_name()));
    let observer = Observer { modules: modules.collect(), calls: Vec::new() };
    let depth = OBSERVERS.with_borrow_mut(|observers| {
        observers.push(observer);
        observers.len() - 1
    });
    let remove = Remove(depth);
    let result = f();
    let calls = OBSERVERS.with_borrow_mut(|observers| std::mem::take(&mut observers[depth].calls));
    drop(remove);
    (result, calls)
}

/// A module was called.
#[inline]
pub(crate) fn called<In: Values + ?Sized, Out: Values>(address: Address, x: &In, y: &Out) {
    OBSERVERS.with_borrow_mut(|observers| {
        for Observer { modules, calls } in observers {
            if let Some((_, path, type_name)) = modules.iter().find(|(module, ..)| *module == address) {
                let handles = |tensors: Vec<&Tensor>| tensors.into_iter().cloned().collect();
                let (inputs, outputs) = (handles(listed(x)), handles(listed(y)));
                calls.push(Observed { path: path.clone(), type_name, inputs, outputs });
            }
        }
    });
}
