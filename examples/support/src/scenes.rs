//! Made scenes of real digits. Boxes and masks cost much to draw by hand; of a scene that is put together they are known.

use crate::{Boxed, Masked, bounds};
use ndarray::{Array1, Array3, Axis};
use tapegrad_core::Rng;
use tapegrad_train::metrics::{GroundTruth, box_iou};

/// The side of a scene, in pixels.
const SIDE: usize = 64;
/// Two boxes overlap by no larger IoU.
const MOST_OVERLAP: f64 = 0.1;

/// Black squares of 64 by 64 pixels, each with one to three digits on it.
#[derive(Clone, Debug)]
#[must_use]
pub struct Scenes {
    /// `[N, 64, 64]`, 0 (black) to 255; where digits meet, the brighter pixel.
    pub images: Array3<u8>,
    /// `[N, 64, 64]`: the digit + 1 where its pixel is the brightest and above 127, 0 elsewhere.
    pub masks: Array3<u8>,
    /// The digits of each scene, and the smallest boxes around their pixels above 0.
    pub boxes: Vec<Vec<GroundTruth>>,
}

impl Scenes {
    /// `count` scenes of these images `[N, H, W]` and their labels. Which digits there are, and where, depends on the seed alone;
    /// boxes that overlap by an IoU above 0.1 are put elsewhere.
    ///
    /// # Panics
    /// If there is no image for each label, an image is larger than a scene, or one that is drawn has no pixel above 0.
    #[track_caller]
    pub fn of(digits: &Array3<u8>, labels: &Array1<u8>, count: usize, seed: u64) -> Scenes {
        let (n, height, width) = digits.dim();
        assert!(
            n == labels.len() && n > 0 && height <= SIDE && width <= SIDE,
            "scenes: {} labels for images {:?}, expected one for each image of at most {SIDE} by {SIDE} pixels",
            labels.len(),
            digits.shape()
        );
        let mut random = Rng::seeded(seed);
        let mut below = |n: usize| random.below(n as u64) as usize;
        let empty = Array3::zeros((count, SIDE, SIDE));
        let mut scenes = Scenes { images: empty.clone(), masks: empty, boxes: Vec::new() };
        for scene in 0..count {
            let mut boxes: Vec<GroundTruth> = Vec::new();
            for _ in 0..1 + below(3) {
                let which = below(n);
                let (digit, class) = (digits.index_axis(Axis(0), which), labels[which]);
                let tight = bounds(digit.indexed_iter().filter(|(_, pixel)| **pixel > 0).map(|((r, c), _)| [r, c]));
                let (left, top, bounds) = loop {
                    let (left, top) = (below(SIDE - width + 1), below(SIDE - height + 1));
                    let [x, y] = [left, top].map(|place| place as f64);
                    let moved = [tight[0] + x, tight[1] + y, tight[2] + x, tight[3] + y];
                    if boxes.iter().all(|other| box_iou(&other.bounds, &moved) <= MOST_OVERLAP) {
                        break (left, top, moved);
                    }
                };
                for ((row, column), &pixel) in digit.indexed_iter() {
                    let at = [scene, top + row, left + column];
                    if pixel > scenes.images[at] {
                        scenes.images[at] = pixel;
                        scenes.masks[at] = if pixel > 127 { class + 1 } else { 0 };
                    }
                }
                boxes.push(GroundTruth { class: usize::from(class), bounds });
            }
            scenes.boxes.push(boxes);
        }
        scenes
    }

    /// The scenes with the classes of their pixels.
    #[must_use]
    pub fn masked(self) -> Masked {
        Masked { images: self.images, classes: self.masks }
    }

    /// The scenes with their boxes.
    #[must_use]
    pub fn boxed(self) -> Boxed {
        Boxed { images: self.images, boxes: self.boxes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Digit k is a block of k + 1 rows and k + 2 columns with the brightness 20 (k + 1), so that each is known by its box.
    fn blocks() -> (Array3<u8>, Array1<u8>) {
        let images = Array3::from_shape_fn((10, 28, 28), |(k, r, c)| {
            if (5..6 + k).contains(&r) && (7..9 + k).contains(&c) { 20 * (k as u8 + 1) } else { 0 }
        });
        (images, (0..10).collect())
    }

    #[test]
    fn boxes_are_tight_and_masks_are_of_the_brightest_above_127() {
        let (images, labels) = blocks();
        let scenes = Scenes::of(&images, &labels, 300, 1);
        let mut met = 0;
        for (scene, boxes) in scenes.boxes.iter().enumerate() {
            for row in 0..SIDE {
                for column in 0..SIDE {
                    let inside = |b: &&GroundTruth| {
                        let [x1, y1, x2, y2] = b.bounds.map(|v| v as usize);
                        (x1..x2).contains(&column) && (y1..y2).contains(&row)
                    };
                    let classes: Vec<usize> = boxes.iter().filter(inside).map(|b| b.class).collect();
                    met += usize::from(classes.len() > 1);
                    let brightest = classes.iter().max().map_or(0, |k| 20 * (k + 1));
                    let mask = if brightest > 127 { brightest / 20 } else { 0 };
                    assert_eq!(usize::from(scenes.images[[scene, row, column]]), brightest);
                    assert_eq!(usize::from(scenes.masks[[scene, row, column]]), mask);
                }
            }
            for b in boxes {
                let [x1, y1, x2, y2] = b.bounds;
                assert_eq!((x2 - x1, y2 - y1), (b.class as f64 + 2.0, b.class as f64 + 1.0));
            }
        }
        assert!(met > 0, "some digits meet");
    }

    #[test]
    fn one_to_three_digits_overlap_little_and_are_of_every_class() {
        let (images, labels) = blocks();
        let scenes = Scenes::of(&images, &labels, 300, 2);
        let counts: HashSet<usize> = scenes.boxes.iter().map(Vec::len).collect();
        assert_eq!(counts, HashSet::from([1, 2, 3]));
        let classes: HashSet<usize> = scenes.boxes.iter().flatten().map(|b| b.class).collect();
        assert_eq!(classes.len(), 10);
        for boxes in &scenes.boxes {
            for (i, a) in boxes.iter().enumerate() {
                assert!(boxes[..i].iter().all(|b| box_iou(&a.bounds, &b.bounds) <= 0.1));
            }
        }
    }

    #[test]
    fn scenes_depend_on_the_seed_alone() {
        let (images, labels) = blocks();
        let scenes = |seed| Scenes::of(&images, &labels, 5, seed).images;
        assert_eq!(scenes(3), scenes(3));
        assert_ne!(scenes(3), scenes(4));
    }

    #[test]
    #[should_panic(expected = "scenes: 3 labels for images [10, 28, 28]")]
    fn labels_without_images_are_refused() {
        let (images, labels) = blocks();
        let _ = Scenes::of(&images, &labels.iter().copied().take(3).collect(), 1, 1);
    }
}
