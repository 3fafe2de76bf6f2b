//! Faults: after a panic anywhere in a step, the tape, the gradients and the mode are as they were, and the next step has the
//! bits it would have had.

mod common;

use common::caught;
use smallvec::smallvec;
use tapegrad::op::{Cotangents, Outputs, Vjp};
use tapegrad::{Grad, Op, Tensor, enable_grad, is_recording, no_grad, no_grad_guard, tape};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Where {
    Forward,
    NestedForward,
    Rule,
    NestedRule,
    MiddleHook,
    LeafHook,
    NoGrad,
    NestedModes,
    Update,
    Assigning,
    Shapes,
}

const ALL: [Where; 11] = [
    Where::Forward,
    Where::NestedForward,
    Where::Rule,
    Where::NestedRule,
    Where::MiddleHook,
    Where::LeafHook,
    Where::NoGrad,
    Where::NestedModes,
    Where::Update,
    Where::Assigning,
    Where::Shapes,
];

/// The identity, which fails where it is told to.
#[derive(Debug)]
struct Faulty(Option<Where>);

impl Op for Faulty {
    fn name(&self) -> &'static str {
        "faulty"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        match self.0 {
            Some(Where::Forward) => panic!("fault"),
            // In the middle of a graph of its own.
            Some(Where::NestedForward) => enable_grad(|| {
                let y = inputs[0].sin();
                assert!(y.needs_grad());
                panic!("fault")
            }),
            _ => smallvec![inputs[0].detach()],
        }
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        match self.0 {
            Some(Where::Rule) => panic!("fault"),
            Some(Where::NestedRule) => {
                let x = ctx.constant_input(0).requires_grad();
                let y = enable_grad(|| (&x * &x).sum());
                x.register_hook(|_| panic!("fault"));
                y.backward();
                unreachable!("the hook failed")
            }
            _ => smallvec![Some(ctx.g().clone())],
        }
    }
}

struct Model {
    w: Tensor,
    v: Tensor,
    b: Tensor,
}

impl Model {
    fn new() -> Self {
        let leaf = |shape: &[usize], low| tapegrad::spec::spread(shape, low, low + 2.0).requires_grad();
        Model { w: leaf(&[5, 3], -1.0), v: leaf(&[3], 0.0), b: leaf(&[5, 1], -2.0) }
    }

    fn parameters(&self) -> [&Tensor; 3] {
        [&self.w, &self.v, &self.b]
    }

    /// A loss in which gradients reach `v` before, and `w` and `b` behind the op that may fail.
    fn loss(&self, fault: Option<Where>) -> Tensor {
        let h = (&self.w * 1.5 + &self.b).sin();
        let h = Faulty(fault).apply(&[&h]);
        match fault {
            Some(Where::MiddleHook) => drop(h.register_hook(|_| panic!("fault"))),
            Some(Where::NoGrad) => no_grad(|| panic!("fault")),
            Some(Where::NestedModes) => no_grad(|| {
                enable_grad(|| {
                    let _guard = no_grad_guard();
                    panic!("fault")
                })
            }),
            Some(Where::Shapes) => drop(&h * Tensor::from([1.0, 2.0])),
            _ => {}
        }
        (h * &self.v).sum()
    }

    fn step(&self, fault: Option<Where>) {
        let loss = self.loss(fault);
        if fault == Some(Where::LeafHook) {
            // The last leaf of all to be reached: others have their totals by then.
            let handle = self.b.register_hook(|_| panic!("fault"));
            struct Remove(Option<tapegrad::HookHandle>);
            impl Drop for Remove {
                fn drop(&mut self) {
                    self.0.take().into_iter().for_each(tapegrad::HookHandle::remove);
                }
            }
            let _remove = Remove(Some(handle));
            loss.backward();
        } else {
            loss.backward();
        }
        match fault {
            Some(Where::Update) => self.w.update(|_| panic!("fault")),
            Some(Where::Assigning) => no_grad(|| {
                let mut w = self.w.clone();
                w += Tensor::from([1.0, 2.0]);
            }),
            _ => {}
        }
        for w in self.parameters() {
            let grad = w.grad().unwrap();
            w.update(|w| w - grad * 0.1);
        }
    }

    fn bits(&self) -> Vec<Vec<u64>> {
        let bits = |x: &Tensor| x.to_vec::<f64>().unwrap().into_iter().map(f64::to_bits).collect();
        let grads = self.parameters().map(|w| w.grad().as_ref().map_or_else(Vec::new, bits));
        self.parameters().map(bits).into_iter().chain(grads).collect()
    }
}

