//! Any bytes as an image of an image folder: values from 0 to 1, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tapegrad_data::decode_image;
use tapegrad_fuzz::{DEFLATED, within};

/// A pixel as a byte, as three, as three numbers, and those once more as planes.
const BYTES_OF_A_PIXEL: usize = 1 + 3 + 12 + 12;

// A PNG may hold eight pixels in each byte before it is compressed.
fuzz_target!(|bytes: &[u8]| within(8 * DEFLATED * BYTES_OF_A_PIXEL, bytes, |bytes| {
    if let Ok(image) = decode_image(bytes, "f.png") {
        assert!(image.iter().all(|v| (0.0..=1.0).contains(v)));
    }
}));
