//! Image folders and text: what Pillow wrote is read as Pillow reads it; what cannot be read is named.

#[path = "common/folder.rs"]
mod folder;
#[path = "common/gzip.rs"]
mod gzip;

use folder::Folder;
use gzip::gzip;
use ndarray::{Array1, Array3, array};
use std::{fs, path::PathBuf};
use tapegrad_data::{
    DataLoader, Dataset, ImageFolder, decode_image, npy,
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

/// A JPEG image of 8 x 16 pixels in a frame of this kind and precision, made by hand: two blocks of one brightness each.
fn gray_jpeg(frame: u8, precision: u8) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8];
    // Nothing is quantised.
    bytes.extend_from_slice(&[0xff, 0xdb, 0, 67, 0]);
    bytes.extend_from_slice(&[1; 64]);
    bytes.extend_from_slice(&[0xff, frame, 0, 11, precision, 0, 8, 0, 16, 1, 1, 0x11, 0]);
    // The bit 0 says that eight bits of brightness follow, and after them that the block has nothing else.
    for (table, value) in [(0x00, 8), (0x10, 0)] {
        bytes.extend_from_slice(&[0xff, 0xc4, 0, 20, table, 1]);
        bytes.extend_from_slice(&[0; 15]);
        bytes.push(value);
    }
    bytes.extend_from_slice(&[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
    // Eight times the step from the block before, the first from 128: 0 11001000 0 is +25, 0 00110111 0 is -25, and ones
    // fill the byte.
    bytes.extend_from_slice(&[0b0110_0100, 0b0000_0110, 0b1110_1111]);
    bytes.extend_from_slice(&[0xff, 0xd9]);
    bytes
}

#[test]
fn gray_jpegs_have_three_equal_channels() {
    let expected = Array3::from_shape_fn((3, 8, 16), |(_, _, x)| [153.0, 128.0][x / 8] / 255.0);
    assert_close(&decode_image(&gray_jpeg(0xc0, 8), "x.jpg").unwrap(), &expected, 1e-6);
}

#[test]
fn lossless_jpegs_are_refused() {
    for precision in [8, 12, 16] {
        let message = decode_image(&gray_jpeg(0xc3, precision), "x.jpg").unwrap_err().to_string();
        assert_eq!(message, "x.jpg: a lossless JPEG image, expected a baseline or progressive one");
    }
}

fn pets(name: &str) -> Folder {
    let read = |name| fs::read(fixture(name)).unwrap();
    let folder = Folder::new(name);
    folder
        .write("dogs/b.JPG", &read("jpeg.jpg"))
        .write("dogs/a.png", &read("rgb.png"))
        .write("cats/2.jpeg", &read("jpeg_progressive.jpg"))
        .write("cats/notes.txt", b"two cats")
        .write("cats/10.png", &read("gray_16_bits.png"))
        .write("readme.md", b"pets");
    folder
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
    let folder = pets("bad");
    folder.write("dogs/c.png", b"\x89PNG\r\n\x1a\nrest").write("dogs/d.png", b"GIF89a");
    let data = ImageFolder::open(&folder.0).unwrap();
    let broken = folder.message(data.get(4));
    assert!(broken.starts_with("dogs/c.png: damaged image: "), "{broken}");
    assert_eq!(folder.message(data.get(5)), "dogs/d.png: neither a PNG nor a JPEG image");
    fs::remove_file(folder.0.join("cats/10.png")).unwrap();
    let gone = folder.message(data.get(0));
    assert!(gone.starts_with("cats/10.png: cannot be read: "), "{gone}");
    let batch = DataLoader::new(data.subset([5])).epoch(0).next().unwrap();
    assert_eq!(folder.message(batch), "item 0: dogs/d.png: neither a PNG nor a JPEG image");

    let empty = Folder::new("empty");
    empty.write("file.png", b"");
    assert_eq!(empty.message(ImageFolder::open(&empty.0)), ": no sub-folder, expected one for each class");
    empty.write("cats/notes.txt", b"");
    let message = empty.message(ImageFolder::open(&empty.0));
    assert_eq!(message, "cats: no image, expected files named .png, .jpg or .jpeg");
    assert!(empty.message(ImageFolder::open(empty.0.join("none"))).starts_with("none: cannot be read: "));
}

/// The image `rgb.png` with a header that declares another size.
fn png_of(side: u32) -> Vec<u8> {
    let mut png = fs::read(fixture("rgb.png")).unwrap();
    png[16..20].copy_from_slice(&side.to_be_bytes());
    png[20..24].copy_from_slice(&side.to_be_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    png
}

/// A header that declares 60,000 x 60,000 pixels in a file of some hundred bytes: nothing is reserved for them.
#[test]
fn images_larger_than_their_file_can_hold_are_refused() {
    let png = png_of(60_000);
    let message = decode_image(&png, "x.png").unwrap_err().to_string();
    let (bytes, most) = (png.len(), png.len() * 1032 / 3);
    assert_eq!(
        message,
        format!("x.png: {bytes} bytes declare an image of 60000 x 60000, expected at most {most} pixels")
    );
    let jpeg = jpeg_of(10_000);
    let message = decode_image(&jpeg, "x.jpg").unwrap_err().to_string();
    let (bytes, most) = (jpeg.len(), jpeg.len() * 8 * 64);
    assert_eq!(
        message,
        format!("x.jpg: {bytes} bytes declare an image of 10000 x 10000, expected at most {most} pixels")
    );
}

/// One whose frame header says that it is a square of this side.
fn jpeg_of(side: u16) -> Vec<u8> {
    let mut jpeg = fs::read(fixture("jpeg.jpg")).unwrap();
    assert_eq!(jpeg[158..167], [0xff, 0xc0, 0, 17, 8, 0, 12, 0, 20]);
    jpeg[163..167].copy_from_slice(&[side.to_be_bytes(), side.to_be_bytes()].concat());
    jpeg
}

/// 2^28 pixels of three bytes: with zeros behind the image, each file is long enough to hold as many.
#[test]
fn images_of_more_than_512_mib_are_refused() {
    let mut png = png_of(1 << 14);
    png.resize(800_000, 0);
    let mut jpeg = jpeg_of(1 << 14);
    jpeg.resize(600_000, 0);
    for bytes in [png, jpeg] {
        assert_eq!(
            decode_image(&bytes, "x").unwrap_err().to_string(),
            "x: an image of 16384 x 16384, 805306368 bytes of pixels, expected at most 536870912 (512 MiB)"
        );
    }
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
    let folder = Folder::new("text");
    folder.write("ok.txt", "née\n".as_bytes()).write("latin.txt", b"ok\nn\xe9e\n");
    assert_eq!(text::read(folder.0.join("ok.txt")).unwrap(), "née\n");
    let message = folder.message(text::read(folder.0.join("latin.txt")));
    assert_eq!(message, "latin.txt: line 2, byte 4: not UTF-8 text");
}

#[test]
fn text_is_read_from_a_stream() {
    let (plain, packed) = ("née\n".as_bytes(), gzip("née\n".as_bytes()));
    for bytes in [plain, &packed[..]] {
        assert_eq!(text::from_reader(bytes, "t.txt").unwrap(), "née\n");
    }
    let message = |bytes: &[u8]| text::from_reader(bytes, "t.txt").unwrap_err().to_string();
    assert_eq!(message(b"n\xe9e"), "t.txt: line 1, byte 1: not UTF-8 text");
    assert_eq!(
        message(&packed[..packed.len() - 4]),
        "t.txt: damaged gzip stream, after 5 unpacked bytes: unexpected end of file"
    );
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
