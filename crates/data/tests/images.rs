//! Image folders and text: what Pillow wrote is read as Pillow reads it; what cannot be read is named.

use ndarray::{Array1, Array3, array};
use std::{fs, path::PathBuf};
use tapegrad_data::{
    DataLoader, Dataset, Error, ImageFolder, decode_image, npy,
    text::{self, Vocabulary, Windows},
};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn decoded(name: &str) -> Array3<f32> {
    decode_image(&fs::read(fixture(name)).unwrap(), name).unwrap()
}

/// The pixels as Pillow has them, from 0 to 1.
fn pillow(name: &str) -> Array3<f32> {
    npy::read::<u8, _>(fixture(name)).unwrap().mapv(|v| f32::from(v) / 255.0)
}

fn assert_close(found: &Array3<f32>, expected: &Array3<f32>, tolerance: f32) {
    assert_eq!(found.dim(), expected.dim());
    let worst = (found - expected).iter().fold(0.0_f32, |worst, d| worst.max(d.abs()));
    assert!(worst <= tolerance, "off by {worst}");
}

#[test]
fn images_have_the_pixels_that_pillow_sees() {
    assert_close(&decoded("rgb.png"), &pillow("rgb.npy"), 1e-6);
    assert_close(&decoded("palette.png"), &pillow("palette.npy"), 1e-6);
    assert_close(&decoded("transparent.png"), &pillow("rgb.npy"), 1e-6);
    let gray = Array3::from_shape_fn((3, 12, 20), |(_, y, x)| (x * 3000 + y * 300) as f32 / 65535.0);
    assert_close(&decoded("gray_16_bits.png"), &gray, 1e-6);
    // Decoders of JPEG may round otherwise, by a step or two.
    for name in ["jpeg", "jpeg_progressive", "jpeg_cmyk", "jpeg_scans"] {
        assert_close(&decoded(&format!("{name}.jpg")), &pillow(&format!("{name}.npy")), 2.5 / 255.0);
    }
}

/// A folder of this test's own, gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tapegrad-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn with(self, file: &str, bytes: &[u8]) -> Self {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// The message without the folder in it.
    fn message(&self, error: Error) -> String {
        error.to_string().replace(&self.0.display().to_string(), "").replace('\\', "/")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn pets(name: &str) -> Folder {
    let read = |name| fs::read(fixture(name)).unwrap();
    Folder::new(name)
        .with("dogs/b.JPG", &read("jpeg.jpg"))
        .with("dogs/a.png", &read("rgb.png"))
        .with("cats/2.jpeg", &read("jpeg_progressive.jpg"))
        .with("cats/notes.txt", b"two cats")
        .with("cats/10.png", &read("gray_16_bits.png"))
        .with("readme.md", b"pets")
}

/// Found by the fuzz target `image`: the decoder panicked at such a palette, whose checksum is right here.
#[test]
fn a_palette_that_is_not_of_whole_colours_is_refused() {
    let name = "palette_of_49_bytes.png";
    let message = decode_image(&fs::read(fixture(name)).unwrap(), name).unwrap_err().to_string();
    assert_eq!(message, "palette_of_49_bytes.png: damaged image: a palette of 49 bytes, expected 3 for each colour");
}

/// Found by the fuzz target `image`: a decoder panicked at a colour with more samples than the brightness.
#[test]
fn colours_of_more_samples_than_the_brightness_are_read_or_refused() {
    if let Ok(image) = decode_image(&fs::read(fixture("more_colour.jpg")).unwrap(), "more_colour.jpg") {
        assert_eq!(image.dim(), (3, 12, 20));
    }
}

#[test]
fn classes_and_files_are_in_the_order_of_their_names() {
    let folder = pets("order");
    let data = ImageFolder::open(&folder.0).unwrap();
    assert_eq!((data.classes(), data.len(), data.labels()), (&["cats".into(), "dogs".into()][..], 4, vec![0, 0, 1, 1]));
    let names: Vec<_> = data.paths().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["10.png", "2.jpeg", "a.png", "b.JPG"]);
    let (image, class) = data.get(2).unwrap();
    assert_close(&image, &pillow("rgb.npy"), 1e-6);
    assert_eq!(class, 1);
}

