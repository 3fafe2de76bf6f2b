//! Long sums keep their digits.

use tapegrad::Tensor;

#[test]
fn ten_million_tenths_sum_to_a_million() {
    let n = 10_000_000;
    let tenths = Tensor::full([n], 0.1);
    let exact = f64::from(0.1f32) * n as f64;
    for (way, sum) in [
        ("at once", tenths.sum().item()),
        ("down columns", tenths.reshape([n as isize / 10, 10]).sum_dim(0).sum().item()),
        ("along rows", tenths.reshape([10, n as isize / 10]).sum_dim(1).sum().item()),
        ("as a mean", tenths.mean().item() * n as f64),
    ] {
        assert!((sum / exact - 1.0).abs() <= 1e-5, "{way}: {sum}");
    }
}
