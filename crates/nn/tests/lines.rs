//! Within models too, every edge and every panic names the user's line: that of the call for a layer of ours, its own for what the
//! user wrote.

#[path = "../../../tests/common/mod.rs"]
mod common;

use common::caught;
use tapegrad_core::{Tensor, tape, tensor};
use tapegrad_nn::*;

/// The ops behind `y` with the lines they name, all of them in this file.
fn sites(y: &Tensor) -> Vec<(String, u32)> {
    let graph = tape::graph(&[y]);
    let site = |edge: &tape::EdgeInfo| {
        assert_eq!(edge.site.file(), "crates/nn/tests/lines.rs", "{}", edge.op);
        (edge.op.to_string(), edge.site.line())
    };
    graph.edges.iter().map(site).collect()
}

/// The lines of all ops behind `y`, in order, without repetition.
fn lines(y: &Tensor) -> Vec<u32> {
    let mut lines: Vec<u32> = sites(y).into_iter().map(|(_, line)| line).collect();
    lines.dedup();
    lines
}

fn x() -> Tensor {
    Tensor::ones([4, 2])
}

/// A call that must fail names `line` in this file: in the message where a library scope stands between, else as the place.
#[track_caller]
fn fails_at<R>(line: u32, start: &str, f: impl FnOnce() -> R) {
    let (message, place) = caught(f);
    assert!(message.starts_with(start), "{message}");
    let here = format!("crates/nn/tests/lines.rs:{line}");
    assert!(place == here || message.contains(&format!("(called from {here}:")), "{message} at {place}");
}

const WRONG: &str = "linear: x [4, 2] has 2 features, the weight [5, 3] takes 3";

#[test]
fn a_layer_reports_the_line_that_calls_it() {
    let layer = Linear::new(2, 3);
    let (y, line) = (layer.call(&x()), line!());
    assert_eq!(lines(&y), [line]);
    fails_at(line!(), WRONG, || Linear::new(3, 5).call(&x()));
}

#[test]
fn a_loss_reports_the_line_that_calls_it() {
    let y = x().requires_grad();
    let (loss, line) = (HuberLoss::new().call(&(&y, x() * 2.0)), line!());
    assert_eq!(lines(&loss), [line]);
}

