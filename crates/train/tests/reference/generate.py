#!/usr/bin/env python3
"""Makes metrics.json: what scikit-learn says of 50 random cases of each kind, and a plain reading of Pascal VOC's rule of boxes.

    pip install scikit-learn numpy
    python crates/train/tests/reference/generate.py
"""
import json
import pathlib
import warnings

import numpy
import sklearn
from sklearn import metrics
from sklearn.metrics.cluster import contingency_matrix

warnings.filterwarnings("ignore")  # of measures that are not defined
rng = numpy.random.default_rng(1)
CASES = 50
MEASURES = {
    "precision": metrics.precision_score,
    "recall": metrics.recall_score,
    "f1": metrics.f1_score,
    "iou": metrics.jaccard_score,
}


def number(x):
    return None if numpy.isnan(x) else float(x)


def area(truth, scores):
    return metrics.roc_auc_score(truth, scores) if len(set(truth)) == 2 else numpy.nan


def classes():
    n, k = int(rng.integers(3, 40)), int(rng.integers(3, 7))
    # No equal scores in a row, where scikit-learn prefers the last of the best and others the first.
    scores = numpy.stack([rng.permutation(40)[:k] / 40 for _ in range(n)])
    truth = rng.integers(0, rng.integers(1, k + 1), n)
    better = rng.random(n) < 0.4
    scores[better, truth[better]] += 1
    predicted = scores.argmax(axis=1)
    case = {"scores": scores.tolist(), "truth": truth.tolist()}
    case["accuracy"] = metrics.accuracy_score(truth, predicted)
    case["counts"] = metrics.confusion_matrix(truth, predicted, labels=range(k)).tolist()
    case["top 2"] = metrics.top_k_accuracy_score(truth, scores, k=2, labels=range(k))
    case["roc_auc"] = number(numpy.mean([area(truth == c, scores[:, c]) for c in range(k)]))
    there = set(truth) | set(predicted)
    for name, measure in MEASURES.items():
        case[name] = {average: measure(truth, predicted, average=average) for average in ["macro", "micro", "weighted"]}
        each = measure(truth, predicted, average=None, labels=range(k))
        case[name]["classes"] = [float(x) if c in there else None for c, x in enumerate(each)]
    return case


def binary():
    n = int(rng.integers(2, 40))
    truth = (rng.random(n) < rng.choice([0.1, 0.5, 0.8])).astype(int)
    scores = numpy.round(rng.random(n) * 0.7 + 0.3 * truth, int(rng.integers(1, 4)))
    predicted = (scores > 0.5).astype(int)
    case = {"scores": scores.tolist(), "truth": truth.tolist(), "roc_auc": number(area(truth, scores))}
    case["average_precision"] = metrics.average_precision_score(truth, scores) if truth.any() else None
    if truth.any() or predicted.any():
        case |= {name: measure(truth, predicted) for name, measure in MEASURES.items()}
    return case


def residuals():
    n = int(rng.integers(2, 30))
    truth = rng.normal(rng.choice([0, 1e3]), 1, n).round(3)
    if rng.random() < 0.1:
        truth[:] = round(truth[0])  # whose mean scikit-learn computes without rounding
    predicted = truth if rng.random() < 0.1 else (truth + rng.normal(0, 1, n)).round(3)
    return {
        "predicted": predicted.tolist(),
        "truth": truth.tolist(),
        "mae": metrics.mean_absolute_error(truth, predicted),
        "rmse": metrics.root_mean_squared_error(truth, predicted),
        "r2": metrics.r2_score(truth, predicted),
    }


def clusters():
    n = int(rng.integers(1, 40))
    truth = rng.integers(0, rng.integers(1, 6), n)
    found = numpy.where(rng.random(n) < 0.5, 9 - truth, rng.integers(0, rng.integers(1, 9), n))
    return {
        "clusters": found.tolist(),
        "truth": truth.tolist(),
        "purity": contingency_matrix(truth, found).max(axis=0).sum() / n,
        "adjusted_rand": metrics.adjusted_rand_score(truth, found),
    }


def overlap(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def average_precision(found, there, threshold):
    """Of one class, over all images: found is (image, score, box), there is (image, box)."""
    found, taken, rights = sorted(found, key=lambda d: -d[1]), set(), []
    for image, _, box in found:
        overlaps = [overlap(box, other) if home == image else -1.0 for home, other in there]
        best = int(numpy.argmax(overlaps))
        right = overlaps[best] >= threshold and best not in taken
        if right:
            taken.add(best)
        rights.append(right)
    # The area under the raised curve, by its definition: for each right one, the best precision from there on.
    precisions = [sum(rights[: i + 1]) / (i + 1) for i in range(len(rights))]
    return sum(max(precisions[i:]) for i, right in enumerate(rights) if right) / len(there)


def detections():
    threshold, images, found, there = float(rng.choice([0.3, 0.5, 0.75])), [], {}, {}
    for image in range(int(rng.integers(1, 5))):
        truth, guesses = [], []
        for _ in range(int(rng.integers(0, 6))):
            corner, size, c = rng.integers(0, 40, 2), rng.integers(5, 20, 2), int(rng.integers(0, 3))
            truth.append([c, *map(float, [*corner, *(corner + size)])])
            for _ in range(int(rng.integers(0, 4))):
                shifted = numpy.array(truth[-1][1:]) + numpy.tile(rng.integers(-4, 5, 2), 2)
                guesses.append([c if rng.random() < 0.9 else 3, *shifted.tolist()])
        for _ in range(int(rng.integers(0, 3))):
            corner, size = rng.integers(0, 40, 2), rng.integers(1, 20, 2)
            guesses.append([int(rng.integers(0, 3)), *map(float, [*corner, *(corner + size)])])
        # No equal scores: the order of those is nobody's.
        guesses = [[c, float(rng.random()), *box] for c, *box in guesses]
        for c, *box in truth:
            there.setdefault(c, []).append((image, box))
        for c, score, *box in guesses:
            found.setdefault(c, []).append((image, score, box))
        images.append({"found": guesses, "truth": truth})
    each = {c: average_precision(found.get(c, []), boxes, threshold) for c, boxes in there.items()}
    mean = float(numpy.mean(list(each.values()))) if each else None
    return {"threshold": threshold, "images": images, "classes": each, "mean": mean}


kinds = {f.__name__: [f() for _ in range(CASES)] for f in [classes, binary, residuals, clusters, detections]}
text = json.dumps({"scikit-learn": sklearn.__version__} | kinds, separators=(",", ":"))
(pathlib.Path(__file__).parent / "metrics.json").write_text(text.replace('{"', '\n{"') + "\n")
