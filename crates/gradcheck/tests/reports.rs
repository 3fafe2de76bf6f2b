//! What failed checks say. The functions are wrong on purpose: a detached factor hides part of a derivative.

use std::sync::atomic::{AtomicU32, Ordering};

use tapegrad_core::op::{Cotangents, Op, Outputs, Vjp};
use tapegrad_core::{DType, Layout, Tensor, no_grad};
use tapegrad_gradcheck::{Finding, GradCheck, gradcheck, gradgradcheck};

fn pair() -> [Tensor; 2] {
    [Tensor::from([[0.5, -1.0], [2.0, 0.3]]), Tensor::from([0.2, 0.4])]
}

/// |x| with the derivative 0 at 0.
#[derive(Debug)]
struct Abs;

fn sign(x: &Tensor) -> Tensor {
    let signs = x.to_vec::<f64>().unwrap().into_iter().map(|v| if v == 0.0 { 0.0 } else { v.signum() });
    Tensor::from_vec(signs.collect(), x.shape()).unwrap()
}

impl Op for Abs {
    fn name(&self) -> &'static str {
        "abs"
    }
    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        [inputs[0] * sign(inputs[0])].into_iter().collect()
    }
    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        [Some(ctx.g() * sign(&ctx.constant_input(0)))].into_iter().collect()
    }
}

#[test]
fn right_derivatives_of_both_orders_pass() {
    let f = |x: &[Tensor]| (&x[0] * &x[1]).sin().sum_dim(1);
    gradcheck(f, &pair()).unwrap();
    gradgradcheck(f, &pair()).unwrap();
    no_grad(|| gradcheck(f, &pair())).unwrap();
}

#[test]
fn inputs_of_f32_are_checked_in_f64() {
    let x = [Tensor::linspace(-1.0, 1.0, 5), Tensor::arange(0, 5)];
    gradcheck(|x| x[0].exp() * x[1].to_dtype(DType::F64), &x).unwrap();
}

#[test]
fn strongly_bent_functions_pass() {
    gradcheck(|x| (&x[0] * 40.0).exp(), &[Tensor::from([1.0, -0.5])]).unwrap();
    gradcheck(|x| 1.0 / (&x[0] * &x[0]), &[Tensor::from([0.02, -0.05, 1000.0])]).unwrap();
}

#[test]
fn a_wrong_derivative_is_named_with_input_element_numbers_op_and_line() {
    let [x, w] = pair();
    let w = w.requires_grad().named("w");
    let line = line!() + 1;
    let report = gradcheck(|x| &x[0] * &x[0].detach() * &x[1], &[x, w]).unwrap_err();
    assert_eq!(report.finding, Finding::Wrong);
    assert_eq!(report.mismatches.len(), 4);
    let first = &report.mismatches[1];
    assert_eq!((first.input, &first.index[..]), (0, &[0, 1][..]));
    assert!((first.numeric / first.analytic - 2.0).abs() < 1e-6);
    let output = report.mismatches[0].output.as_ref().unwrap();
    assert_eq!(output.index, [0, 0]);
    assert!((output.analytic - 0.1).abs() < 1e-12 && (output.numeric - 0.2).abs() < 1e-8);
    let site = report.ops[0].site;
    assert_eq!((report.ops[0].op, site.file(), site.line()), ("mul", file!(), line));
    let text = report.to_string();
    assert!(text.starts_with(
        "gradcheck: wrong derivative by 4 of 4 elements of input 0 [2, 2]\n  by input 0[0, 0]: analytic "
    ));
    assert!(text.contains("    of output 0[0, 0] alone: analytic 0.1, numeric 0.2"), "{text}");
    assert!(text.contains(&format!("  through mul at {}:{line}:", file!())), "{text}");
}

#[test]
fn the_second_input_alone_is_blamed_by_its_name() {
    let [x, w] = pair();
    let report = gradcheck(|x| &x[0] * x[1].detach(), &[x, w.requires_grad().named("w")]).unwrap_err();
    assert!(report.to_string().contains("wrong derivative by 2 of 2 elements of input 1 \"w\" [2]"), "{report}");
    assert!(report.ops.is_empty());
}

#[test]
fn wrong_only_in_second_order_passes_the_first() {
    #[derive(Debug)]
    struct Square;
    impl Op for Square {
        fn name(&self) -> &'static str {
            "square"
        }
        fn forward(&self, inputs: &[&Tensor]) -> Outputs {
            [inputs[0] * inputs[0]].into_iter().collect()
        }
        fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
            [Some(ctx.g() * ctx.constant_input(0) * 2.0)].into_iter().collect()
        }
    }
    let f = |x: &[Tensor]| Square.apply(&[&x[0]]);
    gradcheck(f, &pair()[1..]).unwrap();
    let report = gradgradcheck(f, &pair()[1..]).unwrap_err();
    assert_eq!((report.finding, report.second_order), (Finding::Wrong, true));
    assert_eq!(report.mismatches[0].input, 0);
}

