//! A small reader of event files, written apart from the writer, gets back what was written.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use affekt_tensorboard::{EventWriter, PngPicture, PrCurve, SummaryValue};

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
fn records(mut file: &[u8]) -> Option<Vec<&[u8]>> {
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
enum Field<'a> {
    Number(u64),
    Double(f64),
    Float(f32),
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    fn bytes(self) -> &'a [u8] {
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
fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
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
fn all(message: &[u8], number: u64) -> Vec<Field<'_>> {
    fields(message).into_iter().filter(|(n, _)| *n == number).map(|(_, field)| field).collect()
}

fn one(message: &[u8], number: u64) -> Field<'_> {
    let found = all(message, number);
    assert_eq!(found.len(), 1, "field {number} of {:?}", fields(message));
    found[0]
}

/// The name of the plugin that shows a value.
fn plugin(value: &[u8]) -> &[u8] {
    one(one(one(value, 9).bytes(), 1).bytes(), 1).bytes()
}

fn file(write: impl FnOnce(&mut EventWriter<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = EventWriter::new(&mut bytes, 5.0).unwrap();
    write(&mut writer);
    bytes
}

#[test]
fn scalars_come_back_with_step_time_tag_and_description() {
    let bytes = file(|writer| {
        for (step, value) in [(1, 0.5), (300, f64::from(f32::MIN_POSITIVE)), (1 << 62, f64::NAN)] {
            let values = [SummaryValue::scalar("loss/train", "Mean *loss*", value)];
            writer.write(step, 7.25, &values).unwrap();
        }
        writer.write(9, 8.0, &[]).unwrap();
    });
    let events = records(&bytes).unwrap();
    assert_eq!(events.len(), 1 + 3, "a step without values is no event");
    assert_eq!(fields(events[0]), [(1, Field::Double(5.0)), (3, Field::Bytes(b"brain.Event:2"))]);
    let steps: Vec<Field<'_>> = events[1..].iter().map(|event| one(event, 2)).collect();
    assert_eq!(steps, [1, 300, 1 << 62].map(Field::Number));
    for event in &events[1..] {
        assert_eq!(one(event, 1), Field::Double(7.25));
        let value = one(one(event, 5).bytes(), 1).bytes();
        assert_eq!((one(value, 1).bytes(), plugin(value)), (&b"loss/train"[..], &b"scalars"[..]));
        assert_eq!(one(one(value, 9).bytes(), 3).bytes(), b"Mean *loss*");
        assert_eq!(one(one(value, 9).bytes(), 4), Field::Number(1));
    }
    let number = |event: &[u8]| match one(one(one(event, 5).bytes(), 1).bytes(), 2) {
        Field::Float(value) => value.to_bits(),
        other => panic!("{other:?}"),
    };
    assert_eq!(number(events[1]), 0.5_f32.to_bits());
    assert_eq!(number(events[2]), f32::MIN_POSITIVE.to_bits());
    assert!(f32::from_bits(number(events[3])).is_nan());
}

#[test]
fn a_curve_is_a_tensor_of_six_rows() {
    let curve = PrCurve::new([(true, 0.75), (false, 0.25)], 5).unwrap();
    let bytes =
        file(|writer| writer.write(2, 6.0, &[SummaryValue::pr_curve("pr/fear", "", &curve)]).unwrap());
    let event = records(&bytes).unwrap()[1];
    let value = one(one(event, 5).bytes(), 1).bytes();
    assert_eq!(plugin(value), b"pr_curves");
    let content = one(one(one(value, 9).bytes(), 1).bytes(), 2).bytes();
    assert_eq!(one(content, 2), Field::Number(5), "thresholds");
    let tensor = one(value, 8).bytes();
    assert_eq!(one(tensor, 1), Field::Number(1), "float");
    let dims: Vec<Field<'_>> =
        all(one(tensor, 2).bytes(), 2).into_iter().map(|dim| one(dim.bytes(), 1)).collect();
    assert_eq!(dims, [Field::Number(6), Field::Number(5)]);
    let numbers: Vec<f32> = one(tensor, 4)
        .bytes()
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
        .collect();
    let rows: Vec<&[f32]> = numbers.chunks_exact(5).collect();
    assert_eq!(rows[0], [1.0, 1.0, 1.0, 1.0, 0.0], "true positives at 0, .25, .5, .75, 1");
    assert_eq!(rows[1], [1.0, 1.0, 0.0, 0.0, 0.0], "false positives");
    assert_eq!(rows[4], [0.5, 0.5, 1.0, 1.0, 0.0], "precision");
    assert_eq!(rows[5], [1.0, 1.0, 1.0, 1.0, 0.0], "recall");
}

#[test]
fn a_picture_is_its_size_and_its_bytes() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x20\0\0\0\x10and so on";
    let picture = PngPicture::new(png).unwrap();
    let values = [SummaryValue::picture("faces/first", "", &picture), SummaryValue::scalar("a", "", 0.0)];
    let bytes = file(|writer| writer.write(0, 5.0, &values).unwrap());
    let event = records(&bytes).unwrap()[1];
    let values = all(one(event, 5).bytes(), 1);
    assert_eq!(values.len(), 2, "both in one event");
    let tensor = one(values[0].bytes(), 8).bytes();
    assert_eq!(plugin(values[0].bytes()), b"images");
    let texts: Vec<&[u8]> = all(tensor, 8).into_iter().map(Field::bytes).collect();
    assert_eq!(texts, [&b"32"[..], b"16", png]);
    assert_eq!(one(values[1].bytes(), 2), Field::Float(0.0), "a zero is a value, not an absence");
}

#[test]
fn one_wrong_bit_is_noticed() {
    let bytes = file(|writer| writer.write(1, 6.0, &[SummaryValue::scalar("a", "", 1.0)]).unwrap());
    assert!(records(&bytes).is_some());
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert!(records(&damaged).is_none(), "byte {at}");
    }
}

#[test]
fn equal_calls_give_equal_bytes() {
    let once = || file(|writer| writer.write(1, 6.0, &[SummaryValue::scalar("a", "b", 1.0)]).unwrap());
    assert_eq!(once(), once());
}
