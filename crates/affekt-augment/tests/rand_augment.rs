//! `RandAugment`: agreement with Pillow, and what is drawn.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use affekt_augment::{
    Augment, AugmentError, AugmentParams, RandAugment, RandAugmentSpec, RandOp, Resample, Scratch,
};
use affekt_core::{Seed, Stream};
use proptest::prelude::*;
use serde_json::Value;

const SPEC: RandAugmentSpec = RandAugmentSpec { magnitude: 5.0, n: 3, sd: 0.5 };
const RESAMPLES: [Resample; 2] = [Resample::Bilinear, Resample::Bicubic];

fn stream(key: u64) -> Stream {
    Seed(6).stream("augment", &[key])
}

/// Noise, or one grey without any.
fn picture(size: usize, noise: u64) -> Vec<u8> {
    let mut stream = Seed(noise).stream("picture", &[]);
    (0..size * size * 3).map(|_| u8::try_from(100 + stream.below(noise + 1)).unwrap()).collect()
}

/// The operation's name in timm, less `Rel`.
fn name(op: RandOp) -> String {
    format!("{op:?}").split(' ').next().unwrap().to_owned()
}

fn is_warp(op: RandOp) -> bool {
    format!("{op:?}").contains("resample")
}

fn applied(op: RandOp, image: &[u8], size: usize) -> Vec<u8> {
    let mut image = image.to_vec();
    op.apply(&mut image, size, &mut Scratch::default());
    image
}

#[test]
fn every_operation_agrees_with_pillow() {
    let index: Value = serde_json::from_str(include_str!("golden/rand_augment.json")).unwrap();
    let size = usize::try_from(index["size"].as_u64().unwrap()).unwrap();
    let n_pictures = usize::try_from(index["pictures"].as_u64().unwrap()).unwrap();
    let cases = index["cases"].as_array().unwrap();
    let mut blocks = include_bytes!("golden/rand_augment.bin").chunks_exact(size * size * 3);
    let pictures: Vec<_> = blocks.by_ref().take(n_pictures).collect();
    assert_eq!(blocks.len(), cases.len());
    // Bytes equal, one level apart and further apart, per operation.
    let mut counts = BTreeMap::<String, [usize; 3]>::new();
    for (case, expected) in cases.iter().zip(blocks) {
        let resample = RESAMPLES[usize::from(case["resample"] == "Bicubic")];
        let set = RandOp::set(case["level"].as_f64().unwrap(), case["negative"].as_bool().unwrap(), resample);
        let op = set.into_iter().find(|&op| case["op"] == name(op)).unwrap();
        let image = pictures[usize::try_from(case["picture"].as_u64().unwrap()).unwrap()];
        let got = applied(op, image, size);
        if !is_warp(op) {
            assert_eq!(got, expected, "{op:?}");
        }
        let count = counts.entry(name(op)).or_default();
        for (a, b) in got.iter().zip(expected) {
            count[usize::from(a.abs_diff(*b).min(2))] += 1;
        }
    }
    assert_eq!(counts.len(), 15);
    for (op, [equal, apart, more]) in counts {
        let total = (equal + apart + more) as f64;
        assert_eq!(more, 0, "{op}");
        assert!(equal as f64 / total > 0.99, "{op}: {equal} of {total} bytes equal");
    }
}

#[test]
fn arguments_that_ask_for_nothing_do_nothing() {
    let image = picture(19, 150);
    let nothing = RESAMPLES.into_iter().flat_map(|resample| {
        [
            RandOp::Rotate { degrees: 0.0, resample },
            RandOp::Rotate { degrees: -360.0, resample },
            RandOp::ShearX { factor: 0.0, resample },
            RandOp::ShearY { factor: 0.0, resample },
            RandOp::TranslateX { share: 0.0, resample },
            RandOp::TranslateY { share: 0.0, resample },
            RandOp::Posterize { bits: 8 },
            RandOp::Posterize { bits: 255 },
            RandOp::Solarize { threshold: 256 },
            RandOp::SolarizeAdd { add: 0 },
            RandOp::Color { factor: 1.0 },
            RandOp::Contrast { factor: 1.0 },
            RandOp::Brightness { factor: 1.0 },
            RandOp::Sharpness { factor: 1.0 },
        ]
    });
    for op in nothing {
        assert_eq!(applied(op, &image, 19), image, "{op:?}");
    }
    // What has no range to stretch or to spread stays.
    let grey = picture(19, 0);
    for op in [RandOp::AutoContrast, RandOp::Equalize] {
        assert_eq!(applied(op, &grey, 19), grey, "{op:?}");
    }
}