#[test]
fn a_kink_is_told_from_a_mistake() {
    let f = |x: &[Tensor]| Abs.apply(&[&(&x[0] - 1.0)]);
    gradcheck(f, &[Tensor::from([0.2, 1.5])]).unwrap();
    // At the kink the central difference is 0, as is the rule's convention; a shift makes it 1 to one side.
    gradcheck(f, &[Tensor::from([1.0, 1.5])]).unwrap();
    let bent = |x: &[Tensor]| Abs.apply(&[&(&x[0] - 1.0)]) + half_of(&x[0]);
    let report = gradcheck(bent, &[Tensor::from([1.0, 1.5])]).unwrap_err();
    assert_eq!(report.finding, Finding::NotDifferentiable, "{report}");
    assert_eq!(report.mismatches.len(), 1);
    let (below, above) = report.mismatches[0].one_sided.unwrap();
    assert!((above - below).abs() > 0.1);
}

/// max(x - 1, 0) / 2, with the derivative 0 at 1.
fn half_of(x: &Tensor) -> Tensor {
    let y = x - 1.0;
    let steps = y.to_vec::<f64>().unwrap().into_iter().map(|v| if v > 0.0 { 0.5 } else { 0.0 });
    &y * Tensor::from_vec(steps.collect(), y.shape()).unwrap()
}

#[test]
fn a_kink_next_to_the_point_does_not_disturb() {
    gradcheck(|x| Abs.apply(&[&x[0]]), &[Tensor::from([3e-6, -1e-6, 0.4])]).unwrap();
}

#[test]
fn zeros_against_zeros_are_refused_unless_declared() {
    let report = gradcheck(|x| x[0].detach() * 3.0, &[Tensor::from(Vec::<f64>::new())]).unwrap_err();
    assert_eq!(report.finding, Finding::Vacuous);
    let f = |x: &[Tensor]| &x[0] * 0.0;
    assert_eq!(gradcheck(f, &pair()).unwrap_err().finding, Finding::Vacuous);
    GradCheck::new().flat().check(f, &pair());
    let linear = |x: &[Tensor]| &x[0] * 3.0;
    assert_eq!(gradgradcheck(linear, &pair()).unwrap_err().finding, Finding::Vacuous);
    GradCheck::new().second_order().flat().check(linear, &pair());
    assert_eq!(GradCheck::new().flat().run(linear, &pair()).unwrap_err().finding, Finding::NotFlat);
}

#[test]
fn a_function_that_changes_from_call_to_call_is_refused() {
    let calls = AtomicU32::new(0);
    let f = |x: &[Tensor]| &x[0] * f64::from(calls.fetch_add(1, Ordering::Relaxed));
    let report = gradcheck(f, &pair()).unwrap_err();
    assert_eq!(report.finding, Finding::NotDeterministic);
    assert!(report.to_string().contains("two evaluations at the same point differ"), "{report}");
}

#[test]
fn values_that_depend_on_the_layout_are_refused() {
    let f = |x: &[Tensor]| if x[0].is_contiguous() { x[0].exp() } else { x[0].sin() };
    let x = Layout::Transposed.of(&pair()[0]);
    assert_eq!(gradcheck(f, &[x]).unwrap_err().finding, Finding::LayoutDependent);
}

#[test]
fn f32_and_non_finite_results_are_named() {
    let report = gradcheck(|x| x[0].to_dtype(DType::F32), &pair()).unwrap_err();
    assert_eq!(report.finding, Finding::NotF64);
    let report = gradcheck(|x| &x[0] / (&x[1] - 0.2), &pair()).unwrap_err();
    assert_eq!(report.finding, Finding::NotFinite);
    assert_eq!(report.to_string(), "gradcheck: output 0[0, 0] is inf");
}

#[test]
fn frozen_and_integer_inputs_are_passed_through() {
    let [x, w] = pair();
    let frozen = w.requires_grad();
    frozen.set_requires_grad(false);
    // Detaching what is frozen hides nothing.
    gradcheck(|x| &x[0] * x[1].detach(), &[x.clone(), frozen.clone()]).unwrap();
    let nothing = gradcheck(|x| x[0].exp(), &[frozen]).unwrap_err();
    assert_eq!(nothing.finding, Finding::NothingToCheck);
    assert_eq!(gradcheck(|x| x[0].to_dtype(DType::I64), &[x]).unwrap_err().finding, Finding::NothingToCheck);
}

#[test]
#[should_panic(expected = "gradcheck: wrong derivative by 1 of 1 elements of input 0 []")]
fn check_panics_with_the_report() {
    GradCheck::new().check(|x| x[0].exp() + x[0].detach(), &[Tensor::from(0.5)]);
}

#[test]
fn several_outputs_are_differentiated_together() {
    gradcheck(|x| (x[0].exp(), x[0].to_dtype(DType::I64)), &pair()).unwrap();
    let report = gradcheck(|x| [x[0].exp(), x[0].sin() * x[0].detach()], &pair()).unwrap_err();
    assert_eq!(report.mismatches[0].output.as_ref().unwrap().label, "output 1");
}
