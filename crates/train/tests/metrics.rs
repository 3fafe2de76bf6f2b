//! Laws of the measures: batches add up, what is not defined is what the documentation says, and misuse is refused by name.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tapegrad_core::{Rng, Tensor, tensor};
use tapegrad_train::metrics::{
    Average, Confusion, Detection, Detections, GroundTruth, Residuals, accuracy, adjusted_rand, average_precision,
    purity, roc_auc, top_k_accuracy,
};

#[test]
fn batches_add_up_to_the_whole() {
    let mut rng = Rng::seeded(1);
    let (scores, classes) = (rng.randn([50, 4]), rng.randint(0, 4, [50]));
    let mut table = Confusion::new(4);
    let mut residuals = Residuals::new();
    let (x, y) = (rng.randn([50, 3]), rng.randn([50, 3]) + 5.0);
    for (from, rows) in [(0, 7), (7, 1), (8, 42)] {
        table.add(&scores.narrow(0, from, rows), &classes.narrow(0, from, rows));
        residuals.add(&x.narrow(0, from, rows), &y.narrow(0, from, rows));
    }
    assert_eq!(table, Confusion::of(&scores, &classes));
    assert_eq!(residuals, Residuals::of(&x, &y));
}

#[test]
fn scores_of_pixels_have_their_classes_along_axis_1() {
    let mut rng = Rng::seeded(2);
    let (scores, truth) = (rng.randn([2, 3, 4, 5]), rng.randint(0, 3, [2, 4, 5]));
    let pixels = scores.permute([0, 2, 3, 1]).reshape([-1, 3]);
    assert_eq!(Confusion::of(&scores, &truth), Confusion::of(&pixels, &truth.flatten()));
}

#[test]
fn dice_and_iou_of_masks_are_those_of_their_sets() {
    let predicted = tensor![[true, true, false], [true, false, false]];
    let truth = tensor![[true, false, false], [true, true, true]];
    let table = Confusion::of(&predicted, &truth);
    // Two pixels in both, three in one, four in the other.
    assert_eq!(table.iou(Average::Class(1)), 2.0 / 5.0);
    assert_eq!(table.f1(Average::Class(1)), 2.0 * 2.0 / 7.0);
}

#[test]
fn of_equal_scores_the_first_class_is_the_predicted_one() {
    let scores = tensor![[0.5, 0.5, 0.1]];
    let (first, second) = (tensor![0], tensor![1]);
    assert_eq!((accuracy(&scores, &first), accuracy(&scores, &second)), (1.0, 0.0));
    assert_eq!((top_k_accuracy(&scores, &first, 1), top_k_accuracy(&scores, &second, 1)), (1.0, 0.0));
    assert_eq!(top_k_accuracy(&scores, &second, 2), 1.0);
}

#[test]
fn what_is_not_defined_is_nan() {
    let (none, no_scores) = (Tensor::from(Vec::<i64>::new()), Tensor::zeros([0]));
    assert!(accuracy(&none, &none).is_nan());
    assert!(accuracy(&Tensor::zeros([0, 3]), &none).is_nan());
    assert!(top_k_accuracy(&Tensor::zeros([0, 3]), &none, 1).is_nan());
    assert!(purity(&none, &none).is_nan());
    assert!(Residuals::new().mae().is_nan() && Residuals::new().rmse().is_nan() && Residuals::new().r2().is_nan());
    assert!(Residuals::of(&tensor![f32::NAN, 1.0], &tensor![2.0, 2.0]).r2().is_nan());
    assert!(roc_auc(&no_scores, &none).is_nan() && average_precision(&no_scores, &none).is_nan());
    assert!(roc_auc(&tensor![0.1, 0.9], &tensor![1, 1]).is_nan(), "no negatives");
    assert!(roc_auc(&tensor![0.1, 0.9], &tensor![0, 0]).is_nan(), "no positives");
    assert!(roc_auc(&tensor![f32::NAN, 0.9], &tensor![0, 1]).is_nan(), "no order");
    assert!(average_precision(&tensor![0.1, 0.9], &tensor![0, 0]).is_nan(), "no positives");
    let empty = Confusion::new(2);
    for average in [Average::Class(0), Average::Macro, Average::Micro, Average::Weighted] {
        assert!(empty.precision(average).is_nan() && empty.iou(average).is_nan(), "{average:?}");
    }
    assert!(empty.accuracy().is_nan());
    assert!(Detections::new(0.5).mean().is_nan());
}

/// Class 0 is not the highest of NaN and 0.2, though its place would be given for that of the highest.
#[test]
fn no_measure_takes_nan_for_a_score() {
    let scores = Tensor::from_vec(vec![f32::NAN, 0.2, 0.9, 0.1], [2, 2]).unwrap();
    let truth = tensor![0, 0];
    assert!(accuracy(&scores, &truth).is_nan() && top_k_accuracy(&scores, &truth, 1).is_nan());
    let mut table = Confusion::new(2);
    table.add(&scores, &truth);
    table.add(&tensor![[0.9, 0.1]], &tensor![0]);
    assert!(table.accuracy().is_nan());
    for average in [Average::Class(0), Average::Macro, Average::Micro, Average::Weighted] {
        assert!(table.recall(average).is_nan() && table.f1(average).is_nan(), "{average:?}");
    }
}

