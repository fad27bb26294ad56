//! Each stage against what it should do, pixel by pixel.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use affekt_augment::{
    Augment, AugmentError, AugmentParams, AugmentSpec, Border, Erase, EraseSpec, Flip, Jitter, JitterSpec,
    ShiftCrop, Warp, WarpSpec, ten_crop,
};
use affekt_core::{Seed, Stream};
use proptest::prelude::*;

const ERASE: EraseSpec =
    EraseSpec { probability: 1.0, min_area: 0.02, max_area: 0.33, min_aspect: 0.3, max_aspect: 3.3 };

/// Every pixel is different and none is 255.
fn picture(size: usize) -> Vec<u8> {
    let at = |i: usize| [i % 251, (i / 251) % 251, (i * 7) % 251].map(|v| u8::try_from(v).unwrap());
    (0..size * size).flat_map(at).collect()
}

fn stream(key: u64) -> Stream {
    Seed(5).stream("augment", &[key])
}

/// The shift by its definition: look up the reflected or clamped source of every pixel.
fn shift_by_definition(image: &[u8], size: usize, down: isize, right: isize, border: Border) -> Vec<u8> {
    let source = |to: usize, by: isize| {
        let (last, at) = (isize::try_from(size).unwrap() - 1, isize::try_from(to).unwrap() - by);
        let at = match border {
            Border::Edge => at.clamp(0, last),
            Border::Reflect if at < 0 => -at,
            Border::Reflect if at > last => 2 * last - at,
            Border::Reflect => at,
        };
        usize::try_from(at).unwrap()
    };
    let mut out = Vec::new();
    for y in 0..size {
        for x in 0..size {
            let at = (source(y, down) * size + source(x, right)) * 3;
            out.extend_from_slice(&image[at..at + 3]);
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flip_twice_is_the_identity(size in 0..20_usize) {
        let before = picture(size);
        let mut image = before.clone();
        Flip::mirror(&mut image, size);
        prop_assert!(size < 2 || image != before);
        Flip::mirror(&mut image, size);
        prop_assert_eq!(image, before);
    }

    #[test]
    fn shift_follows_its_definition(size in 1..18_usize, down in -8..9_isize, right in -8..9_isize, edge: bool) {
        let limit = isize::try_from((size - 1) / 2).unwrap();
        let (down, right) = (down.clamp(-limit, limit), right.clamp(-limit, limit));
        let border = if edge { Border::Edge } else { Border::Reflect };
        let before = picture(size);
        let mut image = before.clone();
        ShiftCrop::new(8, border).shift(&mut image, size, down, right);
        prop_assert_eq!(image, shift_by_definition(&before, size, down, right, border));
    }

    #[test]
    fn erased_area_and_aspect_are_in_range(size in 16..80_usize, key: u64) {
        let mut image = picture(size);
        Erase::new(ERASE, [255; 3]).unwrap().apply(&mut image, size, &mut stream(key));
        let erased: Vec<usize> = (0..size * size).filter(|i| image[i * 3..i * 3 + 3] == [255; 3]).collect();
        let (top, bottom) = (erased[0] / size, erased[erased.len() - 1] / size);
        let (left, right) = (erased[0] % size, erased[erased.len() - 1] % size);
        let (height, width) = ((bottom - top + 1) as f64, (right - left + 1) as f64);
        prop_assert_eq!(erased.len(), (bottom - top + 1) * (right - left + 1), "not one rectangle");
        // Rounding the width to whole pixels moves the area by at most half a column.
        let pixels = (size * size) as f64;
        prop_assert!(height * width >= ERASE.min_area * pixels - height / 2.0 - 1e-9);
        prop_assert!(height * width <= ERASE.max_area * pixels + height / 2.0 + 1e-9);
        prop_assert!((height + 1.0) / (width - 1.0).abs() >= ERASE.min_aspect);
        prop_assert!((height - 1.0) / (width + 1.0) <= ERASE.max_aspect);
    }

    #[test]
    fn the_same_stream_gives_the_same_picture(key: u64, size in 1..40_usize) {
        let spec = AugmentSpec { flip: 0.5, shift: 4, erase: Some(ERASE), ..AugmentSpec::default() };
        let pipeline = AugmentParams::new(spec).unwrap().pipeline([1, 2, 3]);
        let [mut a, mut b] = [picture(size), picture(size)];
        pipeline.apply(&mut a, size, &mut stream(key));
        pipeline.apply(&mut b, size, &mut stream(key));
        prop_assert_eq!(a, b);
    }
}

#[test]
fn nothing_asked_is_nothing_done() {
    let before = picture(32);
    let never = EraseSpec { probability: 0.0, ..ERASE };
    for spec in [
        AugmentSpec { flip: 0.0, shift: 0, ..AugmentSpec::default() },
        AugmentSpec { flip: 0.0, shift: 0, erase: Some(never), ..AugmentSpec::default() },
    ] {
        let pipeline = AugmentParams::new(spec).unwrap().pipeline([9; 3]);
        for key in 0..50 {
            let mut image = before.clone();
            pipeline.apply(&mut image, 32, &mut stream(key));
            assert_eq!(image, before);
        }
    }
    let mut image = before.clone();
    ShiftCrop::new(0, Border::Edge).apply(&mut image, 32, &mut stream(0));
    assert_eq!(image, before);
}

#[test]
fn stages_draw_as_much_whatever_they_decide() {
    let mut image = picture(16);
    let left_over = |stage: &dyn Augment, image: &mut [u8]| {
        let mut stream = stream(3);
        stage.apply(image, 16, &mut stream);
        stream.next_u64()
    };
    let flips = [0.0, 1.0].map(|p| left_over(&Flip::new(p).unwrap(), &mut image));
    assert_eq!(flips[0], flips[1]);
    let erases = [0.0, 1.0].map(|probability| {
        left_over(&Erase::new(EraseSpec { probability, ..ERASE }, [0; 3]).unwrap(), &mut image)
    });
    assert_eq!(erases[0], erases[1]);
}

#[test]
fn every_shift_is_drawn_about_equally_often() {
    let stage = ShiftCrop::new(2, Border::Edge);
    let mut seen = std::collections::BTreeMap::new();
    for key in 0..5000 {
        // A single bright pixel in the middle shows where it went.
        let mut image = vec![0; 7 * 7 * 3];
        image[(3 * 7 + 3) * 3] = 1;
        stage.apply(&mut image, 7, &mut stream(key));
        *seen.entry(image.iter().position(|&v| v == 1).unwrap()).or_insert(0_u32) += 1;
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.values().all(|&n| (120..=280).contains(&n)), "{seen:?}");
}

#[test]
fn an_even_chance_is_even() {
    let flip = Flip::new(0.5).unwrap();
    let flipped = (0..4000).filter(|&key| {
        let mut image = picture(2);
        flip.apply(&mut image, 2, &mut stream(key));
        image != picture(2)
    });
    assert!((1850..=2150).contains(&flipped.count()));
}

#[test]
fn values_out_of_range_are_refused() {
    for p in [-0.1, 1.1, f64::NAN] {
        assert!(matches!(Flip::new(p), Err(AugmentError::Share { key: "flip", .. })));
        assert!(Erase::new(EraseSpec { probability: p, ..ERASE }, [0; 3]).is_err());
        assert!(Erase::new(EraseSpec { max_area: p, ..ERASE }, [0; 3]).is_err());
    }
    for aspect in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(Erase::new(EraseSpec { max_aspect: aspect, ..ERASE }, [0; 3]).is_err());
    }
    let upside_down = EraseSpec { min_area: 0.4, ..ERASE };
    assert!(matches!(Erase::new(upside_down, [0; 3]), Err(AugmentError::Range { .. })));
    let too_long = EraseSpec { max_area: 0.9, min_aspect: 2.0, ..ERASE };
    assert!(matches!(Erase::new(too_long, [0; 3]), Err(AugmentError::DoesNotFit { .. })));
}

#[test]
fn a_configuration_needs_every_key_but_erase_and_takes_no_other() {
    let parse = serde_json::from_str::<AugmentParams>;
    assert!(parse(r#"{"flip": 0.5, "shift": 2}"#).is_ok());
    assert!(parse(r#"{"flip": 0.5}"#).is_err());
    assert!(parse(r#"{"flip": 0.5, "shift": 2, "colour": 1}"#).is_err());
    assert!(parse(r#"{"flip": 2.0, "shift": 2}"#).is_err());
    assert!(parse(r#"{"flip": 0.5, "shift": 2, "erase": {"probability": 0.5}}"#).is_err());
}

#[test]
fn a_warp_of_nothing_keeps_the_picture_and_right_angles_turn_it() {
    let size = 17;
    let before = picture(size);
    let mut image = before.clone();
    Warp::warp(&mut image, size, 0.0, 1.0);
    assert_eq!(image, before);
    Warp::warp(&mut image, size, 90.0, 1.0);
    let at = |image: &[u8], row: usize, column: usize| image[(row * size + column) * 3..][..3].to_vec();
    for (row, column) in [(0, 0), (0, 16), (3, 5), (16, 2), (8, 8)] {
        // Clockwise: the left column becomes the top row.
        assert_eq!(at(&image, row, column), at(&before, size - 1 - column, row), "{row} {column}");
    }
    for _ in 0..3 {
        Warp::warp(&mut image, size, 90.0, 1.0);
    }
    assert_eq!(image, before);
}

#[test]
fn warps_out_of_range_are_refused() {
    for (rotate, zoom) in [(-1.0, 0.0), (181.0, 0.0), (f64::NAN, 0.0), (0.0, -0.1), (0.0, 1.1)] {
        assert!(Warp::new(WarpSpec { rotate, zoom }).is_err(), "{rotate} {zoom}");
    }
    let warp = Warp::new(WarpSpec { rotate: 15.0, zoom: 0.2 }).unwrap();
    for size in 0..5 {
        warp.apply(&mut picture(size), size, &mut stream(1));
    }
}

#[test]
fn jitter_stays_within_its_factors_and_reaches_both_ends() {
    let grey = [100; 3 * 16];
    let jitter = |brightness, contrast, saturation| {
        Jitter::new(JitterSpec { brightness, contrast, saturation }).unwrap()
    };
    let mut levels = Vec::new();
    for key in 0..200 {
        let mut image = grey;
        // A picture of one grey has no contrast and no colour to change.
        jitter(0.3, 0.5, 0.5).apply(&mut image, 4, &mut stream(key));
        assert!(image.iter().all(|&v| v == image[0]), "{image:?}");
        levels.push(image[0]);
    }
    levels.sort_unstable();
    assert!((70..=75).contains(&levels[0]) && (125..=130).contains(levels.last().unwrap()), "{levels:?}");

    let mut image = picture(16);
    jitter(0.0, 0.0, 0.0).apply(&mut image, 16, &mut stream(1));
    assert_eq!(image, picture(16), "factors of 1 change nothing");
    for bad in [-0.1, 1.1, f64::NAN] {
        for [brightness, contrast, saturation] in [[bad, 0.0, 0.0], [0.0, bad, 0.0], [0.0, 0.0, bad]] {
            let error = Jitter::new(JitterSpec { brightness, contrast, saturation }).unwrap_err();
            assert!(error.to_string().contains("jitter."), "{error}");
        }
    }
}

#[test]
fn ten_crops_are_the_places_of_torchvision() {
    for (size, crop, middle) in [(16, 14, 1), (11, 8, 2), (11, 10, 0), (9, 9, 0), (13, 8, 2), (3, 1, 1)] {
        let image = picture(size);
        let room = size - crop;
        let views = ten_crop(&image, size, crop).unwrap();
        assert_eq!(views.len(), 10 * crop * crop * 3);
        let places = [(0, 0), (0, room), (room, 0), (room, room), (middle, middle)];
        for (view, (top, left)) in places.into_iter().chain(places).enumerate() {
            for (row, column) in (0..crop).flat_map(|row| (0..crop).map(move |column| (row, column))) {
                let x = if view < 5 { left + column } else { size - 1 - left - column };
                let expected = &image[((top + row) * size + x) * 3..][..3];
                let got = &views[((view * crop + row) * crop + column) * 3..][..3];
                assert_eq!(got, expected, "{size} {crop}: view {view}, row {row}, column {column}");
            }
        }
    }
    assert!(ten_crop(&[], 0, 0).unwrap().is_empty());
    assert_eq!(ten_crop(&picture(4), 4, 5), Err(AugmentError::Crop { size: 4, crop: 5 }));
}

#[test]
fn published_erasing_takes_half_of_the_images_and_up_to_a_quarter_of_them() {
    let spec =
        EraseSpec { probability: 0.5, min_area: 0.02, max_area: 0.25, min_aspect: 0.3, max_aspect: 3.3 };
    let erase = Erase::new(spec, [255; 3]).unwrap();
    let (size, n) = (64, 2_000);
    let mut areas = Vec::new();
    let mut log_aspects = Vec::new();
    for key in 0..n {
        let mut image = picture(size);
        erase.apply(&mut image, size, &mut stream(key));
        let (cells, _) = image.as_chunks::<3>();
        let rows: Vec<_> = cells
            .chunks(size)
            .map(|row| row.iter().filter(|&&pixel| pixel == [255; 3]).count() as f64)
            .filter(|&width| width > 0.0)
            .collect();
        if let Some(width) = rows.first() {
            areas.push(rows.iter().sum::<f64>() / (size * size) as f64);
            log_aspects.push((rows.len() as f64 / width).ln());
        }
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    assert!((areas.len() as f64 / n as f64 - 0.5).abs() < 0.04, "{}", areas.len());
    // Every area fits at every aspect here, so both are uniform, the aspect in its logarithm, as where one
    // redraws until the rectangle fits.
    assert!((mean(&areas) - 0.135).abs() < 0.01, "{}", mean(&areas));
    assert!(
        (mean(&log_aspects) - f64::midpoint(0.3_f64.ln(), 3.3_f64.ln())).abs() < 0.08,
        "{}",
        mean(&log_aspects)
    );
}
