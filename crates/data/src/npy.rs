//! NPY files, NumPy's format of one array: a line of Python that says type and shape, and then the elements.
//!
//! | bytes | content |
//! | --- | --- |
//! | 0 to 5 | `93`, `NUMPY` |
//! | 6, 7 | version: 1.0, 2.0 or 3.0 |
//! | 8 on | the length of the header, little-endian: two bytes in version 1, else four |
//! | then | the header: `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, spaces, a line end |
//! | then | the elements, the last dimension fastest, or the first if `fortran_order` is `True` |
//!
//! What is written here is byte for byte what `numpy.save` writes. As with IDX, the element type and the number of
//! dimensions are taken from the array that is asked for:
//!
//! ```
//! use ndarray::{Array2, array};
//! use tapegrad_data::npy;
//!
//! # fn main() -> Result<(), tapegrad_data::Error> {
//! let path = std::env::temp_dir().join(format!("tapegrad-{}-weights.npy", std::process::id()));
//! npy::write(&path, &array![[1.5_f32, 2.0], [3.0, 4.0]])?;
//! let weights: Array2<f32> = npy::read(&path)?;
//! assert_eq!(weights, array![[1.5, 2.0], [3.0, 4.0]]);
//! assert_eq!(npy::header(&path)?.shape, [2, 2]);
//!
//! let refused = npy::read::<i64, ndarray::IxDyn>(&path).unwrap_err();
//! assert!(refused.to_string().ends_with("the NPY header says elements of type f32, expected i64"));
//! # std::fs::remove_file(&path).unwrap();
//! # Ok(())
//! # }
//! ```

use crate::{Error, file, source::Source};
use ndarray::{Array, ArrayBase, ArrayD, Data, Dimension, IxDyn, ShapeBuilder};
use std::{fmt, io::Read, path::Path};

const MAGIC: [u8; 6] = *b"\x93NUMPY";
/// NumPy itself refuses headers of more than 10,000 bytes unless told otherwise.
const MAX_HEADER: usize = 1 << 16;

/// The types of number that are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ElementType {
    /// NumPy's `bool_`.
    Bool,
    /// NumPy's `int8`.
    I8,
    /// NumPy's `int16`.
    I16,
    /// NumPy's `int32`.
    I32,
    /// NumPy's `int64`.
    I64,
    /// NumPy's `uint8`.
    U8,
    /// NumPy's `uint16`.
    U16,
    /// NumPy's `uint32`.
    U32,
    /// NumPy's `uint64`.
    U64,
    /// NumPy's `float32`.
    F32,
    /// NumPy's `float64`.
    F64,
}

/// Each type with its name in the file and in Rust, in the order of the enumeration.
const TYPES: [(ElementType, &str, &str); 11] = [
    (ElementType::Bool, "b1", "bool"),
    (ElementType::I8, "i1", "i8"),
    (ElementType::I16, "i2", "i16"),
    (ElementType::I32, "i4", "i32"),
    (ElementType::I64, "i8", "i64"),
    (ElementType::U8, "u1", "u8"),
    (ElementType::U16, "u2", "u16"),
    (ElementType::U32, "u4", "u32"),
    (ElementType::U64, "u8", "u64"),
    (ElementType::F32, "f4", "f32"),
    (ElementType::F64, "f8", "f64"),
];

impl ElementType {
    fn names(self) -> (&'static str, &'static str) {
        let (_, in_file, in_rust) = TYPES[self as usize];
        (in_file, in_rust)
    }

    /// The bytes of one element.
    fn size(self) -> usize {
        usize::from(self.names().0.as_bytes()[1] - b'0')
    }

    /// NumPy's name, little-endian where there is an order of bytes.
    fn descr(self) -> String {
        let order = if self.size() == 1 { '|' } else { '<' };
        format!("{order}{}", self.names().0)
    }
}

/// Shows the type by its Rust name: `u8`, `f32`.
impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.names().1)
    }
}

/// The Rust types of the elements: `bool`, the integers of 8 to 64 bits, `f32` and `f64`.
pub trait Element: sealed::Bytes {
    /// This type's name in the file.
    const TYPE: ElementType;
}

