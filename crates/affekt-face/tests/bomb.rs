//! A header that promises more pixels than fit any memory; alone in its process, so that its memory can be read.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use affekt_face::{DecodeError, DecodeLimits, decode};

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

fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse().ok())
}

#[test]
fn a_png_of_60000_by_60000_is_refused_with_flat_memory() {
    let limits = DecodeLimits::new(1 << 24, 1 << 24).unwrap();
    let before = peak_kib();
    for side in [60_000, u32::MAX >> 1, u32::MAX] {
        assert!(decode(&png_header(side), limits).is_err());
    }
    let error = decode(&png_header(60_000), limits).unwrap_err();
    assert!(matches!(error, DecodeError::Oversized { got: 3_600_000_000, .. }), "{error}");
    if let (Some(before), Some(after)) = (before, peak_kib()) {
        assert!(after - before < 8 * 1024, "peak memory rose from {before} to {after} KiB");
    }
}
