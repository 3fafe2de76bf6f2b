//! Detection without boxes to learn from, for the examples to hold networks to.

use crate::{bounds, centred, components, fit, shares};
use ndarray::{Array1, Array3, ArrayView2, Axis};
use tapegrad_core::{Tensor, no_grad};
use tapegrad_data::shuffled_batches;
use tapegrad_nn::{Forward, Linear, Module};
use tapegrad_optim::Adam;
use tapegrad_optim::schedule::Constant;
use tapegrad_train::metrics::Detection;

/// Takes each part of touching light pixels for one thing, and asks a linear model of single images what it is. Where things meet it
/// finds one.
#[derive(Debug)]
pub struct Touching {
    classifier: Linear,
}

impl Touching {
    /// With a linear model of these images `[N, 28, 28]` and their labels.
    ///
    /// # Panics
    /// If there is not a label for each image.
    #[must_use]
    #[track_caller]
    pub fn train(images: &Array3<u8>, labels: &Array1<u8>, epochs: u64) -> Touching {
        assert_eq!(images.len_of(Axis(0)), labels.len(), "touching: a label for each image");
        let classes = usize::from(labels.iter().copied().max().unwrap_or(0)) + 1;
        let classifier = Linear::new(784, classes);
        let batches = (0..epochs).flat_map(|epoch| shuffled_batches(labels.len(), 100, 1, epoch));
        fit(Adam::new(classifier.parameters(), 1e-3), Constant::new(1e-3), batches, |rows| {
            let y: Tensor = rows.iter().map(|row| i64::from(labels[*row])).collect();
            classifier.call(&shares(&images.select(Axis(0), &rows)).reshape([-1, 784])).cross_entropy(&y)
        });
        Touching { classifier }
    }

    /// The parts of each image `[N, H, W]` that have more than nine pixels above 0.
    #[must_use]
    pub fn find(&self, images: &Array3<u8>) -> Vec<Vec<Detection>> {
        images.axis_iter(Axis(0)).map(|image| self.parts(image)).collect()
    }

    /// Each part is put into the middle of an image of its own, as MNIST's digits are.
    fn parts(&self, image: ArrayView2<'_, u8>) -> Vec<Detection> {
        let parts = components(image.mapv(|pixel| pixel > 0).view()).into_iter().filter(|part| part.len() > 9);
        let told = parts.map(|part| {
            let alone = shares(&centred(image, &part)).reshape([1, 784]);
            let (score, class) = no_grad(|| self.classifier.call(&alone).softmax(1)).max_dim(1);
            Detection { class: class.item() as usize, score: score.item(), bounds: bounds(part) }
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Class 0 is a bar that lies, class 1 one that stands.
    #[test]
    fn bars_are_found_and_told_apart_unless_they_touch() {
        let bar = |image: &mut Array3<u8>, i: usize, [x1, y1, x2, y2]: [usize; 4]| {
            (y1..y2).for_each(|row| (x1..x2).for_each(|column| image[[i, row, column]] = 200));
        };
        let mut single = Array3::zeros((100, 28, 28));
        for i in 0..100 {
            let at = 9 + i / 2 % 10;
            bar(&mut single, i, if i % 2 == 0 { [4, at, 24, at + 3] } else { [at, 4, at + 3, 24] });
        }
        let labels: Array1<u8> = (0..100).map(|i| i % 2).collect();
        let model = Touching::train(&single, &labels, 200);

        let mut scenes = Array3::zeros((2, 40, 40));
        bar(&mut scenes, 0, [2, 1, 22, 4]);
        bar(&mut scenes, 0, [30, 10, 33, 30]);
        // Four pixels are too few for a thing.
        bar(&mut scenes, 0, [38, 38, 40, 40]);
        bar(&mut scenes, 1, [2, 1, 22, 4]);
        bar(&mut scenes, 1, [22, 4, 25, 24]);
        let found = model.find(&scenes);
        let both: Vec<_> = found[0].iter().map(|found| (found.class, found.bounds)).collect();
        assert_eq!(both, [(0, [2.0, 1.0, 22.0, 4.0]), (1, [30.0, 10.0, 33.0, 30.0])]);
        assert!(found[0].iter().all(|found| found.score > 0.9), "{found:?}");
        assert_eq!(found[1].iter().map(|found| found.bounds).collect::<Vec<_>>(), [[2.0, 1.0, 25.0, 24.0]]);
    }
}
