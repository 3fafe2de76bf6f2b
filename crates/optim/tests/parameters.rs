//! Which parameters an optimiser moves, and what it leaves alone.

use tapegrad_core::{DType, Tensor};
use tapegrad_kernels::{Array, elementwise};
use tapegrad_optim::{Adam, Sgd};

fn leaf(values: &[f64]) -> Tensor {
    Tensor::from(values).requires_grad()
}

fn values(x: &Tensor) -> Vec<f64> {
    x.to_vec().unwrap()
}

#[test]
fn a_parameter_without_gradient_is_skipped_and_keeps_its_velocity() {
    let (a, b) = (leaf(&[1.0]), leaf(&[1.0]));
    let mut opt = Sgd::new([&a, &b], 0.5).momentum(0.5).weight_decay(0.5);
    b.set_grad(&Tensor::from([1.0]));
    opt.step();
    assert_eq!(values(&a), [1.0], "no gradient, no decay");
    assert_eq!(values(&b), [0.25], "v = 1 + 0.5");
    opt.zero_grad();
    a.set_grad(&Tensor::from([1.0]));
    opt.step();
    assert_eq!((values(&a), values(&b)), (vec![0.25], vec![0.25]));
    b.set_grad(&Tensor::from([0.0]));
    opt.step();
    assert_eq!(values(&b), [0.25 - 0.5 * (0.5 * 1.5 + 0.5 * 0.25)], "its velocity was neither lost nor spent");
}

#[test]
fn adam_counts_the_updates_of_each_parameter() {
    let (early, late) = (leaf(&[1.0]), leaf(&[1.0]));
    let mut opt = Adam::new([&early, &late], 0.1);
    early.set_grad(&Tensor::from([3.0]));
    opt.step();
    opt.zero_grad();
    late.set_grad(&Tensor::from([3.0]));
    opt.step();
    assert_eq!(values(&late), values(&early), "each had its first update");
}

#[test]
fn a_frozen_parameter_stays() {
    let (frozen, free) = (leaf(&[1.0, 2.0]), leaf(&[3.0, 4.0]));
    frozen.set_requires_grad(false);
    let mut opt = Sgd::new([&frozen, &free], 0.1).weight_decay(0.5);
    (&frozen * &free).sum().backward();
    opt.step();
    assert_eq!(values(&frozen), [1.0, 2.0]);
    assert_ne!(values(&free), [3.0, 4.0]);
}

#[test]
fn handles_share_what_is_trained_and_deep_copies_do_not() {
    let w = leaf(&[1.0]);
    let (handle, copy) = (w.clone(), w.deep_copy());
    let mut opt = Sgd::new([w], 1.0);
    (&handle * 2.0 + &copy * 3.0).sum().backward();
    opt.step();
    assert_eq!(values(&handle), [-1.0]);
    assert_eq!(values(&copy), [1.0]);
    Sgd::new([&copy], 1.0).step();
    assert_eq!((values(&handle), values(&copy)), (vec![-1.0], vec![-2.0]));
}

#[test]
fn zero_grad_forgets_every_gradient() {
    let (a, b) = (leaf(&[1.0]), leaf(&[2.0]));
    let opt = Sgd::new(vec![a.clone(), b.clone()], 0.1);
    (&a * &b).sum().backward();
    opt.zero_grad();
    assert!(a.grad().is_none() && b.grad().is_none());
}

#[test]
fn a_pending_graph_keeps_the_values_it_was_recorded_with() {
    let w = leaf(&[2.0]);
    let pending = (&w * &w).sum();
    let before = w.detach();
    w.set_grad(&Tensor::from([1.0]));
    Sgd::new([&w], 0.5).step();
    assert_eq!((values(&w), values(&before)), (vec![1.5], vec![2.0]));
    w.zero_grad();
    pending.backward();
    assert_eq!(values(&w.grad().unwrap()), [4.0]);
}

