//! Any bytes as an IDX file, asked for as each of two types.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ndarray::IxDyn;
use tapegrad_data::idx;

fuzz_target!(|bytes: &[u8]| {
    let _ = idx::from_reader::<u8, IxDyn>(bytes, "f.idx");
    let _ = idx::from_reader::<f32, IxDyn>(bytes, "f.idx");
});
