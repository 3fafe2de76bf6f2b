//! Measures beside scikit-learn's, and of boxes beside a plain reading of the rule, on random cases: see `generate.py`.

use serde_json::Value;
use tapegrad_core::Tensor;
use tapegrad_train::metrics::{
    Average, Confusion, Detection, Detections, GroundTruth, Residuals, accuracy, adjusted_rand, average_precision,
    purity, roc_auc, top_k_accuracy,
};

/// What `generate.py` kept.
const FILE: &str = include_str!("metrics.json");

/// The 50 cases of a kind.
fn cases(kind: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(FILE).expect("JSON");
    let cases = file[kind].as_array_mut().expect("a list").split_off(0);
    assert_eq!(cases.len(), 50);
    cases
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    let items = value.as_array().expect("a list").iter();
    items.map(|item| read(item).expect("of this kind")).collect()
}

fn floats(value: &Value) -> Vec<f64> {
    list(value, Value::as_f64)
}

fn integers(value: &Value) -> Tensor {
    Tensor::from(list(value, Value::as_i64))
}

fn rows(value: &Value) -> Tensor {
    let rows = list(value, |row| Some(floats(row)));
    let shape = [rows.len(), rows[0].len()];
    Tensor::from_vec(rows.concat(), shape).expect("rows of one length")
}

/// `null` stands for NaN.
#[track_caller]
fn assert_close(what: &str, found: f64, expected: &Value) {
    match expected.as_f64() {
        Some(expected) => assert!((found - expected).abs() <= 1e-9, "{what}: {found}, expected {expected}"),
        None => assert!(expected.is_null() && found.is_nan(), "{what}: {found}, expected {expected}"),
    }
}

type Measure = fn(&Confusion, Average) -> f64;
const MEASURES: [(&str, Measure); 4] = [
    ("precision", Confusion::precision),
    ("recall", Confusion::recall),
    ("f1", Confusion::f1),
    ("iou", Confusion::iou),
];

#[test]
fn measures_of_classes_are_scikit_learns() {
    for (i, case) in cases("classes").iter().enumerate() {
        let (scores, truth) = (rows(&case["scores"]), integers(&case["truth"]));
        let table = Confusion::of(&scores, &truth);
        assert_eq!(table.counts().iter().copied().collect::<Vec<_>>(), {
            let counts = list(&case["counts"], |row| Some(list(row, Value::as_u64)));
            counts.concat()
        });
        assert_close(&format!("{i} accuracy"), accuracy(&scores, &truth), &case["accuracy"]);
        assert_close(&format!("{i} accuracy"), table.accuracy(), &case["accuracy"]);
        assert_close(&format!("{i} top 2"), top_k_accuracy(&scores, &truth, 2), &case["top 2"]);
        assert_close(&format!("{i} roc_auc"), roc_auc(&scores, &truth), &case["roc_auc"]);
        for (name, measure) in MEASURES {
            let expected = &case[name];
            assert_close(&format!("{i} macro {name}"), measure(&table, Average::Macro), &expected["macro"]);
            assert_close(&format!("{i} micro {name}"), measure(&table, Average::Micro), &expected["micro"]);
            assert_close(&format!("{i} weighted {name}"), measure(&table, Average::Weighted), &expected["weighted"]);
            for (class, expected) in expected["classes"].as_array().expect("a list").iter().enumerate() {
                assert_close(&format!("{i} {name} of {class}"), measure(&table, Average::Class(class)), expected);
            }
        }
    }
}

#[test]
fn measures_of_two_classes_are_scikit_learns() {
    for (i, case) in cases("binary").iter().enumerate() {
        let (scores, truth) = (Tensor::from(floats(&case["scores"])), integers(&case["truth"]));
        assert_close(&format!("{i} roc_auc"), roc_auc(&scores, &truth), &case["roc_auc"]);
        let found = average_precision(&scores, &truth);
        assert_close(&format!("{i} average_precision"), found, &case["average_precision"]);
        let mut table = Confusion::new(2);
        table.add(&scores.gt(0.5), &truth);
        for (name, measure) in MEASURES {
            assert_close(&format!("{i} {name}"), measure(&table, Average::Class(1)), &case[name]);
        }
    }
}

#[test]
fn measures_of_numbers_are_scikit_learns() {
    for (i, case) in cases("residuals").iter().enumerate() {
        let (predicted, truth) = (Tensor::from(floats(&case["predicted"])), Tensor::from(floats(&case["truth"])));
        let residuals = Residuals::of(&predicted, &truth);
        assert_close(&format!("{i} mae"), residuals.mae(), &case["mae"]);
        assert_close(&format!("{i} rmse"), residuals.rmse(), &case["rmse"]);
        assert_close(&format!("{i} r2"), residuals.r2(), &case["r2"]);
    }
}

#[test]
fn measures_of_clusters_are_scikit_learns() {
    for (i, case) in cases("clusters").iter().enumerate() {
        let (clusters, truth) = (integers(&case["clusters"]), integers(&case["truth"]));
        assert_close(&format!("{i} purity"), purity(&clusters, &truth), &case["purity"]);
        assert_close(&format!("{i} adjusted_rand"), adjusted_rand(&clusters, &truth), &case["adjusted_rand"]);
    }
}

#[test]
fn mean_average_precision_is_that_of_the_rule_read_plainly() {
    for (i, case) in cases("detections").iter().enumerate() {
        let mut detections = Detections::new(case["threshold"].as_f64().expect("a number"));
        for image in case["images"].as_array().expect("a list") {
            let found = list(&image["found"], |row| {
                let row = floats(row);
                Some(Detection { class: row[0] as usize, score: row[1], bounds: row[2..].try_into().expect("four") })
            });
            let truth = list(&image["truth"], |row| {
                let row = floats(row);
                Some(GroundTruth { class: row[0] as usize, bounds: row[1..].try_into().expect("four") })
            });
            detections.add(&found, &truth);
        }
        assert_close(&format!("{i} mean"), detections.mean(), &case["mean"]);
        let by_class = detections.by_class();
        let expected = case["classes"].as_object().expect("a map");
        assert_eq!(by_class.len(), expected.len());
        for (class, found) in by_class {
            assert_close(&format!("{i} class {class}"), found, &expected[&class.to_string()]);
        }
    }
}
