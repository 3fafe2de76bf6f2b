//! Every way in which a path from a parameter to the loss can end, and the line it ended at.

mod common;

use std::sync::{Arc, Mutex};

use common::caught;
use smallvec::smallvec;
use tapegrad::op::{Cotangents, Outputs, Vjp};
use tapegrad::{DType, Diagnosis, Op, Reason, Tensor, checkpoint, diagnose, no_grad, no_grad_guard, tape, tensor};

fn leaf(name: &str) -> Tensor {
    tensor![0.5, -1.0].requires_grad().named(name)
}

/// A way for a path to end: with what reason and op, on this line.
#[track_caller]
fn check(found: &Diagnosis, which: usize, expected: &[(Reason, &str, Option<u32>)]) {
    let parameter = &found.parameters[which];
    let ends: Vec<_> =
        parameter.ends.iter().map(|end| (end.reason, end.op.as_str(), end.site.map(|site| site.line()))).collect();
    assert_eq!(ends, expected, "{found}");
    assert!(parameter.ends.iter().flat_map(|end| end.site).all(|site| site.file() == "tests/diagnosis.rs"), "{found}");
    assert_eq!(parameter.gradient.is_none(), !expected.is_empty());
}

/// `ends!(reason, op, |w| program)`: the only parameter has one end, on this line. Another parameter keeps the loss recorded.
macro_rules! ends {
    ($reason:expr, $op:literal, $program:expr) => {{
        let (w, v, program) = (leaf("w"), leaf("v"), $program as fn(&Tensor) -> Tensor);
        let (found, line) = (
            diagnose(&[&w, &v], || {
                let y = program(&w);
                (y.to_dtype(DType::F32) * &v).sum()
            }),
            line!(),
        );
        check(&found, 0, &[($reason, $op, Some(line))]);
        check(&found, 1, &[]);
        let (found, line) = (diagnose(&[&w], || program(&w).to_dtype(DType::F32).sum()), line!());
        check(&found, 0, &[($reason, $op, Some(line))]);
    }};
}

/// The identity, with a rule that gives nothing.
#[derive(Debug)]
struct Silent;

impl Op for Silent {
    fn name(&self) -> &'static str {
        "silent"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        smallvec![inputs[0].detach()]
    }

    fn vjp(&self, _ctx: &mut Vjp<'_>) -> Cotangents {
        smallvec![None]
    }
}

#[test]
fn each_way_a_path_can_end() {
    ends!(Reason::Detached, "detach", |w| w.detach() * 2.0);
    ends!(Reason::Detached, "detach", |w| (w * 2.0).exp().detach().sin());
    ends!(Reason::Detached, "deep_copy", |w| w.deep_copy() * 2.0);
    ends!(Reason::NoGrad, "exp", |w| no_grad(|| w.exp()));
    ends!(Reason::NoGrad, "reshape", |w| no_grad(|| w.reshape([2, 1]).reshape([2])));
    ends!(Reason::NoGrad, "mul", |w| no_grad(|| Tensor::ones([2]) * w));
    ends!(Reason::ZeroGradient, "sign", |w| (w * 3.0).sign() * 2.0);
    ends!(Reason::ZeroGradient, "round", |w| w.round());
    ends!(Reason::ZeroGradient, "floor_divide", |w| w.floor_divide(0.1));
    ends!(Reason::NotFloat(DType::Bool), "gt", |w| w.gt(0).logical_not());
    ends!(Reason::NotFloat(DType::Bool), "isfinite", |w| w.isfinite());
    ends!(Reason::NotFloat(DType::I64), "argsort", |w| w.argsort(0, false));
    ends!(Reason::NotFloat(DType::I64), "argmax", |w| w.argmax().reshape([1]));
    ends!(Reason::NotFloat(DType::I64), "to_dtype", |w| w.to_dtype(DType::I64).abs());
    ends!(Reason::NotFloat(DType::I64), "sort", |w| w.sort(0, false).1);
    ends!(Reason::NoCotangent, "silent", |w| Silent.apply(&[w]) * 2.0);
    ends!(Reason::Detached, "detach", |w| w.detach().requires_grad().exp());
    ends!(Reason::Detached, "detach", |w| w.detach().hardswish());
}

#[test]
fn frozen_unused_and_plain_values_have_no_line() {
    let (frozen, unused, plain, trained) = (leaf("frozen"), leaf("unused"), tensor![1.0, 2.0], leaf("trained"));
    frozen.set_requires_grad(false);
    let found = diagnose(&[&frozen, &unused, &plain, &trained], || (&frozen * &plain * &trained).sum());
    check(&found, 0, &[(Reason::Frozen, "", None)]);
    check(&found, 1, &[(Reason::Unused, "", None)]);
    check(&found, 2, &[(Reason::NotALeaf, "", None)]);
    check(&found, 3, &[]);
}

