//! Many small images side by side as one PNG, each with a caption: what a classifier saw and said.

use crate::colour::{Colour, GREEN, INK, VERMILLION};
use crate::{Error, file, font};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use ndarray::{Array4, ArrayView3, ArrayView4, Axis};
use std::path::Path;

/// A finished PNG image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Png {
    bytes: Vec<u8>,
    width: u32,
    height: u32,
}

impl Png {
    /// The bytes of the PNG file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Writes the image to a file, by way of a temporary file beside it; parent folders are created.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] naming the path; an existing file then keeps its content.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        file::write_whole(path.as_ref(), &self.bytes)
    }
}

/// The short text beneath an image of an [`ImageGrid`].
///
/// The font has capitals, digits and common signs: small letters are shown as capitals, other characters as a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caption {
    /// In black.
    Plain(String),
    /// In green.
    Right(String),
    /// In orange-red, and the image is framed in the same colour.
    Wrong(String),
}

impl Caption {
    fn parts(&self) -> (&str, Colour) {
        match self {
            Self::Plain(text) => (text, INK),
            Self::Right(text) => (text, GREEN),
            Self::Wrong(text) => (text, VERMILLION),
        }
    }
}

/// The widest and highest picture that is drawn, in pixels.
const LARGEST: usize = 20_000;
/// The white space about a cell.
const GAP: usize = 8;
/// The width of the frame about an image.
const FRAME: usize = 2;
/// The white space between a caption and the image below, more than between it and its own image.
const AFTER_CAPTION: usize = 8;
const BETWEEN_IMAGE_AND_CAPTION: usize = 5;

/// Images of equal size in rows, enlarged by a whole factor, with captions.
///
/// ```
/// # use {ndarray::Array3, tapegrad_viz::{Caption, ImageGrid}};
/// let digits = Array3::from_shape_fn((3, 28, 28), |(i, row, column)| (80 * i + row + column) as u8);
/// let captions = [Caption::Right("7".into()), Caption::Right("2".into()), Caption::Wrong("5 not 6".into())];
/// let png = ImageGrid::gray(digits.view()).captions(&captions).columns(2).scale(3).draw()?;
/// assert!(png.size().0 > 2 * 3 * 28);
/// # Ok::<(), tapegrad_viz::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ImageGrid {
    /// \[image, row, column, RGB or gray\]
    images: Array4<u8>,
    captions: Vec<Caption>,
    columns: usize,
    scale: usize,
}

impl ImageGrid {
    /// Gray images \[image, row, column\], 0 black and 255 white; 10 in a row, enlarged twice, without captions.
    pub fn gray(images: ArrayView3<'_, u8>) -> Self {
        Self::of(images.insert_axis(Axis(3)))
    }

    /// Colour images \[image, row, column, 3\] of red, green and blue; otherwise as [`gray`](Self::gray).
    ///
    /// # Panics
    ///
    /// If the last axis is not 3 long.
    #[track_caller]
    pub fn rgb(images: ArrayView4<'_, u8>) -> Self {
        assert_eq!(
            images.dim().3,
            3,
            "image grid: colour images of shape {:?}, not [n, height, width, 3]",
            images.shape()
        );
        Self::of(images)
    }

    fn of(images: ArrayView4<'_, u8>) -> Self {
        Self { images: images.to_owned(), captions: Vec::new(), columns: 10, scale: 2 }
    }

    /// Gives each image its caption.
    ///
    /// # Panics
    ///
    /// If there is not one caption for each image.
    #[track_caller]
    pub fn captions(mut self, captions: &[Caption]) -> Self {
        let images = self.images.dim().0;
        assert_eq!(captions.len(), images, "image grid: {} captions for {images} images", captions.len());
        self.captions = captions.to_vec();
        self
    }

    /// Puts at most `columns` images into a row.
    ///
    /// # Panics
    ///
    /// If `columns` is 0.
    #[track_caller]
    pub fn columns(mut self, columns: usize) -> Self {
        assert!(columns > 0, "image grid: 0 columns");
        self.columns = columns;
        self
    }

    /// Draws each pixel of an image as a square of `scale` by `scale` pixels.
    ///
    /// # Panics
    ///
    /// If `scale` is 0.
    #[track_caller]
    pub fn scale(mut self, scale: usize) -> Self {
        assert!(scale > 0, "image grid: scale 0");
        self.scale = scale;
        self
    }

