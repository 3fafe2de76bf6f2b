//! The IDX reader on good files of every kind, and on bad ones: each with the message it must give.

#[path = "common/gzip.rs"]
mod gzip;

use gzip::gzip;
use ndarray::{Array1, Array2, Array3, ArrayD, IxDyn, array};
use std::io::{self, Read};
use tapegrad_data::{
    Error,
    idx::{self, ElementType},
};

fn idx_bytes(code: u8, shape: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|length| length.to_be_bytes()));
    bytes.extend(data);
    bytes
}

fn read_u8(bytes: &[u8]) -> Result<ArrayD<u8>, Error> {
    idx::from_reader(bytes, "f.idx")
}

fn message(bytes: &[u8]) -> String {
    read_u8(bytes).expect_err("a bad file").to_string()
}

#[test]
fn every_element_type_is_read_big_endian() {
    let u8s: Array1<u8> = idx::from_reader(&idx_bytes(0x08, &[2], &[7, 255])[..], "f").unwrap();
    assert_eq!(u8s, array![7, 255]);
    let i8s: Array1<i8> = idx::from_reader(&idx_bytes(0x09, &[2], &[7, 255])[..], "f").unwrap();
    assert_eq!(i8s, array![7, -1]);
    let i16s: Array1<i16> = idx::from_reader(&idx_bytes(0x0b, &[2], &[1, 2, 255, 254])[..], "f").unwrap();
    assert_eq!(i16s, array![0x0102, -2]);
    let i32s: Array1<i32> = idx::from_reader(&idx_bytes(0x0c, &[1], &[1, 2, 3, 4])[..], "f").unwrap();
    assert_eq!(i32s, array![0x0102_0304]);
    // 1.5 and -2.0 in IEEE 754.
    let f32s: Array1<f32> =
        idx::from_reader(&idx_bytes(0x0d, &[2], &[0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0])[..], "f").unwrap();
    assert_eq!(f32s, array![1.5, -2.0]);
    let f64s: Array1<f64> = idx::from_reader(&idx_bytes(0x0e, &[1], &[0x3f, 0xf8, 0, 0, 0, 0, 0, 0])[..], "f").unwrap();
    assert_eq!(f64s, array![1.5]);
}

#[test]
fn last_dimension_is_fastest() {
    let cube: Array3<u8> = idx::from_reader(&idx_bytes(0x08, &[2, 1, 3], &[1, 2, 3, 4, 5, 6])[..], "f").unwrap();
    assert_eq!(cube, array![[[1, 2, 3]], [[4, 5, 6]]]);
}

#[test]
fn any_number_of_dimensions_up_to_eight_is_read() {
    for rank in 1..=8 {
        let shape = vec![2; rank];
        let data: Vec<u8> = (0..1 << rank).map(|value: u32| value as u8).collect();
        let array = read_u8(&idx_bytes(0x08, &shape, &data)).unwrap();
        assert_eq!(array.shape(), vec![2; rank]);
        assert_eq!(array.into_raw_vec_and_offset().0, data);
    }
}

#[test]
fn gzip_is_told_by_its_content_and_may_have_several_members() {
    let plain = idx_bytes(0x08, &[2, 2], &[1, 2, 3, 4]);
    assert_eq!(read_u8(&gzip(&plain)).unwrap(), read_u8(&plain).unwrap());
    let members = [gzip(&plain[..5]), gzip(&plain[5..])].concat();
    assert_eq!(read_u8(&members).unwrap(), read_u8(&plain).unwrap());
}

#[test]
fn header_alone_tells_type_and_shape() {
    let path = std::env::temp_dir().join(format!("tapegrad-{}-header.idx", std::process::id()));
    std::fs::write(&path, gzip(&idx_bytes(0x0d, &[5, 4], &[]))).unwrap();
    let header = idx::header(&path);
    std::fs::remove_file(&path).unwrap();
    let header = header.unwrap();
    assert_eq!((header.element, header.shape), (ElementType::F32, vec![5, 4]));
}

