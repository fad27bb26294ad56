//! The studies at paper scale, run on small sets in the layouts of their datasets: every arm, the whole path.
#![cfg(feature = "torch")]
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::path::Path;

use affekt_artifact::{ClaimSet, Manifest, Plan, Results};
use affekt_core::Split;
use affekt_testkit::{AFFECTNET_HEADER, Faces, Tree, affectnet_row};
use support::{affekt, repository};

/// Runs a shipped study in its smoke tier on one seed and returns its plan and results; the dataset's description is
/// that which ships, but for the published counts.
fn study(name: &str, description: &str, data: &Path, out: &Path) -> (Plan, Results) {
    let config = repository().join(format!("configs/{name}.toml"));
    let text =
        std::fs::read_to_string(repository().join(format!("data-manifests/{description}.toml"))).unwrap();
    let mut table: toml::Table = text.parse().unwrap();
    table.remove("published");
    let set = data.with_file_name("set.toml");
    std::fs::write(&set, table.to_string()).unwrap();
    let manifest = format!("dataset.0.source.manifest='{}'", set.display());
    let words = [
        "study",
        "run",
        config.to_str().unwrap(),
        "--tier",
        "smoke",
        "--set",
        "seeds=[0]",
        "--set",
        &manifest,
        "--data-root",
        data.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--jobs",
        "2",
    ];
    let ran = affekt(&words);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let folder = out.join(format!("{name}-smoke"));
    let claims = ClaimSet::load(&folder.join("claims.json")).unwrap();
    assert!(claims.claims.len() >= 5 && folder.join("report.html").is_file());
    (Plan::load(&folder.join("plan.toml")).unwrap(), Results::load(&folder.join("results.csv")).unwrap())
}

fn measured(plan: &Plan, results: &Results, metrics: &[&str]) {
    for arm in &plan.arms {
        for metric in metrics {
            let found = results
                .rows
                .iter()
                .any(|r| r.arm == arm.name && r.metric == *metric && r.split == "test" && r.value.is_some());
            assert!(found, "{} has no {metric}", arm.name);
        }
    }
}

/// Multi-task rows of a video: every class in turn, each task missing in some rows.
fn video(tree: &Tree, name: &str, frames: u64) -> String {
    let row = |k: u64| {
        tree.write(&format!("cropped_aligned/{name}/{k:05}.jpg"), Faces::default().jpeg(k, 32));
        let angle = k as f64;
        let va =
            if k % 11 == 10 { "-5,-5".to_owned() } else { format!("{:.2},{:.2}", angle.cos(), angle.sin()) };
        let class = if k % 9 == 8 { "-1".to_owned() } else { (k % 8).to_string() };
        let aus: Vec<&str> = (0..12)
            .map(|au| {
                if k % 6 == 5 {
                    "-1"
                } else if (k + au).is_multiple_of(3) {
                    "1"
                } else {
                    "0"
                }
            })
            .collect();
        format!("{name}/{k:05}.jpg,{va},{class},{}\n", aus.join(","))
    };
    (1..=frames).map(row).collect()
}

#[test]
fn aff_wild2_runs_with_every_arm() {
    let folder = tempfile::tempdir().unwrap();
    let tree = Tree::new(folder.path().join("data"));
    let header = "image,valence,arousal,expression,aus\n";
    let part = |prefix: &str, n: u64| -> String {
        let videos = (0..n).map(|k| video(&tree, &format!("{prefix}{k}"), 16));
        header.to_owned() + &videos.collect::<String>()
    };
    tree.write("training_set_annotations.txt", part("train", 8));
    tree.write("validation_set_annotations.txt", part("valid", 3));
    let out = folder.path().join("runs");
    let (plan, results) = study("circumplex-affwild2", "aff-wild2-mtl-reported", tree.root(), &out);
    measured(&plan, &results, &["macro_f1", "p_mtl", "severity_index", "ccc_valence", "au_f1"]);
    // The official validation videos are tested on, and no training video is on both sides.
    let manifest = Manifest::load(&out.join(&plan.datasets[0].folder)).unwrap();
    assert!(manifest.split(Split::Test).all(|row| row.video.as_ref().unwrap().starts_with("valid")));
    assert!(manifest.split(Split::Test).count() == 48);
    let of = |split| {
        manifest.split(split).map(|row| row.subject.to_string()).collect::<std::collections::BTreeSet<_>>()
    };
    assert!(of(Split::Train).is_disjoint(&of(Split::Valid)));
}

#[test]
fn affectnet_runs_with_every_arm() {
    let folder = tempfile::tempdir().unwrap();
    let tree = Tree::new(folder.path().join("data"));
    for (part, n, first) in [("training", 64_u64, 0), ("validation", 32, 1000)] {
        let mut table = format!("{AFFECTNET_HEADER}\n");
        for k in first..first + n {
            let path = format!("{}/{k:04}.jpg", k % 4);
            tree.write(
                &format!("Manually_Annotated/Manually_Annotated_Images/{path}"),
                Faces::default().jpeg(k, 48),
            );
            let angle = k as f64;
            let va = [format!("{:.2}", 0.9 * angle.cos()), format!("{:.2}", 0.9 * angle.sin())];
            table += &affectnet_row(&path, &(k % 8).to_string(), [&va[0], &va[1]]);
        }
        tree.write(&format!("Manually_Annotated_file_lists/{part}.csv"), table);
    }
    let out = folder.path().join("runs");
    let (plan, results) = study("circumplex-affectnet", "affectnet-csv-reported", tree.root(), &out);
    measured(&plan, &results, &["macro_f1", "severity_index", "ccc_valence", "ccc_arousal"]);
    let manifest = Manifest::load(&out.join(&plan.datasets[0].folder)).unwrap();
    assert!(manifest.split(Split::Test).count() == 32);
}