#[test]
fn every_loss_refuses_what_does_not_fit_at_the_line_that_calls_it() {
    let (two, three, rows, weight) = (Tensor::ones([2]), Tensor::ones([3]), Tensor::ones([2, 3]), tensor![1.0, 2.0]);
    macro_rules! refuses {
        ($loss:expr, $start:literal, $($input:expr),+) => {
            fails_at(line!(), $start, || $loss.call(&($($input),+)))
        };
    }
    refuses!(MSELoss::new(), "mse_loss: prediction [2] and target [3] differ", &two, &three);
    refuses!(L1Loss::new(), "l1_loss: prediction [2] and target [3] differ", &two, &three);
    refuses!(SmoothL1Loss::new(), "smooth_l1_loss: prediction [2] and target [3] differ", &two, &three);
    refuses!(SmoothL1Loss::new().beta(-1.0), "smooth_l1_loss: beta -1, expected", &two, &two);
    refuses!(HuberLoss::new(), "huber_loss: prediction [2] and target [3] differ", &two, &three);
    refuses!(HuberLoss::new().delta(0.0), "huber_loss: delta 0, expected", &two, &two);

    let loss = CrossEntropyLoss::new;
    refuses!(loss(), "cross_entropy: logits [2, 3] take classes i64 [2], got i64 [1]", &rows, tensor![0]);
    refuses!(loss().weight(weight.clone()), "cross_entropy: weight must be f32 [3], got f32 [2]", &rows, tensor![0, 1]);
    refuses!(loss().label_smoothing(2.0), "cross_entropy: label_smoothing is 2, not", &rows, tensor![0, 1]);
    refuses!(NLLLoss::new(), "nll_loss: target i64 [1], expected i64 [2]", &rows, tensor![0]);
    refuses!(NLLLoss::new().weight(weight.clone()), "nll_loss: weight [2], expected [3]", &rows, tensor![0, 1]);
    refuses!(NLLLoss::new().ignore_index(-1), "nll_loss: class 3 is out of range", &rows, tensor![-1, 3]);
    refuses!(MultiMarginLoss::new(), "multi_margin_loss: target i64 [1], expected i64 [2]", &rows, tensor![0]);

    refuses!(BCELoss::new(), "binary_cross_entropy: prediction [2] and target [3] differ", &two, &three);
    refuses!(BCELoss::new(), "binary_cross_entropy: probabilities from 2 to 2, expected", &two * 2.0, &two);
    let loss = BCEWithLogitsLoss::new;
    refuses!(loss(), "binary_cross_entropy_with_logits: prediction [2] and target [3] differ", &two, &three);
    refuses!(loss().weight(weight.clone()), "mul: shapes [3] and [2] do not broadcast", &three, &three);
    refuses!(loss().pos_weight(weight.clone()), "mul: shapes [3] and [2] do not broadcast", &three, &three);
    refuses!(SoftMarginLoss::new(), "soft_margin_loss: prediction [2] and target [3] differ", &two, &three);

    refuses!(KLDivLoss::new(), "kl_div: prediction [2] and target [3] differ", &two, &three);
    refuses!(PoissonNLLLoss::new(), "poisson_nll_loss: prediction [2] and target [3] differ", &two, &three);
    let loss = GaussianNLLLoss::new;
    refuses!(loss(), "gaussian_nll_loss: prediction [2] and target [3] differ", &two, &three, &two);
    refuses!(loss(), "gaussian_nll_loss: variance [3] does not broadcast to [2]", &two, &two, &three);

    refuses!(HingeEmbeddingLoss::new(), "hinge_embedding_loss: prediction [2] and target [3] differ", &two, &three);
    refuses!(CosineEmbeddingLoss::new(), "cosine_embedding_loss: target [3], expected [2]", &rows, &rows, &three);
    refuses!(MarginRankingLoss::new(), "margin_ranking_loss: prediction [2] and target [3]", &two, &two, &three);
    refuses!(TripletMarginLoss::new(), "triplet_margin_loss: anchor f32 [2] and negative f32 [3]", &two, &two, &three);

    refuses!(FocalLoss::new(), "sigmoid_focal_loss: prediction [2] and target [3] differ", &two, &three);
    refuses!(FocalLoss::new().gamma(-1.0), "sigmoid_focal_loss: gamma -1, expected", &two, &two);
    refuses!(DiceLoss::new(), "dice_loss: prediction [2], expected [N, C, d..]", &two, &two);
    refuses!(IoULoss::new(), "iou_loss: boxes [3], expected [.., 4]", &three, &three);
    refuses!(GIoULoss::new(), "giou_loss: boxes [3], expected [.., 4]", &three, &three);
}

#[derive(Module)]
struct Net {
    first: Linear,
    second: Linear,
}

const FIRST: u32 = line!() + 5;
const SECOND: u32 = FIRST + 1;
const SUM: u32 = FIRST + 2;
impl Forward for Net {
    fn forward(&self, x: &Tensor) -> Tensor {
        let h = self.first.call(x).tanh();
        let y = self.second.call(&h);
        y + 1.0
    }
}

fn net() -> Net {
    Net { first: Linear::new(2, 3), second: Linear::new(3, 1) }
}

/// Its second layer does not fit its first.
fn broken() -> Net {
    Net { first: Linear::new(2, 2), second: Linear::new(3, 5) }
}

#[test]
fn a_users_model_reports_its_own_lines() {
    assert_eq!(lines(&net().call(&x())), [FIRST, SECOND, SUM]);
    assert_eq!(lines(&net().forward(&x())), [FIRST, SECOND, SUM]);
    fails_at(SECOND, WRONG, || broken().call(&x()));
}

#[test]
fn a_sequential_reports_the_line_that_calls_it_for_layers_and_their_own_for_the_rest() {
    let (double, closure) = (Func(|x: &Tensor| x * 2.0), line!());
    let chain = Sequential::from((Linear::new(2, 2), double, net(), Linear::new(1, 2)));
    let (y, line) = (chain.call(&x()), line!());
    assert_eq!(lines(&y), [line, closure, FIRST, SECOND, SUM, line]);
    let chain = Sequential::from((Linear::new(2, 2), Linear::new(3, 5)));
    fails_at(line!(), WRONG, || chain.call(&x()));
    fails_at(SECOND, WRONG, || Sequential::from((Linear::new(2, 2), broken())).call(&x()));
    let wrong = line!() + 1;
    let chain = Sequential::from((Linear::new(2, 2), Func(|x: &Tensor| x + Tensor::ones([3]))));
    fails_at(wrong, "add: shapes [4, 2] and [3] do not broadcast", || chain.call(&x()));
}

