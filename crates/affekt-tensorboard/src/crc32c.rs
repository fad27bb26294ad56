//! CRC-32C (Castagnoli), the checksum of records.

/// Reflected polynomial.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// Remainder of each byte. Files have kilobytes: a table of bytes is fast enough, and needs no dependency.
const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0_u32;
    while byte < 256 {
        let mut remainder = byte;
        let mut bit = 0;
        while bit < 8 {
            remainder = if remainder & 1 == 1 { (remainder >> 1) ^ POLYNOMIAL } else { remainder >> 1 };
            bit += 1;
        }
        table[byte as usize] = remainder;
        byte += 1;
    }
    table
}

/// CRC-32C of the bytes.
pub(crate) fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)] ^ (crc >> 8))
}

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
