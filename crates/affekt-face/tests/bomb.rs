//! A header that promises more pixels than fit any memory; alone in its process, so that its memory can be read.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Cursor;

use affekt_face::{DecodeError, DecodeLimits, decode};
use image::{DynamicImage, ImageFormat};

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind[..], data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &body, &crc(&body).to_be_bytes()].concat()
}

fn png_header(side: u32) -> Vec<u8> {
    let side = side.to_be_bytes();
    let header = [&side[..], &side, &[8, 6, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(*b"IHDR", &header),
        chunk(*b"IDAT", &[0x78, 0x9C]),
        chunk(*b"IEND", &[]),
    ]
    .concat()
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(8, 8).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Overwrites the only place where `old` stands.
fn patch(mut bytes: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    let places: Vec<usize> =
        bytes.windows(old.len()).enumerate().filter(|(_, w)| *w == old).map(|(at, _)| at).collect();
    assert_eq!(places.len(), 1, "{old:?} stands at {places:?}");
    bytes[places[0]..places[0] + new.len()].copy_from_slice(new);
    bytes
}

/// A whole picture of 8 x 8 pixels whose header claims `side` x `side`.
fn jpeg(side: u16) -> Vec<u8> {
    let [high, low] = side.to_be_bytes();
    patch(
        encoded(ImageFormat::Jpeg),
        &[0xFF, 0xC0, 0, 17, 8, 0, 8, 0, 8],
        &[0xFF, 0xC0, 0, 17, 8, high, low, high, low],
    )
}

fn gif(side: u16) -> Vec<u8> {
    let [low, high] = side.to_le_bytes();
    patch(
        encoded(ImageFormat::Gif),
        b"GIF89a\x08\0\x08\0",
        &[b'G', b'I', b'F', b'8', b'9', b'a', low, high, low, high],
    )
}

fn bmp(side: i32) -> Vec<u8> {
    let side = side.to_le_bytes();
    patch(encoded(ImageFormat::Bmp), &[8, 0, 0, 0, 8, 0, 0, 0], &[side, side].concat())
}

fn tiff(side: u32) -> Vec<u8> {
    let [a, b, c, d] = side.to_le_bytes();
    let entry = |tag: u8, value: [u8; 4]| [&[tag, 1, 4, 0, 1, 0, 0, 0], &value[..]].concat();
    let wide = patch(encoded(ImageFormat::Tiff), &entry(0, [8, 0, 0, 0]), &entry(0, [a, b, c, d]));
    patch(wide, &entry(1, [8, 0, 0, 0]), &entry(1, [a, b, c, d]))
}

fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse().ok())
}

#[test]
fn huge_claims_are_refused_with_flat_memory() {
    let limits = DecodeLimits::new(1 << 24, 1 << 24).unwrap();
    let bombs = [
        ("PNG", png_header(60_000), 3_600_000_000),
        ("JPEG", jpeg(65_500), 4_290_250_000),
        ("GIF", gif(65_500), 4_290_250_000),
        ("BMP", bmp(60_000), 3_600_000_000),
    ];
    let unpatched = [jpeg(8), gif(8), bmp(8), tiff(8)];
    assert!(
        unpatched.iter().all(|bytes| decode(bytes, limits).is_ok()),
        "the patched files must be good ones"
    );
    let before = peak_kib();
    for side in [u32::MAX >> 1, u32::MAX] {
        assert!(decode(&png_header(side), limits).is_err());
    }
    // Its strips do not fit the claim, which the decoder notices first.
    assert!(decode(&tiff(60_000), limits).is_err());
    for (name, bytes, claim) in &bombs {
        let error = decode(bytes, limits).unwrap_err();
        let expected = matches!(
            error,
            DecodeError::Oversized { what: "pixels", got, limit: 16_777_216 } if got == *claim
        );
        assert!(expected, "{name}: {error:?}");
    }
    if let (Some(before), Some(after)) = (before, peak_kib()) {
        assert!(after - before < 8 * 1024, "peak memory rose from {before} to {after} KiB");
    }
}
