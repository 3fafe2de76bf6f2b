//! What optimisers refuse: with a message that says what was found, at the user's line.

use std::panic::{UnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::{Arc, Mutex};

use tapegrad_core::Tensor;
use tapegrad_optim::schedule::{CosineRestarts, Exponential, OneCycle, Plateau, Step};
use tapegrad_optim::{
    Adam, AdamW, Average, ClipNorm, Lbfgs, LrFinder, RmsProp, Rprop, Sgd, clip_grad_norm, elastic_net_penalty,
    l2_penalty,
};

/// The message of the panic in `f`, and its file and line.
fn panic_of(f: impl FnOnce() + UnwindSafe) -> (String, String, u32) {
    let place = Arc::new(Mutex::new(None));
    let seen = place.clone();
    let previous = take_hook();
    set_hook(Box::new(move |info| {
        *seen.lock().unwrap() = info.location().map(|at| (at.file().to_string(), at.line()))
    }));
    let result = catch_unwind(f);
    set_hook(previous);
    let message = *result.expect_err("no panic").downcast::<String>().expect("a message");
    let (file, line) = place.lock().unwrap().take().expect("a place");
    (message, file, line)
}

/// To be written on one line, so that this is the line of the call.
macro_rules! refused {
    ($call:expr, $message:literal) => {{
        let (message, file, line) = panic_of(|| {
            let _ = $call;
        });
        assert!(message.starts_with($message), "{message}");
        assert_eq!((file.as_str(), line), (file!(), line!()), "{message}");
    }};
}

/// One test, since the hook that sees a panic's place belongs to the whole process.
#[test]
fn misuse_panics_at_the_users_line() {
    let w = Tensor::from([1.0, 2.0]).requires_grad();
    let (handle, result) = (w.clone(), &w * 2.0);
    let sgd = || Sgd::new([&w], 0.1);
    let adam = || Adam::new([&w], 0.1);
    refused!(Sgd::new([Tensor::zeros([2])], 0.1), "Sgd: parameter 0 ([2]) is not a leaf");
    refused!(Adam::new([&w, &result], 0.1), "Adam: parameter 1 ([2]) is not a leaf");
    refused!(Sgd::new([&w, &handle], 0.1), "Sgd: parameters 0 and 1 ([2]) are the same leaf");
    refused!(Sgd::new(Vec::<Tensor>::new(), 0.1), "Sgd: there are no parameters");
    refused!(Sgd::new([&w], -0.1), "Sgd: the learning rate must be finite and not negative, got -0.1");
    refused!(adam().set_lr(f64::NAN), "Adam: the learning rate must be finite and not negative, got NaN");
    refused!(sgd().momentum(1.0), "Sgd: momentum must be at least 0 and below 1, got 1");
    refused!(sgd().nesterov(-0.5), "Sgd: momentum must be at least 0 and below 1, got -0.5");
    refused!(sgd().weight_decay(-1.0), "Sgd: weight_decay must be finite and not negative, got -1");
    refused!(adam().betas(1.0, 0.9), "Adam: beta1 must be at least 0 and below 1, got 1");
    refused!(adam().betas(0.9, 2.0), "Adam: beta2 must be at least 0 and below 1, got 2");
    refused!(adam().eps(f64::INFINITY), "Adam: eps must be finite and not negative, got inf");
    refused!(adam().weight_decay(f64::NAN), "Adam: weight_decay must be finite and not negative, got NaN");
    refused!(sgd().dampening(0.1), "Sgd: dampening needs momentum, given before it, that is not Nesterov's");
    refused!(sgd().nesterov(0.9).dampening(0.1), "Sgd: dampening needs momentum, given before it");
    refused!(sgd().momentum(0.9).dampening(0.1).nesterov(0.9), "Sgd: Nesterov's momentum takes no dampening, found 0");
    refused!(sgd().group([&handle]), "Sgd: parameters 0 and 1 ([2]) are the same leaf");
    refused!(adam().group(Vec::<Tensor>::new()), "Adam: there are no parameters");
    refused!(sgd().lr_scale(-1.0), "Sgd: lr_scale must be finite and not negative, got -1");
    refused!(AdamW::new([&w], 0.1).eps(-1.0), "AdamW: eps must be finite and not negative, got -1");
    refused!(RmsProp::new([&w], 0.1).alpha(1.0), "RmsProp: alpha must be at least 0 and below 1, got 1");
    refused!(Rprop::new([&w], 0.1).etas(0.5, 0.9), "Rprop: etas must be between 0 and 1 and above 1, got 0.5 and 0.9");
    refused!(Rprop::new([&w], 0.1).step_sizes(2.0, 1.0), "Rprop: the shortest step 2 is longer than the longest 1");
    refused!(Lbfgs::new([&w, &handle], 1.0), "Lbfgs: parameters 0 and 1 ([2]) are the same leaf");
    refused!(Lbfgs::new([&w, &Tensor::ones([1]).requires_grad()], 1.0), "Lbfgs: parameter 1 is f32, the first f64");
    refused!(Lbfgs::new([&w], 0.0), "Lbfgs: the learning rate must be finite and above 0, got 0");
    refused!(clip_grad_norm([&result], 1.0), "clip_grad_norm: parameter 0 ([2]) is not a leaf");
    refused!(clip_grad_norm([&w], -1.0), "clip_grad_norm: max_norm must be finite and not negative, got -1");
    refused!(ClipNorm::new(1.0).order(0.0), "clip_grad_norm: the norm's order must be above 0, got 0");
    refused!(l2_penalty(Vec::<Tensor>::new()), "l2_penalty: there are no parameters");
    refused!(elastic_net_penalty([&w], 1.0, 2.0), "elastic_net_penalty: l1_ratio must be between 0 and 1, got 2");
    refused!(Average::ema([&w], 1.0), "Average: decay must be at least 0 and below 1, got 1");
    refused!(Average::swa([&result]), "Average: parameter 0 ([2]) is not a leaf");
    refused!(Average::swa([&w]).swap(), "Average: swap before the first update");
    refused!(LrFinder::new(1.0, 0.1, 10), "LrFinder: from 1 to 0.1 in 10 steps: it must grow, in at least 2 steps");
    refused!(Step::new(0.1, 0, 0.5), "Step: the number of steps must be finite and above 0, got 0");
    refused!(Exponential::new(-0.1, 0.5), "Exponential: the learning rate must be finite and not negative, got -0.1");
    refused!(CosineRestarts::new(0.1, 1, 0), "CosineRestarts: the factor must be finite and above 0, got 0");
    refused!(OneCycle::new(0.1, 10).peak_at(1.5), "OneCycle: peak_at must be between 0 and 1, got 1.5");
    refused!(Plateau::new(0.1).factor(1.0), "Plateau: factor must be at least 0 and below 1, got 1");
}
