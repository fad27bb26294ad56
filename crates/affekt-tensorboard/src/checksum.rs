//! CRC-32C (Castagnoli), the checksum of records.

use crc32c::crc32c;

/// The checksum as it is stored: a CRC over bytes that hold a CRC is weak, so the stored one is another number.
pub(crate) fn masked(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::{crc32c, masked};

    /// The vectors of RFC 3720, appendix B.4.
    #[test]
    fn the_vectors_of_iscsi() {
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        let up: Vec<u8> = (0..32).collect();
        let down: Vec<u8> = (0..32).rev().collect();
        assert_eq!((crc32c(&up), crc32c(&down)), (0x46dd_794e, 0x113f_db5c));
    }

    #[test]
    fn check_value_and_mask() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        // 0xe3069283 rotated right by 15 is 0x2507c60d.
        assert_eq!(masked(b"123456789"), 0x2507_c60d_u32.wrapping_add(0xa282_ead8));
    }
}
