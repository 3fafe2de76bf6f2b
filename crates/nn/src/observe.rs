//! Looking into a model while it computes: what goes in and out of its parts, what they cost, and which ops are theirs.
//!
//! All of it begins at [`Forward::call`](crate::Forward::call), which asks one flag. While nobody looks on, nothing else is done.

use std::cell::RefCell;
use std::rc::Rc;

use crate::module::{Address, Module};
use crate::values::{Values, listed};
use tapegrad_core::cost::{self, Counting};
use tapegrad_core::{Tensor, scope};

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
    /// What it cost, its parts included; see [`Counting::multiply_adds`].
    pub multiply_adds: u64,
}

/// The calls of one observation, while it lasts.
struct Observer {
    modules: Vec<(Address, String, &'static str)>,
    calls: Vec<Observed>,
    counting: Counting,
}

/// The module whose call is running, in the model of the outermost call.
struct Running {
    modules: Rc<Vec<(Address, String)>>,
    path: String,
}

thread_local! {
    static OBSERVERS: RefCell<Vec<Observer>> = const { RefCell::new(Vec::new()) };
    static RUNNING: RefCell<Option<Rc<Running>>> = const { RefCell::new(None) };
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
            let _gone = OBSERVERS.with_borrow_mut(|observers| observers.split_off(self.0));
        }
    }
    let modules = model.named_modules().into_iter().map(|(path, module)| (module.address(), path, module.type_name()));
    let observer = Observer { modules: modules.collect(), calls: Vec::new(), counting: cost::count() };
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

/// Runs `compute`, a call of `module` with `x`, in sight of those who look on.
#[inline]
pub(crate) fn call<M, In, Out>(module: &M, x: &In, compute: impl FnOnce() -> Out) -> Out
where
    M: Module + ?Sized,
    In: Values + ?Sized,
    Out: Values,
{
    if scope::is_watched() { seen(module, x, compute) } else { compute() }
}

#[cold]
fn seen<M, In, Out>(module: &M, x: &In, compute: impl FnOnce() -> Out) -> Out
where
    M: Module + ?Sized,
    In: Values + ?Sized,
    Out: Values,
{
    let so_far =
        |observers: &Vec<Observer>| observers.iter().map(|observer| observer.counting.multiply_adds()).collect();
    let before: Vec<u64> = OBSERVERS.with_borrow(so_far);
    let y = named(module, compute);
    OBSERVERS.with_borrow_mut(|observers| {
        for (Observer { modules, calls, counting }, before) in observers.iter_mut().zip(before) {
            if let Some((_, path, type_name)) = modules.iter().find(|(address, ..)| *address == module.address()) {
                let handles = |tensors: Vec<&Tensor>| tensors.into_iter().cloned().collect();
                calls.push(Observed {
                    path: path.clone(),
                    type_name,
                    inputs: handles(listed(x)),
                    outputs: handles(listed(&y)),
                    multiply_adds: counting.multiply_adds() - before,
                });
            }
        }
    });
    y
}

/// Runs a module's call in a scope of its name: its type's for the outermost, and then its path in that.
fn named<M: Module + ?Sized, R>(module: &M, compute: impl FnOnce() -> R) -> R {
    /// Puts the module around it back, also on unwinding.
    struct Restore(Option<Rc<Running>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            RUNNING.replace(self.0.take());
        }
    }
    let outer = RUNNING.with_borrow(Clone::clone);
    let part = outer.as_ref().and_then(|outer| {
        let (_, path) = outer.modules.iter().find(|(address, _)| *address == module.address())?;
        Some(Running { modules: outer.modules.clone(), path: path.clone() })
    });
    let (name, running) = match (&outer, part) {
        (Some(outer), Some(part)) => (below(&part.path, &outer.path).to_owned(), part),
        _ => {
            let modules = module.named_modules().into_iter().map(|(path, module)| (module.address(), path)).collect();
            (module.type_name().to_owned(), Running { modules: Rc::new(modules), path: String::new() })
        }
    };
    let _restore = Restore(RUNNING.replace(Some(Rc::new(running))));
    if name.is_empty() { compute() } else { scope::named(&name, compute) }
}

/// A path as seen from the module at `outer`; the whole path if it does not lie in there.
fn below<'a>(path: &'a str, outer: &str) -> &'a str {
    match path.strip_prefix(outer) {
        Some(rest) if outer.is_empty() || rest.is_empty() => rest,
        Some(rest) => rest.strip_prefix('.').unwrap_or(path),
        None => path,
    }
}