#[test]
fn a_gradient_that_is_the_parameter_itself_is_read_before_it_is_written() {
    let w = leaf(&[1.0, -2.0]);
    w.set_grad(&w.detach());
    Sgd::new([&w], 0.25).step();
    assert_eq!(values(&w), [0.75, -1.5]);
    assert_eq!(values(&w.grad().unwrap()), [1.0, -2.0]);
}

/// An array of the same elements that does not lie in order.
fn transposed(rows: usize, columns: usize, element: impl Fn(usize, usize) -> f64) -> Tensor {
    let elements: Vec<f64> = (0..rows * columns).map(|i| element(i % rows, i / rows)).collect();
    let x = tapegrad_kernels::Array::from_slice(&[columns, rows], &elements);
    let view = tapegrad_kernels::view::permute(&x, &[1, 0]);
    assert!(!view.is_contiguous());
    let w = Tensor::zeros([rows, columns]).to_dtype(DType::F64).requires_grad();
    w.set_grad(&w.zeros_like());
    w.step_in_place(|value, _| *value = view);
    w.detach()
}

#[test]
fn a_transposed_gradient_is_read_in_the_parameters_order() {
    // Several tasks and many blocks.
    let (rows, columns) = (173, 391);
    let element = |i: usize, j: usize| (i * 1000 + j) as f64;
    let w = Tensor::zeros([rows, columns]).to_dtype(DType::F64).requires_grad();
    let g = transposed(rows, columns, element);
    assert!(!g.is_contiguous());
    w.set_grad(&g);
    Sgd::new([&w], 1.0).step();
    let expected: Vec<f64> = (0..rows * columns).map(|i| -element(i / columns, i % columns)).collect();
    assert_eq!(values(&w), expected);
}

#[test]
fn a_broadcast_gradient_is_read_for_every_element() {
    for adam in [false, true] {
        let w = Tensor::zeros([3, 700]).requires_grad();
        let g = Tensor::from(vec![1.0f32, 2.0, 4.0]).reshape([3, 1]).broadcast_to([3, 700]);
        assert!(!g.is_contiguous());
        w.set_grad(&g);
        if adam {
            Adam::new([&w], 0.5).step()
        } else {
            Sgd::new([&w], 0.5).momentum(0.9).step()
        }
        let steps = if adam { [0.5, 0.5, 0.5] } else { [0.5, 1.0, 2.0] };
        for (i, v) in w.to_vec::<f32>().unwrap().into_iter().enumerate() {
            assert!((v + steps[i / 700]).abs() < 1e-6, "element {i} is {v}");
        }
    }
}

#[test]
fn what_is_remembered_follows_a_change_of_type() {
    let w = Tensor::from(vec![1.0f32, 2.0]).requires_grad();
    let mut opt = Sgd::new([&w], 0.5).momentum(0.5);
    w.set_grad(&Tensor::from(vec![1.0f32, 2.0]));
    opt.step();
    let cast = |value: &mut Array, _: &Array| *value = elementwise::cast(value, DType::F64);
    assert!(w.step_in_place(cast));
    opt.step();
    assert_eq!(values(&w), [0.5 - 0.5 * 1.5, 1.0 - 0.5 * 3.0], "the f32 gradient and velocity count as f64");
}

#[test]
fn empty_and_scalar_parameters_are_parameters() {
    let (none, one) = (leaf(&[]), Tensor::from(1.0).requires_grad());
    let mut opt = Adam::new([&none, &one], 0.5);
    none.set_grad(&none.zeros_like());
    one.set_grad(&one.ones_like());
    opt.step();
    assert_eq!(none.numel(), 0);
    assert!((one.item() - 0.5).abs() < 1e-7);
}

#[test]
fn an_infinite_weight_without_decay_stays_infinite() {
    let w = leaf(&[f64::INFINITY]);
    w.set_grad(&Tensor::from([1.0]));
    Sgd::new([&w], 0.1).step();
    assert_eq!(values(&w), [f64::INFINITY]);
}