#[test]
fn quarter_turns_move_whole_pixels() {
    let size = 12;
    let image = picture(size, 150);
    for resample in RESAMPLES {
        let turned = applied(RandOp::Rotate { degrees: 90.0, resample }, &image, size);
        for (row, column) in [(0, 0), (0, 11), (3, 5), (11, 2)] {
            // Counter-clockwise: the right column becomes the top row.
            let pixel =
                |image: &[u8], row: usize, column: usize| image[(row * size + column) * 3..][..3].to_vec();
            assert_eq!(pixel(&turned, row, column), pixel(&image, column, size - 1 - row), "{row} {column}");
        }
    }
}

#[test]
fn translations_fill_what_they_uncover() {
    let image = picture(10, 0);
    for resample in RESAMPLES {
        let moved = applied(RandOp::TranslateX { share: -0.2, resample }, &image, 10);
        assert!(
            moved.chunks(30).all(|row| row[..6] == [124, 116, 104, 124, 116, 104] && row[6..] == [100; 24])
        );
        let moved = applied(RandOp::TranslateY { share: 0.2, resample }, &image, 10);
        assert!(moved[..240].iter().all(|&v| v == 100) && moved[240..243] == [124, 116, 104]);
        let gone = applied(RandOp::ShearX { factor: 1e300, resample }, &image, 10);
        assert!(gone.chunks(3).all(|pixel| pixel == [124, 116, 104]));
    }
}

#[test]
fn every_operation_is_drawn_equally_often_and_half_of_them_applied() {
    let stage = RandAugment::new(SPEC).unwrap();
    let mut counts = BTreeMap::<String, u32>::new();
    let images = 20_000;
    for key in 0..images {
        for op in stage.draw(&mut stream(key)) {
            *counts.entry(name(op)).or_default() += 1;
        }
    }
    let applied = f64::from(counts.values().sum::<u32>());
    let share = applied / (3 * images) as f64;
    assert!((share - 0.5).abs() < 0.01, "{share}");
    let expected = applied / 15.0;
    let chi_square: f64 = counts.values().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum();
    // The 99.9 % point of chi-square with 14 degrees of freedom is 36.1.
    assert!(counts.len() == 15 && chi_square < 36.1, "{chi_square}: {counts:?}");
}

#[test]
fn levels_signs_and_readings_are_distributed_as_written() {
    let stage = RandAugment::new(RandAugmentSpec { n: 15, ..SPEC }).unwrap();
    let turns: Vec<_> = (0..4_000)
        .flat_map(|key| stage.draw(&mut stream(key)))
        .filter_map(|op| {
            if let RandOp::Rotate { degrees, resample } = op { Some((degrees, resample)) } else { None }
        })
        .collect();
    let n = turns.len() as f64;
    let levels = || turns.iter().map(|(degrees, _)| degrees.abs() / 3.0);
    let mean = levels().sum::<f64>() / n;
    let sd = (levels().map(|level| (level - mean).powi(2)).sum::<f64>() / n).sqrt();
    assert!((mean - 5.0).abs() < 0.05 && (sd - 0.5).abs() < 0.05, "{mean} {sd}");
    for half in [
        turns.iter().filter(|(degrees, _)| *degrees < 0.0).count(),
        turns.iter().filter(|(_, resample)| *resample == Resample::Bicubic).count(),
    ] {
        assert!((half as f64 / n - 0.5).abs() < 0.05, "{half} of {n}");
    }
    // Beyond its range a level counts as the nearer end.
    assert_eq!(RandOp::set(-3.0, false, Resample::Bicubic), RandOp::set(0.0, false, Resample::Bicubic));
    assert_eq!(RandOp::set(12.0, true, Resample::Bicubic), RandOp::set(10.0, true, Resample::Bicubic));
}

