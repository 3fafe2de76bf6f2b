//! What holds for every optimiser, whatever its rule.

use super::{ALL, Make, values};
use tapegrad_core::{DType, Tensor, tape};
use tapegrad_kernels::{Array, elementwise};
use tapegrad_optim::{Optimizer, Rule};

fn pair(a: &[f64], b: &[f64]) -> [Tensor; 2] {
    [a, b].map(|x| Tensor::from(x).requires_grad())
}

/// One step, with gradients that the values give.
fn step(make: Make, params: &[Tensor; 2], steps: usize) {
    let mut opt = make(params);
    for _ in 0..steps {
        opt.zero_grad();
        params.iter().for_each(|w| ((w - 0.3137).square() * 0.5).sum().backward());
        opt.step();
    }
}

fn for_all(law: impl Fn(&str, Make)) {
    ALL.iter().for_each(|(name, make)| law(name, *make));
}

#[test]
fn a_parameter_without_gradient_stays_and_so_does_what_is_remembered_of_it() {
    for_all(|name, make| {
        let [a, b] = pair(&[1.0, -2.0], &[0.5]);
        let mut opt = make(&[a.clone(), b.clone()]);
        a.square().sum().backward();
        opt.step();
        let (moved, state) = (values(&a), opt.state_dict());
        assert_ne!(moved, [1.0, -2.0], "{name}");
        assert_eq!(values(&b), [0.5], "{name}");
        opt.zero_grad();
        b.square().sum().backward();
        opt.step();
        assert_eq!(values(&a), moved, "{name}");
        assert_ne!(values(&b), [0.5], "{name}");
        let now = opt.state_dict();
        assert!(state.iter().all(|(name, x)| now[name].equal(x)), "{name}");
    });
}

#[test]
fn a_parameter_that_joins_late_takes_the_steps_of_one_that_began() {
    for_all(|name, make| {
        let (early, late) = (pair(&[1.0], &[1.0]), pair(&[1.0], &[1.0]));
        let (mut first, mut second) = (make(&early), make(&late));
        for t in 0..8 {
            early[1].set_grad(&Tensor::from([0.5 + t as f64]));
            first.step();
        }
        for t in 0..12 {
            let g = Tensor::from([0.5 + (t as f64 - 4.0)]);
            late[0].set_grad(&Tensor::from([1.0]));
            if t >= 4 {
                late[1].set_grad(&g);
            }
            second.step();
        }
        assert_eq!(values(&early[1]), values(&late[1]), "{name}");
    });
}

#[test]
fn a_frozen_parameter_stays() {
    for_all(|name, make| {
        let [frozen, free] = pair(&[1.0, 2.0], &[3.0, 4.0]);
        let mut opt = make(&[frozen.clone(), free.clone()]);
        frozen.set_requires_grad(false);
        for _ in 0..3 {
            opt.zero_grad();
            (&frozen * &free).sum().backward();
            opt.step();
        }
        assert_eq!(values(&frozen), [1.0, 2.0], "{name}");
        assert_ne!(values(&free), [3.0, 4.0], "{name}");
    });
}

#[test]
fn a_pending_backward_sees_the_values_it_was_recorded_with() {
    for_all(|name, make| {
        let params = pair(&[2.0, -1.0], &[3.0]);
        let [a, b] = &params;
        let (pending, before) = ((a * a * b).sum(), a.detach());
        step(make, &params, 2);
        assert_ne!(values(a), [2.0, -1.0], "{name}");
        assert_eq!(values(&before), [2.0, -1.0], "{name}: a snapshot");
        a.zero_grad();
        b.zero_grad();
        pending.backward();
        assert_eq!(values(&a.grad().unwrap()), [12.0, -6.0], "{name}");
        assert_eq!(values(&b.grad().unwrap()), [5.0], "{name}");
    });
}

#[test]
fn f32_agrees_with_f64() {
    for_all(|name, make| {
        let (a, b) = (vec![1.5, -2.0, 0.25], vec![0.75]);
        let wide = pair(&a, &b);
        let narrow = [a, b].map(|x| Tensor::from(x).to_dtype(DType::F32).requires_grad());
        step(make, &wide, 20);
        step(make, &narrow, 20);
        for (w, n) in wide.iter().flat_map(values).zip(narrow.iter().flat_map(values)) {
            assert!((w - n).abs() <= 1e-4 * w.abs().max(1.0), "{name}: {w} in f64, {n} in f32");
        }
    });
}

