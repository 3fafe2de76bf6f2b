//! Any bytes as an NPY file. What is read is written and read again: the same shape and the same numbers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ndarray::{ArrayD, IxDyn};
use tapegrad_data::npy;
use tapegrad_fuzz::within;

// Numbers of a byte become numbers of eight, twice, and bytes again.
fuzz_target!(|bytes: &[u8]| within(32, bytes, |bytes| {
    if let Ok(array) = npy::from_reader::<i64, IxDyn>(bytes, "f.npy") {
        let again: ArrayD<i64> = npy::from_reader(&npy::to_bytes(&array)[..], "g.npy").expect("our own file");
        assert_eq!(again, array);
    }
    let _ = npy::from_reader::<f32, IxDyn>(bytes, "f.npy");
    let _ = npy::from_reader::<bool, IxDyn>(bytes, "f.npy");
}));