#[test]
fn each_bad_file_has_its_message() {
    let good = idx_bytes(0x08, &[2, 3], &[1, 2, 3, 4, 5, 6]);
    let longer = [&good[..], &[0]].concat();
    let zipped = gzip(&good);
    let mut bad_checksum = zipped.clone();
    let checksum = zipped.len() - 8;
    bad_checksum[checksum] ^= 1;
    let table: &[(&str, Vec<u8>, &str)] = &[
        ("empty", vec![], "f.idx: empty, expected an IDX header"),
        ("empty gzip", gzip(&[]), "f.idx: empty, expected an IDX header"),
        ("one byte", vec![0], "f.idx: ends after 1 bytes, expected 4 for the start of the IDX header"),
        ("text", b"id,price".to_vec(), "f.idx: not an IDX file: bytes 0 and 1 are 69 64, expected 00 00"),
        (
            "unknown element type",
            idx_bytes(0x0a, &[1], &[1]),
            "f.idx: byte 2, the element type, is 0a, \
             expected 08 (u8), 09 (i8), 0b (i16), 0c (i32), 0d (f32) or 0e (f64)",
        ),
        (
            "other element type",
            idx_bytes(0x0d, &[1], &[0; 4]),
            "f.idx: byte 2, the element type, says f32, expected u8",
        ),
        ("no dimensions", idx_bytes(0x08, &[], &[1]), "f.idx: byte 3, the number of dimensions, is 0, expected 1 to 8"),
        (
            "nine dimensions",
            idx_bytes(0x08, &[1; 9], &[1]),
            "f.idx: byte 3, the number of dimensions, is 9, expected 1 to 8",
        ),
        (
            "header cut short",
            good[..9].to_vec(),
            "f.idx: ends after 9 bytes, expected 12 for the IDX header with 2 dimensions",
        ),
        ("a dimension of 0", idx_bytes(0x08, &[2, 0], &[]), "f.idx: byte 8: dimension 1 is 0, expected at least 1"),
        (
            "dimensions that overflow",
            idx_bytes(0x08, &[u32::MAX; 3], &[]),
            "f.idx: bytes 4 on: the shape [4294967295, 4294967295, 4294967295] of u8 is more than memory can address",
        ),
        (
            "dimensions that overflow a signed size",
            idx_bytes(0x08, &[1 << 31, 1 << 31, 2], &[]),
            "f.idx: bytes 4 on: the shape [2147483648, 2147483648, 2] of u8 is more than memory can address",
        ),
        ("data cut short", good[..17].to_vec(), "f.idx: ends after 17 bytes, expected 18 for the shape [2, 3] of u8"),
        (
            "much promised, nothing there",
            idx_bytes(0x08, &[1 << 31, 1 << 31], &[]),
            "f.idx: ends after 12 bytes, expected 4611686018427387916 for the shape [2147483648, 2147483648] of u8",
        ),
        (
            "data after the end",
            longer.clone(),
            "f.idx: more than 18 bytes, expected exactly 18 for the shape [2, 3] of u8",
        ),
        (
            "data after the end, in gzip",
            gzip(&longer),
            "f.idx: more than 18 bytes, expected exactly 18 for the shape [2, 3] of u8",
        ),
        (
            "gzip cut in its header",
            zipped[..5].to_vec(),
            "f.idx: damaged gzip stream, after 0 unpacked bytes: unexpected end of file",
        ),
        (
            "gzip cut in its checksum",
            zipped[..zipped.len() - 1].to_vec(),
            "f.idx: damaged gzip stream, after 18 unpacked bytes: unexpected end of file",
        ),
        (
            "gzip of another checksum",
            bad_checksum,
            "f.idx: damaged gzip stream, after 18 unpacked bytes: \
             corrupt gzip stream does not have a matching checksum",
        ),
        (
            "gzip with something behind",
            [&zipped[..], b"more data behind it"].concat(),
            "f.idx: damaged gzip stream, after 18 unpacked bytes: invalid gzip header",
        ),
    ];
    for (case, bytes, expected) in table {
        assert_eq!(&message(bytes), expected, "{case}");
    }
}

