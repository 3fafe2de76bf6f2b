//! NPY and NPZ: what NumPy wrote is read, what is written are NumPy's bytes, and bad files have their messages.

#[path = "common/gzip.rs"]
mod gzip;

use gzip::gzip;
use ndarray::{Array, Array0, Array1, Array2, Array3, ArrayD, Dimension, Ix1, Ix2, IxDyn, array};
use std::{fmt::Debug, fs, io::Cursor, path::PathBuf};
use tapegrad_data::{
    Error,
    npy::{self, Element, ElementType},
    npz::{Npz, NpzWriter},
};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn bytes_of(name: &str) -> Vec<u8> {
    fs::read(fixture(name)).unwrap()
}

/// 1, 2, 3 and so on, every other negative: the formula of generate.py for signed integers.
fn signed<D: Dimension>(shape: impl ndarray::ShapeBuilder<Dim = D>) -> Array<i64, D> {
    let mut n = 0;
    Array::from_shape_simple_fn(shape, || {
        n += 1;
        if n % 2 == 0 { -n } else { n }
    })
}

fn read<T: Element>(bytes: &[u8]) -> Result<ArrayD<T>, Error> {
    npy::from_reader(bytes, "f.npy")
}

fn message(bytes: &[u8]) -> String {
    read::<f32>(bytes).expect_err("a bad file").to_string()
}

/// Reads NumPy's file, and writes the same bytes again.
fn same_both_ways<T: Element + PartialEq + Debug>(name: &str, expected: &Array2<T>) {
    let found: Array2<T> = npy::read(fixture(&format!("{name}.npy"))).unwrap();
    assert_eq!(&found, expected, "{name}");
    assert_eq!(npy::to_bytes(expected), bytes_of(&format!("{name}.npy")), "{name}");
}

#[test]
fn every_type_is_read_as_numpy_wrote_it_and_written_with_its_bytes() {
    let n = signed((2, 3));
    same_both_ways("bool", &n.mapv(|v| v % 3 == 0));
    same_both_ways("i8", &n.mapv(|v| v as i8));
    same_both_ways("i16", &n.mapv(|v| v as i16));
    same_both_ways("i32", &n.mapv(|v| v as i32));
    same_both_ways("i64", &n);
    same_both_ways("u8", &n.mapv(|v| v.unsigned_abs() as u8));
    same_both_ways("u16", &n.mapv(|v| v.unsigned_abs() as u16));
    same_both_ways("u32", &n.mapv(|v| v.unsigned_abs() as u32));
    same_both_ways("u64", &n.mapv(|v| v.unsigned_abs()));
    same_both_ways("f32", &n.mapv(|v| v as f32 / 2.0));
    same_both_ways("f64", &n.mapv(|v| v as f64 / 2.0));
}

#[test]
fn any_number_of_dimensions_is_read_and_written() {
    let scalar: Array0<f32> = npy::read(fixture("scalar.npy")).unwrap();
    assert_eq!(scalar.into_scalar(), 1.5);
    assert_eq!(npy::to_bytes(&ndarray::arr0(1.5_f32)), bytes_of("scalar.npy"));
    let one: Array1<i64> = npy::read(fixture("one_axis.npy")).unwrap();
    assert_eq!((npy::to_bytes(&one), one), (bytes_of("one_axis.npy"), signed(5)));
    let empty: Array2<f32> = npy::read(fixture("empty.npy")).unwrap();
    assert_eq!((empty.dim(), npy::to_bytes(&empty)), ((0, 3), bytes_of("empty.npy")));
    let many: ArrayD<i64> = read(&npy::to_bytes(&signed(IxDyn(&[1, 2, 1, 3, 1, 2, 1, 2, 1])))).unwrap();
    assert_eq!(many, signed(IxDyn(&[1, 2, 1, 3, 1, 2, 1, 2, 1])));
}

#[test]
fn order_of_elements_and_of_bytes_does_not_matter() {
    let expected = signed((2, 3, 4)).mapv(|v| v as f32 / 2.0);
    let fortran: Array3<f32> = npy::read(fixture("fortran.npy")).unwrap();
    assert_eq!(fortran, expected);
    assert!(npy::header(fixture("fortran.npy")).unwrap().is_fortran);
    let big: Array2<f64> = npy::read(fixture("big_endian.npy")).unwrap();
    assert_eq!(big, signed((2, 3)).mapv(|v| v as f64 / 2.0));
    // Written in its own order, not in that of memory.
    let transposed = expected.t();
    assert_eq!(read::<f32>(&npy::to_bytes(&transposed)).unwrap(), transposed.into_dyn());
    let strided = expected.slice_axis(ndarray::Axis(2), ndarray::Slice::from(..).step_by(-2));
    assert_eq!(read::<f32>(&npy::to_bytes(&strided)).unwrap(), strided.into_dyn());
}

