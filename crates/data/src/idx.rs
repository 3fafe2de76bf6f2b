//! IDX files, the format of MNIST: a typed array of any number of dimensions in a few header bytes.
//!
//! | bytes | content |
//! | --- | --- |
//! | 0, 1 | zero |
//! | 2 | element type: `08` u8, `09` i8, `0b` i16, `0c` i32, `0d` f32, `0e` f64 |
//! | 3 | number of dimensions, here 1 to 8 |
//! | 4 on | each dimension, a big-endian u32 |
//! | then | the elements, big-endian, the last dimension fastest |
//!
//! The element type and the number of dimensions are taken from the array that is asked for:
//!
//! ```
//! use ndarray::{Array1, ArrayD};
//! use tapegrad_data::idx;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let path = std::env::temp_dir().join(format!("tapegrad-{}-labels.idx", std::process::id()));
//! std::fs::write(&path, [0, 0, 0x08, 1, 0, 0, 0, 3, 7, 2, 1])?;
//!
//! let labels: Array1<u8> = idx::read(&path)?;
//! assert_eq!(labels.to_vec(), [7, 2, 1]);
//! assert_eq!(idx::header(&path)?.shape, [3]);
//!
//! let refused = idx::read::<f32, ndarray::IxDyn>(&path).unwrap_err();
//! assert!(refused.to_string().ends_with("byte 2, the element type, says u8, expected f32"));
//! # std::fs::remove_file(&path)?;
//! # Ok(())
//! # }
//! ```

use crate::{Error, source::Source};
use ndarray::{Array, ArrayD, Dimension, IxDyn};
use std::{fmt, io::Read, path::Path};

const MAGIC_BYTES: usize = 4;
const MAX_DIMENSIONS: usize = 8;

/// The types of number that an IDX file can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ElementType {
    /// Code `08`.
    U8,
    /// Code `09`.
    I8,
    /// Code `0b`.
    I16,
    /// Code `0c`.
    I32,
    /// Code `0d`.
    F32,
    /// Code `0e`.
    F64,
}

impl ElementType {
    fn from_code(code: u8) -> Option<Self> {
        match code {
            0x08 => Some(Self::U8),
            0x09 => Some(Self::I8),
            0x0b => Some(Self::I16),
            0x0c => Some(Self::I32),
            0x0d => Some(Self::F32),
            0x0e => Some(Self::F64),
            _ => None,
        }
    }

    /// The bytes of one element.
    fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// Shows the type by its Rust name: `u8`, `f32`.
impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::U8 => "u8",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// The Rust types of the elements: `u8`, `i8`, `i16`, `i32`, `f32`, `f64`.
pub trait Element: sealed::FromBigEndian {
    /// This type's name in the file.
    const TYPE: ElementType;
}

mod sealed {
    /// Sealed: the format has these six types and no others.
    pub trait FromBigEndian: Sized {
        /// Decodes whole elements; takes the buffer, so that bytes need no copy.
        fn decode(bytes: Vec<u8>) -> Vec<Self>;
    }

    impl FromBigEndian for u8 {
        fn decode(bytes: Vec<u8>) -> Vec<u8> {
            bytes
        }
    }

    macro_rules! from_big_endian {
        ($($element:ty),*) => {$(
            impl FromBigEndian for $element {
                fn decode(bytes: Vec<u8>) -> Vec<$element> {
                    let (elements, _) = bytes.as_chunks();
                    elements.iter().map(|element| <$element>::from_be_bytes(*element)).collect()
                }
            }
        )*};
    }

    from_big_endian!(i8, i16, i32, f32, f64);
}

macro_rules! element {
    ($($element:ty => $variant:ident),*) => {$(
        impl Element for $element {
            const TYPE: ElementType = ElementType::$variant;
        }
    )*};
}

element!(u8 => U8, i8 => I8, i16 => I16, i32 => I32, f32 => F32, f64 => F64);

/// What an IDX file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The type of the elements.
    pub element: ElementType,
    /// The dimensions, outermost first: 1 to 8 of them, none of them 0.
    pub shape: Vec<usize>,
}

