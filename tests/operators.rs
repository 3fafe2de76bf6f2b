//! The forms of expression that must compile, with their values. Those that must not are in the operators' own documentation.

use tapegrad::{DType, Tensor, tensor};

/// `form!(expression => numbers)`: compiles, has these values, and records exactly if it holds a leaf.
macro_rules! form {
    ($y:expr => $expected:expr, $dtype:ident) => {{
        let y: Tensor = $y;
        assert_eq!(y.to_dtype(DType::F64).to_vec::<f64>().unwrap(), $expected, "{}", stringify!($y));
        assert_eq!(y.dtype(), DType::$dtype, "{}", stringify!($y));
    }};
}

fn x() -> Tensor {
    tensor![1.0, 2.0]
}

fn n() -> Tensor {
    tensor![6, 8]
}

#[test]
fn tensors_stand_on_both_sides_owned_or_borrowed() {
    let (a, b) = (x(), tensor![4.0, 8.0]);
    form!(&a + &b => [5.0, 10.0], F32);
    form!(&a + b.clone() => [5.0, 10.0], F32);
    form!(a.clone() + &b => [5.0, 10.0], F32);
    form!(a.clone() + b.clone() => [5.0, 10.0], F32);
    form!(&a - &b => [-3.0, -6.0], F32);
    form!(a.clone() - &b => [-3.0, -6.0], F32);
    form!(&a * &b => [4.0, 16.0], F32);
    form!(&a * b.clone() => [4.0, 16.0], F32);
    form!(&a / &b => [0.25, 0.25], F32);
    form!(a.clone() / b.clone() => [0.25, 0.25], F32);
}

#[test]
fn numbers_of_every_type_stand_on_the_right() {
    let (f, i, u, l) = (0.5f32, 2i32, 2usize, 0.5f64);
    form!(x() + f => [1.5, 2.5], F32);
    form!(&x() + f => [1.5, 2.5], F32);
    form!(&x() * l => [0.5, 1.0], F32);
    form!([f].iter().map(|f| x() * f).sum() => [0.5, 1.0], F32);
    form!([l].iter().map(|l| &x() * l).sum() => [0.5, 1.0], F32);
    form!(x() * i => [2.0, 4.0], F32);
    form!(&x() / u => [0.5, 1.0], F32);
    form!(x() - 1u8 => [0.0, 1.0], F32);
    form!(&x() - 1i64 => [0.0, 1.0], F32);
    form!([1i64].iter().map(|one| &x() - one).sum() => [0.0, 1.0], F32);
    form!(x() - 1i8 - 1i16 - 1u16 - 1u32 - 1u64 - 1isize - 1i128 - 1u128 => [-7.0, -6.0], F32);
    form!(n() * 2 => [12.0, 16.0], I64);
    form!(n() - u => [4.0, 6.0], I64);
    form!(n() / 4 => [1.5, 2.0], F32);
    form!(Tensor::from([1.0]) * f => [0.5], F64);
}

#[test]
fn literals_stand_on_the_left_and_methods_follow_without_annotation() {
    form!((2.0 * &x()).square() => [4.0, 16.0], F32);
    form!((2.0 * x()).square() => [4.0, 16.0], F32);
    form!((1 - &x()).square() => [0.0, 1.0], F32);
    form!((1 - x()).sum() => [-1.0], F32);
    form!((1.0 / &x()).sum() => [1.5], F32);
    form!((2 / x()).sum() => [3.0], F32);
    form!((0.5 + &x()).sum() => [4.0], F32);
    form!(2 * &n() => [12.0, 16.0], I64);
    form!(10 - n() => [4.0, 2.0], I64);
    form!(12 / n() => [2.0, 1.5], F32);
}

#[test]
fn unary_and_assigning_forms() {
    form!(-x() => [-1.0, -2.0], F32);
    form!(-&x() => [-1.0, -2.0], F32);
    form!(-(-n()) => [6.0, 8.0], I64);
    let truth = tensor![true, false];
    assert_eq!((!&truth).to_vec::<bool>().unwrap(), [false, true]);
    assert_eq!((!truth).to_vec::<bool>().unwrap(), [false, true]);
    let (mut y, lr) = (x(), 0.5f32);
    y += &x();
    y += x();
    y -= &x() * lr;
    y *= 2;
    y /= 5.0;
    y -= lr;
    form!(y => [0.5, 1.5], F32);
}

#[test]
fn longer_expressions_need_no_annotation_no_question_mark_and_no_extra_borrow() {
    let (a, w, b) = (x(), tensor![[1.0], [2.0]], Tensor::from(1.0f32));
    form!((&a * &w + &b).sum_dim(0) => [5.0, 8.0], F32);
    form!(0.5 * (&a - &b) / 2 + 1.0 - &a => [0.0, -0.75], F32);
    form!(-(&a * &a) * 2.0 + &a / &b => [-1.0, -6.0], F32);
    form!([&a, &b].into_iter().sum::<Tensor>() => [2.0, 3.0], F32);
    form!(vec![a.clone(), b.clone()].into_iter().sum::<Tensor>() => [2.0, 3.0], F32);
    let scale: f64 = [0.25, 0.75].iter().sum();
    form!(&a * scale => [1.0, 2.0], F32);
    form!((0..3).map(|i| &a * i).sum::<Tensor>() => [3.0, 6.0], F32);
    form!(Tensor::from(vec![1i64, 2]).to_dtype(DType::F32) * &a => [1.0, 4.0], F32);
}