#[test]
#[should_panic(expected = "Confusion: 4000000001 classes, whose pairs are more than memory can hold")]
fn more_classes_than_any_memory_holds_are_refused() {
    let _ = Confusion::of(&tensor![0], &tensor![4_000_000_000_i64]);
}

#[test]
fn classes_that_are_nowhere_are_left_out_of_the_mean() {
    let mut table = Confusion::new(9);
    table.add(&tensor![0, 1, 1], &tensor![0, 1, 2]);
    assert_eq!(table.precision(Average::Macro), (1.0 + 0.5 + 0.0) / 3.0);
    assert!(table.recall(Average::Class(8)).is_nan());
    assert_eq!(table.precision(Average::Class(2)), 0.0, "true, never predicted");
}

#[test]
fn one_partition_agrees_with_itself_whatever_its_numbers() {
    for parts in [vec![0i64, 0, 0], vec![0, 1, 2], vec![4, 2, 4, 4, 2], vec![0]] {
        let parts = Tensor::from(parts);
        let renamed = 7 - &parts;
        assert_eq!((adjusted_rand(&renamed, &parts), purity(&renamed, &parts)), (1.0, 1.0));
    }
    assert_eq!(adjusted_rand(&tensor![0, 0, 0, 0], &tensor![0, 1, 2, 3]), 0.0);
}

#[test]
fn a_second_detection_of_a_box_is_wrong_and_classes_do_not_mix() {
    let bounds = [0.0, 0.0, 2.0, 2.0];
    let truth = [GroundTruth { class: 0, bounds }];
    let of = |class, score| Detection { class, score, bounds };
    let mean = |found: &[Detection]| {
        let mut detections = Detections::new(1.0);
        detections.add(found, &truth);
        detections.mean()
    };
    assert_eq!(mean(&[of(0, 0.9)]), 1.0);
    assert_eq!(mean(&[of(0, 0.9), of(0, 0.8)]), 1.0, "it was found before");
    assert_eq!(mean(&[of(1, 0.9)]), 0.0);
    assert_eq!(mean(&[]), 0.0);
    let mut twice = Detections::new(0.5);
    twice.add(&[of(0, 0.9), of(0, 0.8)], &truth);
    twice.add(&[of(0, 0.7)], &truth);
    assert_eq!(twice.mean(), (1.0 + 2.0 / 3.0) / 2.0, "right, wrong, right");
}

#[test]
fn of_boxes_with_the_same_overlap_the_first_is_taken() {
    let truth = [[0.0, 0.0, 2.0, 2.0], [2.0, 0.0, 4.0, 2.0]].map(|bounds| GroundTruth { class: 0, bounds });
    let mut detections = Detections::new(0.25);
    // The surest lies over half of both; the next is the first box itself, and finds it taken.
    let found = [([1.0, 0.0, 3.0, 2.0], 0.9), (truth[0].bounds, 0.8)];
    detections.add(&found.map(|(bounds, score)| Detection { class: 0, score, bounds }), &truth);
    assert_eq!(detections.mean(), 0.5, "right, wrong, of two");
}

#[test]
fn misuse_is_refused_by_name() {
    let refused = |f: &dyn Fn()| {
        let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("a panic");
        panic
            .downcast::<String>()
            .map_or_else(|p| p.downcast::<&str>().map_or(String::new(), |s| s.to_string()), |s| *s)
    };
    let (scores, classes) = (Tensor::zeros([3, 2]), tensor![0, 1]);
    let cases: [(&dyn Fn(), &str); 10] = [
        (&|| _ = accuracy(&scores, &classes), "accuracy: scores [3, 2] for classes [2], expected an axis 1 of classes"),
        (&|| _ = accuracy(&tensor![0], &classes), "accuracy: predicted [1] and true [2], expected one shape"),
        (&|| _ = accuracy(&classes, &tensor![0.0, 1.0]), "accuracy: classes of type f32, expected i64 or bool"),
        (&|| _ = accuracy(&classes, &tensor![0, -1]), "accuracy: a class is -1, expected 0 or more"),
        (&|| Confusion::new(1).add(&classes, &classes), "Confusion: a class is 1, expected less than 1"),
        (&|| _ = Confusion::new(1).f1(Average::Class(1)), "Confusion: class 1 was asked for, expected less than 1"),
        (&|| _ = roc_auc(&tensor![0.5], &tensor![2]), "roc_auc: a class is 2, expected less than 2"),
        (&|| _ = roc_auc(&scores, &classes), "roc_auc: scores [3, 2] for classes [2], expected [n, classes] for [n]"),
        (&|| _ = Residuals::of(&scores, &classes), "Residuals: predicted [3, 2] and true [2], expected one shape"),
        (&|| _ = Detections::new(0.0), "Detections: an IoU threshold of 0, expected more than 0 and at most 1"),
    ];
    for (case, expected) in cases {
        let message = refused(case);
        assert!(message.starts_with(expected), "{message}");
    }
    let backwards = Detection { class: 0, score: 1.0, bounds: [1.0, 0.0, 0.0, 1.0] };
    let message = refused(&|| Detections::new(0.5).add(&[backwards], &[]));
    assert!(
        message.starts_with("Detections: bounds [1, 0, 0, 1], expected [x1, y1, x2, y2] with x1 <= x2"),
        "{message}"
    );
}
