//! Arrays as `NumPy` saves them.

/// A text in an array of shape `()`: type `<U` and its length, one UTF-32 unit a character.
pub fn npy_text(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    npy(&format!("<U{}", text.chars().count()), "()", &units)
}

/// A row of doubles: type `<f8`, shape `(n,)`.
pub fn npy_doubles(values: &[f64]) -> Vec<u8> {
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    npy("<f8", &format!("({},)", values.len()), &data)
}

/// An npy file of version 1: the header is padded so that the data begin at a multiple of 64 bytes.
///
/// # Panics
/// When the header takes more than 65,535 bytes.
pub fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let dictionary = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let header_len = (10 + dictionary.len() + 1).next_multiple_of(64) - 10;
    let length = u16::try_from(header_len).expect("because the header of a miniature is short").to_le_bytes();
    let header = format!("{dictionary:<width$}\n", width = header_len - 1);
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
}