mod sealed {
    /// Sealed: these are the types that both NumPy and we have.
    pub trait Bytes: Copy {
        /// Decodes whole elements.
        fn decode(bytes: Vec<u8>, is_big_endian: bool) -> Vec<Self>;
        /// Appends the element, little-endian.
        fn encode(self, bytes: &mut Vec<u8>);
    }

    impl Bytes for u8 {
        fn decode(bytes: Vec<u8>, _: bool) -> Vec<u8> {
            bytes
        }

        fn encode(self, bytes: &mut Vec<u8>) {
            bytes.push(self);
        }
    }

    impl Bytes for bool {
        fn decode(bytes: Vec<u8>, _: bool) -> Vec<bool> {
            bytes.into_iter().map(|byte| byte != 0).collect()
        }

        fn encode(self, bytes: &mut Vec<u8>) {
            bytes.push(u8::from(self));
        }
    }

    macro_rules! bytes {
        ($($element:ty),*) => {$(
            impl Bytes for $element {
                fn decode(bytes: Vec<u8>, is_big_endian: bool) -> Vec<$element> {
                    let (elements, _) = bytes.as_chunks();
                    let from = if is_big_endian { <$element>::from_be_bytes } else { <$element>::from_le_bytes };
                    elements.iter().map(|element| from(*element)).collect()
                }

                fn encode(self, bytes: &mut Vec<u8>) {
                    bytes.extend(self.to_le_bytes());
                }
            }
        )*};
    }

    bytes!(i8, i16, i32, i64, u16, u32, u64, f32, f64);
}

macro_rules! element {
    ($($element:ty => $variant:ident),*) => {$(
        impl Element for $element {
            const TYPE: ElementType = ElementType::$variant;
        }
    )*};
}

element!(bool => Bool, i8 => I8, i16 => I16, i32 => I32, i64 => I64, u8 => U8, u16 => U16, u32 => U32, u64 => U64);
element!(f32 => F32, f64 => F64);

/// What an NPY file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The type of the elements.
    pub element: ElementType,
    /// The dimensions, outermost first; none of a single number.
    pub shape: Vec<usize>,
    /// True if the first dimension is the fastest in the file.
    pub is_fortran: bool,
    /// True if the elements' bytes are in big-endian order.
    pub is_big_endian: bool,
}

impl Header {
    fn read(source: &mut Source) -> Result<Self, Error> {
        let start = source.read_up_to(8)?;
        let wrong = |source: &Source, what: String| Error::Format { path: source.path().into(), what };
        if start.is_empty() {
            return Err(Error::Empty { path: source.path().into(), expected: "an NPY header" });
        }
        if !start.starts_with(&MAGIC[..start.len().min(MAGIC.len())]) {
            let found = start.iter().take(MAGIC.len()).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
            return Err(wrong(source, format!("not an NPY file: begins with {found}, expected 93 4e 55 4d 50 59")));
        }
        let part = "the NPY header";
        if start.len() < 8 {
            return Err(source.truncated(part, 10));
        }
        let (major, minor) = (start[6], start[7]);
        if !(1..=3).contains(&major) || minor != 0 {
            let what = format!("bytes 6 and 7, the version, are {major}.{minor}, expected 1.0, 2.0 or 3.0");
            return Err(wrong(source, what));
        }
        let width = if major == 1 { 2 } else { 4 };
        let length = source.read_up_to(width)?;
        if (length.len() as u64) < width {
            return Err(source.truncated(part, 8 + width));
        }
        let length = length.iter().rev().fold(0, |length, &byte| (length << 8) | usize::from(byte));
        if length > MAX_HEADER {
            return Err(wrong(source, format!("byte 8: a header of {length} bytes, expected at most {MAX_HEADER}")));
        }
        let text = source.read_up_to(length as u64)?;
        if text.len() < length {
            return Err(source.truncated(part, 8 + width + length as u64));
        }
        parse(&String::from_utf8_lossy(&text)).map_err(|what| wrong(source, format!("the NPY header {what}")))
    }