#[test]
fn nested_sequentials_keep_the_outermost_line() {
    let inner = Sequential::from((Linear::new(2, 2), Sequential::from((Linear::new(2, 3),))));
    let chain = Sequential::from((inner, Linear::new(3, 1)));
    let (y, line) = (chain.call(&x()), line!());
    assert_eq!(lines(&y), [line]);
    let chain = Sequential::from((Sequential::from((Linear::new(2, 2), Linear::new(3, 5))),));
    fails_at(line!(), WRONG, || chain.call(&x()));
}

#[derive(Module)]
struct Outer {
    chain: Sequential,
}

const CHAIN: u32 = line!() + 3;
impl Forward for Outer {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.chain.call(x)
    }
}

#[test]
fn a_users_model_in_a_sequential_in_a_users_model_keeps_all_lines() {
    let outer = Outer { chain: Sequential::from((Linear::new(2, 2), net(), Linear::new(1, 1))) };
    assert_eq!(lines(&outer.call(&x())), [CHAIN, FIRST, SECOND, SUM, CHAIN]);
    let chain = Sequential::from((outer, Linear::new(1, 1)));
    let (y, line) = (chain.call(&x()), line!());
    assert_eq!(lines(&y), [CHAIN, FIRST, SECOND, SUM, CHAIN, line]);
}

#[test]
fn boxed_modules_report_as_they_would_unboxed() {
    let boxed: Vec<Box<dyn Forward>> = vec![Box::new(Linear::new(2, 2)), Box::new(net()), Box::new(Linear::new(1, 2))];
    let mut y = x();
    for layer in &boxed {
        y = layer.call(&y);
    }
    let line = line!() - 2;
    assert_eq!(lines(&y), [line, FIRST, SECOND, SUM, line]);
    let layer: &dyn Forward = &Linear::new(2, 3);
    let (y, line) = (layer.call(&x()), line!());
    assert_eq!(lines(&y), [line]);
    let wrong: &dyn Forward = &Linear::new(3, 5);
    fails_at(line!(), WRONG, || wrong.call(&x()));
    let wrong: Vec<Box<dyn Forward>> = vec![Box::new(Linear::new(3, 5))];
    fails_at(line!(), WRONG, || wrong[0].call(&x()));
}

fn generic<M: Forward>(model: &M, x: &Tensor) -> (Tensor, u32) {
    (model.call(x), line!())
}

#[test]
fn a_generic_function_is_the_caller_of_what_it_calls() {
    let (y, line) = generic(&Linear::new(2, 3), &x());
    assert_eq!(lines(&y), [line]);
    assert_eq!(lines(&generic(&net(), &x()).0), [FIRST, SECOND, SUM]);
    let boxed: Box<dyn Forward> = Box::new(Linear::new(2, 3));
    let (y, line) = generic(&boxed, &x());
    assert_eq!(lines(&y), [line]);
    let (wrong, call) = (Linear::new(3, 5), line);
    fails_at(call, WRONG, || generic(&wrong, &x()));
}

#[test]
fn the_lines_are_the_users_again_after_a_panic_within_a_layer() {
    let wrong = Linear::new(3, 5);
    let _ = caught(|| wrong.call(&x()));
    let w = x().requires_grad();
    let (y, line) = (&w * 2.0, line!());
    assert_eq!(lines(&y), [line]);
}

#[test]
fn parameters_are_operands_and_record_the_users_line() {
    let (w, m) = (Param::new([1.0, 2.0]), Buffer::new([3.0, 4.0]));
    let c = Tensor::from([5.0, 6.0]);
    macro_rules! at_line {
        ($($y:expr),+ $(,)?) => {{ $( assert_eq!(lines(&$y), [line!()]); )+ }};
    }
    at_line!(&w + &c, &c + &w, &w - &m, &m - &w, w.clone() * &c, &c * w.clone(), &w / 2, 2.0 / &w, 1 - &w, -&w);
    at_line!(w.exp(), c.maximum(&w), &w + &w, -w.clone(), 1 - w.clone(), &m * &w, m.clone() + &w);
}
