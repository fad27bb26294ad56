//! No bytes make the decoder panic.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Cursor;

use affekt_face::{DecodeError, DecodeLimits, decode};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use proptest::prelude::*;

const FORMATS: [ImageFormat; 6] = [
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::Bmp,
    ImageFormat::WebP,
    ImageFormat::Tiff,
    ImageFormat::Gif,
];

fn valid(format: ImageFormat) -> Vec<u8> {
    let picture: DynamicImage = RgbImage::from_fn(24, 17, |x, y| {
        Rgb([x * 9, y * 14, (x * y) % 256].map(|v| u8::try_from(v % 256).unwrap()))
    })
    .into();
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Decodes; an error is fine, a panic inside a decoder below is not.
fn survives(bytes: &[u8]) -> Result<(), TestCaseError> {
    let limits = DecodeLimits::new(1 << 16, 1 << 16).unwrap();
    match decode(bytes, limits) {
        Err(DecodeError::DecoderPanic { format }) => Err(TestCaseError::fail(format!("{format} panicked"))),
        Ok(picture) => {
            let pixels = u64::from(picture.width()) * u64::from(picture.height());
            prop_assert!(pixels <= limits.max_pixels());
            prop_assert_eq!(picture.rgb().len() as u64, pixels * 3);
            Ok(())
        }
        Err(_) => Ok(()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(kind in 0..7_usize, tail in prop::collection::vec(any::<u8>(), 0..600)) {
        let magic = FORMATS.get(kind).map_or(Vec::new(), |&format| valid(format)[..12].to_vec());
        survives(&[magic, tail].concat())?;
    }

    #[test]
    fn mutated_pictures(
        kind in 0..6_usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        keep_length in any::<bool>(),
    ) {
        let mut bytes = valid(FORMATS[kind]);
        for (at, value) in edits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if !keep_length {
            bytes.truncate(cut.index(bytes.len()));
        }
        survives(&bytes)?;
    }
}
