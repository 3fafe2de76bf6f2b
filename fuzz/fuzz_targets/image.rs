//! Any bytes as an image of an image folder: values from 0 to 1, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tapegrad_data::decode_image;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(image) = decode_image(bytes, "f.png") {
        assert!(image.iter().all(|v| (0.0..=1.0).contains(v)));
    }
});
