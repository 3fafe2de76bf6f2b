//! Jacobians, Hessians and their products, against closed forms and each other.

use std::panic::catch_unwind;

use tapegrad::prelude::*;
use tapegrad::spec::spread;
use tapegrad::{hessian, hvp, jacobian, jvp, vjp};

/// Every element within 1e-12.
fn assert_close(a: &Tensor, b: &Tensor) {
    assert!(a.allclose(b, 1e-12, 1e-12), "{a}\nexpected\n{b}");
}

fn quadratic(x: &[Tensor]) -> Tensor {
    let a = spread([3, 3], -1.0, 1.0);
    x[0].matmul(&a.matmul(&x[0]))
}

#[test]
fn the_jacobian_of_a_product_is_the_matrix() {
    let a = spread([2, 3], -1.0, 1.0);
    let j = jacobian(|x| a.matmul(&x[0]), &[spread([3], -1.0, 1.0)]);
    assert_close(&j[0], &a);
}

#[test]
fn jacobians_have_the_shapes_of_value_and_inputs() {
    let inputs = [spread([2, 3], -1.0, 1.0), spread([3], 0.0, 1.0), spread([4], 0.0, 1.0)];
    let j = jacobian(|x| &x[0] * &x[1], &inputs);
    let shapes: Vec<&[usize]> = j.iter().map(Tensor::shape).collect();
    assert_eq!(shapes, [&[2, 3, 2, 3][..], &[2, 3, 3], &[2, 3, 4]]);
    // The value does not depend on the last input.
    assert_eq!(j[2].abs().sum().item(), 0.0);
    // d (x_ik y_k) / d y_l = x_ik if k = l.
    for (i, k, l) in [(0, 1, 1), (1, 2, 2), (0, 1, 2)] {
        let expected = if k == l { inputs[0].i((i, k)).item() } else { 0.0 };
        assert_eq!(j[1].i((i, k, l)).item(), expected);
    }
}

#[test]
fn the_hessian_of_a_quadratic_form_is_its_matrix_and_the_transpose() {
    let a = spread([3, 3], -1.0, 1.0);
    let h = hessian(quadratic, &[spread([3], -2.0, 2.0)]);
    assert_close(&h[0][0], &(&a + a.transpose(0, 1)));
}

#[test]
fn mixed_blocks_of_the_hessian_are_each_others_transposes() {
    let inputs = [spread([2], 0.5, 1.0), spread([3], 0.5, 1.0)];
    let h = hessian(|x| (x[0].unsqueeze(1) * &x[1]).sin().sum(), &inputs);
    assert_eq!(h[0][1].shape(), [2, 3]);
    assert_close(&h[0][1], &h[1][0].transpose(0, 1));
    let product = inputs[0].unsqueeze(1) * &inputs[1];
    assert_close(&h[0][1], &(product.cos() - product.sin() * &product));
}

#[test]
fn products_equal_the_full_matrices_times_vectors() {
    let (x, v, u) = (spread([3], -1.0, 1.0), spread([3], 0.0, 2.0), spread([2], -1.0, 3.0));
    let w = spread([2, 3], -1.0, 1.0);
    let f = |x: &[Tensor]| w.matmul(&x[0].tanh()).exp();
    let j = jacobian(f, std::slice::from_ref(&x)).remove(0);
    assert_close(&jvp(f, std::slice::from_ref(&x), std::slice::from_ref(&v)).1, &j.matmul(&v));
    assert_close(&vjp(f, std::slice::from_ref(&x), &u).1[0], &u.matmul(&j));
    let g = |x: &[Tensor]| f(x).sum();
    let h = hessian(g, std::slice::from_ref(&x)).remove(0).remove(0);
    assert_close(&hvp(g, std::slice::from_ref(&x), std::slice::from_ref(&v))[0], &h.matmul(&v));
}

#[test]
fn what_does_not_depend_gives_zeros_and_leaves_no_trace() {
    let w = spread([2], 0.0, 1.0).requires_grad();
    let x = [spread([2], 0.0, 1.0)];
    let before = tapegrad::tape::stats();
    assert_eq!(jvp(|_| Tensor::from([1.0, 2.0]), &x, &x).1.to_vec::<f64>().unwrap(), [0.0, 0.0]);
    assert_eq!(hvp(|x| x[0].sum(), &x, &x)[0].to_vec::<f64>().unwrap(), [0.0, 0.0]);
    assert_eq!(hessian(|x| x[0].sum(), &x)[0][0].shape(), [2, 2]);
    let _ = jacobian(|x| &x[0] * &w, &x);
    assert!(w.grad().is_none());
    assert_eq!(tapegrad::tape::stats().nodes, before.nodes);
}

#[test]
fn misuse_is_named() {
    let message = |f: fn()| *catch_unwind(f).unwrap_err().downcast::<String>().unwrap();
    assert!(
        message(|| drop(hessian(|x| x[0].exp(), &[Tensor::from([1.0, 2.0])])))
            .starts_with("hessian: the value has shape [2]")
    );
    assert!(message(|| drop(jacobian(|x| x[0].clone(), &[tensor![1]]))).starts_with("jacobian: an input is i64"));
    let short = || drop(jvp(|x| x[0].exp(), &[Tensor::from([1.0, 2.0])], &[Tensor::from([1.0])]));
    assert!(message(short).starts_with("jvp: inputs [[2]] and vectors [[1]] differ"));
}
