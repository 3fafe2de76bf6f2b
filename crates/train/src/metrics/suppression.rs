//! One box for each thing: a detector finds it from several places.

use super::detection::check;
use super::{Detection, box_iou};
use tapegrad_core::fail;

/// Non-maximum suppression: from the highest score down, a box stays unless its IoU with one that stayed is above `iou`. The boxes
/// that stay, the highest score first; of equal scores in the order given.
///
/// Classes are not looked at, so that no place holds two things. Where things of several classes may lie in one place, suppress the
/// boxes of each class by themselves.
///
/// ```
/// use tapegrad_train::metrics::{Detection, non_maximum_suppression};
/// let found = |score, x| Detection { class: 0, score, bounds: [x, 0.0, x + 4.0, 4.0] };
/// let stay = non_maximum_suppression(&[found(0.8, 1.0), found(0.9, 0.0), found(0.7, 9.0)], 0.5);
/// assert_eq!(stay, [found(0.9, 0.0), found(0.7, 9.0)]);
/// ```
///
/// # Panics
/// If a score is NaN, bounds are not ordered, or `iou` is not from 0 to 1.
#[must_use]
#[track_caller]
pub fn non_maximum_suppression(detections: &[Detection], iou: f64) -> Vec<Detection> {
    if !(0.0..=1.0).contains(&iou) {
        fail!("non_maximum_suppression: an IoU of {iou}, expected 0 to 1");
    }
    check("non_maximum_suppression", detections);
    let mut order: Vec<&Detection> = detections.iter().collect();
    order.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut stay: Vec<Detection> = Vec::new();
    for detection in order {
        if stay.iter().all(|other| box_iou(&other.bounds, &detection.bounds) <= iou) {
            stay.push(*detection);
        }
    }
    stay
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(score: f64, x: f64) -> Detection {
        Detection { class: x as usize, score, bounds: [x, 0.0, x + 4.0, 4.0] }
    }

    /// Boxes of width 4 that are 1 apart have an IoU of 3/5, 2 apart of 1/3: the second is put out by the first, and then does not
    /// put out the third.
    #[test]
    fn what_is_put_out_puts_nothing_out() {
        let stay = non_maximum_suppression(&[found(0.7, 2.0), found(0.9, 0.0), found(0.8, 1.0), found(0.1, 20.0)], 0.5);
        assert_eq!(stay, [found(0.9, 0.0), found(0.7, 2.0), found(0.1, 20.0)]);
    }

    #[test]
    fn an_overlap_of_just_the_limit_is_allowed() {
        let boxes = [found(0.9, 0.0), found(0.8, 1.0)];
        assert_eq!(non_maximum_suppression(&boxes, 0.6), boxes);
        assert_eq!(non_maximum_suppression(&boxes, 0.59), [found(0.9, 0.0)]);
    }

    #[test]
    #[should_panic(expected = "non_maximum_suppression: an IoU of NaN, expected 0 to 1")]
    fn a_limit_that_is_no_share_is_refused() {
        let _ = non_maximum_suppression(&[found(0.5, 0.0)], f64::NAN);
    }

    #[test]
    #[should_panic(expected = "non_maximum_suppression: bounds [4, 0, 0, 4], expected [x1, y1, x2, y2]")]
    fn bounds_in_another_order_are_refused() {
        let _ = non_maximum_suppression(&[Detection { class: 0, score: 0.5, bounds: [4.0, 0.0, 0.0, 4.0] }], 0.5);
    }

    #[test]
    #[should_panic(expected = "non_maximum_suppression: the score of detection 1 is NaN")]
    fn scores_that_are_no_numbers_are_refused() {
        let _ = non_maximum_suppression(&[found(0.5, 0.0), found(f64::NAN, 0.0)], 0.5);
    }
}