    /// Draws the grid. Cells are as wide as the widest image or caption.
    ///
    /// # Errors
    ///
    /// [`Error::CannotDraw`] if there is no image, the images have no pixels, or the picture would be wider or higher
    /// than 20,000 pixels.
    pub fn draw(&self) -> Result<Png, Error> {
        let (count, rows, columns, _) = self.images.dim();
        let cannot = |reason: String| Error::cannot_draw("image grid", reason);
        if self.images.is_empty() {
            return Err(cannot(format!("no pixels in images of shape {:?}", self.images.shape())));
        }
        let dot = if self.scale >= 3 { 2 } else { 1 };
        let text_width = |text: &str| (text.chars().count() * font::ADVANCE).saturating_sub(1).saturating_mul(dot);
        // With the width of a character more, so that neighbouring captions do not read as one.
        let with_blank = |text: &str| text_width(text).saturating_add(font::ADVANCE * dot);
        let widest_caption = self.captions.iter().map(|caption| with_blank(caption.parts().0)).max();
        let caption_room = widest_caption.map_or(0, |_| BETWEEN_IMAGE_AND_CAPTION + font::HEIGHT * dot + AFTER_CAPTION);
        let image_width = columns.saturating_mul(self.scale).saturating_add(2 * FRAME);
        let image_height = rows.saturating_mul(self.scale).saturating_add(2 * FRAME);
        let cell_width = image_width.max(widest_caption.unwrap_or(0)).saturating_add(GAP);
        let cell_height = image_height.saturating_add(caption_room + GAP);
        let across = self.columns.min(count);
        let width = cell_width.saturating_mul(across).saturating_add(GAP);
        let height = cell_height.saturating_mul(count.div_ceil(across)).saturating_add(GAP);
        if width.max(height) > LARGEST {
            return Err(cannot(format!("{width} by {height} pixels, more than {LARGEST}")));
        }

        let mut sheet = Sheet::white(width, height);
        for (i, image) in self.images.axis_iter(Axis(0)).enumerate() {
            let (left, top) = (GAP + i % across * cell_width, GAP + i / across * cell_height);
            let inner = cell_width - GAP;
            let image_left = left + (inner - image_width) / 2;
            if let Some(caption) = self.captions.get(i) {
                let (text, colour) = caption.parts();
                if matches!(caption, Caption::Wrong(_)) {
                    sheet.fill(image_left, top, image_width, image_height, colour);
                }
                let text_left = left + (inner - text_width(text)) / 2;
                sheet.write(text_left, top + image_height + BETWEEN_IMAGE_AND_CAPTION, text, dot, colour);
            }
            for (at, pixel) in image.lanes(Axis(2)).into_iter().enumerate() {
                let (row, column) = (at / columns, at % columns);
                let colour = match pixel.len() {
                    3 => Colour(pixel[0], pixel[1], pixel[2]),
                    _ => Colour(pixel[0], pixel[0], pixel[0]),
                };
                let (x, y) = (image_left + FRAME + column * self.scale, top + FRAME + row * self.scale);
                sheet.fill(x, y, self.scale, self.scale, colour);
            }
        }
        sheet.into_png()
    }
}

/// An RGB picture in the making.
struct Sheet {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
}

impl Sheet {
    fn white(width: usize, height: usize) -> Self {
        Self { pixels: vec![255; width * height * 3], width, height }
    }

    fn fill(&mut self, left: usize, top: usize, width: usize, height: usize, colour: Colour) {
        for row in top..top + height {
            let start = (row * self.width + left) * 3;
            for pixel in self.pixels[start..start + width * 3].chunks_exact_mut(3) {
                pixel.copy_from_slice(&[colour.0, colour.1, colour.2]);
            }
        }
    }

    fn write(&mut self, left: usize, top: usize, text: &str, dot: usize, colour: Colour) {
        for (i, character) in text.chars().enumerate() {
            for (row, dots) in font::glyph(character).into_iter().enumerate() {
                for column in (0..font::WIDTH).filter(|column| dots >> (font::WIDTH - 1 - column) & 1 == 1) {
                    self.fill(left + (i * font::ADVANCE + column) * dot, top + row * dot, dot, dot, colour);
                }
            }
        }
    }

