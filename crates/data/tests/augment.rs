//! Changes of images: against NumPy's and PyTorch's results (tests/fixtures/generate.py), and by their laws.

use ndarray::{Array1, Array2, Array3, Array4, array};
use std::collections::BTreeSet;
use tapegrad_data::{
    Rng,
    augment::{Affine, center_crop, crop, cutout, flip_horizontal, flip_vertical, mixup, pad, random_crop},
    npy,
};

/// 2 channels of 3 x 4 pixels, each pixel another number.
fn image() -> Array3<f32> {
    Array3::from_shape_fn((2, 3, 4), |(c, h, w)| (100 * c + 10 * h + w) as f32)
}

fn fixture(name: &str) -> Array3<f32> {
    npy::read(format!("{}/tests/fixtures/{name}.npy", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn flips_exchange_sides() {
    assert_eq!(flip_horizontal(image())[[1, 2, 0]], 123.0);
    assert_eq!(flip_vertical(image())[[1, 2, 0]], 100.0);
    assert_eq!(flip_horizontal(flip_horizontal(image())), image());
    assert_eq!(flip_vertical(flip_vertical(image())), image());
}

#[test]
fn parts_have_the_pixels_of_their_place() {
    assert_eq!(crop(&image(), (1, 2), 2, 2).index_axis(ndarray::Axis(0), 1), array![[112.0, 113.0], [122.0, 123.0]]);
    assert_eq!(center_crop(&image(), 1, 2).index_axis(ndarray::Axis(0), 0), array![[11.0, 12.0]]);
    assert_eq!(center_crop(&image(), 2, 3)[[0, 0, 0]], 0.0);
    assert_eq!(center_crop(&image(), 3, 4), image());
    let padded = pad(&image(), 2);
    assert_eq!((padded.dim(), padded.sum()), ((2, 7, 8), image().sum()));
    assert_eq!(crop(&padded, (2, 2), 3, 4), image());
}

#[test]
fn every_part_is_drawn_equally_often() {
    let mut rng = Rng::seeded(3);
    let mut counts = std::collections::BTreeMap::new();
    for _ in 0..6000 {
        let part = random_crop(&image(), 2, 2, &mut rng);
        *counts.entry(part[[0, 0, 0]] as i32).or_insert(0) += 1;
    }
    assert_eq!(counts.keys().copied().collect::<Vec<_>>(), [0, 1, 2, 10, 11, 12]);
    // Five standard deviations of a count of 1000 in 6000.
    assert!(counts.values().all(|&n: &i32| (n - 1000).abs() < 145), "{counts:?}");
}

#[test]
#[should_panic(expected = "crop: 2 x 5 at (1, 0), expected a part of 3 x 4")]
fn parts_outside_the_image_are_refused() {
    let _ = crop(&image(), (1, 0), 2, 5);
}

#[test]
#[should_panic(expected = "crop: 4 x 4 at (0, 0), expected a part of 3 x 4")]
fn parts_larger_than_the_image_are_refused() {
    let _ = random_crop(&image(), 4, 4, &mut Rng::seeded(0));
}

/// PyTorch's `affine_grid` and `grid_sample` (bilinear, zeros outside).
#[test]
fn affine_changes_are_those_of_pytorch() {
    let image = fixture("image");
    for (name, affine) in [
        ("affine_turned", Affine { degrees: 30.0, ..Affine::default() }),
        ("affine_scaled", Affine { scale: 1.7, ..Affine::default() }),
        ("affine_moved", Affine { down: 1.25, right: -2.0, ..Affine::default() }),
        ("affine_all", Affine { degrees: -75.0, scale: 0.8, down: -0.5, right: 1.5 }),
    ] {
        let (found, expected) = (affine.apply(&image), fixture(name));
        let worst = (&found - &expected).iter().fold(0.0_f32, |worst, d| worst.max(d.abs()));
        assert!(worst < 2e-5, "{name}: off by {worst}");
    }
    assert_eq!(Affine::default().apply(&image), image);
}

#[test]
fn random_affine_changes_lie_within_their_bounds() {
    let mut rng = Rng::seeded(4);
    let drawn: Vec<Affine> = (0..1000).map(|_| Affine::random(10.0, 3.0, 0.5..=2.0, &mut rng)).collect();
    let within = |of: fn(&Affine) -> f64, low: f64, high: f64| {
        let (least, most) = drawn.iter().map(of).fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
        let hundredth = (high - low) / 100.0;
        assert!(low <= least && least < low + hundredth && high - hundredth < most && most <= high, "{least} {most}");
    };
    within(|a| a.degrees, -10.0, 10.0);
    within(|a| a.scale, 0.5, 2.0);
    within(|a| a.down, -3.0, 3.0);
    within(|a| a.right, -3.0, 3.0);
}

#[test]
#[should_panic(expected = "affine: scales from 0, expected numbers above 0")]
fn random_affine_changes_to_no_size_are_refused() {
    let _ = Affine::random(0.0, 0.0, 0.0..=1.0, &mut Rng::seeded(0));
}

#[test]
fn affine_changes_by_numbers_that_are_not_finite_are_refused() {
    for bad in [f64::NAN, f64::INFINITY] {
        for (affine, message) in [
            (Affine { degrees: bad, ..Affine::default() }, format!("{bad} degrees, 0 down and 0 to the right")),
            (Affine { down: bad, ..Affine::default() }, format!("0 degrees, {bad} down and 0 to the right")),
            (Affine { right: bad, ..Affine::default() }, format!("0 degrees, 0 down and {bad} to the right")),
        ] {
            let payload = std::panic::catch_unwind(|| affine.apply(&image())).unwrap_err();
            let said = payload.downcast_ref::<String>().unwrap();
            assert_eq!(*said, format!("affine: {message}, expected finite numbers"));
        }
    }
}

#[test]
fn cutout_empties_a_square_or_the_part_of_it_inside() {
    let mut rng = Rng::seeded(5);
    let mut sizes = BTreeSet::new();
    for _ in 0..500 {
        let cut = cutout(Array3::ones((2, 6, 7)), 3, &mut rng);
        let empty: Vec<(usize, usize)> =
            cut.index_axis(ndarray::Axis(0), 0).indexed_iter().filter(|(_, v)| **v == 0.0).map(|(at, _)| at).collect();
        assert_eq!(cut.index_axis(ndarray::Axis(0), 0), cut.index_axis(ndarray::Axis(0), 1));
        let span = |of: fn(&(usize, usize)) -> usize| {
            1 + empty.iter().map(of).max().unwrap() - empty.iter().map(of).min().unwrap()
        };
        let (rows, columns) = (span(|at| at.0), span(|at| at.1));
        assert_eq!(empty.len(), rows * columns, "a full rectangle");
        sizes.insert((rows, columns));
    }
    assert_eq!(sizes, BTreeSet::from([(2, 2), (2, 3), (3, 2), (3, 3)]));
    assert_eq!(cutout(image(), 0, &mut rng), image());
    assert!(cutout(image(), 100, &mut rng).iter().all(|&v| v == 0.0));
}

/// Targets are mixed by the same part as the items: with one item a class, the target tells from which items each came.
#[test]
fn mixup_mixes_items_and_targets_alike() {
    let mut rng = Rng::seeded(6);
    let mut parts = BTreeSet::new();
    for _ in 0..50 {
        let x = Array4::from_shape_fn((5, 1, 2, 2), |(n, _, h, w)| (n * n) as f32 + (h + w) as f32 * 0.25);
        let (mixed, y) = mixup(x.clone(), Array2::eye(5), 0.4, &mut rng);
        for n in 0..5 {
            let weights: Array1<f32> = y.row(n).to_owned();
            assert!((weights.sum() - 1.0).abs() < 1e-6 && weights.iter().filter(|w| **w > 0.0).count() <= 2);
            assert!(weights[n] > 0.0);
            let squares: f32 = weights.iter().enumerate().map(|(k, w)| (k * k) as f32 * w).sum();
            assert!((mixed[[n, 0, 1, 1]] - squares - 0.5).abs() < 1e-5);
        }
        parts.insert(y[[0, 0]].to_bits());
    }
    assert!(parts.len() > 30, "another part for each batch");
}

#[test]
#[should_panic(expected = "mixup: 3 items and 2 targets, expected as many")]
fn mixup_of_other_numbers_is_refused() {
    let _ = mixup(Array2::zeros((3, 1)), Array2::zeros((2, 2)), 1.0, &mut Rng::seeded(0));
}