#[test]
fn all_versions_are_read() {
    for name in ["version_2.npy", "version_3.npy"] {
        let found: Array2<i32> = npy::read(fixture(name)).unwrap();
        assert_eq!(found, signed((4, 2)).mapv(|v| v as i32));
    }
}

#[test]
fn header_alone_tells_type_and_shape() {
    let header = npy::header(fixture("big_endian.npy")).unwrap();
    assert_eq!((header.element, header.shape, header.is_big_endian), (ElementType::F64, vec![2, 3], true));
    assert_eq!(npy::header(fixture("scalar.npy")).unwrap().shape, [0; 0]);
}

/// A file with this header and so many bytes of 0.
fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

#[test]
fn spelling_of_the_header_does_not_matter() {
    for header in [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
        "{\"shape\":(2,3,),\"descr\":\"<f4\",\"fortran_order\":False}\n",
        "  { 'fortran_order' : True , 'shape' : ( 2L , 3L ) , 'descr' : '>f4' , }   \n",
    ] {
        assert_eq!(read::<f32>(&file(header, 24)).unwrap().shape(), [2, 3], "{header}");
    }
}

#[test]
fn each_bad_file_has_its_message() {
    let whole = file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 24);
    let header = |text: &str| message(&file(text, 24));
    let types = r#"["|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f4", "<f8"], or > for <"#;
    for (found, expected) in [
        (message(b""), "empty, expected an NPY header".to_owned()),
        (message(b"PK\x03\x04 zip file"), "not an NPY file: begins with 50 4b 03 04 20 7a, expected 93 4e 55 4d 50 59".into()),
        (message(b"\x93NUM"), "ends after 4 bytes, expected 10 for the NPY header".into()),
        (message(b"\x93NUMPY\x04\x00"), "bytes 6 and 7, the version, are 4.0, expected 1.0, 2.0 or 3.0".into()),
        (message(b"\x93NUMPY\x01\x01"), "bytes 6 and 7, the version, are 1.1, expected 1.0, 2.0 or 3.0".into()),
        (message(&whole[..9]), "ends after 9 bytes, expected 10 for the NPY header".into()),
        (message(&whole[..30]), "ends after 30 bytes, expected 69 for the NPY header".into()),
        (message(&whole[..80]), "ends after 80 bytes, expected 93 for the shape [2, 3] of f32".into()),
        (
            message(&[&whole[..], b"x"].concat()),
            "more than 93 bytes, expected exactly 93 for the shape [2, 3] of f32".into(),
        ),
        (
            message(b"\x93NUMPY\x02\x00\xff\xff\xff\xff"),
            "byte 8: a header of 4294967295 bytes, expected at most 65536".into(),
        ),
        (header("descr"), "the NPY header has \"descr\", expected \"{\"".into()),
        (header("{'descr': <f4"), "the NPY header has \"<f4\", expected a string".into()),
        (header("{'descr': '<f4"), "the NPY header has a string that does not end".into()),
        (
            header("{'descr': '<f4', 'order': False}"),
            "the NPY header has the key \"order\", expected descr, fortran_order and shape".into(),
        ),
        (header("{'descr': '<f4'}"), "the NPY header lacks a key, expected descr, fortran_order and shape".into()),
        (header("{'fortran_order': 0}"), "the NPY header has \"0}\", expected True or False".into()),
        (header("{'shape': 3}"), "the NPY header has \"3}\", expected \"(\"".into()),
        (header("{'shape': (-1,)}"), "the NPY header has \"-1,)}\", expected a dimension".into()),
        (header("{'shape': (99999999999999999999,)}"), "the NPY header has \"99999999999999999999\", expected a dimension".into()),
        (header("{'shape': (1 2)}"), "the NPY header has \"2)}\", expected \")\"".into()),
        (header("{'shape': (1,)"), "the NPY header has nothing more, expected \"}\"".into()),
        (header("{'shape': (1,)} and"), "the NPY header goes on with \" and\", expected its end".into()),
        (
            header("{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3)}"),
            format!("the NPY header says elements of type \"<c8\", expected one of {types}"),
        ),
        (
            header("{'descr': '|f4', 'fortran_order': False, 'shape': (2, 3)}"),
            format!("the NPY header says elements of type \"|f4\", expected one of {types}"),
        ),
        (
            header("{'descr': 'é4', 'fortran_order': False, 'shape': (2, 3)}"),
            format!("the NPY header says elements of type \"é4\", expected one of {types}"),
        ),
        (
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}"),
            "the NPY header says elements of type f64, expected f32".into(),
        ),
        (
            header("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807)}"),
            "the NPY header says the shape [9223372036854775807, 9223372036854775807] of f32, more than memory can address"
                .into(),
        ),
        (
            header("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807, 9223372036854775807)}"),
            "the NPY header says the shape [0, 9223372036854775807, 9223372036854775807] of f32, more than memory can address"
                .into(),
        ),
        // A terabyte is promised and nothing of it reserved.
        (
            header("{'descr': '<f4', 'fortran_order': False, 'shape': (250000000000,)}"),
            "ends after 100 bytes, expected 1000000000076 for the shape [250000000000] of f32".into(),
        ),
    ] {
        assert_eq!(found, format!("f.npy: {expected}"));
    }
    let flat = npy::from_reader::<f32, Ix1>(&whole[..], "f.npy").unwrap_err().to_string();
    assert_eq!(flat, "f.npy: the NPY header says 2 dimensions, [2, 3], expected 1");
}

