//! Folders of images: a folder for each class, PNG and JPEG files in it.
//!
//! Images are decoded when they are asked for, by the loader's workers. What a file is, its first bytes say and not its
//! name. A file of a few bytes can promise an image that fills the memory, so the size that a file declares is compared
//! with what so many bytes can hold, and with a limit, before anything is reserved for it.

use crate::{Dataset, Error, jpeg, png};
use image::{DynamicImage, ImageBuffer, ImageFormat, Pixel, imageops, imageops::FilterType};
use ndarray::Array3;
use std::{
    fs,
    path::{Path, PathBuf},
};

const EXTENSIONS: [&str; 3] = ["png", "jpg", "jpeg"];
/// The most bytes that the pixels of an image may take, as its decoder gives them: 512 MiB.
const MAX_PIXEL_BYTES: u64 = 512 << 20;

/// A data set of the images in the sub-folders of a folder, whose names are the classes.
///
/// An item is an image, [channels, height, width] with values from 0 to 1, and the number of its class. Classes and files
/// are in the order of their names. Files whose names do not end in `.png`, `.jpg` or `.jpeg` are not images, and are left
/// alone; sub-folders within a class are not looked into. An image may be as large as [`decode_image`] says.
///
/// ```
/// use tapegrad_data::{DataLoader, Dataset, ImageFolder};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = std::env::temp_dir().join(format!("tapegrad-{}-pets", std::process::id()));
/// # for class in ["cats", "dogs"] {
/// #     std::fs::create_dir_all(dir.join(class))?;
/// #     image::RgbImage::new(40, 30).save(dir.join(class).join("1.png"))?;
/// # }
/// let pets = ImageFolder::open(&dir)?.size(32, 32);
/// assert_eq!(pets.classes(), ["cats", "dogs"]);
/// let (image, class) = pets.get(1)?;
/// assert_eq!((image.dim(), class), ((3, 32, 32), 1));
///
/// let loader = DataLoader::new(pets).batch_size(16).shuffle(1).workers(2);
/// # assert_eq!(loader.batches(), Some(1));
/// # std::fs::remove_dir_all(&dir)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ImageFolder {
    classes: Vec<String>,
    files: Vec<(PathBuf, i64)>,
    size: Option<(usize, usize)>,
    is_gray: bool,
}

impl ImageFolder {
    /// Lists the images in the sub-folders of `dir`. None is opened.
    ///
    /// # Errors
    /// If a folder cannot be read, there is no sub-folder, or one has no image.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, Error> {
        let dir = dir.as_ref();
        let wrong = |path: &Path, what: &str| Error::Format { path: path.into(), what: what.into() };
        let (mut classes, mut files) = (Vec::new(), Vec::new());
        for folder in listed(dir)?.into_iter().filter(|path| path.is_dir()) {
            let images: Vec<PathBuf> = listed(&folder)?.into_iter().filter(|path| is_image(path)).collect();
            if images.is_empty() {
                return Err(wrong(&folder, "no image, expected files named .png, .jpg or .jpeg"));
            }
            let class = classes.len() as i64;
            classes.push(folder.file_name().unwrap_or_default().to_string_lossy().into_owned());
            files.extend(images.into_iter().map(|path| (path, class)));
        }
        if classes.is_empty() {
            return Err(wrong(dir, "no sub-folder, expected one for each class"));
        }
        Ok(ImageFolder { classes, files, size: None, is_gray: false })
    }

    /// Resizes every image to that size, whatever its shape (bilinear, and smoothed where it shrinks). Without this, images
    /// of different sizes do not fit into one batch.
    ///
    /// # Panics
    /// If a side is 0.
    #[must_use]
    #[track_caller]
    pub fn size(mut self, height: usize, width: usize) -> Self {
        assert!(height > 0 && width > 0, "size: {height} x {width}, expected at least 1 x 1");
        self.size = Some((height, width));
        self
    }

    /// Gives one channel of brightness in place of red, green and blue.
    #[must_use]
    pub fn gray(mut self) -> Self {
        self.is_gray = true;
        self
    }

    /// The names of the classes: that of number `c` is `classes()[c]`.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The class of each image, for a stratified split.
    pub fn labels(&self) -> Vec<i64> {
        self.files.iter().map(|(_, class)| *class).collect()
    }

    /// The file of each image.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.files.iter().map(|(path, _)| path.as_path())
    }
}

