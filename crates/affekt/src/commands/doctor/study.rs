//! A study file and what it needs.

use std::path::Path;

use affekt_study::Study;

use super::Finding;
use crate::cli::DoctorArgs;
use crate::prepare;

pub(super) fn look(config: &Path, args: &DoctorArgs) -> Vec<Finding> {
    let study = match Study::load(config, args.tier.as_deref(), &[]) {
        Ok(study) => study,
        Err(error) => {
            return vec![Finding::fail(
                "study",
                format!("{:#}", anyhow::Error::from(error)),
                "look at the path, or correct what is named",
            )];
        }
    };
    let spec = study.spec();
    let runs = spec.datasets.len() * spec.arms.len() * spec.seeds.len();
    let mut findings = vec![Finding::ok("study", format!("{}: at most {runs} runs", spec.study))];
    if let Err(error) = study.weights() {
        findings.push(Finding::fail(
            "weights",
            format!("{:#}", anyhow::Error::from(error)),
            "name the file in [model.weights]",
        ));
    }
    match prepare::locate(&study, &args.out, args.data_root.as_deref()) {
        Ok(located) => findings.extend(located.iter().map(|dataset| match &dataset.prepared {
            Some(prepared) => {
                let images: u64 = prepared.class_counts.iter().flatten().sum();
                Finding::ok("dataset", format!("{}: prepared, {images} images", dataset.name))
            }
            None => Finding::ok(
                "dataset",
                format!("{}: its files are there, to be prepared by the first run", dataset.name),
            ),
        })),
        Err(error) => {
            findings.push(Finding::fail("dataset", format!("{error:#}"), "name its folder with --data-root"));
        }
    }
    findings
}
