//! Records, as `TensorFlow` frames them: payloads with their length and two checksums.
//!
//! ```text
//! length u64 | masked CRC-32C of the length u32 | payload | masked CRC-32C of the payload u32      (little-endian)
//! ```

use std::io::{self, Write};

use crate::checksum::masked;

/// Writes one record.
pub(crate) fn write_record(out: &mut impl Write, payload: &[u8]) -> io::Result<()> {
    let length = (payload.len() as u64).to_le_bytes();
    out.write_all(&length)?;
    out.write_all(&masked(&length).to_le_bytes())?;
    out.write_all(payload)?;
    out.write_all(&masked(payload).to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::write_record;

    /// The record that opens an event file of wall time 0, as TensorBoard's own `RecordWriter` frames it.
    #[test]
    fn a_record_as_tensorboard_writes_it() {
        let payload = b"\x09\0\0\0\0\0\0\0\0\x1a\x0dbrain.Event:2";
        let mut out = Vec::new();
        write_record(&mut out, payload).expect("a vector takes all");
        let head = b"\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22";
        assert_eq!(out, [&head[..], payload, b"\xee\xdf\x28\xa3"].concat());
    }
}
