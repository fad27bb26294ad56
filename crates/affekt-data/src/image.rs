//! Opening the image of a row, or saying why not.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use affekt_artifact::QuarantineReason;
use affekt_face::{DecodeError, DecodeLimits, Picture, Pixels, load};

use crate::ImageSource;
use crate::root::Root;

/// Why an image is set aside.
pub(crate) type Fault = (QuarantineReason, String);

/// Opens an image of the dataset, or says why it is to be set aside.
pub(crate) fn open_image(root: &Root, image: &ImageSource, limits: DecodeLimits) -> Result<Picture, Fault> {
    let Some(file) = root.image(image.file()) else {
        return Err((QuarantineReason::OutsideRoot, "a link leads out of the dataset root".to_owned()));
    };
    match *image {
        ImageSource::File(_) => load(&file, limits).map_err(|error| decode_fault(&error)),
        ImageSource::GreyText { offset, len, side, .. } => grey_text(&file, offset, len, side),
    }
}

fn decode_fault(error: &DecodeError) -> Fault {
    let reason = match error {
        DecodeError::Missing { .. } => QuarantineReason::MissingImage,
        DecodeError::Empty => QuarantineReason::EmptyImage,
        DecodeError::Oversized { .. } => QuarantineReason::OversizedImage,
        _ => QuarantineReason::UnreadableImage,
    };
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    (reason, format!("{error}{cause}"))
}

/// Decimal grey levels of a square picture, as a table holds them.
fn grey_text(file: &Path, offset: u64, len: u64, side: u32) -> Result<Picture, Fault> {
    let unreadable = |detail: String| (QuarantineReason::UnreadableImage, detail);
    let n_pixels = side as usize * side as usize;
    // Three digits and a space a pixel: what claims more is no list of levels, and is not read into memory.
    let len = usize::try_from(len).ok().filter(|&len| len <= 4 * n_pixels);
    let len = len.ok_or_else(|| unreadable(format!("more text than {side} x {side} grey levels take")))?;
    let mut text = vec![0; len];
    File::open(file)
        .and_then(|file| file.read_exact_at(&mut text, offset))
        .map_err(|error| (QuarantineReason::MissingImage, format!("{}: {error}", file.display())))?;
    let mut pixels = Vec::with_capacity(n_pixels);
    for (k, word) in text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).enumerate() {
        let level = str::from_utf8(word).ok().and_then(|word| word.parse::<u8>().ok());
        let level = level.ok_or_else(|| unreadable(format!("pixel {k} is no grey level of 0 to 255")))?;
        pixels.push(level);
    }
    let got = pixels.len();
    Picture::new(side, side, Pixels::Grey(pixels))
        .ok_or_else(|| unreadable(format!("{got} grey levels; expected {side} x {side}")))
}
