//! The CSV reader on good files, and on bad ones: each with the message it must give.

#[path = "common/gzip.rs"]
mod gzip;

use gzip::gzip;
use ndarray::array;
use std::io;
use tapegrad_data::{Error, csv::Table};

fn table(text: &str) -> Table {
    Table::from_reader(text.as_bytes(), "t.csv").unwrap()
}

const HOUSES: &str = "area,price,city\n1180,221900.5,Seattle\n2570,-538000,\"Kent, WA\"\n770,1.8e5,Seattle\n";

#[test]
fn columns_are_read_by_name() {
    let houses = table(HOUSES);
    assert_eq!(houses.n_rows(), 3);
    assert_eq!(houses.columns(), ["area", "price", "city"]);
    assert_eq!(houses.f64("price").unwrap(), array![221900.5, -538000.0, 180000.0]);
    assert_eq!(houses.i64("area").unwrap(), array![1180, 2570, 770]);
    assert_eq!(houses.strings("city").unwrap(), ["Seattle", "Kent, WA", "Seattle"]);
}

#[test]
fn matrix_has_the_columns_in_the_order_asked_for() {
    let houses = table(HOUSES);
    let matrix = houses.matrix(&["price", "area"]).unwrap();
    assert_eq!(matrix, array![[221900.5, 1180.0], [-538000.0, 2570.0], [180000.0, 770.0]]);
    assert!(matrix.is_standard_layout());
    assert_eq!(houses.matrix(&[] as &[&str]).unwrap().shape(), [3, 0]);
}

#[test]
fn categories_do_not_depend_on_the_order_of_rows() {
    let forward = table("kind\nb\na\nc\na\n").categories("kind").unwrap();
    assert_eq!(forward.labels, ["a", "b", "c"]);
    assert_eq!(forward.codes, array![1, 0, 2, 0]);
    let backward = table("kind\na\nc\na\nb\n").categories("kind").unwrap();
    assert_eq!(backward.labels, forward.labels);
    assert_eq!(backward.codes, array![0, 2, 0, 1]);
}