#[test]
fn images_are_resized_and_made_gray_as_asked() {
    let folder = pets("sizes");
    let data = ImageFolder::open(&folder.0).unwrap().size(6, 5);
    let small = data.get(2).unwrap().0;
    assert_eq!(small.dim(), (3, 6, 5));
    // The channels are planes, and a plane keeps its mean, and its slope inside.
    let whole = pillow("rgb.npy");
    for channel in 0..3 {
        let mean = |image: &Array3<f32>| image.index_axis(ndarray::Axis(0), channel).mean().unwrap();
        assert!((mean(&small) - mean(&whole)).abs() < 0.01);
    }
    let slope = small[[0, 3, 3]] - small[[0, 3, 1]];
    assert!((slope - 2.0 * 4.0 * 12.0 / 255.0).abs() < 0.01, "{slope}");

    let gray = ImageFolder::open(&folder.0).unwrap().gray();
    let (image, _) = gray.get(0).unwrap();
    assert_eq!(image.dim(), (1, 12, 20));
    assert!((image[[0, 3, 4]] - 12900.0 / 65535.0).abs() < 1e-5);
    // Brightness by the weights of BT.709.
    let (image, _) = gray.get(2).unwrap();
    let bright = 0.2126 * whole[[0, 5, 7]] + 0.7152 * whole[[1, 5, 7]] + 0.0722 * whole[[2, 5, 7]];
    assert!((image[[0, 5, 7]] - bright).abs() < 1e-3, "{} {bright}", image[[0, 5, 7]]);
}

