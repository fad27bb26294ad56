//! Bringing pictures to size.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use affekt_face::{Fit, Preprocess, PreprocessSpec, Preprocessor, ResizeFilter, Rgb8Image};
use serde::Deserialize;

fn params(size: u32, fit: Fit) -> Preprocess {
    Preprocess::new(PreprocessSpec { size, fit, filter: ResizeFilter::PilBilinear }).unwrap()
}

fn apply(params: Preprocess, picture: &Rgb8Image) -> Vec<u8> {
    let mut out = vec![9; params.image_len()];
    Preprocessor::new(params).apply(picture, &mut out);
    out
}

#[derive(Deserialize)]
struct Golden {
    width: u32,
    height: u32,
    input: Vec<u8>,
    size: u32,
    stretch: Vec<u8>,
    center_crop: Vec<u8>,
    tolerance: u8,
}

#[test]
fn reduction_agrees_with_pillow() {
    let golden: Golden = serde_json::from_str(include_str!("testdata/resize.json")).unwrap();
    let picture = Rgb8Image::new(golden.width, golden.height, golden.input).unwrap();
    for (fit, expected) in [(Fit::Stretch, &golden.stretch), (Fit::CenterCrop, &golden.center_crop)] {
        let got = apply(params(golden.size, fit), &picture);
        let worst = got.iter().zip(expected).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(worst <= golden.tolerance, "{fit:?}: off by {worst}");
    }
}

#[test]
fn a_picture_of_the_right_size_is_unchanged() {
    let pixels: Vec<u8> = (0..16 * 16 * 3).map(|i| u8::try_from(i % 251).unwrap()).collect();
    let picture = Rgb8Image::new(16, 16, pixels.clone()).unwrap();
    for fit in [Fit::Stretch, Fit::CenterCrop, Fit::Pad] {
        assert_eq!(apply(params(16, fit), &picture), pixels, "{fit:?}");
    }
}

#[test]
fn pad_keeps_the_aspect_and_centres_on_black() {
    let picture = Rgb8Image::new(32, 16, vec![200; 32 * 16 * 3]).unwrap();
    let out = apply(params(16, Fit::Pad), &picture);
    let rows: Vec<bool> = out.chunks_exact(48).map(|row| row.iter().all(|&v| v == 200)).collect();
    let expected: Vec<bool> = (0..16).map(|y| (4..12).contains(&y)).collect();
    assert_eq!(rows, expected);
    assert!(out.iter().all(|&v| v == 200 || v == 0));
}

#[test]
fn hair_thin_pictures_survive_every_fit() {
    for (width, height) in [(1, 1), (1, 3000), (3000, 1)] {
        let picture = Rgb8Image::new(width, height, vec![50; (width * height * 3) as usize]).unwrap();
        for fit in [Fit::Stretch, Fit::CenterCrop, Fit::Pad] {
            let out = apply(params(8, fit), &picture);
            assert!(out.contains(&50), "{fit:?} lost {width} x {height}");
        }
    }
}

#[test]
fn reuse_of_buffers_leaves_no_trace() {
    let (wide, tall) = (
        Rgb8Image::new(30, 7, vec![255; 30 * 7 * 3]).unwrap(),
        Rgb8Image::new(7, 30, vec![3; 30 * 7 * 3]).unwrap(),
    );
    let params = params(12, Fit::Pad);
    let mut used = Preprocessor::new(params);
    let mut out = vec![0; params.image_len()];
    used.apply(&wide, &mut out);
    used.apply(&tall, &mut out);
    assert_eq!(out, apply(params, &tall));
}

#[test]
fn sizes_out_of_range_and_unknown_keys_are_refused() {
    let parse = serde_json::from_str::<Preprocess>;
    assert_eq!(
        parse(r#"{"size": 64, "fit": "center-crop", "filter": "pil-bilinear"}"#).unwrap(),
        params(64, Fit::CenterCrop)
    );
    assert!(parse(r#"{"size": 7, "fit": "pad", "filter": "pil-bilinear"}"#).is_err());
    assert!(parse(r#"{"size": 64, "fit": "pad", "filter": "pil-bilinear", "extra": 1}"#).is_err());
    assert!(parse(r#"{"size": 64, "fit": "pad"}"#).is_err());
}

#[test]
fn the_digest_tells_parameters_apart() {
    let all = [
        params(64, Fit::Stretch),
        params(65, Fit::Stretch),
        params(64, Fit::Pad),
        params(64, Fit::CenterCrop),
    ];
    let digests: std::collections::BTreeSet<_> = all.iter().map(Preprocess::digest).collect();
    assert_eq!(digests.len(), all.len());
    assert_eq!(params(64, Fit::Pad).digest(), params(64, Fit::Pad).digest());
}