#[test]
fn a_fault_leaves_tape_gradients_and_mode_and_the_next_step_has_the_same_bits() {
    for fault in ALL {
        let (faulty, clean) = (Model::new(), Model::new());
        for model in [&faulty, &clean] {
            model.step(None);
        }
        let stats = tape::stats();
        let before = faulty.bits();
        assert_eq!(before, clean.bits());

        let (message, _) = caught(|| faulty.step(Some(fault)));
        let misuse = matches!(fault, Where::Assigning | Where::Shapes);
        assert!(message == "fault" || misuse && message.contains("do not broadcast"), "{fault:?}: {message}");

        let after = tape::stats();
        assert_eq!((after.nodes, after.edges, after.bytes), (stats.nodes, stats.edges, stats.bytes), "{fault:?}");
        assert!(is_recording(), "{fault:?}");
        if matches!(fault, Where::Update | Where::Assigning) {
            // Backward had gone well; only the values must be as before.
            assert_eq!(faulty.bits()[..3], before[..3], "{fault:?}");
            clean.loss(None).backward();
        } else {
            assert_eq!(faulty.bits(), before, "{fault:?}");
        }

        for model in [&faulty, &clean] {
            model.step(None);
        }
        assert_eq!(faulty.bits(), clean.bits(), "{fault:?}");
    }
}

#[test]
fn a_fault_in_a_walk_for_derivatives_leaves_the_tape_as_it_was() {
    for fault in [Where::Rule, Where::NestedRule, Where::MiddleHook] {
        for create_graph in [false, true] {
            let model = Model::new();
            let stats = tape::stats();
            let (message, _) = caught(|| {
                let loss = model.loss(Some(fault));
                let walk = Grad::of(&[&loss]).wrt(&[&model.w]);
                if create_graph { walk.create_graph().run() } else { walk.run() }
            });
            assert_eq!(message, "fault");
            let after = tape::stats();
            assert_eq!((after.nodes, after.edges, after.bytes), (stats.nodes, stats.edges, stats.bytes), "{fault:?}");
            assert!(is_recording());
            assert!(model.parameters().iter().all(|w| w.grad().is_none()));
        }
    }
}

#[test]
fn a_graph_whose_walk_failed_counts_as_walked() {
    let model = Model::new();
    let loss = model.loss(Some(Where::Rule));
    caught(|| loss.backward());
    let (message, _) = caught(|| loss.backward());
    assert!(message.contains("were released by the backward at tests/faults.rs"), "{message}");
}

#[test]
fn a_failed_walk_of_a_kept_graph_can_be_walked_again() {
    let x = Tensor::from(2.0).requires_grad();
    let y = &x * &x;
    let handle = y.register_hook(|_| panic!("fault"));
    caught(|| tapegrad::Backward::of(&[&y]).keep_graph().run());
    handle.remove();
    y.backward();
    assert_eq!(x.grad().unwrap().item(), 4.0);
}

#[test]
fn a_leaf_is_read_and_trained_after_a_panic_under_its_lock() {
    let w = Tensor::from(2.0).requires_grad();
    (&w * 3.0).backward();
    let (message, _) = caught(|| w.step_in_place(|_, _| panic!("fault")));
    assert_eq!(message, "fault");
    assert_eq!((w.item(), w.grad().unwrap().item(), w.shape().len()), (2.0, 3.0, 0));
    assert_eq!(std::thread::scope(|s| s.spawn(|| w.item()).join().unwrap()), 2.0);
    w.set(&Tensor::from(5.0));
    w.zero_grad();
    (&w * &w).backward();
    assert_eq!(w.grad().unwrap().item(), 10.0);
}

#[test]
fn a_panic_on_one_thread_leaves_the_shared_leaves_of_the_others() {
    let model = Model::new();
    model.step(None);
    let before = model.bits();
    std::thread::scope(|scope| {
        for fault in [Where::Forward, Where::Rule, Where::LeafHook] {
            let model = &model;
            scope.spawn(move || caught(|| model.step(Some(fault)))).join().unwrap();
        }
    });
    assert_eq!(model.bits(), before);
    let stats = tape::stats();
    assert_eq!((stats.nodes, stats.edges), (0, 0));
}

/// An op that fails in its destructor, as a user's type may.
#[derive(Debug)]
struct FailsWhenDropped;

impl Drop for FailsWhenDropped {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("fault");
        }
    }
}

#[derive(Debug)]
struct Carrying(std::sync::Arc<FailsWhenDropped>);

impl Op for Carrying {
    fn name(&self) -> &'static str {
        "carrying"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("carried", format!("{:?}", self.0))]
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        smallvec![inputs[0].detach()]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![Some(ctx.g().clone())]
    }
}

#[test]
fn a_panic_in_the_destructor_of_an_op_leaves_the_tape_usable() {
    let x = Tensor::from(1.0).requires_grad();
    let y = Carrying(FailsWhenDropped.into()).apply(&[&(&x * 2.0)]);
    assert_eq!(caught(|| drop(y)).0, "fault");
    assert_eq!((tape::stats().nodes, tape::stats().edges), (0, 0));
    (&x * 2.0).backward();
    assert_eq!(x.grad().unwrap().item(), 2.0);
}