impl Dataset for ImageFolder {
    type Item = (Array3<f32>, i64);

    fn len(&self) -> usize {
        self.files.len()
    }

    fn get(&self, index: usize) -> Result<Self::Item, Error> {
        let (path, class) = &self.files[index];
        let bytes = fs::read(path).map_err(|cause| Error::Io { path: path.clone(), cause })?;
        let image = decoded(&bytes, path)?;
        let pixels =
            if self.is_gray { planes(image.to_luma32f(), self.size) } else { planes(image.to_rgb32f(), self.size) };
        Ok((pixels, *class))
    }
}

/// The image in the bytes of a PNG or JPEG file: red, green and blue, [3, height, width], from 0 to 1. Transparency is left
/// out. `name` stands for the file in errors.
///
/// A size that so many bytes cannot hold is refused before memory is reserved for it, and so is one whose pixels take more
/// than 512 MiB, at the one to eight bytes that a pixel has before it becomes numbers.
///
/// # Errors
/// If the bytes are neither PNG nor JPEG, or damaged; if it is a lossless JPEG; if the image is too large.
pub fn decode_image(bytes: &[u8], name: impl AsRef<Path>) -> Result<Array3<f32>, Error> {
    decoded(bytes, name.as_ref()).map(|image| planes(image.to_rgb32f(), None))
}

fn decoded(bytes: &[u8], path: &Path) -> Result<DynamicImage, Error> {
    match image::guess_format(bytes) {
        Ok(ImageFormat::Png) => png::decoded(bytes),
        Ok(ImageFormat::Jpeg) => jpeg::decoded(bytes),
        _ => Err("neither a PNG nor a JPEG image".into()),
    }
    .map_err(|what| Error::Format { path: path.into(), what })
}

/// Refuses a size that so many bytes cannot hold.
pub(crate) fn refuse_bomb(length: usize, width: u32, height: u32, most: u64) -> Result<(), String> {
    if u64::from(width) * u64::from(height) > most {
        return Err(format!("{length} bytes declare an image of {width} x {height}, expected at most {most} pixels"));
    }
    Ok(())
}

/// Refuses a size whose pixels take more than the limit, whatever the file could hold.
pub(crate) fn refuse_huge(width: u32, height: u32, bytes: u64) -> Result<(), String> {
    if bytes > MAX_PIXEL_BYTES {
        return Err(format!(
            "an image of {width} x {height}, {bytes} bytes of pixels, expected at most {MAX_PIXEL_BYTES} (512 MiB)"
        ));
    }
    Ok(())
}

/// The channels one after the other, resized in f32, so that nothing is rounded to 256 steps on the way.
fn planes<P: Pixel<Subpixel = f32> + 'static>(
    mut image: ImageBuffer<P, Vec<f32>>,
    size: Option<(usize, usize)>,
) -> Array3<f32> {
    if let Some((height, width)) = size {
        image = imageops::resize(&image, width as u32, height as u32, FilterType::Triangle);
    }
    let (height, width) = (image.height() as usize, image.width() as usize);
    Array3::from_shape_fn((usize::from(P::CHANNEL_COUNT), height, width), |(channel, y, x)| {
        image.get_pixel(x as u32, y as u32).channels()[channel]
    })
}

/// What is in a folder, by name.
fn listed(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |cause| Error::Io { path: dir.into(), cause };
    let entries: Result<Vec<_>, _> = fs::read_dir(dir).map_err(failed)?.collect();
    let mut paths: Vec<PathBuf> = entries.map_err(failed)?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn is_image(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    path.is_file() && EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str())
}