/// No cut and no changed byte of a valid file panics, whatever is asked for.
#[test]
fn no_cut_and_no_changed_byte_panics() {
    let ask = |bytes: &[u8]| {
        let _ = read::<f32>(bytes);
        let _ = read::<i64>(bytes);
        let mut archive = Npz::from_reader(Cursor::new(bytes.to_vec()), "f.npz");
        if let Ok(archive) = &mut archive {
            for name in archive.names().to_vec() {
                let _ = archive.header(&name);
                let _ = archive.read::<f32, IxDyn>(&name);
            }
        }
    };
    for name in ["f32.npy", "version_2.npy", "stored.npz", "deflated.npz"] {
        let whole = bytes_of(name);
        for end in 0..whole.len() {
            ask(&whole[..end]);
        }
        for at in 0..whole.len() {
            for byte in [0, 0xff, !whole[at], whole[at] ^ 1, b'(', b'9', b'\''] {
                let mut changed = whole.clone();
                changed[at] = byte;
                ask(&changed);
            }
        }
    }
}

#[test]
fn gzip_is_told_by_its_content() {
    assert_eq!(read::<i64>(&gzip(&bytes_of("i64.npy"))).unwrap(), signed((2, 3)).into_dyn());
}

#[test]
fn archives_of_numpy_are_read() {
    for name in ["stored.npz", "deflated.npz"] {
        let mut archive = Npz::open(fixture(name)).unwrap();
        assert_eq!(archive.names(), ["labels", "mask", "w"]);
        assert_eq!(archive.read::<f32, Ix2>("w").unwrap(), signed((3, 4)).mapv(|v| v as f32 / 2.0));
        assert_eq!(archive.read::<i64, Ix1>("labels").unwrap(), signed(5));
        assert_eq!(archive.read::<bool, Ix2>("mask").unwrap(), array![[false, false], [true, false]]);
        assert_eq!(archive.header("w").unwrap().shape, [3, 4]);
    }
}

fn written(mut writer: NpzWriter) -> Vec<u8> {
    writer.add("w", &signed((3, 4)).mapv(|v| v as f32 / 2.0)).unwrap();
    writer.add("labels", &signed(5)).unwrap();
    writer.add("mask", &array![[false, false], [true, false]]).unwrap();
    writer.into_bytes().unwrap()
}

#[test]
fn archives_are_written_the_same_each_time_and_read_back() {
    for writer in [NpzWriter::new, NpzWriter::compressed] {
        let bytes = written(writer());
        assert_eq!(bytes, written(writer()));
        let mut archive = Npz::from_reader(Cursor::new(bytes), "f.npz").unwrap();
        assert_eq!(archive.names(), ["labels", "mask", "w"]);
        assert_eq!(archive.read::<f32, Ix2>("w").unwrap(), signed((3, 4)).mapv(|v| v as f32 / 2.0));
        assert_eq!(archive.read::<i64, Ix1>("labels").unwrap(), signed(5));
    }
}

/// The archives that `generate.py --check` read with NumPy, when they were committed: what is written today are the same
/// bytes.
#[test]
fn archives_have_the_bytes_that_numpy_was_seen_to_read() {
    assert_eq!(written(NpzWriter::new()), bytes_of("ours/stored.npz"));
    let mut archive = Npz::open(fixture("ours/deflated.npz")).unwrap();
    assert_eq!(archive.read::<i64, Ix1>("labels").unwrap(), signed(5));
}

