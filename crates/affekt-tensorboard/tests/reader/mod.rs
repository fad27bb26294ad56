//! A small reader of event files, for tests.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, reason = "a file that cannot be read fails its test")]

/// CRC-32C bit by bit, as its definition says.
fn crc32c(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
        }
    }
    !crc
}

fn unmask(stored: u32) -> u32 {
    stored.wrapping_sub(0xa282_ead8).rotate_left(15)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// The payloads of a file; none where a checksum is wrong or bytes are missing.
pub(crate) fn records(mut file: &[u8]) -> Option<Vec<&[u8]>> {
    let mut payloads = Vec::new();
    while !file.is_empty() {
        let length = usize::try_from(u64::from_le_bytes(file.get(..8)?.try_into().unwrap())).ok()?;
        if file.len() < length.checked_add(16)? || unmask(u32_at(file, 8)) != crc32c(&file[..8]) {
            return None;
        }
        let payload = &file[12..12 + length];
        if unmask(u32_at(file, 12 + length)) != crc32c(payload) {
            return None;
        }
        payloads.push(payload);
        file = &file[16 + length..];
    }
    Some(payloads)
}

/// A field of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field<'a> {
    Number(u64),
    Double(f64),
    Float(f32),
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    /// The content of a text or a message.
    pub(crate) fn bytes(self) -> &'a [u8] {
        let Self::Bytes(bytes) = self else { panic!("{self:?} is no text or message") };
        bytes
    }
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (byte, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return value;
        }
    }
}

/// The fields of a message in their order.
pub(crate) fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut list = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let mut take = |n: usize| {
            let (head, rest) = bytes.split_at(n);
            bytes = rest;
            head
        };
        let field = match key & 7 {
            0 => Field::Number(varint(&mut bytes)),
            1 => Field::Double(f64::from_le_bytes(take(8).try_into().unwrap())),
            5 => Field::Float(f32::from_le_bytes(take(4).try_into().unwrap())),
            2 => {
                let length = usize::try_from(varint(&mut bytes)).unwrap();
                let (head, rest) = bytes.split_at(length);
                bytes = rest;
                Field::Bytes(head)
            }
            other => panic!("wire type {other}"),
        };
        list.push((key >> 3, field));
    }
    list
}

/// The fields of a number below a message.
pub(crate) fn all(message: &[u8], number: u64) -> Vec<Field<'_>> {
    fields(message).into_iter().filter(|(n, _)| *n == number).map(|(_, field)| field).collect()
}

pub(crate) fn one(message: &[u8], number: u64) -> Field<'_> {
    let found = all(message, number);
    assert_eq!(found.len(), 1, "field {number} of {:?}", fields(message));
    found[0]
}

/// The name of the plugin that shows a value.
pub(crate) fn plugin(value: &[u8]) -> &[u8] {
    one(one(one(value, 9).bytes(), 1).bytes(), 1).bytes()
}

/// The number of a scalar under a tag, with its step, in the order of the file.
pub(crate) fn scalars(file: &[u8], tag: &str) -> Vec<(u64, f32)> {
    let mut found = Vec::new();
    for event in records(file).unwrap() {
        let step = all(event, 2).first().map_or(0, |step| match step {
            Field::Number(step) => *step,
            other => panic!("{other:?} is no step"),
        });
        for value in all(event, 5).into_iter().flat_map(|summary| all(summary.bytes(), 1)) {
            if let (Field::Bytes(name), [Field::Float(number)]) =
                (one(value.bytes(), 1), &all(value.bytes(), 2)[..])
                && name == tag.as_bytes()
            {
                found.push((step, *number));
            }
        }
    }
    found
}

/// Every tag of a file and the plugin that shows it, each once, in order of first appearance.
pub(crate) fn tags(file: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for summary in records(file).unwrap().into_iter().flat_map(|event| all(event, 5)) {
        for value in all(summary.bytes(), 1) {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            let pair = (text(one(value.bytes(), 1).bytes()), text(plugin(value.bytes())));
            if !found.contains(&pair) {
                found.push(pair);
            }
        }
    }
    found
}
