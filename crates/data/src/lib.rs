//! Readers of data files: IDX and CSV, plain or gzip, into ndarray arrays; seeded splits and batches; a few known data sets.
//!
//! A file is outside data: every reader returns a [`Result`], reads the whole file or nothing, and its [`Error`] says
//! the file, the place in it, what was expected and what was found. No reader panics, whatever the bytes, and none
//! reserves memory because a header promises much: buffers grow with the bytes that come.
//!
//! ```
//! use ndarray::Array2;
//! use tapegrad_data::{csv::Table, idx, split};
//!
//! # fn main() -> Result<(), tapegrad_data::Error> {
//! let text = "area,price,city\n1180,221900,Seattle\n2570,538000,Seattle\n770,180000,Kenmore\n";
//! let table = Table::from_reader(text.as_bytes(), "houses.csv")?;
//! let x: Array2<f64> = table.matrix(&["area", "price"])?;
//! assert_eq!(x.shape(), [3, 2]);
//! assert_eq!(table.categories("city")?.labels, ["Kenmore", "Seattle"]);
//!
//! let bytes = [0, 0, 0x08, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
//! let pixels: Array2<u8> = idx::from_reader(&bytes[..], "pixels.idx")?;
//! assert_eq!(pixels, ndarray::array![[1, 2, 3], [4, 5, 6]]);
//!
//! let [train, test] = split(1000, [0.8, 0.2], 7);
//! assert_eq!((train.len(), test.len()), (800, 200));
//! # Ok(())
//! # }
//! ```

pub mod csv;
pub mod datasets;
mod error;
pub mod idx;
mod sampling;
mod source;

pub use error::Error;
pub use sampling::{shuffled_batches, split};
