//! Detectors: what the framing makes of their boxes, and the ones that come with the crate.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use affekt_face::{
    CommandDetector, DecodeLimits, DetectError, Detection, DetectorName, FaceBox, FaceDetector, FaceError,
    FaceHint, FacePolicy, Fit, Framing, Margin, Picture, Preprocess, PreprocessError, Preprocessor,
    ResizeFilter, RustfaceDetector, load,
};

const FILTER: ResizeFilter = ResizeFilter::PilBilinear;

fn bbox(x: f32, y: f32, width: f32, height: f32) -> FaceBox {
    FaceBox { x, y, width, height }
}

fn hint(bbox: FaceBox) -> FaceHint {
    FaceHint { bbox: Some(bbox), landmarks: None }
}

/// Red grows to the right, green downwards: a pixel tells its place.
fn map(width: u8, height: u8) -> Picture {
    let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| [x, y, 9])).collect();
    Picture::from_rgb(width.into(), height.into(), pixels).unwrap()
}

fn given(size: u32, margin: f64, fit: Fit) -> Preprocess {
    let margin = Margin::new(margin).unwrap();
    Preprocess::framed(size, Framing::GivenBox { margin, fit, filter: FILTER }).unwrap()
}

fn apply(params: Preprocess, picture: &Picture, hint: &FaceHint) -> Result<Vec<u8>, FaceError> {
    let mut out = vec![77; params.image_len()];
    Preprocessor::new(params).apply(picture, hint, &mut out).map(|()| out)
}

fn corners(out: &[u8], size: usize) -> [[u8; 2]; 2] {
    [0, size * size - 1].map(|k| [out[k * 3], out[k * 3 + 1]])
}

#[test]
fn a_box_becomes_the_square_around_its_middle() {
    let picture = map(100, 80);
    let at =
        |margin, face| corners(&apply(given(16, margin, Fit::Stretch), &picture, &hint(face)).unwrap(), 16);
    assert_eq!(at(0.0, bbox(20.0, 30.0, 16.0, 16.0)), [[20, 30], [35, 45]]);
    // The longer side counts: 16 around the middle of 8.
    assert_eq!(at(0.0, bbox(24.0, 30.0, 8.0, 16.0)), [[20, 30], [35, 45]]);
    // A quarter of 16 more on every side is 24, shrunk to 16: corner pixels average the outer two.
    let [[left, top], [right, bottom]] = at(0.25, bbox(20.0, 30.0, 16.0, 16.0));
    assert!((16..=17).contains(&left) && (26..=27).contains(&top), "{left} {top}");
    assert!((38..=39).contains(&right) && (48..=49).contains(&bottom), "{right} {bottom}");
}

#[test]
fn the_border_cuts_the_square_and_fit_says_what_then() {
    let picture = map(100, 80);
    // 16 x 16 of which the left half lies outside.
    let half = hint(bbox(-8.0, 30.0, 16.0, 16.0));
    let out = apply(given(16, 0.0, Fit::Pad), &picture, &half).unwrap();
    let row = &out[..48];
    assert!(row[..12].iter().all(|&v| v == 0) && row[36..].iter().all(|&v| v == 0));
    assert_eq!((row[12], row[33]), (0, 7));
    let out = apply(given(16, 0.0, Fit::Stretch), &picture, &half).unwrap();
    assert_eq!(corners(&out, 16), [[0, 30], [7, 45]]);
    let out = apply(given(16, 0.0, Fit::CenterCrop), &picture, &half).unwrap();
    assert_eq!(corners(&out, 16), [[0, 34], [7, 41]]);
}

#[test]
fn missing_and_impossible_boxes_are_outcomes() {
    let picture = map(100, 80);
    let refused = |hint: &FaceHint| apply(given(16, 0.0, Fit::Pad), &picture, hint).unwrap_err();
    let error = refused(&FaceHint::default());
    assert!(matches!(error, FaceError::NoBox) && error.to_string().starts_with("no face box for this row"));
    for face in [
        bbox(5.0, 5.0, 0.0, 9.0),
        bbox(5.0, 5.0, 9.0, -1.0),
        bbox(f32::NAN, 5.0, 9.0, 9.0),
        bbox(5.0, f32::INFINITY, 9.0, 9.0),
    ] {
        assert!(matches!(refused(&hint(face)), FaceError::Box { .. }), "{face:?}");
    }
    for face in [bbox(-20.0, 5.0, 9.0, 9.0), bbox(5.0, 200.0, 9.0, 9.0), bbox(99.5, 5.0, 9.0, 9.0)] {
        assert!(matches!(refused(&hint(face)), FaceError::Outside { .. }), "{face:?}");
    }
    assert!(apply(given(16, 4.0, Fit::Pad), &picture, &hint(bbox(0.0, 0.0, f32::MAX, f32::MAX))).is_ok());
}

