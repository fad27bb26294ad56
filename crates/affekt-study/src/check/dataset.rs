//! Values of a dataset that cannot be.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use affekt_ot::PrototypeTable;

use super::Checks;
use crate::{DatasetSource, DatasetSpec, NoiseSpec, PrototypeSource, StudySpec, ThinSpec};

pub(super) fn check_dataset(
    checks: &mut Checks,
    key: &str,
    dataset: &DatasetSpec,
    spec: &StudySpec,
    folder: &Path,
) {
    checks.name(format!("{key}.name"), &dataset.name);
    let exists = |path: &Path| folder.join(path).is_file();
    match &dataset.source {
        DatasetSource::World { world, size, rho, prior, .. } => {
            checks.demand(
                exists(world),
                format!("{key}.source.world"),
                world,
                "a file beside the study file",
            );
            let step = spec.train.samples_per_step();
            checks.demand(
                size.train >= step,
                format!("{key}.source.size.train"),
                size.train,
                "at least one step (train.batch_size times train.accumulate)",
            );
            checks.demand(size.test >= 1, format!("{key}.source.size.test"), size.test, "at least 1");
            let largest = 10_000_000;
            for (part, n) in [("train", size.train), ("valid", size.valid), ("test", size.test)] {
                checks.demand(n <= largest, format!("{key}.source.size.{part}"), n, "at most 10 million");
            }
            needs_valid(checks, format!("{key}.source.size.valid"), size.valid > 0);
            if let Some(rho) = *rho {
                checks.within(format!("{key}.source.rho"), rho, 0.0, 1.0);
            }
            check_shares(checks, &format!("{key}.source.prior"), prior);
        }
        DatasetSource::Files { manifest, folder: below, split, .. } => {
            checks.demand(
                exists(manifest),
                format!("{key}.source.manifest"),
                manifest,
                "a file beside the study file",
            );
            if let Some(part) = below {
                let plain = part.components().all(|c| matches!(c, Component::Normal(_)));
                let key = format!("{key}.source.folder");
                checks.demand(plain, key, part, "a folder below the data root, without `..`");
            }
            checks.within(format!("{key}.source.split.valid"), split.valid, 0.0, 0.9);
            checks.within(format!("{key}.source.split.test"), split.test, 0.001, 0.9);
            let keep = split.keep.unwrap_or(1.0);
            checks.demand(keep > 0.0 && keep <= 1.0, format!("{key}.source.split.keep"), keep, "in (0, 1]");
            let held_out = split.valid + split.test;
            checks.demand(held_out < 1.0, format!("{key}.source.split"), held_out, "valid + test below 1");
            needs_valid(checks, format!("{key}.source.split.valid"), split.valid > 0.0);
        }
    }
    if let Some(ThinSpec::Keep { shares, .. }) = dataset.source.thin() {
        checks.demand(
            !shares.is_empty(),
            format!("{key}.source.thin.shares"),
            shares,
            "at least one class and its share",
        );
        check_shares(checks, &format!("{key}.source.thin.shares"), shares);
    }
    if let Some(noise) = dataset.source.noise() {
        check_noise(checks, &format!("{key}.source.noise"), noise);
    }
    if let Some([a, b]) = &dataset.pair {
        checks.demand(a != b, format!("{key}.pair"), &dataset.pair, "two different classes");
    }
    if let PrototypeSource::Table { table, .. } = &dataset.prototypes {
        check_table(checks, format!("{key}.prototypes.table"), table);
    }
}

/// Transfers lead from a dataset that is trained on to another.
pub(super) fn check_transfers(checks: &mut Checks, spec: &StudySpec) {
    let names: Vec<&str> = spec.datasets.iter().map(|d| d.name.as_str()).collect();
    let trained: Vec<&str> =
        spec.datasets.iter().filter(|d| !d.tested_only).map(|d| d.name.as_str()).collect();
    checks.demand(!trained.is_empty(), "dataset.tested_only", true, "at least one dataset to train on");
    let one_of = |names: &[&str]| format!("one of {}", names.join(", "));
    for (i, transfer) in spec.transfers.iter().enumerate() {
        let key = format!("transfer.{i}");
        let (train, test) = (transfer.train.as_str(), transfer.test.as_str());
        checks.demand(trained.contains(&train), format!("{key}.train"), train, &one_of(&trained));
        checks.demand(names.contains(&test), format!("{key}.test"), test, &one_of(&names));
        checks.demand(train != test, format!("{key}.test"), test, "another dataset than it trains on");
        checks.demand(!spec.transfers[..i].contains(transfer), key, transfer, "each transfer only once");
        let name = affekt_artifact::Transfer { train: train.to_owned(), test: test.to_owned() }.name();
        checks.demand(!names.contains(&name.as_str()), "dataset.name", &name, "no name that a transfer has");
    }
    for (i, dataset) in spec.datasets.iter().enumerate().filter(|(_, dataset)| dataset.tested_only) {
        let used = spec.transfers.iter().any(|transfer| transfer.test == dataset.name);
        let expected = "false, or a [[transfer]] that tests on it";
        checks.demand(used, format!("dataset.{i}.tested_only"), true, expected);
    }
}

/// Whether the classes are those of the dataset is known when it is prepared.
fn check_shares(checks: &mut Checks, key: &str, shares: &BTreeMap<String, f64>) {
    for (class, &share) in shares {
        checks.demand(share > 0.0 && share <= 1.0, format!("{key}.{class}"), share, "a share in (0, 1]");
    }
}

fn check_noise(checks: &mut Checks, key: &str, noise: &NoiseSpec) {
    let rate = noise.rate();
    checks.demand((0.0..1.0).contains(&rate), format!("{key}.rate"), rate, "a share in [0, 1)");
    if let NoiseSpec::Circumplex { temperature, table, .. } = noise {
        checks.positive(format!("{key}.temperature"), *temperature);
        check_table(checks, format!("{key}.table"), table);
    }
}

pub(super) fn check_table(checks: &mut Checks, key: String, table: &str) {
    let expected = PrototypeTable::ALL.map(PrototypeTable::name).join(", ");
    checks.demand(table.parse::<PrototypeTable>().is_ok(), key, table, &expected);
}

fn needs_valid(checks: &mut Checks, key: String, has_valid: bool) {
    checks.demand(
        has_valid,
        key,
        0,
        "above 0: every run reports the epoch its validation split would choose",
    );
}