#[test]
fn images_of_one_size_become_batches() {
    let folder = pets("batches");
    let data = ImageFolder::open(&folder.0).unwrap().size(8, 8).gray();
    for workers in [0, 2] {
        let loader = DataLoader::new(data.clone()).batch_size(3).workers(workers);
        let shapes: Vec<_> = loader.epoch(0).map(|batch| batch.map(|(x, y)| (x.dim(), y)).unwrap()).collect();
        assert_eq!(shapes, [((3, 1, 8, 8), array![0, 0, 1]), ((1, 1, 8, 8), array![1])]);
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = pets("bad").with("dogs/c.png", b"\x89PNG\r\n\x1a\nrest").with("dogs/d.png", b"GIF89a");
    let data = ImageFolder::open(&folder.0).unwrap();
    let broken = folder.message(data.get(4).unwrap_err());
    assert!(broken.starts_with("/dogs/c.png: damaged image: "), "{broken}");
    assert_eq!(folder.message(data.get(5).unwrap_err()), "/dogs/d.png: neither a PNG nor a JPEG image");
    fs::remove_file(folder.0.join("cats/10.png")).unwrap();
    let gone = folder.message(data.get(0).unwrap_err());
    assert!(gone.starts_with("/cats/10.png: cannot be read: "), "{gone}");
    let batch = DataLoader::new(data.subset([5])).epoch(0).next().unwrap().unwrap_err();
    assert_eq!(folder.message(batch), "item 0: /dogs/d.png: neither a PNG nor a JPEG image");

    let empty = Folder::new("empty").with("file.png", b"");
    let message = empty.message(ImageFolder::open(&empty.0).unwrap_err());
    assert_eq!(message, ": no sub-folder, expected one for each class");
    let empty = empty.with("cats/notes.txt", b"");
    let message = empty.message(ImageFolder::open(&empty.0).unwrap_err());
    assert_eq!(message, "/cats: no image, expected files named .png, .jpg or .jpeg");
    let missing = ImageFolder::open(empty.0.join("none")).unwrap_err();
    assert!(empty.message(missing).starts_with("/none: cannot be read: "));
}

/// A header that declares 60,000 x 60,000 pixels in a file of some hundred bytes: nothing is reserved for them.
#[test]
fn images_larger_than_their_file_can_hold_are_refused() {
    let mut png = fs::read(fixture("rgb.png")).unwrap();
    png[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    let message = decode_image(&png, "x.png").unwrap_err().to_string();
    let (bytes, most) = (png.len(), png.len() * 1032 / 3);
    assert_eq!(
        message,
        format!("x.png: {bytes} bytes declare an image of 60000 x 60000, expected at most {most} pixels")
    );
}

#[test]
fn no_cut_and_no_changed_byte_of_an_image_panics() {
    for name in ["rgb.png", "palette.png", "jpeg.jpg"] {
        let whole = fs::read(fixture(name)).unwrap();
        for end in 0..whole.len() {
            let _ = decode_image(&whole[..end], name);
        }
        for at in 0..whole.len() {
            for byte in [0, 0xff, !whole[at], whole[at] ^ 1] {
                let mut changed = whole.clone();
                changed[at] = byte;
                let _ = decode_image(&changed, name);
            }
        }
    }
}

#[test]
fn text_becomes_ids_and_text_again() {
    let text = "Tomorrow, and tomorrow,\nünd 明日.";
    let vocabulary = Vocabulary::of(text);
    let ids = vocabulary.encode(text).unwrap();
    assert_eq!(vocabulary.decode(&ids).unwrap(), text);
    assert!(vocabulary.characters().is_sorted());
    assert_eq!(vocabulary.len(), text.chars().collect::<std::collections::BTreeSet<_>>().len());
    assert_eq!(Vocabulary::of(&vocabulary.characters().iter().collect::<String>()), vocabulary);
    assert_eq!(Vocabulary::of("banana").encode("nab").unwrap(), array![2, 0, 1]);
}

#[test]
fn unknown_characters_and_ids_are_named_with_their_place() {
    let vocabulary = Vocabulary::of("abc\n");
    let message = vocabulary.encode("ab\nab\ncäb").unwrap_err().to_string();
    assert_eq!(message, "line 3, column 2: unknown character 'ä', expected one of the 4 in the vocabulary");
    for id in [4, -1] {
        let message = vocabulary.decode(&[0, id]).unwrap_err().to_string();
        assert_eq!(message, format!("row 1: class {id}, expected from 0 to less than 4"));
    }
}

#[test]
fn text_files_are_utf_8() {
    let folder = Folder::new("text").with("ok.txt", "née\n".as_bytes()).with("latin.txt", b"ok\nn\xe9e\n");
    assert_eq!(text::read(folder.0.join("ok.txt")).unwrap(), "née\n");
    let message = folder.message(text::read(folder.0.join("latin.txt")).unwrap_err());
    assert_eq!(message, "/latin.txt: line 2, byte 4: not UTF-8 text");
}

#[test]
fn windows_come_with_the_same_window_one_step_later() {
    let ids = Array1::from_iter(0..11_i64);
    for (length, step, expected) in [(3, 1, 8), (3, 3, 3), (10, 1, 1), (10, 5, 1), (11, 1, 0), (20, 2, 0), (1, 1, 10)] {
        let windows = Windows::new(ids.clone(), length).step(step);
        assert_eq!(windows.len(), expected, "{length} {step}");
        for index in 0..windows.len() {
            let (x, y) = windows.get(index).unwrap();
            assert_eq!((x.len(), y.len(), x[0]), (length, length, (index * step) as i64));
            assert_eq!(x + 1, y);
        }
        if let Some(last) = windows.len().checked_sub(1) {
            let end = windows.get(last).unwrap().1[length - 1] as usize;
            assert!(end <= 10 && end + step > 10, "no window is left out: {end}");
        }
    }
}
