//! Images of the user's own with boxes on them, for what learns to find such boxes.

use std::collections::BTreeMap;
use std::path::Path;

use crate::images::{file, with_channels};
use crate::{COLOURS, Failure, brightened, enlarged, outline};
use ndarray::{Array3, Axis, Slice, stack};
use tapegrad_data::csv::Table;
use tapegrad_train::metrics::{Detection, GroundTruth, box_iou};
use tapegrad_viz::{Caption, ImageGrid, Png};

/// Gray images and the boxes on each.
#[derive(Clone, Debug)]
pub struct Boxed {
    /// `[N, H, W]`.
    pub images: Array3<u8>,
    /// Those of each image, in its pixels.
    pub boxes: Vec<Vec<GroundTruth>>,
}

impl Boxed {
    /// What is to be trained on and to be tested with, and the names of the classes: the files of a folder, plain or gzip, named
    /// `train*images*`, IDX `[N, H, W]` or `[N, H, W, C]` of bytes, and `train*boxes*`, CSV with the columns `image` (its number, from 0),
    /// `class` (its name), `x0`, `y0`, `x1` and `y1` (pixels); the same with `test`. Channels are averaged. Black rows and columns
    /// are added at the lower and right edges until their number is a multiple of `multiple`.
    ///
    /// # Errors
    /// A file is missing, cannot be read, is not of this form, or does not fit the others.
    ///
    /// # Panics
    /// If `multiple` is 0.
    pub fn read(folder: &Path, multiple: usize) -> Result<([Boxed; 2], Vec<String>), Failure> {
        let mut names = BTreeMap::new();
        let parts = [part(folder, "train", multiple, &mut names)?, part(folder, "test", multiple, &mut names)?];
        let [a, b] = parts.each_ref().map(|part| part.images.dim());
        if (a.1, a.2) != (b.1, b.2) {
            return Err(format!("{}: images {a:?} and {b:?}, expected one size", folder.display()).into());
        }
        if names.is_empty() {
            return Err(format!("{}: no box in either part, expected some", folder.display()).into());
        }
        let mut names: Vec<(String, usize)> = names.into_iter().collect();
        names.sort_by_key(|(_, class)| *class);
        Ok((parts, names.into_iter().map(|(name, _)| name).collect()))
    }

    /// The first of the images.
    #[must_use]
    pub fn first(&self, count: usize) -> Boxed {
        let images = self.images.slice_axis(Axis(0), Slice::from(..count)).to_owned();
        Boxed { images, boxes: self.boxes[..count].to_vec() }
    }

    /// These images, each with the boxes that are there beside those that are found, in the [`COLOURS`] of their classes, and whether
    /// that is [`faultless`].
    ///
    /// # Errors
    /// The picture cannot be drawn.
    pub fn beside(
        &self,
        found: &[Vec<Detection>],
        which: &[usize],
        names: &[String],
        iou: f64,
    ) -> Result<Png, Failure> {
        const SCALE: usize = 3;
        let large = enlarged(&brightened(&self.images.select(Axis(0), which)), SCALE);
        let (mut cells, mut captions) = (Vec::new(), Vec::new());
        for (picture, &image) in large.axis_iter(Axis(0)).zip(which) {
            let truth: Vec<_> = self.boxes[image].iter().map(|truth| (truth.class, truth.bounds)).collect();
            let shown: Vec<_> = found[image].iter().map(|found| (found.class, found.bounds)).collect();
            for (i, boxes) in [truth, shown].iter_mut().enumerate() {
                let mut picture = picture.to_owned();
                // From left to right, as one reads them.
                boxes.sort_by(|a, b| a.1[0].total_cmp(&b.1[0]));
                for (class, bounds) in boxes.iter() {
                    outline(picture.view_mut(), bounds.map(|place| place * SCALE as f64), COLOURS[1 + class % 10]);
                }
                cells.push(picture);
                let listed: Vec<&str> = boxes.iter().take(4).map(|(class, _)| names[*class].as_str()).collect();
                let more = if boxes.len() > 4 { " .." } else { "" };
                let text = format!("{} {}{more}", ["there:", "found:"][i], listed.join(" "));
                captions.push(match (i, faultless(&found[image], &self.boxes[image], iou)) {
                    (0, _) => Caption::Plain(text),
                    (_, true) => Caption::Right(text),
                    (_, false) => Caption::Wrong(text),
                });
            }
        }
        let cells: Vec<_> = cells.iter().map(|cell| cell.view()).collect();
        Ok(ImageGrid::rgb(stack(Axis(0), &cells)?.view()).captions(&captions).columns(4).scale(1).draw()?)
    }
}