#[test]
fn number_of_dimensions_asked_for_is_checked() {
    let bytes = idx_bytes(0x08, &[4], &[1, 2, 3, 4]);
    let error = idx::from_reader::<u8, ndarray::Ix3>(&bytes[..], "f.idx").unwrap_err();
    assert_eq!(error.to_string(), "f.idx: byte 3, the number of dimensions, is 1, expected 3");
}

#[test]
fn missing_file_and_folder_are_named() {
    let missing = std::env::temp_dir().join("tapegrad-no-such-file.idx");
    let error = idx::read::<u8, IxDyn>(&missing).unwrap_err();
    assert!(matches!(&error, Error::Io { cause, .. } if cause.kind() == io::ErrorKind::NotFound), "{error}");
    assert!(error.to_string().starts_with(&format!("{}: cannot be read: ", missing.display())), "{error}");

    let error = idx::read::<u8, IxDyn>(std::env::temp_dir()).unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
}

/// A disk that fails in the middle.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("the disk is gone")),
            count => Ok(count),
        }
    }
}

#[test]
fn failing_disk_is_not_called_damaged_gzip() {
    let plain = idx_bytes(0x08, &[2, 3], &[1, 2, 3, 4, 5, 6]);
    for bytes in [&plain[..14], &gzip(&plain)[..20]] {
        let error = idx::from_reader::<u8, IxDyn>(Failing(bytes), "f.idx").unwrap_err();
        assert_eq!(error.to_string(), "f.idx: cannot be read: the disk is gone");
    }
}

/// Counts what is taken from an endless stream.
struct Endless {
    head: Vec<u8>,
    taken: usize,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for byte in buffer.iter_mut() {
            *byte = self.head.get(self.taken).copied().unwrap_or(1);
            self.taken += 1;
        }
        Ok(buffer.len())
    }
}

#[test]
fn reading_stops_one_byte_past_the_promise() {
    let mut stream = Endless { head: idx_bytes(0x08, &[1000], &[]), taken: 0 };
    let error = idx::from_reader::<u8, IxDyn>(&mut stream, "f.idx").unwrap_err();
    assert!(matches!(error, Error::TrailingBytes { expected: 1008, .. }), "{error}");
    assert_eq!(stream.taken, 1009);
}

#[test]
fn unpacking_stops_one_byte_past_the_promise() {
    let bomb = gzip(&[idx_bytes(0x08, &[10], &[]), vec![0; 50_000_000]].concat());
    let mut rest = &bomb[..];
    let error = idx::from_reader::<u8, IxDyn>(&mut rest, "f.idx").unwrap_err();
    assert!(matches!(error, Error::TrailingBytes { expected: 18, .. }), "{error}");
    assert!(rest.len() > bomb.len() / 4, "{} of {} compressed bytes left", rest.len(), bomb.len());
}

/// Every cut of a valid file is an error, every changed byte an error or another array; nothing panics.
#[test]
fn no_cut_and_no_changed_byte_panics() {
    let values: Vec<u8> = (0..60).collect();
    let plain = idx_bytes(0x08, &[3, 4, 5], &values);
    for bytes in [plain.clone(), gzip(&plain)] {
        for end in 0..bytes.len() {
            assert!(read_u8(&bytes[..end]).is_err(), "cut at {end}");
        }
        for at in 0..bytes.len() {
            for flip in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                let _ = read_u8(&changed);
                let _ = idx::from_reader::<f64, ndarray::Ix2>(&changed[..], "f.idx");
                if bytes.len() == plain.len() && at < 16 {
                    assert!(read_u8(&changed).is_err(), "byte {at} of the header ^ {flip:02x}");
                }
            }
        }
    }
}

#[test]
fn shape_in_memory_is_standard_layout() {
    let matrix: Array2<i16> = idx::from_reader(&idx_bytes(0x0b, &[2, 2], &[0, 1, 0, 2, 0, 3, 0, 4])[..], "f").unwrap();
    assert!(matrix.is_standard_layout());
    assert_eq!(matrix, array![[1, 2], [3, 4]]);
}
