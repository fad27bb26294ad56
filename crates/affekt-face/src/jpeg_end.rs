//! Does a JPEG reach its end?

/// Whether the marker chain from start-of-image arrives at an end-of-image marker.
///
/// The decoder below us fills what is missing with grey and reports success, so a half-downloaded face
/// would enter training; this walk is what refuses it. Segments are skipped by their length, so the end of
/// an embedded thumbnail does not count.
pub(crate) fn reaches_end(bytes: &[u8]) -> bool {
    const END_OF_IMAGE: u8 = 0xD9;
    const START_OF_SCAN: u8 = 0xDA;
    let mut at = 2;
    loop {
        let Some(marker_at) = next_marker(bytes, at) else { return false };
        let marker = bytes[marker_at];
        at = marker_at + 1;
        match marker {
            END_OF_IMAGE => return true,
            // TEM, restart markers and a stray start-of-image stand alone.
            0x01 | 0xD0..=0xD8 => {}
            _ => {
                let Some(&[high, low]) = bytes.get(at..at + 2) else { return false };
                at += usize::from(u16::from_be_bytes([high, low])).max(2);
                if marker == START_OF_SCAN {
                    at = scan_end(bytes, at);
                }
            }
        }
    }
}

/// Position of the code byte of the next marker at or after `at`; fill bytes and stray bytes are passed over.
fn next_marker(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let is_marker = |&k: &usize| rest.get(k + 1).is_some_and(|code| !matches!(code, 0x00 | 0xFF));
    memchr::memchr_iter(0xFF, rest).find(is_marker).map(|k| at + k + 1)
}

/// Where the entropy-coded data that starts at `at` ends: at the first marker that is no restart.
fn scan_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(marker_at) = next_marker(bytes, at) {
        if !matches!(bytes[marker_at], 0xD0..=0xD7) {
            return marker_at - 1;
        }
        at = marker_at + 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::reaches_end;

    #[test]
    fn stuffed_and_restart_bytes_do_not_end_a_scan() {
        let mut jpeg = vec![0xFF, 0xD8, 0xFF, 0xDA, 0, 3, 9, 1, 0xFF, 0x00, 0xFF, 0xD3, 5, 0xFF, 0xD9];
        assert!(reaches_end(&jpeg));
        jpeg.truncate(jpeg.len() - 1);
        assert!(!reaches_end(&jpeg));
    }

    #[test]
    fn the_end_of_a_thumbnail_is_not_the_end_of_the_picture() {
        assert!(!reaches_end(&[0xFF, 0xD8, 0xFF, 0xE1, 0, 6, 0xFF, 0xD8, 0xFF, 0xD9]));
    }

    #[test]
    fn every_prefix_is_survived() {
        let jpeg = [0xFF, 0xD8, 0xFF, 0xDA, 0, 3, 9, 1, 0xFF, 0xFF, 0xD9];
        for n in 0..jpeg.len() {
            assert!(!reaches_end(&jpeg[..n]));
        }
        assert!(reaches_end(&jpeg));
    }
}