#[test]
fn only_the_markers_given_are_missing() {
    let text = "x\n1\nNA\n\"\"\n 2 \n";
    let x = table(text).f64_with_missing("x", &["NA", ""]).unwrap();
    assert_eq!((x[0], x[3]), (1.0, 2.0));
    assert!(x[1].is_nan() && x[2].is_nan());
    let error = table(text).f64_with_missing("x", &["NA"]).unwrap_err();
    assert_eq!(error.to_string(), r#"t.csv: line 4, column "x": "", expected a finite number"#);
    assert_eq!(table(text).matrix_with_missing(&["x"], &["NA"]).unwrap_err().to_string(), error.to_string());
    let matrix = table("y,x\n1,NA\n2,3\n").matrix_with_missing(&["x", "y"], &["NA"]).unwrap();
    assert!(matrix[[0, 0]].is_nan());
    assert_eq!((matrix[[0, 1]], matrix.row(1)), (1.0, array![3.0, 2.0].view()));
}

#[test]
fn spelling_of_the_file_does_not_matter() {
    let plain = table("a,b\n1,2\n3,4\n").matrix(&["a", "b"]).unwrap();
    for text in [
        "a,b\r\n1,2\r\n3,4\r\n",
        "a,b\n1,2\n3,4",
        "a,b\r1,2\r3,4\r",
        "\n\na,b\n\n1,2\n3,4\n\n\n",
        "\u{feff}a,b\n1,2\n3,4\n",
        "\"a\",\"b\"\n\"1\",2\n3,\"4\"",
        "a,b\n 1,2 \n3,\t4\n",
    ] {
        assert_eq!(table(text).matrix(&["a", "b"]).unwrap(), plain, "{text:?}");
    }
    let zipped = Table::from_reader(&gzip(b"a,b\n1,2\n3,4\n")[..], "t.csv").unwrap();
    assert_eq!(zipped.matrix(&["a", "b"]).unwrap(), plain);
}

#[test]
fn quoted_fields_keep_commas_quotes_and_line_ends() {
    let quoted = table("name,x\n\"a,b\",1\n\"say \"\"hi\"\"\",2\n\"two\nlines\",3\n\"\",4");
    assert_eq!(quoted.strings("name").unwrap(), ["a,b", "say \"hi\"", "two\nlines", ""]);
    assert_eq!(quoted.f64("x").unwrap(), array![1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn header_alone_is_a_table_without_rows() {
    for text in ["a,b", "a,b\n", "a,b\r\n\r\n"] {
        let empty = table(text);
        assert_eq!(empty.n_rows(), 0);
        assert_eq!(empty.f64("b").unwrap().len(), 0);
        assert_eq!(empty.matrix(&["a", "b"]).unwrap().shape(), [0, 2]);
        assert!(empty.categories("a").unwrap().labels.is_empty());
    }
}

#[test]
fn each_bad_file_has_its_message() {
    let cut = gzip(HOUSES.as_bytes());
    let cases: &[(&str, &[u8], &str)] = &[
        ("empty", b"", "t.csv: empty, expected a header line with the columns' names"),
        ("blank", b"\n\r\n\n", "t.csv: only blank lines, expected a header line with the columns' names"),
        (
            "same name twice",
            b"a,b,a\n1,2,3\n",
            "t.csv: line 1: columns 1 and 3 are both named \"a\", expected a header of different names",
        ),
        ("row too short", b"a,b\n1,2\n3\n", "t.csv: line 3: 1 fields, expected 2 as in the header"),
        ("row too long", b"a,b\n1,2,3\n", "t.csv: line 2: 3 fields, expected 2 as in the header"),
        ("bad row after CRLF", b"a,b\r\n1,2\r\n3\r\n", "t.csv: line 3: 1 fields, expected 2 as in the header"),
        ("bad row after CR", b"a,b\r1,2\r3\r", "t.csv: line 3: 1 fields, expected 2 as in the header"),
        ("bad row after blanks", b"a,b\n\n\n1,2\n\n3", "t.csv: line 6: 1 fields, expected 2 as in the header"),
        (
            "bad row after two lines in one",
            b"a,b\n\"x\ny\",2\n3\n",
            "t.csv: line 4: 1 fields, expected 2 as in the header",
        ),
        (
            "quote left open, as many fields as the header",
            b"a,b\n1,2\n3,\"4\n5,6\n",
            "t.csv: line 3: a quoted field in the row that begins here is not closed, expected a closing quote",
        ),
        (
            "quote left open at the end",
            b"a,b\n1,\"",
            "t.csv: line 2: a quoted field in the row that begins here is not closed, expected a closing quote",
        ),
        (
            "escaped quote at the end",
            b"a,b\n1,\"2\"\"",
            "t.csv: line 2: a quoted field in the row that begins here is not closed, expected a closing quote",
        ),
        (
            "quote left open in the header",
            b"a,\"b\n1,2\n",
            "t.csv: line 1: a quoted field in the row that begins here is not closed, expected a closing quote",
        ),
        ("Latin-1", b"name,x\r\nok,1\r\nMalm\xf6,2\r\n", "t.csv: line 3, byte 18: not UTF-8 text"),
        ("UTF-16", b"\xff\xfea\0", "t.csv: line 1, byte 0: not UTF-8 text"),
        (
            "gzip cut short",
            &cut[..cut.len() - 4],
            "t.csv: damaged gzip stream, after 80 unpacked bytes: unexpected end of file",
        ),
    ];
    assert_eq!(HOUSES.len(), 80);
    for (case, bytes, expected) in cases {
        let error = Table::from_reader(*bytes, "t.csv").expect_err(case);
        assert_eq!(&error.to_string(), expected, "{case}");
    }
}

#[test]
fn each_bad_field_has_its_message() {
    let long = "9x".repeat(100);
    for (field, line, shown) in [
        ("inf", 2, "\"inf\""),
        ("-Infinity", 2, "\"-Infinity\""),
        ("NaN", 2, "\"NaN\""),
        ("1e999", 2, "\"1e999\""),
        ("\"\"", 2, "\"\""),
        ("\n\n 1 2 ", 4, "\" 1 2 \""),
        (&long, 2, &format!("\"{}...\"", &long[..40])),
        ("ééééé", 2, "\"ééééé\""),
    ] {
        let error = table(&format!("s\n{field}\n")).f64("s").unwrap_err();
        assert_eq!(error.to_string(), format!("t.csv: line {line}, column \"s\": {shown}, expected a finite number"));
    }
    for field in ["1.5", "9223372036854775808", "x", "1e3"] {
        let error = table(&format!("s\n{field}\n")).i64("s").unwrap_err();
        assert_eq!(error.to_string(), format!("t.csv: line 2, column \"s\": {field:?}, expected an integer"));
    }
}

#[test]
fn unknown_column_names_those_there_are() {
    let houses = table(HOUSES);
    let expected = r#"t.csv: no column "prize", expected one of ["area", "price", "city"]"#;
    assert_eq!(houses.f64("prize").unwrap_err().to_string(), expected);
    assert_eq!(houses.i64("prize").unwrap_err().to_string(), expected);
    assert_eq!(houses.strings("prize").unwrap_err().to_string(), expected);
    assert_eq!(houses.categories("prize").unwrap_err().to_string(), expected);
    assert_eq!(houses.matrix(&["area", "prize"]).unwrap_err().to_string(), expected);
}

#[test]
fn missing_file_is_named() {
    let missing = std::env::temp_dir().join("tapegrad-no-such-file.csv");
    let error = Table::read(&missing).unwrap_err();
    assert!(matches!(&error, Error::Io { cause, .. } if cause.kind() == io::ErrorKind::NotFound), "{error}");
    assert!(error.to_string().starts_with(&format!("{}: cannot be read: ", missing.display())), "{error}");
}

/// No cut and no changed byte of a valid file panics, neither in reading nor in asking for a column.
#[test]
fn no_cut_and_no_changed_byte_panics() {
    let ask = |bytes: &[u8]| {
        let Ok(table) = Table::from_reader(bytes, "t.csv") else { return };
        for name in table.columns() {
            assert_eq!(table.strings(name).unwrap().len(), table.n_rows());
            assert_eq!(table.categories(name).unwrap().codes.len(), table.n_rows());
            let _ = table.f64(name);
            let _ = table.i64(name);
        }
    };
    for bytes in [HOUSES.as_bytes().to_vec(), gzip(HOUSES.as_bytes())] {
        for end in 0..bytes.len() {
            ask(&bytes[..end]);
        }
        for at in 0..bytes.len() {
            for byte in [0, b'\n', b'\r', b'"', b',', 0x80, 0xc3, 0xff, !bytes[at], bytes[at] ^ 1] {
                let mut changed = bytes.clone();
                changed[at] = byte;
                ask(&changed);
            }
        }
    }
}
