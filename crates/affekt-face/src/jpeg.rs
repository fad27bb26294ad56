//! JPEG to grey or RGB: the marker chain is read once and the pixels are decoded straight into the result.

use image::metadata::Orientation;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use crate::{DecodeError, DecodeLimits, Picture, Pixels};

/// Decodes a JPEG; grey stays grey, YCbCr, RGB, CMYK and YCCK become RGB.
///
/// Four channels are taken as inverted, as Pillow takes them and as Adobe writes them: RGB = CMY x K / 255.
pub(crate) fn decode(bytes: &[u8], limits: DecodeLimits) -> Result<(Picture, Orientation), DecodeError> {
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(refuse)?;
    let (width, height) = decoder.dimensions().expect("because the headers were read");
    let [width, height] = [width, height].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
    limits.check_pixels(width, height)?;
    let orientation = decoder
        .exif()
        .and_then(|exif| Orientation::from_exif_chunk(exif))
        .unwrap_or(Orientation::NoTransforms);
    let is_grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    if is_grey {
        decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::Luma));
    }
    let channels = if is_grey { 1 } else { 3 };
    let mut samples = vec![0; width as usize * height as usize * channels];
    decoder.decode_into(&mut samples).map_err(refuse)?;
    let pixels = if is_grey { Pixels::Grey(samples) } else { Pixels::Rgb(samples) };
    let picture = Picture::new(width, height, pixels).ok_or(DecodeError::Empty)?;
    Ok((picture, orientation))
}

fn refuse(source: DecodeErrors) -> DecodeError {
    DecodeError::UnreadableJpeg { source }
}
