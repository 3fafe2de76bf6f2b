//! Numbers only: strided arrays in, arrays out. Storage, SIMD and threads live here; no tensor, no tape, no derivative.
//!
//! This is the only crate of the workspace with `unsafe`.

pub mod isa;
pub mod pool;
pub mod math;
