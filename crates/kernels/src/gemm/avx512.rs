//! Products for AVX-512, which `matrixmultiply` does not use.
//!
//! One register tile ([`tile`]) does all the arithmetic, from 1x1 to thousands: it takes operands as they lie where they are
//! read once, and packed panels ([`pack`]) where they are read often ([`blocks`]). Edges are masks, so nothing is padded.
//! Each element of the result is one chain of fused multiply-adds per block of the depth, and the blocks of the depth follow
//! from the depth alone: how rows and columns are tiled, packed or shared among threads cannot change a bit.

pub(super) mod blocks;
mod lanes;
pub(crate) mod pack;
mod tile;
pub(super) mod vector;

pub(crate) use lanes::Lanes;
