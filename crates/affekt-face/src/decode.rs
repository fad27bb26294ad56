//! Bytes to an upright picture, bounded before any pixel is decoded.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Cursor, ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

use crate::{DecodeError, DecodeLimits, Picture, jpeg, jpeg_end};

/// The formats read here and their names.
const FORMATS: [(ImageFormat, &str); 6] = [
    (ImageFormat::Jpeg, "JPEG"),
    (ImageFormat::Png, "PNG"),
    (ImageFormat::Bmp, "BMP"),
    (ImageFormat::Tiff, "TIFF"),
    (ImageFormat::WebP, "WebP"),
    (ImageFormat::Gif, "GIF"),
];

/// Reads and decodes a file; its length is checked before it is opened.
///
/// # Errors
/// [`DecodeError`], telling a missing file from an empty, oversized or unreadable one.
pub fn load(path: &Path, limits: DecodeLimits) -> Result<Picture, DecodeError> {
    let refuse = |source: std::io::Error| {
        let path = path.to_owned();
        // A path through a file, as in `a.jpg/b.jpg`, names nothing either.
        if matches!(source.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
            DecodeError::Missing { path }
        } else {
            DecodeError::Io { path, source }
        }
    };
    let metadata = fs::metadata(path).map_err(refuse)?;
    if !metadata.is_file() {
        // Opening a pipe would wait for ever.
        return Err(refuse(std::io::Error::new(ErrorKind::InvalidInput, "not a regular file")));
    }
    check_bytes(metadata.len(), limits)?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // The bound holds even when the file grows while it is read.
    let bound = limits.max_bytes().saturating_add(1);
    File::open(path).and_then(|file| file.take(bound).read_to_end(&mut bytes)).map_err(refuse)?;
    decode(&bytes, limits)
}

/// Decodes a picture by its content, never by a file extension.
///
/// JPEG, PNG, BMP, TIFF, WebP and GIF. Palette, CMYK and 16-bit become 8-bit RGB, and so does grey, except in a JPEG; an alpha channel is
/// dropped, not blended, as Pillow's `convert("RGB")` does; colour profiles are not applied; the EXIF orientation
/// is. Of an animation, the first frame. A TIFF with a palette is refused.
///
/// # Errors
/// [`DecodeError`]; never a panic, and nothing is allocated for pixels over the limit.
pub fn decode(bytes: &[u8], limits: DecodeLimits) -> Result<Picture, DecodeError> {
    check_bytes(bytes.len() as u64, limits)?;
    let (format, name) = recognise(bytes)?;
    let is_whole = match format {
        ImageFormat::Jpeg => jpeg_end::reaches_end(bytes),
        ImageFormat::WebP => holds_riff(bytes),
        // The decoders of the others report what is missing.
        _ => true,
    };
    if !is_whole {
        return Err(DecodeError::Truncated { format: name, got: bytes.len() as u64 });
    }
    // The decoders are fuzzed, but not ours: a bug in one must cost one picture, not the run.
    catch_unwind(AssertUnwindSafe(|| decode_as(format, bytes, limits)))
        .unwrap_or(Err(DecodeError::DecoderPanic { format: name }))
}

fn check_bytes(got: u64, limits: DecodeLimits) -> Result<(), DecodeError> {
    let limit = limits.max_bytes();
    match got {
        0 => Err(DecodeError::Empty),
        _ if got > limit => Err(DecodeError::Oversized { what: "bytes", got, limit }),
        _ => Ok(()),
    }
}

fn recognise(bytes: &[u8]) -> Result<(ImageFormat, &'static str), DecodeError> {
    let format = image::guess_format(bytes).ok();
    let known = format.and_then(|format| FORMATS.into_iter().find(|(known, _)| *known == format));
    known.ok_or_else(|| {
        let mut begins = String::new();
        for byte in bytes.iter().take(8) {
            let _ = write!(begins, "{byte:02x}");
        }
        DecodeError::Format { begins }
    })
}

/// Whether a RIFF container is as long as it says: its length field counts from byte 8.
fn holds_riff(bytes: &[u8]) -> bool {
    let length = bytes.get(4..8).and_then(|field| <[u8; 4]>::try_from(field).ok()).map(u32::from_le_bytes);
    length.is_some_and(|length| bytes.len() as u64 >= u64::from(length) + 8)
}

fn decode_as(format: ImageFormat, bytes: &[u8], limits: DecodeLimits) -> Result<Picture, DecodeError> {
    if format == ImageFormat::Jpeg {
        let (picture, orientation) = jpeg::decode(bytes, limits)?;
        if orientation == Orientation::NoTransforms {
            return Ok(picture);
        }
        let rgb = RgbImage::from_raw(picture.width(), picture.height(), picture.rgb().into_owned())
            .expect("because a picture in colour holds width x height x 3 bytes");
        return upright(rgb.into(), orientation);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut bounds = Limits::no_limits();
    // Sixteen bytes are the widest pixel of these formats; the rest is room for tables and metadata.
    bounds.max_alloc = Some(limits.max_pixels().saturating_mul(16).saturating_add(16 << 20));
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().map_err(refuse)?;
    let (width, height) = decoder.dimensions();
    limits.check_pixels(width, height)?;
    let orientation = decoder.orientation().map_err(refuse)?;
    upright(DynamicImage::from_decoder(decoder).map_err(refuse)?, orientation)
}

fn upright(mut picture: DynamicImage, orientation: Orientation) -> Result<Picture, DecodeError> {
    picture.apply_orientation(orientation);
    let rgb = picture.into_rgb8();
    let (width, height) = rgb.dimensions();
    Picture::from_rgb(width, height, rgb.into_raw()).ok_or(DecodeError::Empty)
}

fn refuse(source: ImageError) -> DecodeError {
    DecodeError::Unreadable { source }
}
