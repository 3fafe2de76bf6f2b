//! Any bytes as a safetensors file. What is read is written and read again: the same names, shapes and bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tapegrad_fuzz::within;
use tapegrad_nn::{Linear, Module, StateDict};

// The smallest tensor, empty and with a short name, is some fifty bytes of a file.
fuzz_target!(|bytes: &[u8]| within(64, bytes, |bytes| {
    let Ok(state) = StateDict::from_bytes(bytes) else { return };
    let written = state.to_bytes().expect("types of such files");
    let again = StateDict::from_bytes(&written).expect("our own file");
    assert_eq!(again.to_bytes().expect("types of such files"), written);
    let _ = Linear::new(1, 1).load_state_dict(&state);
}));
