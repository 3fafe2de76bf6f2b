//! What is fitted on the training part: standardisation, classes, missing values. Expected values by hand or by their laws.

use ndarray::{Array2, Array3, Array4, Axis, array};
use tapegrad_data::{
    Classes, Rng, Standardiser,
    missing::{Fill, Imputer, complete_rows, indicator},
    one_hot,
};

const NAN: f64 = f64::NAN;

#[test]
fn standardised_columns_have_mean_0_and_deviation_1() {
    let mut rng = Rng::seeded(1);
    // Means a million times their deviation: computed naively, in f32 or by squares, nothing would be left of it.
    let x = Array2::from_shape_fn((1000, 3), |(_, column)| 1e6 * column as f64 + rng.normal());
    let standardiser = Standardiser::fit(&x).unwrap();
    let y = standardiser.apply(&x);
    for column in y.columns() {
        let mean = column.mean().unwrap();
        let variance = column.mapv(|v| (v - mean).powi(2)).mean().unwrap();
        assert!(mean.abs() < 1e-9 && (variance - 1.0).abs() < 1e-9, "{mean} {variance}");
    }
    let back = standardiser.undo(&y);
    assert!((&back - &x).iter().all(|difference| difference.abs() < 1e-8));
}

/// Mean 5 and deviation 2 of the numbers 2, 4, 4, 4, 5, 5, 7, 9.
#[test]
fn deviation_is_that_of_the_population() {
    let x = array![[2.0_f32], [4.0], [4.0], [4.0], [5.0], [5.0], [7.0], [9.0]];
    let standardiser = Standardiser::fit(&x).unwrap();
    assert_eq!((standardiser.mean(), standardiser.std()), (&array![5.0], &array![2.0]));
    assert_eq!(standardiser.apply(&array![[9.0_f32], [0.0]]), array![[2.0_f32], [-2.5]]);
}

#[test]
fn numbers_of_the_training_part_are_applied_to_the_others() {
    let standardiser = Standardiser::fit(&array![[0.0, 1.0], [2.0, 1.0]]).unwrap();
    assert_eq!(standardiser.apply(&array![[5.0, 3.0]]), array![[4.0, 2.0]]);
}

#[test]
fn constant_columns_become_0() {
    // 0.1 summed up a thousand times is not a thousand times 0.1.
    let x = Array2::from_elem((1000, 1), 0.1);
    let standardiser = Standardiser::fit(&x).unwrap();
    assert_eq!((standardiser.mean()[0], standardiser.std()[0]), (0.1, 1.0));
    assert!(standardiser.apply(&x).iter().all(|&v| v == 0.0));
    assert_eq!(Standardiser::fit(&array![[7.0]]).unwrap().std(), array![1.0]);
}

#[test]
fn missing_values_are_left_out_and_stay_missing() {
    let x = array![[1.0, 5.0], [NAN, 7.0], [3.0, NAN]];
    let standardiser = Standardiser::fit(&x).unwrap();
    assert_eq!((standardiser.mean(), standardiser.std()), (&array![2.0, 6.0], &array![1.0, 1.0]));
    let y = standardiser.apply(&x);
    assert!(y[[1, 0]].is_nan() && y[[2, 1]].is_nan());
    assert_eq!((y[[0, 0]], y[[2, 0]], y[[1, 1]]), (-1.0, 1.0, 1.0));
}

#[test]
fn channels_of_images_are_standardised_alike() {
    let images = Array4::from_shape_fn((5, 2, 3, 4), |(n, c, h, w)| (n * 7 + h * 5 + w * 3) as f32 * (c + 1) as f32);
    let standardiser = Standardiser::fit(&images).unwrap();
    let y = standardiser.apply(&images);
    for channel in y.axis_iter(Axis(1)) {
        let mean = channel.mean().unwrap();
        assert!(mean.abs() < 1e-6 && (channel.mapv(|v| (v - mean).powi(2)).mean().unwrap() - 1.0).abs() < 1e-5);
    }
    let one: Array3<f32> = images.index_axis(Axis(0), 3).to_owned();
    assert_eq!(standardiser.apply_item(&one), y.index_axis(Axis(0), 3));
}

#[test]
fn columns_that_cannot_be_standardised_are_named() {
    let message = |x: Array2<f64>| Standardiser::fit(&x).unwrap_err().to_string();
    assert_eq!(message(array![[1.0, NAN], [2.0, NAN]]), "column 1: no value, expected at least one");
    assert_eq!(message(Array2::zeros((0, 2))), "column 0: no value, expected at least one");
    assert_eq!(message(array![[1.0, 2.0], [3.0, f64::INFINITY]]), "column 1: inf, expected finite numbers");
    let damaged = |mean, std| Standardiser::new(mean, std).unwrap_err().to_string();
    assert_eq!(
        damaged(array![1.0, 2.0], array![1.0]),
        "column 1: 2 means and 1 deviations, expected one of each for a column"
    );
    // The squares of such distances are no numbers of f64.
    for (far, deviation) in [(1e-200, "0"), (1e200, "inf")] {
        let message = message(array![[0.0], [far]]);
        let end = format!(" and deviation {deviation}, expected finite numbers, the deviation above 0");
        assert!(message.starts_with("column 0: mean ") && message.ends_with(&end), "{message}");
    }
    for (mean, std) in [(0.0, 0.0), (0.0, -1.0), (NAN, 1.0), (0.0, NAN), (0.0, f64::INFINITY)] {
        assert_eq!(
            damaged(array![0.0, mean], array![1.0, std]),
            format!("column 1: mean {mean} and deviation {std}, expected finite numbers, the deviation above 0")
        );
    }
}

