//! Studies for tests.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::path::{Path, PathBuf};

use affekt_artifact::Digest;
use affekt_core::LabelSet;
use affekt_ot::ClassCloud;
use affekt_study::{PlanContext, PlannedStudy, Prepared, PreparedDataset, Study, plan_study};

/// A study file.
pub(crate) fn config() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture/circumplex-worlds.toml")
}

pub(crate) fn study(overrides: &[&str]) -> Study {
    let overrides: Vec<String> = overrides.iter().map(|&item| item.to_owned()).collect();
    Study::load(&config(), None, &overrides).unwrap()
}

pub(crate) fn context() -> PlanContext {
    PlanContext {
        version: "0".to_owned(),
        code: "code".to_owned(),
        libtorch: "2.11.0".to_owned(),
        command: "affekt".to_owned(),
    }
}

/// What preparing a world would have left, without any world.
pub(crate) fn prepared(dataset: &str) -> PreparedDataset {
    let label_set = LabelSet::aff_wild2();
    let points =
        [[0.0, 0.0], [-0.5, 0.6], [-0.6, 0.4], [-0.6, 0.6], [0.8, 0.5], [-0.6, -0.3], [0.4, 0.7], [0.1, 0.1]];
    let prepared = Prepared {
        schema: Prepared::SCHEMA.to_owned(),
        dataset: dataset.to_owned(),
        inputs: Digest::of_bytes(b"inputs"),
        digest: Digest::of_bytes(dataset.as_bytes()),
        class_counts: [vec![1000; 8], vec![10; 8], vec![20; 8]],
        class_clouds: points.map(|mean| ClassCloud::new(mean, [0.04, 0.01, 0.02]).ok()).to_vec(),
        au_rates: (0..8_u32)
            .map(|class| [1, 2, 4].map(|bit| Some(f64::from(class & bit) / 4.0)).to_vec())
            .collect(),
        label_set,
        aus: vec![1, 2, 4],
        has_limits: false,
        faces: None,
        quarantined: std::collections::BTreeMap::new(),
        noise: None,
    };
    PreparedDataset { folder: format!("data/{dataset}"), prepared }
}

pub(crate) fn planned(overrides: &[&str]) -> PlannedStudy {
    let study = study(overrides);
    let data: Vec<PreparedDataset> = study.spec().datasets.iter().map(|d| prepared(&d.name)).collect();
    plan_study(&study, &data, &context()).unwrap()
}
