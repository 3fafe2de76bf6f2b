//! The records of an event file, and the messages in them.
//!
//! A record is the length of its content (u64), a checksum of that, the content, and a checksum of that (u32 each, little-endian). The
//! content is an `Event` of TensorFlow's `event.proto` with a `Summary` of `summary.proto`; of all that protocol buffers can do, four
//! kinds of field are needed.

/// The Castagnoli CRC, bit by bit: for the few bytes of an event that is quick enough.
fn crc32c(bytes: &[u8]) -> u32 {
    let bit = |crc: u32, _| (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(!0, |crc: u32, byte| (0..8).fold(crc ^ u32::from(*byte), bit))
}

/// TensorFlow rotates and shifts it, so that a checksum of data with checksums in them is not a special case.
fn masked(bytes: &[u8]) -> [u8; 4] {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

/// The record of some content.
pub(super) fn record(content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u64).to_le_bytes();
    [&length[..], &masked(&length), content, &masked(content)].concat()
}

/// A protocol-buffers message in the making. Fields are appended in the order of their numbers; a number that is 0 is not written,
/// since that is what it is then.
#[derive(Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn key(&mut self, field: u64, wire: u64) {
        self.varint(field << 3 | wire);
    }

    pub(super) fn integer(mut self, field: u64, value: u64) -> Self {
        if value != 0 {
            self.key(field, 0);
            self.varint(value);
        }
        self
    }

    pub(super) fn double(mut self, field: u64, value: f64) -> Self {
        if value != 0.0 {
            self.key(field, 1);
            self.0.extend(value.to_le_bytes());
        }
        self
    }

    /// Written also where it is 0, since it is one of several that a value can be.
    pub(super) fn float(mut self, field: u64, value: f32) -> Self {
        self.key(field, 5);
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(super) fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.key(field, 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    pub(super) fn doubles(self, field: u64, values: &[f64]) -> Self {
        let packed: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.bytes(field, &packed)
    }

    pub(super) fn message(self, field: u64, message: Message) -> Self {
        self.bytes(field, &message.0)
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_published_examples() {
        // RFC 3720, appendix B.4.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(&(0..32).collect::<Vec<u8>>()), 0x46dd_794e);
    }

    #[test]
    fn varints_are_those_of_the_published_examples() {
        // From the description of the encoding: 150 in field 1, and "testing" in field 2.
        assert_eq!(Message::default().integer(1, 150).finish(), [0x08, 0x96, 0x01]);
        assert_eq!(Message::default().bytes(2, b"testing").finish(), *b"\x12\x07testing");
    }
}