/// Finds what it was told to.
struct Stub(Vec<Detection>);

impl FaceDetector for Stub {
    fn name(&self) -> DetectorName {
        DetectorName::new("stub-1").unwrap()
    }

    fn detect(&mut self, _: &Picture) -> Result<Vec<Detection>, DetectError> {
        Ok(self.0.clone())
    }
}

fn detected(detector: &str, policy: FacePolicy) -> Preprocess {
    let (detector, margin) = (DetectorName::new(detector).unwrap(), Margin::new(0.0).unwrap());
    let framing = Framing::Detected { detector, policy, margin, fit: Fit::Stretch, filter: FILTER };
    Preprocess::framed(8, framing).unwrap()
}

#[test]
fn the_policy_chooses_among_several_faces() {
    let face = |x, y, side, score| Detection { bbox: bbox(x, y, side, side), score };
    let faces = vec![
        face(60.0, 8.0, 8.0, 0.9),
        face(0.0, 40.0, 16.0, 0.5),
        face(46.0, 36.0, 8.0, 0.7),
        face(0.0, 0.0, 16.0, 0.1),
    ];
    for (policy, corner) in [
        (FacePolicy::HighestScore, [60, 8]),
        (FacePolicy::Largest, [0, 40]),
        (FacePolicy::MostCentral, [46, 36]),
    ] {
        let params = detected("stub-1", policy);
        let mut out = vec![0; params.image_len()];
        let mut preprocessor = Preprocessor::with_detector(params, Box::new(Stub(faces.clone()))).unwrap();
        preprocessor.apply(&map(100, 80), &FaceHint::default(), &mut out).unwrap();
        let got = corners(&out, 8)[0];
        assert!(got[0].abs_diff(corner[0]) <= 1 && got[1].abs_diff(corner[1]) <= 1, "{policy:?}: {got:?}");
    }
}

#[test]
fn no_face_is_an_outcome_and_another_detector_an_error() {
    let params = detected("stub-1", FacePolicy::Largest);
    let mut out = vec![0; params.image_len()];
    let mut preprocessor = Preprocessor::with_detector(params, Box::new(Stub(Vec::new()))).unwrap();
    let error = preprocessor.apply(&map(9, 9), &FaceHint::default(), &mut out).unwrap_err();
    assert!(matches!(error, FaceError::NoFace { .. }) && error.is_about_the_picture());
    let error = apply(params, &map(9, 9), &FaceHint::default()).unwrap_err();
    assert!(matches!(error, FaceError::NoDetector { .. }) && !error.is_about_the_picture());
    for params in [detected("other", FacePolicy::Largest), given(8, 0.0, Fit::Pad)] {
        let error = Preprocessor::with_detector(params, Box::new(Stub(Vec::new()))).unwrap_err();
        assert!(matches!(error, PreprocessError::OtherDetector { .. }), "{error}");
    }
}

fn script(text: &str, limit: Duration) -> CommandDetector {
    let name = DetectorName::new("script-1").unwrap();
    CommandDetector::new(name, Path::new("sh"), vec!["-c".to_owned(), text.to_owned()], limit)
}

const LONG: Duration = Duration::from_mins(1);

#[test]
fn a_program_answers_picture_after_picture() {
    // Answers with the length it was sent as the width of the face.
    let mut detector = script(
        "while read -r line; do n=${line##*:}; n=${n%\\}}; head -c \"$n\" > /dev/null
         echo '{\"faces\":[{\"x\":1,\"y\":2.5,\"width\":'$n',\"height\":4,\"score\":0.5}]}'; done",
        LONG,
    );
    for (width, height) in [(7, 3), (1, 1), (200, 100)] {
        let expected = f32::from(u16::from(width) * u16::from(height) * 3);
        let faces = detector.detect(&map(width, height)).unwrap();
        assert_eq!(faces, [Detection { bbox: bbox(1.0, 2.5, expected, 4.0), score: 0.5 }]);
    }
}

