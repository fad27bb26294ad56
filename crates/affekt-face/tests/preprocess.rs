//! Bringing pictures to size.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;

use affekt_face::{
    Colour, DetectorName, FaceHint, FacePolicy, Fit, Framing, Margin, Picture, Pixels, Preprocess,
    PreprocessSpec, Preprocessor, ResizeFilter, Template,
};
use serde::Deserialize;

fn params(size: u32, fit: Fit) -> Preprocess {
    Preprocess::new(PreprocessSpec { size, fit, filter: ResizeFilter::PilBilinear }).unwrap()
}

fn apply(params: Preprocess, picture: &Picture) -> Vec<u8> {
    let mut out = vec![9; params.image_len()];
    Preprocessor::new(params).apply(picture, &FaceHint::default(), &mut out).unwrap();
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
    let picture = Picture::from_rgb(golden.width, golden.height, golden.input).unwrap();
    for (fit, expected) in [(Fit::Stretch, &golden.stretch), (Fit::CenterCrop, &golden.center_crop)] {
        let got = apply(params(golden.size, fit), &picture);
        let worst = got.iter().zip(expected).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(worst <= golden.tolerance, "{fit:?}: off by {worst}");
    }
}

#[test]
fn a_picture_of_the_right_size_is_unchanged() {
    let pixels: Vec<u8> = (0..16 * 16 * 3).map(|i| u8::try_from(i % 251).unwrap()).collect();
    let picture = Picture::from_rgb(16, 16, pixels.clone()).unwrap();
    for fit in [Fit::Stretch, Fit::CenterCrop, Fit::Pad] {
        assert_eq!(apply(params(16, fit), &picture), pixels, "{fit:?}");
    }
}

#[test]
fn pad_keeps_the_aspect_and_centres_on_black() {
    let picture = Picture::from_rgb(32, 16, vec![200; 32 * 16 * 3]).unwrap();
    let out = apply(params(16, Fit::Pad), &picture);
    let rows: Vec<bool> = out.chunks_exact(48).map(|row| row.iter().all(|&v| v == 200)).collect();
    let expected: Vec<bool> = (0..16).map(|y| (4..12).contains(&y)).collect();
    assert_eq!(rows, expected);
    assert!(out.iter().all(|&v| v == 200 || v == 0));
}

#[test]
fn hair_thin_pictures_survive_every_fit() {
    for (width, height) in [(1, 1), (1, 3000), (3000, 1)] {
        let picture = Picture::from_rgb(width, height, vec![50; (width * height * 3) as usize]).unwrap();
        for fit in [Fit::Stretch, Fit::CenterCrop, Fit::Pad] {
            let out = apply(params(8, fit), &picture);
            assert!(out.contains(&50), "{fit:?} lost {width} x {height}");
        }
    }
}

#[test]
fn reuse_of_buffers_leaves_no_trace() {
    let (wide, tall) = (
        Picture::from_rgb(30, 7, vec![255; 30 * 7 * 3]).unwrap(),
        Picture::from_rgb(7, 30, vec![3; 30 * 7 * 3]).unwrap(),
    );
    let params = params(12, Fit::Pad);
    let mut used = Preprocessor::new(params);
    let mut out = vec![0; params.image_len()];
    used.apply(&wide, &FaceHint::default(), &mut out).unwrap();
    used.apply(&tall, &FaceHint::default(), &mut out).unwrap();
    assert_eq!(out, apply(params, &tall));
}

#[test]
fn sizes_out_of_range_and_unknown_keys_are_refused() {
    let parse = |text: &str| serde_json::from_str::<Preprocess>(text);
    let text = serde_json::to_string(&params(64, Fit::CenterCrop)).unwrap();
    assert_eq!(
        text,
        r#"{"decoder":"zune-0.5-image-0.25","size":64,"colour":"rgb","framing":{"kind":"picture","fit":"center-crop","filter":"pil-bilinear"}}"#
    );
    assert_eq!(parse(&text).unwrap(), params(64, Fit::CenterCrop));
    for (from, to) in [
        (":64", ":7"),
        (":64", ":64,\"extra\":1"),
        ("\"fit\"", "\"extra\":1,\"fit\""),
        (",\"filter\":\"pil-bilinear\"", ""),
        ("\"decoder\":\"zune-0.5-image-0.25\",", ""),
        ("zune-0.5-image-0.25", "another"),
    ] {
        assert!(text.contains(from));
        assert!(parse(&text.replacen(from, to, 1)).is_err(), "{from} -> {to}");
    }
}