#[test]
fn what_is_computed_and_left_out_of_the_loss_is_told_with_its_last_line() {
    let (w, v) = (leaf("w"), leaf("v"));
    let mut line = 0;
    let found = diagnose(&[&w, &v], || {
        let penalty = &w * 2.0;
        line = line!() + 1;
        let _penalty = penalty.square();
        v.square().sum()
    });
    check(&found, 0, &[(Reason::NotInLoss, "square", Some(line))]);
}

#[test]
fn the_end_nearest_the_loss_is_told_and_every_path_has_one() {
    let (w, v) = (leaf("w"), leaf("v"));
    let start = line!();
    let found = diagnose(&[&w, &v], || {
        let h = w.detach() * &v;
        let one = h.detach().exp();
        let two = (&h * 2.0).sign();
        (one + two).sum()
    });
    let both = [(Reason::Detached, "detach", Some(start + 3)), (Reason::ZeroGradient, "sign", Some(start + 4))];
    check(&found, 0, &both);
    check(&found, 1, &both);
}

#[test]
fn one_open_path_is_enough_for_a_gradient() {
    let w = leaf("w");
    let found = diagnose(&[&w], || (w.detach() * &w + w.gt(0).where_cond(&w, 0)).hardswish().sum());
    check(&found, 0, &[]);
    assert_eq!(
        found.parameters[0].gradient,
        Some(tape::Statistics::of(&{
            (w.detach() * &w + w.gt(0).where_cond(&w, 0)).hardswish().sum().backward();
            w.grad().unwrap()
        }))
    );
    let chosen = diagnose(&[&w], || w.gt(0).where_cond(&w, 0).sum());
    assert!(chosen.parameters[0].ends.is_empty(), "a mask made of the parameter is no end");
}

#[test]
fn a_loss_without_any_graph_is_traced_as_well() {
    let w = leaf("w");
    let line = line!() + 3;
    let found = diagnose(&[&w], || {
        let _guard = no_grad_guard();
        let h = w.exp();
        (&h * &h).sum()
    });
    check(&found, 0, &[(Reason::NoGrad, "exp", Some(line))]);
}

#[test]
fn what_lies_inside_a_checkpoint_is_seen() {
    let (w, v) = (leaf("w"), leaf("v"));
    let (a, b) = (w.clone(), v.clone());
    let line = line!() + 1;
    let found = diagnose(&[&w, &v], || checkpoint(move || (a.round() * &b).sum()));
    check(&found, 0, &[(Reason::ZeroGradient, "round", Some(line))]);
    check(&found, 1, &[]);
}

#[test]
fn the_report_reads_well() {
    let (w, b, scale, threshold) = (leaf("encoder.weight"), leaf("encoder.bias"), leaf("scale"), leaf("threshold"));
    let plain = tensor![1.0, 2.0].requires_grad();
    let start = line!();
    let found = diagnose(&[&w, &b, &scale, &threshold, &plain], || {
        let h = (&w * 2.0 + &b).tanh();
        let frozen = no_grad(|| &h * &scale);
        let open = frozen.gt(&threshold);
        open.where_cond(h.detach(), &b).sum()
    });
    let at = |line: u32| format!("tests/diagnosis.rs:{}", start + line);
    let expected = format!(
        "4 of 5 parameters without gradient:\n  \
         encoder.weight [2]\n    \
         mul under no_grad at {}\n    \
         detach at {}\n  \
         scale [2]\n    \
         mul under no_grad at {}\n  \
         threshold [2]\n    \
         gt, which gives bool at {}\n  \
         parameter 4 [2]\n    \
         unused: no op reads it",
        at(3),
        at(5),
        at(3),
        at(4)
    );
    assert_eq!(found.to_string(), expected);
    assert_eq!(found.missing().count(), 4);
    assert_eq!(diagnose(&[&b], || b.sum()).to_string(), "every one of 1 parameter gets a gradient");
}

#[test]
fn nothing_is_left_behind() {
    let w = leaf("w");
    let loss = || (w.exp() * w.detach()).sum();
    let seen = Arc::new(Mutex::new(0));
    let inside = seen.clone();
    w.register_hook(move |_| {
        *inside.lock().unwrap() += 1;
        None
    });
    let found = diagnose(&[&w], loss);
    assert!(found.missing().next().is_none() && w.grad().is_none());
    assert_eq!((tape::stats().edges, tape::stats().nodes, *seen.lock().unwrap()), (0, 0, 1));
    let (message, _) = caught(|| diagnose(&[&w], || w.exp()));
    assert_eq!(message, "diagnose: the loss has shape [2], expected one element");
    let parameters = vec![w.clone(), leaf("v")];
    assert_eq!(diagnose(&parameters, || w.sum()).missing().count(), 1);
}

#[test]
fn ten_thousand_diagnoses_leave_the_tape_where_it_was() {
    let w = leaf("w");
    for _ in 0..10_000 {
        assert!(diagnose(&[&w], || w.sign().sum()).missing().next().is_some());
    }
    assert_eq!((tape::stats().edges, tape::stats().nodes), (0, 0));
}