#[test]
fn programs_that_fail_are_told_apart() {
    let fails = |text: &str, limit| script(text, limit).detect(&map(200, 200)).unwrap_err();
    assert!(matches!(fails("exit 3", LONG), DetectError::Ended { .. }));
    assert!(
        matches!(fails("echo hello; exec sleep 600", LONG), DetectError::Answer { got, .. } if got == "hello")
    );
    assert!(matches!(fails("echo '{\"faces\":[{\"x\":1}]}'", LONG), DetectError::Answer { .. }));
    assert!(matches!(fails("exec sleep 600", Duration::from_millis(20)), DetectError::TimedOut { .. }));
    let endless = fails("exec tr '\\0' x < /dev/zero", LONG);
    assert!(matches!(&endless, DetectError::Answer { got, .. } if got.len() == 200), "{endless}");
    let name = DetectorName::new("none").unwrap();
    let missing =
        CommandDetector::new(name, Path::new("/no/such/program"), Vec::new(), LONG).detect(&map(1, 1));
    assert!(matches!(missing, Err(DetectError::Program { action: "start", .. })));
}

#[test]
fn after_a_failure_the_program_is_started_anew() {
    let folder = tempfile::tempdir().unwrap();
    let been = folder.path().join("been").display().to_string();
    let mut detector = script(
        &format!("[ -e {been} ] || {{ touch {been}; exit 1; }}; echo '{{\"faces\":[]}}'; cat > /dev/null"),
        LONG,
    );
    assert!(matches!(detector.detect(&map(2, 2)), Err(DetectError::Ended { .. })));
    assert!(detector.detect(&map(2, 2)).unwrap().is_empty());
}

/// A file of the source of the crate rustface, or a counted skip.
fn of_rustface(file: &str) -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let registries = std::fs::read_dir(home.unwrap_or_default().join("registry/src"));
    let mut places =
        registries.into_iter().flatten().flatten().map(|e| e.path().join("rustface-0.1.7").join(file));
    let found = places.find(|path| path.is_file());
    if found.is_none() {
        let line = format!("SKIP (source of rustface absent): {file}\n");
        eprint!("{line}");
        if let Some(log) = std::env::var_os("AFFEKT_SKIP_LOG") {
            use std::io::Write as _;
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
            file.write_all(line.as_bytes()).unwrap();
        }
    }
    found
}

#[test]
fn rustface_finds_the_faces_of_a_group() {
    let (Some(model), Some(picture)) =
        (of_rustface("model/seeta_fd_frontal_v1.0.bin"), of_rustface("test.png"))
    else {
        return;
    };
    let mut detector = RustfaceDetector::load(&model).unwrap();
    assert_eq!(detector.name().as_str(), RustfaceDetector::NAME);
    let group = load(&picture, DecodeLimits::new(1 << 24, 1 << 24).unwrap()).unwrap();
    // The upper third holds the heads of 29 people; the left half of it fewer.
    let (width, height) = (800, 380);
    let stride = group.width() as usize * 3;
    let pixels = group.rgb();
    let rows = pixels.chunks_exact(stride).take(height as usize);
    let left =
        Picture::from_rgb(width, height, rows.flat_map(|row| row[..width as usize * 3].to_vec()).collect());
    let left = left.unwrap();
    let faces = detector.detect(&left).unwrap();
    assert!((8..=16).contains(&faces.len()), "{} faces", faces.len());
    assert!(faces.iter().all(|f| (40.0..90.0).contains(&f.bbox.width) && f.score > 2.0), "{faces:?}");
    assert_eq!(detector.detect(&left).unwrap(), faces);
    for (width, height) in [(1, 1), (39, 500), (40, 40), (41, 43)] {
        let grey = Picture::from_rgb(width, height, vec![90; (width * height * 3) as usize]).unwrap();
        assert!(detector.detect(&grey).unwrap().is_empty(), "{width} x {height}");
    }
}

#[test]
fn only_the_known_model_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.bin");
    let refused = || RustfaceDetector::load(&path).err().unwrap();
    let error = refused();
    assert!(
        matches!(error, DetectError::Model { .. }) && error.to_string().contains("rustface 0.1.7"),
        "{error}"
    );
    std::fs::write(&path, [0xFF; 64]).unwrap();
    assert!(matches!(refused(), DetectError::OtherModel { .. }));
    std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    assert!(matches!(refused(), DetectError::OtherModel { .. }));
}
