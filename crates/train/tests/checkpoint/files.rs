//! The file: its layout, and everything that can be wrong with it.

use std::fs;

use super::{Folder, everything, trained};
use tapegrad_nn::StateDict;
use tapegrad_train::{Checkpoint, Error};

/// CRC-32 as its definition has it (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let bit = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc: u32, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| bit(crc)))
}

fn whole() -> Vec<u8> {
    let (net, opt) = trained();
    Checkpoint::of(&net, &opt).with_number("epoch", 3.0).with_text("data", "a \"b\"\n").to_bytes().unwrap()
}

#[test]
fn the_layout_is_the_documented_one_and_holds_a_safetensors_file() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926, "the check value of the definition");
    let bytes = whole();
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    assert_eq!((&bytes[..8], number(8) as u32), (&b"tapegrad"[..], 1));
    assert_eq!((number(8) >> 32) as u32, crc32(&bytes[16..]));
    assert_eq!(number(16), bytes.len() - 32);
    let (text, tensors) = bytes[32..].split_at(number(24));
    assert_eq!(text, br#"{"data":"a \"b\"\n"}"#);
    let tensors = StateDict::from_bytes(tensors).unwrap();
    assert_eq!(tensors.get("model/weight").unwrap().shape(), [2, 3]);
    assert_eq!(tensors.get("numbers/epoch").unwrap().item(), 3.0);
}

#[test]
fn every_flipped_bit_is_an_error() {
    let bytes = whole();
    let folder = Folder::new("flipped");
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        let message = Checkpoint::from_bytes(&damaged).expect_err("damage").to_string();
        let expected = match at {
            0..8 => "not a checkpoint: bytes 0 to 7 are",
            8..12 => "bytes 8 to 11: version",
            16..24 if message.contains("cut short") => "the file is cut short",
            16..24 => "after the last, expected none",
            _ => "bytes 16 on have the CRC-32",
        };
        assert!(message.contains(expected), "byte {at}: {message}");
    }
    // From a file, the file is named, and there is nothing that could be restored.
    let path = folder.file("run.ckpt");
    let mut damaged = bytes;
    damaged[100] ^= 1;
    fs::write(&path, damaged).unwrap();
    let message = Checkpoint::load(&path).unwrap_err().to_string();
    assert!(message.starts_with(&path.display().to_string()) && message.ends_with("the file is damaged"), "{message}");
}

#[test]
fn a_file_cut_short_or_with_more_at_its_end_is_an_error() {
    let bytes = whole();
    for length in 0..bytes.len() {
        let message = Checkpoint::from_bytes(&bytes[..length]).expect_err("too short").to_string();
        let expected = if length < 32 {
            format!("checkpoint: {length} bytes, expected at least the 32 of a checkpoint's header")
        } else {
            format!("checkpoint: ends after {length} bytes, expected {}: the file is cut short", bytes.len())
        };
        assert_eq!(message, expected);
    }
    let longer = [&bytes[..], b"xyz"].concat();
    let message = Checkpoint::from_bytes(&longer).unwrap_err().to_string();
    assert_eq!(message, "checkpoint: 3 bytes after the last, expected none");
}

#[test]
fn another_version_is_named_before_anything_else_is_read() {
    let mut bytes = whole();
    bytes[8] = 2;
    bytes.truncate(40);
    let message = Checkpoint::from_bytes(&bytes).unwrap_err().to_string();
    assert_eq!(message, "checkpoint: bytes 8 to 11: version 2, expected 1");
}

#[test]
fn wrong_content_under_a_right_checksum_is_an_error_too() {
    let rebuilt = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole();
        change(&mut bytes);
        let checksum = crc32(&bytes[16..]).to_le_bytes();
        bytes[12..16].copy_from_slice(&checksum);
        Checkpoint::from_bytes(&bytes).expect_err("wrong content").to_string()
    };
    let message = rebuilt(&|bytes| bytes[24..32].fill(0xff));
    assert!(
        message.starts_with("checkpoint: bytes 24 to 31: 18446744073709551615 bytes of text, expected"),
        "{message}"
    );
    let message = rebuilt(&|bytes| bytes[32] = b'[');
    assert!(message.contains("bytes 32 to ") && message.contains("expected a JSON object of strings"), "{message}");
    let message = rebuilt(&|bytes| {
        let begin = 32 + usize::from(bytes[24]);
        bytes[begin..begin + 8].fill(0xff);
    });
    assert!(message.contains("not a safetensors file"), "{message}");
}

#[test]
fn a_missing_file_and_a_foreign_one_are_errors_that_name_them() {
    let folder = Folder::new("foreign");
    let missing = Checkpoint::load(folder.file("none.ckpt")).unwrap_err();
    assert!(matches!(&missing, Error::Read { path, .. } if path.ends_with("none.ckpt")));
    fs::write(folder.file("picture.png"), b"\x89PNG\r\n\x1a\n and more that is not a checkpoint").unwrap();
    let message = Checkpoint::load(folder.file("picture.png")).unwrap_err().to_string();
    assert!(message.ends_with(r#"bytes 0 to 7 are "\x89PNG\r\n\x1a\n", expected "tapegrad""#), "{message}");
}

#[test]
fn a_failed_write_names_the_file_and_leaves_nothing_behind() {
    let folder = Folder::new("failed");
    let (net, opt) = trained();
    fs::create_dir_all(folder.file("taken/inside")).unwrap();
    let error = Checkpoint::of(&net, &opt).save(folder.file("taken")).unwrap_err();
    assert!(matches!(&error, Error::Write { path, .. } if path.ends_with("taken")), "{error}");
    assert_eq!(folder.names(), ["taken"]);
    assert!(Checkpoint::of(&net, &opt).save("..").is_err());
}

#[test]
fn a_save_makes_its_folder_and_replaces_what_is_there() {
    let folder = Folder::new("replaces");
    let path = folder.file("a/b/run.ckpt");
    let (net, opt) = trained();
    Checkpoint::of(&net, &opt).with_text("long", &"x".repeat(10_000)).save(&path).unwrap();
    Checkpoint::of(&net, &opt).save(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), everything(&net, &opt));
    assert_eq!(super::names(path.parent().unwrap()), ["run.ckpt"]);
}
