//! A small reader of event files, written apart from the writer, gets back what was written.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod reader;

use affekt_tensorboard::{EventWriter, PngPicture, PrCurve, SummaryValue};
use reader::{Field, all, fields, one, plugin, records};

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
        assert_eq!(one(one(value, 9).bytes(), 2).bytes(), b"loss/train", "name in the dashboard");
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
