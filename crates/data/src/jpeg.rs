//! JPEG images. Decoded by `jpeg-decoder`: `zune-jpeg`, which `image` would use, panics where a damaged file gives colours more samples
//! than brightness, and takes some files whose components lie in scans of their own for noise.

use crate::image_folder::{refuse_bomb, refuse_huge};
use image::{DynamicImage, GrayImage, RgbImage};
use jpeg_decoder::{CodingProcess, Decoder, PixelFormat};

/// JPEG spends at least a bit on a block of 64 pixels.
const MAX_PIXELS_PER_BYTE: u64 = 8 * 64;

/// The image in these bytes, or what is wrong with them.
pub(crate) fn decoded(bytes: &[u8]) -> Result<DynamicImage, String> {
    let mut decoder = Decoder::new(bytes);
    let damaged = |error: jpeg_decoder::Error| format!("damaged image: {error}");
    decoder.read_info().map_err(damaged)?;
    let info = decoder.info().expect("its information was read");
    // Of a lossless one the decoder takes samples of any precision for such of 8 or 16 bits.
    if info.coding_process == CodingProcess::Lossless {
        return Err("a lossless JPEG image, expected a baseline or progressive one".into());
    }
    let [width, height] = [info.width, info.height].map(u32::from);
    refuse_bomb(bytes.len(), width, height, bytes.len() as u64 * MAX_PIXELS_PER_BYTE)?;
    refuse_huge(width, height, u64::from(width) * u64::from(height) * info.pixel_format.pixel_bytes() as u64)?;
    let pixels = decoder.decode().map_err(damaged)?;
    match info.pixel_format {
        PixelFormat::L8 => GrayImage::from_raw(width, height, pixels).map(Into::into),
        // Only lossless images have it.
        PixelFormat::L16 => None,
        PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels).map(Into::into),
        PixelFormat::CMYK32 => {
            let (inks, _) = pixels.as_chunks();
            RgbImage::from_raw(width, height, inks.iter().flat_map(|inks| rgb(*inks)).collect()).map(Into::into)
        }
    }
    .ok_or_else(|| "damaged image: fewer pixels than its size says".to_string())
}

/// What cyan, magenta, yellow and black, in so many 255ths of full ink, leave of the light.
fn rgb([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    [cyan, magenta, yellow].map(|ink| ((u16::from(255 - ink) * u16::from(255 - black) + 127) / 255) as u8)
}