    fn into_png(self) -> Result<Png, Error> {
        // At most LARGEST on each side, so both fit.
        let (width, height) = (self.width as u32, self.height as u32);
        let mut bytes = Vec::new();
        PngEncoder::new(&mut bytes)
            .write_image(&self.pixels, width, height, ExtendedColorType::Rgb8)
            .map_err(|error| Error::cannot_draw("image grid", error.to_string()))?;
        Ok(Png { bytes, width, height })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::WHITE;
    use ndarray::{Array3, array};

    fn decoded(png: &Png) -> image::RgbImage {
        let picture = image::load_from_memory(png.as_bytes()).expect("a readable PNG").to_rgb8();
        assert_eq!(picture.dimensions(), png.size());
        picture
    }

    fn has(picture: &image::RgbImage, colour: Colour) -> bool {
        picture.pixels().any(|pixel| pixel.0 == [colour.0, colour.1, colour.2])
    }

    #[test]
    fn each_pixel_becomes_a_square_in_its_place() {
        let images = array![[[10_u8, 20], [30, 40]], [[50, 60], [70, 80]]];
        let picture = decoded(&ImageGrid::gray(images.view()).scale(4).draw().expect("a grid"));
        let cell = 2 * 4 + 2 * FRAME + GAP;
        for ((i, row, column), &value) in images.indexed_iter() {
            let (x, y) = (GAP + FRAME + i * cell + column * 4, GAP + FRAME + row * 4);
            for (dx, dy) in [(0, 0), (3, 3)] {
                assert_eq!(picture.get_pixel((x + dx) as u32, (y + dy) as u32).0, [value; 3], "{i} {row} {column}");
            }
        }
    }

    #[test]
    fn right_and_wrong_differ_by_colour_and_frame() {
        let images = Array3::zeros((1, 5, 5));
        let grid = |caption| decoded(&ImageGrid::gray(images.view()).captions(&[caption]).draw().expect("a grid"));
        let (right, wrong) = (grid(Caption::Right("7".into())), grid(Caption::Wrong("7".into())));
        assert!(has(&right, GREEN) && !has(&right, VERMILLION));
        assert!(has(&wrong, VERMILLION) && !has(&wrong, GREEN));
        let corner = |picture: &image::RgbImage| picture.get_pixel(GAP as u32, GAP as u32).0;
        assert_eq!((corner(&right), corner(&wrong)), ([255; 3], [VERMILLION.0, VERMILLION.1, VERMILLION.2]));
    }

    #[test]
    fn a_long_caption_widens_its_cell_and_colours_are_kept() {
        let mut image = Array4::zeros((1, 2, 2, 3));
        image[(0, 0, 0, 1)] = 200_u8;
        let caption = Caption::Plain("a caption longer than the image".into());
        let picture = decoded(&ImageGrid::rgb(image.view()).captions(&[caption]).draw().expect("a grid"));
        assert!(picture.width() as usize >= 31 * font::ADVANCE);
        assert!(has(&picture, Colour(0, 200, 0)) && has(&picture, WHITE));
    }

    #[test]
    fn no_pixels_and_too_many_are_errors() {
        for shape in [(0, 5, 5), (5, 0, 5), (5, 5, 0)] {
            assert!(ImageGrid::gray(Array3::zeros(shape).view()).draw().is_err());
        }
        let error = ImageGrid::gray(Array3::zeros((1, 2, 2)).view()).scale(usize::MAX / 2).draw();
        assert!(error.expect_err("too large").to_string().contains("more than 20000"));
    }

    #[test]
    fn the_same_images_give_the_same_bytes() {
        let images = Array3::from_shape_fn((7, 9, 8), |(i, r, c)| (i * 31 + r * 7 + c) as u8);
        let draw = || ImageGrid::gray(images.view()).columns(3).draw().expect("a grid");
        assert_eq!(draw(), draw());
    }

    #[test]
    #[should_panic(expected = "1 captions for 2 images")]
    fn a_missing_caption_is_refused() {
        let _ = ImageGrid::gray(Array3::zeros((2, 1, 1)).view()).captions(&[Caption::Plain(String::new())]);
    }

    /// Of letters without a gap inside, the widest gap within the row of captions is that between two of them.
    #[test]
    fn wide_captions_stand_apart() {
        let caption = Caption::Plain("HHHHHHHH".into());
        let grid = ImageGrid::gray(Array3::zeros((2, 4, 4)).view()).captions(&[caption.clone(), caption]).scale(1);
        let picture = decoded(&grid.draw().unwrap());
        let rows = GAP + 4 + 2 * FRAME + BETWEEN_IMAGE_AND_CAPTION..picture.height() as usize;
        let is_blank = |x: u32| rows.clone().all(|y| picture.get_pixel(x, y as u32).0 == [255; 3]);
        let blank: String = (0..picture.width()).map(|x| if is_blank(x) { ' ' } else { 'H' }).collect();
        let widest = blank.trim().split('H').map(str::len).max();
        assert_eq!(widest, Some(GAP + font::ADVANCE), "{blank}");
    }
}
