//! Pictures as TensorBoard takes them.

use crate::TensorBoardError;

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// The bytes of a PNG file whose size is known. They are stored as they are, not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PngPicture<'a> {
    bytes: &'a [u8],
    width: u32,
    height: u32,
}

impl<'a> PngPicture<'a> {
    /// Takes a PNG file; width and height come from its header.
    ///
    /// # Errors
    /// [`TensorBoardError::Png`] when the bytes do not begin with signature and header.
    pub fn new(bytes: &'a [u8]) -> Result<Self, TensorBoardError> {
        let size = || {
            // Signature, length of the first chunk, its name, then width and height, big-endian.
            let body = bytes.strip_prefix(SIGNATURE)?.get(4..)?.strip_prefix(b"IHDR")?;
            let (width, rest) = body.split_first_chunk()?;
            Some((u32::from_be_bytes(*width), u32::from_be_bytes(*rest.first_chunk()?)))
        };
        let (width, height) = size().ok_or(TensorBoardError::Png { got: bytes.len() })?;
        Ok(Self { bytes, width, height })
    }

    /// Width in pixels.
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// The file.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::PngPicture;
    use crate::TensorBoardError;

    const HEADER: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x02\0\0\0\x03";

    #[test]
    fn the_header_says_the_size() {
        let picture = PngPicture::new(HEADER).expect("a header");
        assert_eq!((picture.width(), picture.height()), (258, 3));
    }

    #[test]
    fn half_a_header_is_no_picture() {
        for length in 0..HEADER.len() {
            assert_eq!(
                PngPicture::new(&HEADER[..length]),
                Err(TensorBoardError::Png { got: length }),
                "{length} bytes"
            );
        }
    }
}