impl Header {
    fn read(source: &mut Source) -> Result<Self, Error> {
        let magic = source.read_up_to(MAGIC_BYTES as u64)?;
        let path = || source.path().to_path_buf();
        let &[zero0, zero1, code, rank] = magic.as_slice() else {
            return Err(match magic.len() {
                0 => Error::Empty { path: path(), expected: "an IDX header" },
                _ => source.truncated("the start of the IDX header", MAGIC_BYTES as u64),
            });
        };
        if [zero0, zero1] != [0, 0] {
            return Err(Error::Magic { path: path(), found: [zero0, zero1] });
        }
        let element = ElementType::from_code(code).ok_or_else(|| Error::ElementCode { path: path(), found: code })?;
        let rank = usize::from(rank);
        if !(1..=MAX_DIMENSIONS).contains(&rank) {
            let expected = format!("1 to {MAX_DIMENSIONS}");
            return Err(Error::DimensionCount { path: path(), expected, found: rank });
        }

        let dimensions = source.read_up_to(4 * rank as u64)?;
        if dimensions.len() < 4 * rank {
            let part = format!("the IDX header with {rank} dimensions");
            return Err(source.truncated(part, (MAGIC_BYTES + 4 * rank) as u64));
        }
        let shape: Vec<usize> =
            dimensions.as_chunks().0.iter().map(|dimension| u32::from_be_bytes(*dimension) as usize).collect();
        if let Some(dimension) = shape.iter().position(|&length| length == 0) {
            let offset = MAGIC_BYTES + 4 * dimension;
            return Err(Error::ZeroDimension { path: source.path().into(), dimension, offset });
        }
        Ok(Header { element, shape })
    }

    /// The bytes of all elements, if an array can have so many.
    fn data_bytes(&self) -> Option<usize> {
        let bytes = self.shape.iter().try_fold(self.element.size(), |bytes, &length| bytes.checked_mul(length))?;
        isize::try_from(bytes).is_ok().then_some(bytes)
    }
}

/// Names what a file's bytes are for.
impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the shape {:?} of {}", self.shape, self.element)
    }
}

/// Reads the header alone, to see what a file holds. The elements are not looked at.
///
/// # Errors
/// The file cannot be read, or does not begin with an IDX header.
pub fn header(path: impl AsRef<Path>) -> Result<Header, Error> {
    Header::read(&mut Source::open(path.as_ref())?)
}

/// Reads an IDX file, plain or gzip (told by its content), as an array of the type asked for.
///
/// `D` is one of ndarray's dimensions: `Array3<u8>` wants three of them, `ArrayD<u8>` takes the number in the file.
///
/// # Errors
/// The file cannot be read; it is not IDX; its element type or its number of dimensions is another one; a dimension is
/// 0; it is shorter or longer than its header says; the gzip stream is damaged.
pub fn read<T: Element, D: Dimension>(path: impl AsRef<Path>) -> Result<Array<T, D>, Error> {
    decode(Source::open(path.as_ref())?)
}

/// Reads IDX from any stream of bytes; `name` stands for the file in errors.
///
/// The stream is read to its end, but never further than one byte past what the header promises.
///
/// # Errors
/// As [`read`].
pub fn from_reader<T: Element, D: Dimension>(reader: impl Read, name: impl AsRef<Path>) -> Result<Array<T, D>, Error> {
    decode(Source::new(reader, name.as_ref())?)
}

fn decode<T: Element, D: Dimension>(mut source: Source) -> Result<Array<T, D>, Error> {
    let header = Header::read(&mut source)?;
    let path = || source.path().to_path_buf();
    if header.element != T::TYPE {
        return Err(Error::ElementType { path: path(), expected: T::TYPE, found: header.element });
    }
    let rank = header.shape.len();
    if let Some(expected) = D::NDIM.filter(|&expected| expected != rank) {
        return Err(Error::DimensionCount { path: path(), expected: expected.to_string(), found: rank });
    }
    let too_large = || Error::TooLarge { path: path(), shape: header.shape.clone(), element: header.element };
    let promised = header.data_bytes().ok_or_else(too_large)?;
    let bytes = source.read_rest(promised, &header)?;
    ArrayD::from_shape_vec(IxDyn(&header.shape), T::decode(bytes))
        .and_then(|array| array.into_dimensionality())
        .map_err(|_| Error::TooLarge { path: source.path().into(), shape: header.shape, element: header.element })
}