    /// The bytes of all elements, if an array can have so many: those dimensions that are not 0 must fit by themselves.
    fn data_bytes(&self) -> Option<usize> {
        let lengths = self.shape.iter().filter(|&&length| length > 0);
        let bytes = lengths.copied().try_fold(self.element.size(), usize::checked_mul)?;
        isize::try_from(bytes).ok()?;
        Some(if self.shape.contains(&0) { 0 } else { bytes })
    }
}

/// Names what a file's bytes are for.
impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the shape {:?} of {}", self.shape, self.element)
    }
}

/// Reads the header's dictionary: its three keys in any order, strings in either quotes, blanks anywhere.
fn parse(text: &str) -> Result<Header, String> {
    let mut rest = Words { text };
    let (mut descr, mut is_fortran, mut shape) = (None, None, None);
    rest.expect("{")?;
    while !rest.take("}") {
        let key = rest.string()?;
        rest.expect(":")?;
        match key {
            "descr" => descr = Some(rest.string()?),
            "fortran_order" => is_fortran = Some(rest.truth()?),
            "shape" => shape = Some(rest.shape()?),
            other => return Err(format!("has the key {other:?}, expected descr, fortran_order and shape")),
        }
        if !rest.take(",") {
            rest.expect("}")?;
            break;
        }
    }
    if !rest.text.trim().is_empty() {
        return Err(format!("goes on with {}, expected its end", rest.shown()));
    }
    let (Some(descr), Some(is_fortran), Some(shape)) = (descr, is_fortran, shape) else {
        return Err("lacks a key, expected descr, fortran_order and shape".into());
    };
    let known = || {
        let order = descr.chars().next().filter(|order| "<>|".contains(*order))?;
        let (element, ..) = TYPES.iter().find(|(_, name, _)| *name == &descr[1..])?;
        // Single bytes, and only they, have no order.
        ((order == '|') == (element.size() == 1)).then_some((*element, order == '>'))
    };
    let (element, is_big_endian) = known().ok_or_else(|| {
        let names: Vec<String> = TYPES.iter().map(|(element, ..)| element.descr()).collect();
        format!("says elements of type {descr:?}, expected one of {names:?}, or > for <")
    })?;
    Ok(Header { element, shape, is_fortran, is_big_endian })
}

/// What is left of the header.
struct Words<'a> {
    text: &'a str,
}

impl<'a> Words<'a> {
    fn take(&mut self, word: &str) -> bool {
        let rest = self.text.trim_start();
        let found = rest.strip_prefix(word);
        self.text = found.unwrap_or(rest);
        found.is_some()
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.take(word) { Ok(()) } else { Err(format!("has {}, expected {word:?}", self.shown())) }
    }

