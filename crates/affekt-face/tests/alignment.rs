//! From landmarks to an aligned face.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(clippy::float_cmp, reason = "numbers that are exact")]

use affekt_face::{
    FaceError, FaceHint, Framing, Landmarks, Picture, Preprocess, PreprocessError, Preprocessor, Similarity,
    Template,
};
use proptest::prelude::*;
use serde::Deserialize;

#[test]
fn a_thousand_transforms_agree_with_scikit_image() {
    let mut n = 0;
    for (row, line) in include_str!("golden/similarity.csv").lines().enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        let coordinate = |k: usize| fields[k].parse::<f32>().unwrap();
        let points: Vec<[f32; 2]> = (0..5).map(|k| [coordinate(2 * k), coordinate(2 * k + 1)]).collect();
        let target = Template::Arcface.points(fields[10].parse().unwrap()).unwrap();
        let transform =
            Similarity::estimate(&Landmarks::from_points(&points).unwrap().five(), &target).unwrap();
        let expected: Vec<f64> = fields[11..].iter().map(|field| field.parse().unwrap()).collect();
        for (got, expected) in transform.matrix().as_flattened().iter().zip(&expected) {
            assert!((got - expected).abs() < 1e-6, "row {row}: {got} instead of {expected}");
        }
        n += expected.len();
    }
    assert_eq!(n, 6000);
}

#[derive(Deserialize)]
struct Golden {
    tolerance: u8,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    width: u32,
    height: u32,
    picture: String,
    points: Vec<[f32; 2]>,
    size: u32,
    warped: String,
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap())
        .collect()
}

fn align(picture: &Picture, hint: &FaceHint, size: u32) -> Result<Vec<u8>, FaceError> {
    let params = Preprocess::framed(size, Framing::Landmarks { template: Template::Arcface }).unwrap();
    let mut out = vec![77; params.image_len()];
    Preprocessor::new(params).apply(picture, hint, &mut out).map(|()| out)
}

fn hint(points: &[[f32; 2]]) -> FaceHint {
    FaceHint { landmarks: Some(Landmarks::from_points(points).unwrap()), ..FaceHint::default() }
}

#[test]
fn aligned_faces_agree_with_scipy() {
    let golden: Golden = serde_json::from_str(include_str!("golden/warp.json")).unwrap();
    for (k, case) in golden.cases.iter().enumerate() {
        let picture = Picture::from_rgb(case.width, case.height, bytes(&case.picture)).unwrap();
        let got = align(&picture, &hint(&case.points), case.size).unwrap();
        let worst = got.iter().zip(bytes(&case.warped)).map(|(a, b)| a.abs_diff(b)).max().unwrap();
        assert!(worst <= golden.tolerance, "case {k}: off by {worst} grey levels");
        assert!(got.contains(&0) && got.iter().any(|&v| v > 200), "case {k} shows border and picture");
    }
}

fn template(size: u32) -> Vec<[f32; 2]> {
    #[expect(clippy::cast_possible_truncation, reason = "pixels of a small picture")]
    Template::Arcface.points(size).unwrap().iter().map(|point| point.map(|v| v as f32)).collect()
}

#[test]
fn a_face_that_lies_on_the_template_is_unchanged() {
    let pixels: Vec<u8> = (0..112 * 112 * 3).map(|i: u32| u8::try_from(i * 7 % 251).unwrap()).collect();
    let picture = Picture::from_rgb(112, 112, pixels.clone()).unwrap();
    let got = align(&picture, &hint(&template(112)), 112).unwrap();
    // The last row and column may lie a hair beyond the border.
    let inner =
        |image: &[u8]| image.chunks(336).take(111).flat_map(|row| row[..333].to_vec()).collect::<Vec<_>>();
    assert_eq!(inner(&got), inner(&pixels));
}

