//! One box for each thing: a detector finds it from several places.

use tapegrad_train::metrics::{Detection, box_iou};

/// Non-maximum suppression: from the highest score down, a box stays unless its IoU with one that stayed is above `most`, whatever
/// the classes of both, so that no place holds two things. The boxes that stay, the highest score first; of equal scores in the order
/// given.
///
/// # Panics
/// If a score is NaN.
#[must_use]
#[track_caller]
pub fn suppressed(mut boxes: Vec<Detection>, most: f64) -> Vec<Detection> {
    assert!(boxes.iter().all(|found| !found.score.is_nan()), "suppressed: a score is NaN, expected numbers");
    boxes.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut stay: Vec<Detection> = Vec::new();
    for found in boxes {
        if stay.iter().all(|other| box_iou(&other.bounds, &found.bounds) <= most) {
            stay.push(found);
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
        let stay = suppressed(vec![found(0.7, 2.0), found(0.9, 0.0), found(0.8, 1.0), found(0.1, 20.0)], 0.5);
        assert_eq!(stay, [found(0.9, 0.0), found(0.7, 2.0), found(0.1, 20.0)]);
    }

    #[test]
    fn an_overlap_of_just_the_limit_is_allowed() {
        let boxes = vec![found(0.9, 0.0), found(0.8, 1.0)];
        assert_eq!(suppressed(boxes.clone(), 0.6), boxes);
        assert_eq!(suppressed(boxes, 0.59), [found(0.9, 0.0)]);
    }

    #[test]
    #[should_panic(expected = "suppressed: a score is NaN")]
    fn scores_that_are_no_numbers_are_refused() {
        let _ = suppressed(vec![found(f64::NAN, 0.0)], 0.5);
    }
}