    fn string(&mut self) -> Result<&'a str, String> {
        for quote in ["'", "\""] {
            if self.take(quote) {
                let (string, rest) = self.text.split_once(quote).ok_or("has a string that does not end")?;
                self.text = rest;
                return Ok(string);
            }
        }
        Err(format!("has {}, expected a string", self.shown()))
    }

    fn truth(&mut self) -> Result<bool, String> {
        let is_true = self.take("True");
        if is_true || self.take("False") {
            Ok(is_true)
        } else {
            Err(format!("has {}, expected True or False", self.shown()))
        }
    }

    fn shape(&mut self) -> Result<Vec<usize>, String> {
        let mut shape = Vec::new();
        self.expect("(")?;
        while !self.take(")") {
            let rest = self.text;
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let length = rest[..digits].parse().map_err(|_| format!("has {}, expected a dimension", self.shown()))?;
            shape.push(length);
            self.text = &rest[digits..];
            // As Python 2 wrote it.
            self.take("L");
            if !self.take(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(shape)
    }

    /// The beginning of what is left.
    fn shown(&self) -> String {
        let short: String = self.text.chars().take(20).collect();
        if short.is_empty() { "nothing more".into() } else { format!("{short:?}") }
    }
}

/// Reads the header alone, to see what a file holds. The elements are not looked at.
///
/// # Errors
/// The file cannot be read, or does not begin with an NPY header.
pub fn header(path: impl AsRef<Path>) -> Result<Header, Error> {
    Header::read(&mut Source::open(path.as_ref())?)
}

/// Reads an NPY file, plain or gzip (told by its content), as an array of the type asked for.
///
/// `D` is one of ndarray's dimensions: `Array3<u8>` wants three of them, `ArrayD<u8>` takes the number in the file. The
/// order of the elements in the file does not matter. Of bools, every byte but 0 is true.
///
/// # Errors
/// The file cannot be read; it is not NPY; its element type or its number of dimensions is another one; it is shorter or
/// longer than its header says; the gzip stream is damaged.
pub fn read<T: Element, D: Dimension>(path: impl AsRef<Path>) -> Result<Array<T, D>, Error> {
    decode(Source::open(path.as_ref())?)
}

/// Reads NPY from any stream of bytes; `name` stands for the file in errors.
///
/// # Errors
/// As [`read`].
pub fn from_reader<T: Element, D: Dimension>(reader: impl Read, name: impl AsRef<Path>) -> Result<Array<T, D>, Error> {
    decode(Source::new(reader, name.as_ref())?)
}

/// The header alone, from any stream of bytes.
pub(crate) fn header_of(reader: impl Read, name: &Path) -> Result<Header, Error> {
    Header::read(&mut Source::new(reader, name)?)
}

fn decode<T: Element, D: Dimension>(mut source: Source) -> Result<Array<T, D>, Error> {
    let header = Header::read(&mut source)?;
    let path = || source.path().to_path_buf();
    let wrong = |what| Error::Format { path: path(), what };
    if header.element != T::TYPE {
        let (found, expected) = (header.element, T::TYPE);
        return Err(wrong(format!("the NPY header says elements of type {found}, expected {expected}")));
    }
    let rank = header.shape.len();
    if let Some(expected) = D::NDIM.filter(|&expected| expected != rank) {
        return Err(wrong(format!("the NPY header says {rank} dimensions, {:?}, expected {expected}", header.shape)));
    }
    let too_large = || wrong(format!("the NPY header says {header}, more than memory can address"));
    let promised = header.data_bytes().ok_or_else(too_large)?;
    let bytes = source.read_rest(promised, &header)?;
    let shape = IxDyn(&header.shape).set_f(header.is_fortran);
    let array = ArrayD::from_shape_vec(shape, T::decode(bytes, header.is_big_endian));
    array.and_then(|array| array.into_dimensionality()).map_err(|_| Error::Format {
        path: source.path().into(),
        what: format!("the NPY header says {header}, more than memory can address"),
    })
}

/// The bytes of an NPY file of this array: version 1.0, little-endian, the last dimension fastest.
pub fn to_bytes<T: Element, S: Data<Elem = T>, D: Dimension>(array: &ArrayBase<S, D>) -> Vec<u8> {
    let shape: Vec<String> = array.shape().iter().map(usize::to_string).collect();
    let comma = if shape.len() == 1 { "," } else { "" };
    let mut text =
        format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{comma}), }}", T::TYPE.descr(), shape.join(", "));
    // As NumPy does: room for a first dimension of 21 digits, so that a file can grow in place; then the line is filled up
    // so that the elements begin at a multiple of 64.
    text.push_str(&" ".repeat(shape.first().map_or(0, |digits| 21 - digits.len())));
    text.push_str(&" ".repeat(64 - (MAGIC.len() + 4 + text.len() + 1) % 64));
    text.push('\n');

    let mut bytes = Vec::with_capacity(MAGIC.len() + 4 + text.len() + array.len() * T::TYPE.size());
    bytes.extend(MAGIC);
    bytes.extend([1, 0]);
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.into_bytes());
    array.iter().for_each(|element| element.encode(&mut bytes));
    bytes
}

/// Writes an NPY file, in the place of one that is there; missing folders are made.
///
/// # Errors
/// If the file cannot be written. Then the old one is still there.
pub fn write<T: Element, S: Data<Elem = T>, D: Dimension>(
    path: impl AsRef<Path>,
    array: &ArrayBase<S, D>,
) -> Result<(), Error> {
    file::write_whole(path.as_ref(), &to_bytes(array))
}
