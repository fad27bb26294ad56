//! Small pictures of single samples, from the face cache of a prepared dataset.

use std::path::Path;

use affekt_artifact::Manifest;
use affekt_face::FaceCache;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use image::{ExtendedColorType, RgbImage};

/// Longest edge in pixels.
const EDGE: u32 = 64;
/// Quality of the JPEG files, of 100.
const QUALITY: u8 = 80;

/// The pictures of `samples` in the prepared dataset in `folder`; none for a sample it does not have, the reason in words
/// where it has no pictures at all.
pub(super) fn of(folder: &Path, samples: &[String]) -> Result<Vec<Option<Vec<u8>>>, String> {
    let manifest = Manifest::load(folder).map_err(|error| missing("manifest", &error))?;
    let cache = FaceCache::open(&folder.join("faces")).map_err(|error| missing("face cache", &error))?;
    if cache.len() != manifest.rows.len() {
        return Err("the dataset's face cache is not that of its manifest".to_owned());
    }
    let picture = |sample: &String| {
        let row = manifest.rows.iter().position(|row| row.sample.as_str() == sample)?;
        let mut pixels = Vec::new();
        cache.image(row)?.copy_rgb(&mut pixels);
        jpeg(u32::try_from(cache.size()).ok()?, pixels)
    };
    Ok(samples.iter().map(picture).collect())
}

/// The page says it to strangers too: no path of this machine.
fn missing(what: &str, error: &dyn std::error::Error) -> String {
    tracing::warn!("no pictures: {error}");
    format!("the dataset's {what} is not at hand")
}

fn jpeg(size: u32, pixels: Vec<u8>) -> Option<Vec<u8>> {
    let face = RgbImage::from_raw(size, size, pixels)?;
    let edge = size.min(EDGE);
    let small = if edge < size { resize(&face, edge, edge, FilterType::Triangle) } else { face };
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    encoder.encode(small.as_raw(), edge, edge, ExtendedColorType::Rgb8).ok()?;
    Some(jpeg)
}