#[test]
fn other_stages_draw_the_same_whatever_is_asked_of_this_one() {
    let left_over = |spec| {
        let mut stream = stream(3);
        RandAugment::new(spec).unwrap().apply(&mut picture(16, 150), 16, &mut stream);
        (stream.next_u64(), stream.normal().to_bits())
    };
    let other = RandAugmentSpec { magnitude: 9.0, n: 15, sd: 0.0 };
    assert_eq!(left_over(SPEC), left_over(other));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn every_draw_works_on_every_size(size in 0..=64_usize, key: u64, magnitude in 0.0..=10.0, noise in 0..150_u64) {
        let stage = RandAugment::new(RandAugmentSpec { magnitude, n: 6, sd: 5.0 }).unwrap();
        let [mut a, mut b] = [picture(size, noise), picture(size, noise)];
        stage.apply(&mut a, size, &mut stream(key));
        stage.apply(&mut b, size, &mut stream(key));
        prop_assert_eq!(a, b);
    }

    #[test]
    fn any_argument_works_on_every_size(size in 0..=64_usize, of in prop::num::f64::ANY, small in -2.0..2.0, byte: u8) {
        let image = picture(size, 100);
        for (argument, resample) in [of, small].into_iter().flat_map(|v| RESAMPLES.map(|r| (v, r))) {
            for op in [
                RandOp::Rotate { degrees: argument * 90.0, resample },
                RandOp::ShearX { factor: argument, resample },
                RandOp::ShearY { factor: argument, resample },
                RandOp::TranslateX { share: argument, resample },
                RandOp::TranslateY { share: argument, resample },
                RandOp::Posterize { bits: byte },
                RandOp::Solarize { threshold: byte.into() },
                RandOp::SolarizeAdd { add: byte },
                RandOp::Color { factor: argument },
                RandOp::Contrast { factor: argument },
                RandOp::Brightness { factor: argument },
                RandOp::Sharpness { factor: argument },
            ] {
                prop_assert_eq!(applied(op, &image, size).len(), image.len());
            }
        }
    }
}

#[test]
fn values_out_of_range_and_unknown_keys_are_refused() {
    for v in [-0.1, 10.1, f64::NAN] {
        let magnitude = RandAugmentSpec { magnitude: v, ..SPEC };
        assert!(matches!(
            RandAugment::new(magnitude),
            Err(AugmentError::Level { key: "rand_augment.magnitude", .. })
        ));
        let sd = RandAugmentSpec { sd: v, ..SPEC };
        assert!(matches!(RandAugment::new(sd), Err(AugmentError::Level { key: "rand_augment.sd", .. })));
    }
    for n in [0, 16] {
        assert!(matches!(
            RandAugment::new(RandAugmentSpec { n, ..SPEC }),
            Err(AugmentError::Operations { .. })
        ));
    }
    let parse = |inner: &str| {
        serde_json::from_str::<AugmentParams>(&format!(
            r#"{{"flip": 0.5, "shift": 0, "rand_augment": {inner}}}"#
        ))
    };
    let params = parse(r#"{"magnitude": 5.0, "n": 3, "sd": 0.5}"#).unwrap();
    assert_eq!(params.spec().rand_augment, Some(SPEC));
    assert_eq!(params.pipeline([0; 3]).len(), 2);
    assert!(parse(r#"{"magnitude": 5.0, "n": 3}"#).is_err());
    assert!(parse(r#"{"magnitude": 5.0, "n": 3, "sd": 0.5, "p": 0.5}"#).is_err());
    assert!(parse(r#"{"magnitude": 50.0, "n": 3, "sd": 0.5}"#).is_err());
}