#[test]
fn parameters_that_become_f64_go_on_training() {
    for_all(|name, make| {
        let cast = |value: &mut Array, _: &Array| *value = elementwise::cast(value, DType::F64);
        let params = [vec![1.5f32, -2.0], vec![0.75f32]].map(|x| Tensor::from(x).requires_grad());
        let same = params.each_ref().map(Tensor::deep_copy);
        let (mut opt, mut other) = (make(&params), make(&same));
        for t in 0..10 {
            for w in params.iter().chain(&same) {
                w.zero_grad();
                ((w - 0.3137).square() * 0.5).sum().backward();
            }
            opt.step();
            other.step();
            if t == 4 {
                assert!(params.iter().all(|w| w.step_in_place(cast)));
            }
        }
        for (wide, narrow) in params.iter().zip(&same) {
            assert_eq!(wide.dtype(), DType::F64);
            for (w, n) in values(wide).iter().zip(values(narrow)) {
                assert!((w - n).abs() <= 1e-4 * w.abs().max(1.0), "{name}: {w} after the cast, {n} without");
            }
        }
        let state = opt.state_dict();
        assert!(state.values().all(|x| x.dtype() != DType::F32), "{name}: what is remembered followed");
    });
}

#[test]
fn training_a_deep_copy_leaves_the_original() {
    for_all(|name, make| {
        let originals = pair(&[1.0, 2.0], &[3.0]);
        let copies = originals.each_ref().map(Tensor::deep_copy);
        step(make, &copies, 3);
        assert_eq!((values(&originals[0]), values(&originals[1])), (vec![1.0, 2.0], vec![3.0]), "{name}");
        assert!(originals.iter().all(|w| w.grad().is_none()), "{name}");
        assert_ne!(values(&copies[0]), [1.0, 2.0], "{name}");
    });
}

#[test]
fn empty_and_scalar_parameters_are_parameters() {
    for_all(|name, make| {
        let (none, one) = (Tensor::zeros([0, 3]).requires_grad(), Tensor::from(1.0).requires_grad());
        let mut opt = make(&[none.clone(), one.clone()]);
        none.set_grad(&none.zeros_like());
        one.set_grad(&one.ones_like());
        opt.step();
        assert_ne!(one.item(), 1.0, "{name}");
        assert_eq!(opt.state_dict().keys().filter(|key| key.ends_with(".step")).count(), 2, "{name}");
    });
}

#[test]
fn gradients_of_any_layout_are_read_in_the_parameters_order() {
    for_all(|name, make| {
        // Several tasks and many blocks.
        let (rows, columns) = (211, 397);
        let numbers = Tensor::from_iter((0..rows * columns).map(|i| ((i * 31) % 101) as f64 / 50.0 - 1.0));
        let plain = numbers.reshape([rows, columns]);
        let strided = numbers.reshape([rows, columns]).transpose(0, 1).contiguous().transpose(0, 1);
        assert!(!strided.is_contiguous() && plain.equal(&strided));
        let [a, b] = [(), ()].map(|()| [plain.detach().requires_grad(), Tensor::from([1.0]).requires_grad()]);
        let (mut with_plain, mut with_strided) = (make(&a), make(&b));
        for _ in 0..2 {
            a[0].set_grad(&plain);
            b[0].set_grad(&strided);
            with_plain.step();
            with_strided.step();
        }
        assert!(a[0].equal(&b[0].detach()), "{name}");
        assert!(!a[0].equal(&plain), "{name}");
    });
}

#[test]
fn ten_thousand_steps_take_no_memory() {
    for_all(|name, make| {
        let params = pair(&[1.5, -2.0, 0.25], &[0.75]);
        let mut opt = make(&params);
        let held = |opt: &Optimizer<Box<dyn Rule>>| {
            let tape::Stats { nodes, edges, bytes, .. } = tape::stats();
            let remembered: usize = opt.state_dict().values().map(Tensor::numel).sum();
            (nodes, edges, bytes, remembered)
        };
        let mut first = None;
        for _ in 0..10_000 {
            opt.zero_grad();
            params.iter().for_each(|w| w.cos().sum().backward());
            opt.step();
            first = first.or_else(|| Some(held(&opt)));
        }
        assert_eq!(Some(held(&opt)), first, "{name}");
        assert!(params.iter().flat_map(values).all(f64::is_finite), "{name}");
    });
}
