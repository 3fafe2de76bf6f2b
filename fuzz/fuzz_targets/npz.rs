//! Any bytes as an NPZ file, every array of it asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ndarray::IxDyn;
use std::io::Cursor;
use tapegrad_data::npz::Npz;
use tapegrad_fuzz::{DEFLATED, within};

// Bytes may be compressed and become numbers of eight; entries may share them, but are read one at a time.
fuzz_target!(|bytes: &[u8]| within(16 * DEFLATED, bytes, |bytes| {
    let Ok(mut archive) = Npz::from_reader(Cursor::new(bytes.to_vec()), "f.npz") else { return };
    for name in archive.names().to_vec() {
        let _ = archive.header(&name);
        let _ = archive.read::<f32, IxDyn>(&name);
        let _ = archive.read::<i64, IxDyn>(&name);
    }
}));