#[test]
fn sizes_follow_the_template() {
    let [at_112, at_224, at_128, at_256] =
        [112, 224, 128, 256].map(|size| Template::Arcface.points(size).unwrap()[2]);
    assert_eq!(at_112, [56.0252, 71.7366]);
    assert_eq!(at_224, [112.0504, 143.4732]);
    assert_eq!(at_128, [64.0252, 71.7366]);
    assert_eq!(at_256, [128.0504, 143.4732]);
    // 896 is a multiple of both; 112 goes first.
    assert!((Template::Arcface.points(896).unwrap()[2][0] - 448.2016).abs() < 1e-9);
    for size in [0, 64, 96, 100, 113, 1000] {
        let error = Template::Arcface.points(size).unwrap_err();
        assert_eq!(error, PreprocessError::TemplateSize { template: "arcface", got: size });
    }
}

#[test]
fn sixty_eight_points_are_five_in_the_mean() {
    let mut points = [[-1.0_f32; 2]; 68];
    for (k, point) in (0_u8..).zip(&mut points) {
        *point = [f32::from(k), f32::from(k) * 2.0];
    }
    let five = Landmarks::from_points(&points).unwrap().five();
    assert_eq!(five, [[38.5, 77.0], [44.5, 89.0], [30.0, 60.0], [48.0, 96.0], [54.0, 108.0]]);
    for n in [0, 4, 6, 67, 69] {
        let error = Landmarks::from_points(&vec![[0.0; 2]; n]).unwrap_err();
        assert!(matches!(error, FaceError::LandmarkCount { got } if got == n));
    }
}

#[test]
fn mirroring_goes_with_alignment() {
    let points: Vec<[f32; 2]> = (0_u8..68).map(|k| [f32::from(k), 3.0]).collect();
    let all = Landmarks::from_points(&points).unwrap();
    let mirrored = all.mirrored(100);
    // Point 0 of the mirrored picture is what was point 16.
    assert_eq!(mirrored.points()[0], [99.0 - 16.0, 3.0]);
    assert_eq!(mirrored.points()[54], [99.0 - 48.0, 3.0]);
    assert_eq!(mirrored.mirrored(100), all);
    let five = all.mirrored(100).five();
    let flipped = Landmarks::Five(all.five().map(|[x, _]| {
        #[expect(clippy::cast_possible_truncation, reason = "halves of small numbers")]
        let x = x as f32;
        [x, 3.0]
    }));
    assert_eq!(five, flipped.mirrored(100).five());
}

#[test]
fn unusable_landmarks_are_errors() {
    let picture = Picture::from_rgb(4, 4, vec![1; 48]).unwrap();
    let refused = |points: &[[f32; 2]]| {
        let error = align(&picture, &hint(points), 112).unwrap_err();
        assert!(matches!(error, FaceError::Landmarks { .. }), "{error}");
        assert!(error.is_about_the_picture());
    };
    refused(&[[3.0, 3.0]; 5]);
    refused(&[[1e30, 1e30]; 5]);
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut points = template(112);
        points[2][1] = bad;
        refused(&points);
    }
    assert!(matches!(align(&picture, &FaceHint::default(), 112), Err(FaceError::NoLandmarks)));
    let on_a_line = [[0.0, 0.0], [4.0, 0.0], [2.0, 0.0], [1.0, 0.0], [3.0, 0.0]];
    assert!(align(&picture, &hint(&on_a_line), 112).is_ok(), "points on a line still have a direction");
}

proptest! {
    #[test]
    fn no_landmarks_make_it_panic(
        points in prop::collection::vec(prop::array::uniform2(any::<f32>()), 5),
        side in 1_u32..9,
    ) {
        let picture = Picture::from_rgb(side, 1, vec![9; side as usize * 3]).unwrap();
        let _ = align(&picture, &hint(&points), 112);
    }

    #[test]
    fn the_way_back_leads_back(
        from in prop::array::uniform5(prop::array::uniform2(-500.0_f64..500.0)),
        to in prop::array::uniform5(prop::array::uniform2(-500.0_f64..500.0)),
        point in prop::array::uniform2(-500.0_f64..500.0),
    ) {
        let Ok(transform) = Similarity::estimate(&from, &to) else { return Ok(()) };
        prop_assume!(transform.matrix()[0][0].hypot(transform.matrix()[1][0]) > 1e-3);
        let back = transform.inverse().apply(transform.apply(point));
        prop_assert!((0..2).all(|axis| (back[axis] - point[axis]).abs() < 1e-6), "{back:?}");
    }
}