#[test]
fn each_bad_archive_has_its_message() {
    let error = |bytes: &[u8]| Npz::from_reader(Cursor::new(bytes.to_vec()), "f.npz").unwrap_err().to_string();
    assert!(error(b"no archive at all").starts_with("f.npz: not an NPZ file: "), "{}", error(b"no archive at all"));
    let stored = bytes_of("stored.npz");
    assert!(error(&stored[..stored.len() - 30]).starts_with("f.npz: not an NPZ file: "));

    let mut archive = Npz::from_reader(Cursor::new(stored.clone()), "f.npz").unwrap();
    let unknown = archive.read::<f32, IxDyn>("v").unwrap_err().to_string();
    assert_eq!(unknown, r#"f.npz: no array "v", expected one of ["labels", "mask", "w"]"#);
    let other = archive.read::<f64, IxDyn>("w").unwrap_err().to_string().replace('\\', "/");
    assert_eq!(other, "f.npz/w.npy: the NPY header says elements of type f32, expected f64");

    // An element of w is changed: the archive's checksum tells.
    let at = stored.windows(4).position(|bytes| bytes == 5.5_f32.to_le_bytes()).unwrap();
    let mut damaged = stored;
    damaged[at] ^= 1;
    let mut archive = Npz::from_reader(Cursor::new(damaged), "f.npz").unwrap();
    let message = archive.read::<f32, IxDyn>("w").unwrap_err().to_string().to_lowercase();
    assert!(message.contains("w.npy: cannot be read: ") && message.contains("checksum"), "{message}");

    let mut writer = NpzWriter::new();
    writer.add("w", &array![1.0]).unwrap();
    assert_eq!(
        writer.add("w", &array![1.0]).unwrap_err().to_string(),
        r#"the array "w": there is one of that name already"#
    );
    assert_eq!(writer.add("", &array![1.0]).unwrap_err().to_string(), r#"the array "": expected a name"#);
}

/// A file is whole or not there: what cannot be written leaves the old one, and nothing beside it.
#[test]
fn files_are_replaced_as_a_whole() {
    let folder = std::env::temp_dir().join(format!("tapegrad-{}-npy", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("x.npy");
    npy::write(&path, &array![1.0]).unwrap();
    npy::write(&path, &array![2.0, 3.0]).unwrap();
    assert_eq!(npy::read::<f64, Ix1>(&path).unwrap(), array![2.0, 3.0]);
    fs::create_dir(folder.join("y.npy")).unwrap();
    let error = npy::write(folder.join("y.npy"), &array![1.0]).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: cannot be written: ", folder.join("y.npy").display())), "{error}");
    let mut left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["x.npy", "y.npy"]);
    fs::remove_dir_all(folder).unwrap();
}

/// Where there is a Python with NumPy, it reads what is written, by `generate.py --check`. The files stay for a look.
#[test]
fn numpy_reads_what_is_written() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("numpy");
    fs::create_dir_all(&folder).unwrap();
    let n = signed((2, 3));
    let write = |name: &str, bytes: Vec<u8>| fs::write(folder.join(name), bytes).unwrap();
    write("bool.npy", npy::to_bytes(&n.mapv(|v| v % 3 == 0)));
    write("i8.npy", npy::to_bytes(&n.mapv(|v| v as i8)));
    write("i16.npy", npy::to_bytes(&n.mapv(|v| v as i16)));
    write("i32.npy", npy::to_bytes(&n.mapv(|v| v as i32)));
    write("i64.npy", npy::to_bytes(&n));
    write("u8.npy", npy::to_bytes(&n.mapv(|v| v.unsigned_abs() as u8)));
    write("u16.npy", npy::to_bytes(&n.mapv(|v| v.unsigned_abs() as u16)));
    write("u32.npy", npy::to_bytes(&n.mapv(|v| v.unsigned_abs() as u32)));
    write("u64.npy", npy::to_bytes(&n.mapv(|v| v.unsigned_abs())));
    write("f32.npy", npy::to_bytes(&n.mapv(|v| v as f32 / 2.0)));
    write("f64.npy", npy::to_bytes(&n.mapv(|v| v as f64 / 2.0)));
    write("stored.npz", written(NpzWriter::new()));
    write("deflated.npz", written(NpzWriter::compressed()));

    let python = |arguments: &[&str]| std::process::Command::new("python3").args(arguments).output();
    if !python(&["-c", "import numpy"]).is_ok_and(|run| run.status.success()) {
        eprintln!("no Python with NumPy here: left to the committed files");
        return;
    }
    let script = fixture("generate.py");
    let run = python(&[script.to_str().unwrap(), "--check", folder.to_str().unwrap()]).unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
