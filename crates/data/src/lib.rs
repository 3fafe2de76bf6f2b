//! From files to batches: readers of data files into ndarray arrays, data sets, seeded splits, and a loader whose batches are
//! the same for any number of workers.
//!
//! ```
//! use ndarray::{Array1, Array2};
//! use tapegrad_data::{Arrays, DataLoader, Dataset, split};
//!
//! # fn main() -> Result<(), tapegrad_data::Error> {
//! let x = Array2::from_shape_fn((1000, 2), |(row, column)| (row * 2 + column) as f32);
//! let y: Array1<i64> = (0..1000).map(|row| row % 2).collect();
//! let [train, test] = split(1000, [0.8, 0.2], 7);
//!
//! let data = std::sync::Arc::new(Arrays::new((x, y)));
//! let train = DataLoader::new(data.clone().subset(train)).batch_size(64).shuffle(7).workers(2);
//! for batch in train.epoch(0) {
//!     let (x, y) = batch?; // Array2<f32> and Array1<i64>: Tensor::from takes both
//!     assert_eq!(x.nrows(), y.len());
//! }
//! assert_eq!(data.subset(test).len(), 200);
//! # Ok(())
//! # }
//! ```
//!
//! Random numbers have a seed and are the same on every machine.
//!
//! A file is outside data: every reader returns a [`Result`], reads the whole file or nothing, and its [`Error`] says
//! the file, the place in it, what was expected and what was found. No reader panics, whatever the bytes, and none
//! reserves memory because a header promises much: buffers grow with the bytes that come, and an image may take up to 512
//! MiB of pixels, and no more than its bytes can hold.
//!
//! ```
//! use ndarray::Array2;
//! use tapegrad_data::{csv::Table, idx};
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
//! # Ok(())
//! # }
//! ```

pub mod augment;
mod classes;
mod collate;
pub mod csv;
mod dataset;
pub mod datasets;
mod epoch;
mod error;
mod file;
pub mod idx;
mod image_folder;
mod items;
mod jpeg;
mod loader;
pub mod missing;
pub mod npy;
pub mod npz;
mod order;
mod png;
mod rng;
mod source;
mod split;
mod standardise;
mod stream;
mod sum_tree;
pub mod text;

pub use classes::{Classes, one_hot};
pub use collate::Collate;
pub use dataset::{Arrays, Concat, Dataset, FromFn, Map, Rows, Subset, TryMap, from_fn};
pub use epoch::{Epoch, LoaderState};
pub use error::Error;
pub use image_folder::{ImageFolder, decode_image};
pub use items::Items;
pub use loader::DataLoader;
pub use order::{class_weights, shuffled_batches};
pub use rng::Rng;
pub use split::{Fold, k_fold, k_fold_by_group, k_fold_stratified, split, split_by_group, split_stratified};
pub use standardise::{Real, Standardiser};
pub use stream::Stream;