#[test]
#[should_panic(expected = "apply: shape [1, 3], expected 2 along axis 1")]
fn another_number_of_columns_is_refused() {
    let _ = Standardiser::fit(&array![[0.0, 1.0], [2.0, 1.0]]).unwrap().apply(&array![[5.0, 3.0, 1.0]]);
}

#[test]
fn classes_are_the_same_for_every_order_of_rows() {
    let forward = Classes::of(["b", "a", "c", "a"]);
    assert_eq!(forward, Classes::of(["c", "a", "a", "b"]));
    assert_eq!(forward.encode(["c", "b", "a", "c"]).unwrap(), array![2, 1, 0, 2]);
    assert_eq!(forward.decode(&array![2, 0]).unwrap(), ["c", "a"]);
    assert_eq!((forward.len(), Classes::of([""; 0]).is_empty()), (3, true));
}

#[test]
fn names_and_numbers_that_are_unknown_are_named() {
    let classes = Classes::of(["b", "a"]);
    let message = classes.encode(["a", "A"]).unwrap_err().to_string();
    assert_eq!(message, r#"row 1: unknown category "A", expected one of ["a", "b"]"#);
    for number in [2, -1, i64::MIN] {
        let message = format!("row 1: class {number}, expected from 0 to less than 2");
        assert_eq!(classes.decode(&[0, number]).unwrap_err().to_string(), message);
        assert_eq!(one_hot(&[0, number], 2).unwrap_err().to_string(), message);
    }
}

#[test]
fn one_hot_rows_have_their_one_at_the_class() {
    let codes = array![1, 0, 2, 1];
    let rows = one_hot(&codes, 3).unwrap();
    assert_eq!(rows, array![[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]);
    assert_eq!(one_hot(&[], 3).unwrap().dim(), (0, 3));
}

#[test]
fn missing_values_are_dropped_filled_or_told() {
    let x = array![[1.0, NAN], [NAN, 4.0], [2.0, 1.0], [6.0, 3.0], [9.0, 2.0]];
    assert_eq!(complete_rows(&x), [2, 3, 4]);
    assert_eq!(indicator(&x), array![[0.0, 1.0], [1.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]);
    let mean = Imputer::fit(&x, Fill::Mean).unwrap();
    assert_eq!(mean.values(), array![4.5, 2.5]);
    // Of 1, 2, 6, 9 the mean of the middle two; of 1, 2, 3, 4 too.
    let median = Imputer::fit(&x, Fill::Median).unwrap();
    assert_eq!(median.values(), array![4.0, 2.5]);
    assert_eq!(Imputer::fit(&array![[3.0_f32], [9.0], [1.0]], Fill::Median).unwrap().values(), array![3.0]);
    assert_eq!(mean.apply(&x).column(0), array![1.0, 4.5, 2.0, 6.0, 9.0]);
    assert_eq!(median.apply(&array![[7.0_f32, f32::NAN]]), array![[7.0_f32, 2.5]]);
    assert_eq!(Imputer::new(mean.values().clone()).unwrap(), mean);
}

#[test]
fn means_of_constant_and_of_large_values_are_exact() {
    // Ten times 0.1 summed up and divided by ten is not 0.1.
    let mut x = Array2::from_elem((11, 1), 0.1);
    x[[4, 0]] = NAN;
    let imputer = Imputer::fit(&x, Fill::Mean).unwrap();
    assert_eq!(imputer.values(), array![0.1]);
    assert_eq!(Standardiser::fit(&imputer.apply(&x)).unwrap().std(), array![1.0]);
    assert_eq!(Imputer::fit(&array![[1e308], [1e308]], Fill::Mean).unwrap().values(), array![1e308]);
}

#[test]
fn columns_that_cannot_be_filled_are_named() {
    for fill in [Fill::Mean, Fill::Median] {
        let message = |x: Array2<f64>| Imputer::fit(&x, fill).unwrap_err().to_string();
        assert_eq!(message(array![[1.0, NAN]]), "column 1: no value, expected at least one");
        assert_eq!(message(array![[-f64::INFINITY]]), "column 0: -inf, expected finite numbers");
    }
    let far_apart = Imputer::fit(&array![[1.0, 1e308], [2.0, -1e308]], Fill::Mean).unwrap_err().to_string();
    assert_eq!(far_apart, "column 1: -inf, expected finite numbers");
    assert_eq!(Imputer::new(array![1.0, NAN]).unwrap_err().to_string(), "column 1: NaN, expected finite numbers");
}
