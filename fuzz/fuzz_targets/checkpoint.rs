//! Any bytes as a checkpoint, and as what a checkpoint holds behind a header that says it is whole: few bytes would come past the
//! checksum by chance.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tapegrad_fuzz::within;
use tapegrad_nn::{Linear, Module};
use tapegrad_optim::Adam;
use tapegrad_train::Checkpoint;

fn read(bytes: &[u8]) {
    let Ok(checkpoint) = Checkpoint::from_bytes(bytes) else { return };
    let net = Linear::new(1, 1);
    let mut optimizer = Adam::new(net.parameters(), 0.1);
    let _ = checkpoint.restore(&net, &mut optimizer);
    let _ = (checkpoint.number("epoch"), checkpoint.text("data"), checkpoint.state("plateau"), checkpoint.rng("other"));
    checkpoint.to_bytes().expect("what was read can be written");
}

// The smallest tensor, empty and with a short name, is some fifty bytes of a file; the model takes a little whatever is read.
fuzz_target!(|bytes: &[u8]| within(64, bytes, |bytes| {
    read(bytes);
    if let Some((texts, content)) = bytes.split_at_checked(8) {
        let texts: [u8; 8] = texts.try_into().expect("eight bytes");
        let mut checked = (content.len() as u64).to_le_bytes().to_vec();
        checked.extend(texts);
        checked.extend(content);
        let mut whole = b"tapegrad\x01\0\0\0".to_vec();
        whole.extend(crc32fast::hash(&checked).to_le_bytes());
        whole.extend(checked);
        read(&whole);
    }
}));
