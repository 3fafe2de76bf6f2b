//! Any bytes as an IDX file, asked for as each of two types.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ndarray::IxDyn;
use tapegrad_data::idx;
use tapegrad_fuzz::{DEFLATED, within};

// A file may be compressed, and is there as bytes and as numbers.
fuzz_target!(|bytes: &[u8]| within(4 * DEFLATED, bytes, |bytes| {
    let _ = idx::from_reader::<u8, IxDyn>(bytes, "f.idx");
    let _ = idx::from_reader::<f32, IxDyn>(bytes, "f.idx");
}));