/// Whether the boxes found are all there is and no more, each of its class and with an IoU of at least `iou`.
#[must_use]
pub fn faultless(found: &[Detection], truth: &[GroundTruth], iou: f64) -> bool {
    let is = |t: &GroundTruth, f: &Detection| f.class == t.class && box_iou(&f.bounds, &t.bounds) >= iou;
    found.len() == truth.len() && truth.iter().all(|truth| found.iter().any(|found| is(truth, found)))
}

/// A part, whose classes get the next numbers if their names are new.
fn part(folder: &Path, name: &str, multiple: usize, names: &mut BTreeMap<String, usize>) -> Result<Boxed, Failure> {
    let path = file(folder, &[name], "images")?;
    let images = with_channels(&path)?;
    let (n, height, width, channels) = images.dim();
    let gray = images.mapv(u32::from).sum_axis(Axis(3)).mapv(|sum| (sum / channels as u32) as u8);
    let mut padded = Array3::zeros((n, height.next_multiple_of(multiple), width.next_multiple_of(multiple)));
    let mut place = padded.slice_axis_mut(Axis(1), Slice::from(..height));
    place.slice_axis_mut(Axis(2), Slice::from(..width)).assign(&gray);

    let path = file(folder, &[name], "boxes")?;
    let table = Table::read(&path)?;
    let column = |name: &str| table.f64(name);
    let corners = [column("x0")?, column("y0")?, column("x1")?, column("y1")?];
    let owners = table.i64("image")?;
    let classes = table.strings("class")?;
    let mut boxes = vec![Vec::new(); n];
    for (row, (owner, class)) in owners.iter().zip(classes).enumerate() {
        let bounds = [0, 1, 2, 3].map(|k| corners[k][row]);
        let [x1, y1, x2, y2] = bounds;
        if !(0.0 <= x1 && x1 < x2 && x2 <= width as f64 && 0.0 <= y1 && y1 < y2 && y2 <= height as f64) {
            let expected = format!("x0 < x1 and y0 < y1 within {width} by {height} pixels");
            return Err(format!("{}: box {row} is {bounds:?}, expected {expected}", path.display()).into());
        }
        let Some(image) = usize::try_from(*owner).ok().and_then(|owner| boxes.get_mut(owner)) else {
            return Err(format!("{}: box {row} is on image {owner}, expected 0 to {}", path.display(), n - 1).into());
        };
        let next = names.len();
        image.push(GroundTruth { class: *names.entry(class.to_owned()).or_insert(next), bounds });
    }
    Ok(Boxed { images: padded, boxes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paint::count;
    use std::fs;

    #[test]
    fn images_are_gray_and_padded_and_boxes_belong_to_them() {
        let folder = std::env::temp_dir().join(format!("tapegrad-boxed-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        // One image of 2 by 3 pixels in two channels; and one of 2 by 3 in gray.
        let head = |shape: &[u8]| {
            [&[0, 0, 8, shape.len() as u8][..], &shape.iter().flat_map(|&n| [0, 0, 0, n]).collect::<Vec<_>>()].concat()
        };
        let train = [head(&[1, 2, 3, 2]), vec![0, 10, 20, 40, 1, 1, 2, 2, 3, 3, 255, 255]].concat();
        fs::write(folder.join("train-images.idx"), train).unwrap();
        fs::write(folder.join("test-images.idx"), [head(&[1, 2, 3]), vec![7; 6]].concat()).unwrap();
        let header = "image,class,x0,y0,x1,y1\n";
        let write = |name: &str, rows: &str| fs::write(folder.join(name), format!("{header}{rows}")).unwrap();
        write("train-boxes.csv", "0,dog,0,0,2.5,1\n0,cat,1,0,3,2\n");
        write("test-boxes.csv", "0,cat,0,0,1,1\n");

        let ([train, test], names) = Boxed::read(&folder, 4).unwrap();
        assert_eq!(names, ["dog", "cat"]);
        let expected = ndarray::array![[[5, 30, 1, 0], [2, 3, 255, 0], [0, 0, 0, 0], [0, 0, 0, 0]]];
        assert_eq!(train.images, expected);
        assert_eq!(
            train.boxes,
            [[(0, [0.0, 0.0, 2.5, 1.0]), (1, [1.0, 0.0, 3.0, 2.0])]
                .map(|(class, bounds)| GroundTruth { class, bounds })]
        );
        assert_eq!(test.boxes[0][0].class, 1, "a class has one number in both parts");

        let error = || format!("{:?}", Boxed::read(&folder, 4).unwrap_err());
        for (rows, says) in [
            ("1,cat,0,0,1,1\n", "box 0 is on image 1, expected 0 to 0"),
            ("0,cat,0,0,1,1\n0,cat,2,0,1,1\n", "box 1 is [2.0, 0.0, 1.0, 1.0], expected x0 < x1"),
            ("0,cat,0,0,1,3\n", "within 3 by 2 pixels"),
        ] {
            write("test-boxes.csv", rows);
            assert!(error().contains(says), "{}", error());
        }
        write("train-boxes.csv", "");
        write("test-boxes.csv", "");
        assert!(error().contains("no box in either part"), "{}", error());
        fs::remove_file(folder.join("test-boxes.csv")).unwrap();
        assert!(error().contains("no file test*boxes*"), "{}", error());
        fs::remove_dir_all(folder).unwrap();
    }

    /// Lines of 1 along boxes of 4 by 4 pixels that are enlarged to 12 by 12: 44 pixels.
    #[test]
    fn truth_and_what_is_found_stand_beside_each_other_in_the_colours_of_their_classes() {
        let at = |x: f64| [x, 0.0, x + 4.0, 4.0];
        let boxed = Boxed {
            images: Array3::zeros((2, 8, 8)),
            boxes: vec![vec![], vec![GroundTruth { class: 0, bounds: at(0.0) }]],
        };
        let found = [vec![], vec![Detection { class: 1, score: 0.9, bounds: at(4.0) }]];
        let names = ["cat".to_owned(), "dog".to_owned()];
        let png = boxed.beside(&found, &[1], &names, 0.5).unwrap();
        assert_eq!([1, 2].map(|colour| count(&png, COLOURS[colour])), [44, 44]);
        let png = boxed.beside(&found, &[0], &names, 0.5).unwrap();
        assert_eq!([1, 2].map(|colour| count(&png, COLOURS[colour])), [0, 0]);
    }

    /// Boxes of 4 by 4 that are 1 apart have an IoU of 3/5.
    #[test]
    fn without_fault_is_every_box_of_its_class_and_no_other() {
        let at = |x: f64| [x, 0.0, x + 4.0, 4.0];
        let truth = [GroundTruth { class: 3, bounds: at(0.0) }];
        let found = |class, x| Detection { class, score: 0.9, bounds: at(x) };
        assert!(faultless(&[found(3, 1.0)], &truth, 0.5));
        assert!(!faultless(&[found(3, 1.0)], &truth, 0.7), "too far away");
        assert!(!faultless(&[found(4, 0.0)], &truth, 0.5), "of another class");
        assert!(!faultless(&[found(3, 0.0), found(3, 20.0)], &truth, 0.5), "one too many");
        assert!(!faultless(&[], &truth, 0.5), "missed");
    }
}
