//! PNG images, decoded by `png` through `image`.

use crate::image_folder::{refuse_bomb, refuse_huge};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};
use std::io::Cursor;

/// Deflate makes at most 1032 bytes of one.
const MAX_DEFLATED: u64 = 1032;
/// The signature of eight bytes.
const SIGNATURE: usize = 8;

/// The image in these bytes, or what is wrong with them.
pub(crate) fn decoded(bytes: &[u8]) -> Result<DynamicImage, String> {
    let damaged = |error: ImageError| format!("damaged image: {error}");
    check_palette(bytes)?;
    let decoder = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png).into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    refuse_bomb(bytes.len(), width, height, bytes.len() as u64 * 8 * MAX_DEFLATED / bits(bytes))?;
    // `image` reserves the pixels without a look at its own limit.
    refuse_huge(width, height, decoder.total_bytes())?;
    DynamicImage::from_decoder(decoder).map_err(damaged)
}

/// The bits of a pixel in a file whose header was read: the depth and the colour type are its bytes 24 and 25.
fn bits(bytes: &[u8]) -> u64 {
    let channels = match bytes.get(25) {
        Some(2) => 3,
        Some(4) => 2,
        Some(6) => 4,
        // Brightness alone, or places in a palette.
        _ => 1,
    };
    channels * bytes.get(24).map_or(1, |&depth| u64::from(depth.max(1)))
}

/// Three bytes for each colour: the decoder panics at others.
fn check_palette(bytes: &[u8]) -> Result<(), String> {
    match chunks(bytes).find(|(kind, length)| *kind == b"PLTE" && length % 3 > 0) {
        Some((_, length)) => Err(format!("damaged image: a palette of {length} bytes, expected 3 for each colour")),
        None => Ok(()),
    }
}

/// What each chunk is and how many bytes it holds, as far as they are whole.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], usize)> {
    let mut rest = bytes.get(SIGNATURE..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        // The content and its checksum.
        rest = after.get(length.checked_add(4)?..).unwrap_or_default();
        Some((kind, length))
    })
}