fn every_framing() -> Vec<Framing> {
    let (fit, filter) = (Fit::Stretch, ResizeFilter::PilBilinear);
    let margin = |m| Margin::new(m).unwrap();
    let detector = |name| DetectorName::new(name).unwrap();
    let detected = |name, policy, m| Framing::Detected {
        detector: detector(name),
        policy,
        margin: margin(m),
        fit,
        filter,
    };
    vec![
        Framing::Picture { fit, filter },
        Framing::Picture { fit: Fit::Pad, filter },
        Framing::Picture { fit: Fit::CenterCrop, filter },
        Framing::GivenBox { margin: margin(0.0), fit, filter },
        Framing::GivenBox { margin: margin(0.25), fit, filter },
        Framing::GivenBox { margin: margin(0.25), fit: Fit::Pad, filter },
        detected("a-1.0", FacePolicy::Largest, 0.25),
        detected("a-1.1", FacePolicy::Largest, 0.25),
        detected("a-1.0", FacePolicy::MostCentral, 0.25),
        detected("a-1.0", FacePolicy::HighestScore, 0.25),
        detected("a-1.0", FacePolicy::Largest, 0.5),
        Framing::Landmarks { template: Template::Arcface },
    ]
}

#[test]
fn the_digest_tells_parameters_apart_and_survives_a_file() {
    let all: Vec<Preprocess> = [112, 128]
        .into_iter()
        .flat_map(|size| every_framing().into_iter().map(move |f| Preprocess::framed(size, f).unwrap()))
        .collect();
    let digests: BTreeSet<_> = all.iter().map(Preprocess::digest).collect();
    assert_eq!(digests.len(), all.len());
    for params in all {
        let read: Preprocess = toml::from_str(&toml::to_string(&params).unwrap()).unwrap();
        assert_eq!((read, read.digest()), (params, params.digest()));
    }
}

#[test]
fn a_whole_number_is_a_margin_and_minus_zero_is_zero() {
    let text = |margin| {
        format!(
            "decoder = 'zune-0.5-image-0.25'\nsize = 64\ncolour = 'rgb'\n[framing]\nkind = 'given-box'\nmargin = {margin}\n\
             fit = 'pad'\nfilter = 'pil-bilinear'"
        )
    };
    let digest = |margin| toml::from_str::<Preprocess>(&text(margin)).unwrap().digest();
    assert_eq!(digest("0"), digest("-0.0"));
    assert_ne!(digest("0"), digest("1"));
    for margin in ["-0.1", "4.1", "nan", "inf"] {
        assert!(toml::from_str::<Preprocess>(&text(margin)).is_err(), "{margin}");
    }
}

#[test]
fn detector_names_are_plain() {
    for name in ["", "Upper", "sp ace", "\u{e9}", &"x".repeat(41)] {
        assert!(DetectorName::new(name).is_err(), "{name}");
    }
    assert_eq!(DetectorName::new(&"x".repeat(40)).unwrap().to_string(), "x".repeat(40));
}

#[test]
fn the_decoder_is_named_after_what_is_built_in() {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock")).unwrap();
    let version = |name: &str| {
        let rest = &lock[lock.find(&format!("name = \"{name}\"\nversion = \"")).unwrap()..];
        rest.split('"').nth(3).unwrap().rsplit_once('.').unwrap().0
    };
    let name = format!("zune-{}-image-{}", version("zune-jpeg"), version("image"));
    assert_eq!(
        params(64, Fit::Pad).decoder().name(),
        name,
        "a new decoder needs a new name: its pixels differ"
    );
}

#[test]
fn grey_is_the_luma_of_pillow_in_all_three_channels() {
    let grey =
        Preprocess::framed(8, Framing::Picture { fit: Fit::Stretch, filter: ResizeFilter::PilBilinear })
            .unwrap()
            .with_colour(Colour::Grey);
    let of = |colour: [u8; 3]| {
        let picture = Picture::from_rgb(8, 8, colour.repeat(64)).unwrap();
        let mut out = vec![0; grey.image_len()];
        Preprocessor::new(grey).apply(&picture, &FaceHint::default(), &mut out).unwrap();
        assert!(out.iter().all(|&v| v == out[0]), "{colour:?}");
        out[0]
    };
    assert!((0..=255).all(|v| of([v; 3]) == v), "a grey picture must not change");
    // ITU-R 601: 0.299, 0.587, 0.114.
    assert_eq!([of([255, 0, 0]), of([0, 255, 0]), of([0, 0, 255])], [76, 150, 29]);
    let rgb = grey.with_colour(Colour::Rgb);
    assert_ne!(grey.digest(), rgb.digest());
}

#[test]
fn a_picture_held_in_grey_gives_the_face_of_the_same_picture_in_colour() {
    let levels: Vec<u8> = (0..37 * 23_u32).map(|k| (k * k % 251) as u8).collect();
    let grey = Picture::new(37, 23, Pixels::Grey(levels)).unwrap();
    let colour = Picture::from_rgb(37, 23, grey.rgb().into_owned()).unwrap();
    for fit in [Fit::Stretch, Fit::CenterCrop, Fit::Pad] {
        let params =
            Preprocess::new(PreprocessSpec { size: 16, fit, filter: ResizeFilter::PilBilinear }).unwrap();
        assert_eq!(apply(params, &grey), apply(params, &colour), "{fit:?}");
    }
}
