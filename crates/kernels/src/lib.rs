//! Numbers only: strided arrays in, arrays out. Storage, SIMD and threads live here; no tensor, no tape, no derivative.
//!
//! This is the only crate of the workspace with `unsafe`.

mod array;
pub mod attention;
mod buffers;
pub mod concat;
pub mod conv;
pub mod cross_entropy;
pub mod distance;
mod dtype;
pub mod elementwise;
pub mod gemm;
pub mod index;
pub mod isa;
pub mod math;
pub mod matmul;
pub mod moments;
pub mod norm;
pub mod optim;
pub mod pool;
pub mod pooling;
pub mod product;
pub mod recurrent;
pub mod reduce;
pub mod resample;
pub mod scan;
pub mod softmax;
pub mod sort;
mod strided;
pub mod view;

pub use array::{Array, Dims, Strides, checked_len, dims, row_major, same_shape};
pub use buffers::{cached_bytes, set_cache_limit, trim_cache};
pub use dtype::{DType, Element, Number};
pub use strided::{broadcast_shape, contiguous, copy};
