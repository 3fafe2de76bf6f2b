//! What ops say they cost, against numbers reckoned by hand from the loops that a plain program would run.

use tapegrad::cost::count;
use tapegrad::{AttentionOptions, Conv2dOptions, ConvTranspose2dOptions, Tensor, no_grad};

fn cost(run: impl FnOnce() -> Tensor) -> u64 {
    let counting = count();
    run();
    counting.multiply_adds()
}

fn o(shape: impl AsRef<[usize]>) -> Tensor {
    Tensor::ones(shape.as_ref())
}

#[test]
fn a_matrix_product_costs_its_three_lengths() {
    assert_eq!(cost(|| o([2, 3]).matmul(&o([3, 4]))), 2 * 3 * 4);
    assert_eq!(cost(|| o([5, 2, 3]).matmul(&o([5, 3, 4]))), 5 * 2 * 3 * 4);
    assert_eq!(cost(|| o([5, 2, 3]).matmul(&o([3]))), 5 * 2 * 3);
    assert_eq!(cost(|| o([2, 0]).matmul(&o([0, 4]))), 0);
    assert_eq!(cost(|| o([7, 2, 3]).linear(&o([4, 3]), Some(&o([4])))), 7 * 2 * 3 * 4);
    assert_eq!(cost(|| Tensor::einsum("bi,bj->ij", &[&o([5, 2]), &o([5, 3])])), 5 * 2 * 3);
}

#[test]
fn a_convolution_costs_its_taps() {
    // 5 by 7 with a border of 1, windows of 3 by 2 in steps of 2: 3 by 4 places, 4 channels of 3, in 2 groups.
    let options = Conv2dOptions { stride: [2, 2], padding: [1, 1], groups: 2, ..Default::default() };
    let taps = 3 * 4 * 4 * (3 * 3 * 2);
    assert_eq!(cost(|| o([2, 6, 5, 7]).conv2d(&o([4, 3, 3, 2]), None, &options)), 2 * taps);
    // Each of 5 by 7 elements of 6 channels puts a kernel of 3 by 2 into 2 channels.
    let options = ConvTranspose2dOptions { stride: [2, 2], groups: 2, ..Default::default() };
    assert_eq!(cost(|| o([1, 6, 5, 7]).conv_transpose2d(&o([6, 2, 3, 2]), None, &options)), 5 * 7 * 6 * (2 * 3 * 2));
}

#[test]
fn attention_costs_its_pairs() {
    let [q, k, v] = [o([2, 3, 4]), o([2, 5, 4]), o([2, 5, 6])];
    assert_eq!(cost(|| q.scaled_dot_product_attention(&k, &v, &AttentionOptions::default())), 2 * 3 * 5 * (4 + 6));
}

#[test]
fn a_backward_walk_is_not_counted() {
    let [x, w] = [[2, 3], [3, 4]].map(|shape| o(shape).requires_grad());
    let y = x.matmul(&w);
    let counting = count();
    y.sum().backward();
    assert_eq!(counting.multiply_adds(), 0);
}

#[test]
fn what_is_not_recorded_costs_as_much_and_elementwise_ops_nothing() {
    assert_eq!(cost(|| no_grad(|| o([2, 3]).matmul(&o([3, 4])))), 24);
    assert_eq!(cost(|| (o([100]) * 2.0 + 1.0).exp().sum()), 0);
}
