//! A study from annotation to report in which reader, augmentation, executor and paired test come from outside.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(clippy::float_cmp, reason = "shares of a power of two are exact")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use affekt_artifact::{QuarantineReason, Results};
use affekt_core::{Seed, Split};
use affekt_data::{Dataset, Preparing, SplitSpec, prepare_with};
use affekt_face::{Fit, Framing, Preprocess, ResizeFilter};
use affekt_stats::{Alternative, Differences, PairedTest};
use affekt_study::{
    EpochReport, Executor, Job, JobOutcome, JobStatus, PlanContext, Prepared, PreparedDataset, Progress,
    Study, collect, plan_study,
};
use affekt_swap::{Brightness, LinesReader, MedianFlip, NearestMean};
use affekt_worlds::World;

const N: u64 = 210;
const SIZE: u16 = 32;

/// Rendered faces, listed in `labels.txt`, with a line that is no annotation and one whose picture is not there.
fn write_dataset(root: &Path) {
    let world = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs/worlds/ambiguous.toml");
    let world = World::load(world).unwrap();
    let mut lines = String::new();
    fs::create_dir_all(root.join("pictures")).unwrap();
    for k in 0..N {
        let sample = world.draw(Seed(0), Split::Train, k);
        let side = u32::from(SIZE);
        let pixels = world.render(&sample, side).unwrap();
        let picture = image::RgbImage::from_raw(side, side, pixels).unwrap();
        picture.save(root.join(format!("pictures/{k}.png"))).unwrap();
        let label = world.label_set().name_of(sample.class).unwrap();
        writeln!(lines, "{k}.png {label} {}", sample.subject.as_str()).unwrap();
    }
    lines.push_str("no annotation\ngone.png anger nobody\n");
    fs::write(root.join("labels.txt"), lines).unwrap();
}

struct Silent;

impl Progress for Silent {
    fn started(&mut self, _: &Job) {}
    fn advanced(&mut self, _: &Job, _: &EpochReport) {}
    fn finished(&mut self, _: &JobOutcome) {}
}

#[test]
fn a_study_runs_on_parts_from_outside() {
    let temporary = tempfile::tempdir().unwrap();
    let (root, out) = (temporary.path().join("root"), temporary.path().join("runs"));
    write_dataset(&root);

    // The reader.
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dataset = Dataset::load(&here.join("lines.toml")).unwrap();
    let framing = Framing::Picture { fit: Fit::Pad, filter: ResizeFilter::PilBilinear };
    let preparing = Preparing {
        preprocess: Preprocess::framed(16, framing).unwrap(),
        split: SplitSpec { valid: 0.2, test: 0.3, seed: 0, keep: None },
        thin: None,
        noise: None,
        detector: &Preparing::no_detector,
        progress: &mut |_| (),
    };
    let folder = "data/lines".to_owned();
    let reader = LinesReader::new(&dataset);
    let made = prepare_with(&reader, &dataset, &root, preparing, &out.join(&folder)).unwrap();
    let reasons: Vec<_> = made.quarantine.items.iter().map(|item| item.reason).collect();
    assert_eq!(reasons, [QuarantineReason::MalformedRow, QuarantineReason::MissingImage]);
    assert_eq!(made.manifest.rows.len(), usize::try_from(N).unwrap());
    let prepared = Prepared::of(&made.manifest, made.fingerprint, made.digest, false);
    prepared.save(&out.join(&folder)).unwrap();

    // The executor, with its augmentation.
    let study = Study::load(&here.join("study.toml"), None, &[]).unwrap();
    let context = PlanContext {
        version: "swap".into(),
        code: "swap".into(),
        libtorch: "none".into(),
        command: "cargo test -p affekt-swap".into(),
    };
    let planned = plan_study(&study, &[PreparedDataset { folder, prepared }], &context).unwrap();
    let dir = out.join("swap");
    planned.save(&dir).unwrap();
    study.save(&dir).unwrap();
    let executor = NearestMean { augment: Box::new(Brightness { most: 20 }) };
    let outcomes = executor.execute(&planned.to_do(&dir), &mut Silent).unwrap();
    assert_eq!(outcomes.len(), 12);
    for outcome in &outcomes {
        assert!(matches!(outcome.status, JobStatus::Done { .. }), "{outcome:?}");
    }
    assert!(planned.to_do(&dir).is_empty());

    // Measured and reported as any other.
    let collected = collect(&dir, &out, &planned.plan, &study.spec().analysis, "swap").unwrap();
    assert!(collected.holes.is_empty());
    let report = affekt_report::write(&dir, &out).unwrap();
    assert!(fs::read_to_string(report).unwrap().contains("circumplex"));

    // The paired test, on what was collected.
    let results = Results::load(&dir.join("results.csv")).unwrap();
    let accuracy = |arm: &str| -> Vec<f64> {
        let rows = results
            .rows
            .iter()
            .filter(|row| row.arm == arm && row.metric == "accuracy" && row.split == "test");
        rows.map(|row| row.value.unwrap()).collect()
    };
    let (base, circumplex) = (accuracy("base"), accuracy("circumplex"));
    // A mean of pixels knows little of a face; that every run was scored is what counts here.
    assert_eq!((base.len(), circumplex.len()), (6, 6));
    let differences = Differences::paired(&circumplex, &base).unwrap();
    let outcome = MedianFlip.test(&differences, Alternative::TwoSided).unwrap();
    assert!(outcome.p_value > 0.0 && outcome.p_value <= 1.0, "{outcome:?}");
}

#[test]
fn the_median_is_flipped_exactly() {
    let p = |values: &[f64], alternative| {
        let differences = Differences::new(values.to_vec()).unwrap();
        MedianFlip.test(&differences, alternative).unwrap().p_value
    };
    // Of 2^5 patterns of five equal differences, those with at least three pluses have median 1.
    assert_eq!(p(&[1.0; 5], Alternative::Greater), 0.5);
    assert_eq!(p(&[0.0; 4], Alternative::TwoSided), 1.0);
    assert_eq!(p(&[2.0], Alternative::Greater), 0.5);
    assert!(MedianFlip.test(&Differences::new(vec![1.0; 21]).unwrap(), Alternative::Less).is_err());
}

#[test]
fn brightness_follows_the_stream_and_stays_within_a_byte() {
    use affekt_augment::Augment as _;
    let jittered = |key: u64| {
        let mut image = vec![0, 128, 255];
        Brightness { most: 200 }.apply(&mut image, 1, &mut Seed(3).stream("brightness", &[key]));
        image
    };
    assert_eq!(jittered(1), jittered(1));
    assert!((0..8).any(|key| jittered(key) != jittered(key + 1)));
}
