//! How well boxes are found, image by image: mean average precision.

use std::collections::BTreeMap;

use tapegrad_core::fail;

/// A box that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// What it is said to hold.
    pub class: usize,
    /// How sure that is: what scores higher comes first.
    pub score: f64,
    /// `[x1, y1, x2, y2]`, with `x1 <= x2` and `y1 <= y2`, in any unit.
    pub bounds: [f64; 4],
}

/// A box that is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroundTruth {
    /// What it holds.
    pub class: usize,
    /// `[x1, y1, x2, y2]`, with `x1 <= x2` and `y1 <= y2`, in the unit of the detections.
    pub bounds: [f64; 4],
}

/// Found boxes beside those that are there, as Pascal VOC counts them since 2010 (Everingham et al., 2015, "The Pascal visual object
/// classes challenge: a retrospective").
///
/// From the highest score down, a detection is right if, of all boxes of its class in its image, the one with which it has the
/// largest IoU has at least the threshold, and no detection took that box before; a second one on the same box is wrong. The average
/// precision of a class is the area under the precision-recall curve with each precision raised to the largest at that recall or
/// higher (all points, not COCO's 101), and [`mean`](Detections::mean) is that over the classes which are there.
///
/// ```
/// use tapegrad_train::metrics::{Detection, Detections, GroundTruth};
/// let mut detections = Detections::new(0.5);
/// let truth = [GroundTruth { class: 3, bounds: [0.0, 0.0, 10.0, 10.0] }];
/// let near = Detection { class: 3, score: 0.9, bounds: [1.0, 0.0, 11.0, 10.0] };
/// let far = Detection { class: 3, score: 0.95, bounds: [8.0, 8.0, 18.0, 18.0] };
/// detections.add(&[near, far], &truth); // one image
/// assert_eq!(detections.mean(), 0.5);
/// ```
#[derive(Clone, Debug)]
pub struct Detections {
    threshold: f64,
    classes: BTreeMap<usize, Found>,
}

/// What is kept of a class.
#[derive(Clone, Debug, Default)]
struct Found {
    /// How many boxes are there.
    there: usize,
    /// The score of each detection, and whether it is right.
    detections: Vec<(f64, bool)>,
}

impl Detections {
    /// With nothing counted yet; a box is found where the intersection over union is at least `iou`.
    ///
    /// # Panics
    /// If it is not above 0 and at most 1.
    #[track_caller]
    pub fn new(iou: f64) -> Self {
        if !(iou > 0.0 && iou <= 1.0) {
            fail!("Detections: an IoU threshold of {iou}, expected more than 0 and at most 1");
        }
        Detections { threshold: iou, classes: BTreeMap::new() }
    }

    /// Counts one image. Detections with the same score keep their order, here and between images.
    ///
    /// # Panics
    /// If a score is NaN, or bounds are not ordered.
    #[track_caller]
    pub fn add(&mut self, found: &[Detection], truth: &[GroundTruth]) {
        check("Detections", found);
        for box_ in truth {
            check_bounds("Detections", box_.bounds);
        }
        for box_ in truth {
            self.classes.entry(box_.class).or_default().there += 1;
        }
        // Boxes belong to one image, so who takes which is settled within it.
        let mut order: Vec<&Detection> = found.iter().collect();
        order.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut taken = vec![false; truth.len()];
        for detection in order {
            let same = (0..truth.len()).filter(|&i| truth[i].class == detection.class);
            let overlaps = same.map(|i| (i, box_iou(&detection.bounds, &truth[i].bounds)));
            // The first of several: `max_by` would give the last.
            let best = overlaps.reduce(|best, next| if next.1 > best.1 { next } else { best });
            let right = match best {
                Some((i, overlap)) if overlap >= self.threshold => !std::mem::replace(&mut taken[i], true),
                _ => false,
            };
            self.classes.entry(detection.class).or_default().detections.push((detection.score, right));
        }
    }

    /// The average precision of each class that is there.
    pub fn by_class(&self) -> BTreeMap<usize, f64> {
        let there = self.classes.iter().filter(|(_, found)| found.there > 0);
        there.map(|(class, found)| (*class, found.average_precision())).collect()
    }

    /// The mean average precision over the classes that are there; NaN if there is none.
    pub fn mean(&self) -> f64 {
        let by_class = self.by_class();
        by_class.values().sum::<f64>() / by_class.len() as f64
    }
}

impl Found {
    fn average_precision(&self) -> f64 {
        let mut order = self.detections.clone();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut right, mut curve) = (0.0, Vec::with_capacity(order.len()));
        for (i, (_, is_right)) in order.iter().enumerate() {
            right += f64::from(u8::from(*is_right));
            curve.push((*is_right, right / (i + 1) as f64));
        }
        // From the end, the largest precision so far is that at this recall or higher. Recall grows at right ones only.
        let (mut area, mut most) = (0.0, 0.0_f64);
        for (is_right, precision) in curve.into_iter().rev() {
            most = most.max(precision);
            if is_right {
                area += most;
            }
        }
        area / self.there as f64
    }
}

/// Intersection over union of two boxes `[x1, y1, x2, y2]` with `x1 <= x2` and `y1 <= y2`; 0 of two boxes without area.
///
/// ```
/// use tapegrad_train::metrics::box_iou;
/// assert_eq!(box_iou(&[0.0, 0.0, 2.0, 2.0], &[1.0, 0.0, 3.0, 2.0]), 1.0 / 3.0);
/// ```
pub fn box_iou(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    let side = |low: usize| (a[low + 2].min(b[low + 2]) - a[low].max(b[low])).max(0.0);
    let area = |x: &[f64; 4]| (x[2] - x[0]) * (x[3] - x[1]);
    let intersection = side(0) * side(1);
    let union = area(a) + area(b) - intersection;
    if union > 0.0 { intersection / union } else { 0.0 }
}

/// Refuses scores of NaN and bounds in another order.
#[track_caller]
pub(super) fn check(what: &str, found: &[Detection]) {
    for (i, detection) in found.iter().enumerate() {
        check_bounds(what, detection.bounds);
        if detection.score.is_nan() {
            fail!("{what}: the score of detection {i} is NaN");
        }
    }
}

#[track_caller]
fn check_bounds(what: &str, [x1, y1, x2, y2]: [f64; 4]) {
    if !(x1 <= x2 && y1 <= y2) {
        fail!("{what}: bounds [{x1}, {y1}, {x2}, {y2}], expected [x1, y1, x2, y2] with x1 <= x2 and y1 <= y2");
    }
}
