//! The bytes of a checkpoint: what tells it from other files, and a damaged one from a whole one.
//!
//! | bytes | |
//! | --- | --- |
//! | 0 to 7 | `tapegrad` |
//! | 8 to 11 | the version, 1 |
//! | 12 to 15 | the CRC-32 of all bytes from 16 on |
//! | 16 to 23 | the number of bytes from 32 on |
//! | 24 to 31 | how many of them are text |
//! | 32 on | the texts, as a JSON object of strings |
//! | then | the tensors, as a safetensors file |
//!
//! Numbers are little-endian.

use std::collections::BTreeMap;

use tapegrad_nn::StateDict;

use crate::error::Error;

const MAGIC: &[u8; 8] = b"tapegrad";
const VERSION: u32 = 1;
const HEADER: usize = 32;

/// The texts and tensors of a checkpoint by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    pub(super) texts: BTreeMap<String, String>,
    pub(super) tensors: StateDict,
}

/// The whole file.
pub(super) fn to_bytes(content: &Content) -> Result<Vec<u8>, tapegrad_nn::Error> {
    let texts = serde_json::to_vec(&content.texts).expect("strings are JSON");
    let tensors = content.tensors.to_bytes()?;
    let mut checked = Vec::with_capacity(HEADER - 16 + texts.len() + tensors.len());
    checked.extend(((texts.len() + tensors.len()) as u64).to_le_bytes());
    checked.extend((texts.len() as u64).to_le_bytes());
    checked.extend(&texts);
    checked.extend(&tensors);
    let mut bytes = Vec::with_capacity(16 + checked.len());
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(crc32fast::hash(&checked).to_le_bytes());
    bytes.extend(&checked);
    Ok(bytes)
}

/// What the bytes hold, or what is wrong with them.
pub(super) fn from_bytes(bytes: &[u8], from: &str) -> Result<Content, Error> {
    let damaged = |what: String| Error::Damaged { from: from.to_string(), what };
    if bytes.len() < HEADER {
        return Err(damaged(format!("{} bytes, expected at least the {HEADER} of a checkpoint's header", bytes.len())));
    }
    if &bytes[..8] != MAGIC {
        let found = bytes[..8].escape_ascii();
        return Err(damaged(format!("not a checkpoint: bytes 0 to 7 are \"{found}\", expected \"tapegrad\"")));
    }
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
    let (version, checksum) = (number(8) as u32, (number(8) >> 32) as u32);
    if version != VERSION {
        return Err(damaged(format!("bytes 8 to 11: version {version}, expected {VERSION}")));
    }
    let (expected, found) = (number(16), (bytes.len() - HEADER) as u64);
    if found < expected {
        let all = expected.saturating_add(HEADER as u64);
        return Err(damaged(format!("ends after {} bytes, expected {all}: the file is cut short", bytes.len())));
    }
    if found > expected {
        return Err(damaged(format!("{} bytes after the last, expected none", found - expected)));
    }
    let computed = crc32fast::hash(&bytes[16..]);
    if computed != checksum {
        return Err(damaged(format!(
            "bytes 16 on have the CRC-32 {computed:08x}, expected {checksum:08x}: the file is damaged"
        )));
    }
    // Only a program that writes wrong files comes beyond this point with something wrong.
    let texts = usize::try_from(number(24)).ok().filter(|texts| *texts <= bytes.len() - HEADER);
    let Some(texts) = texts else {
        return Err(damaged(format!("bytes 24 to 31: {} bytes of text, expected at most {found}", number(24))));
    };
    let (texts, tensors) = bytes[HEADER..].split_at(texts);
    let begin = HEADER + texts.len();
    let texts = serde_json::from_slice(texts)
        .map_err(|error| damaged(format!("bytes {HEADER} to {begin}: {error}, expected a JSON object of strings")))?;
    let tensors = StateDict::from_bytes(tensors).map_err(|error| damaged(format!("bytes {begin} on: {error}")))?;
    Ok(Content { texts, tensors })
}
