//! Studies of toy datasets in a build without LibTorch: planned and prepared, never trained.
#![allow(dead_code, reason = "each test binary uses its part")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use affekt_artifact::Plan;

use crate::support::{Ran, affekt};

/// Seven classes and three action units, `more` after the keys of the head: its limits take no time.
pub(crate) fn world(folder: &Path, more: &str) -> PathBuf {
    let mut text = format!(
        "name = \"toy\"\nrenderer = 1\nlabel_set = \"affectnet-7\"\naus = [1, 4, 12]\n\
         nuisance = 0.0\nintensity = [1.0, 1.0]\nsamples_per_subject = 4\n{more}"
    );
    for (k, name) in affekt_core::LabelSet::affectnet7().classes().iter().enumerate() {
        let prior = if k == 0 { 0.4 } else { 0.1 };
        let au = [0, 1, 2].map(|j| if k >> j & 1 == 1 { 0.75 } else { 0.25 });
        let va = "va_mean = [0.0, 0.0]\nva_sd = [0.3, 0.3]";
        writeln!(text, "[classes.{name}]\nprior = {prior}\n{va}\nau = {au:?}").unwrap();
    }
    let path = folder.join("toy.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// One dataset of a study file, `more` after the keys of its source.
pub(crate) fn dataset(name: &str, source: &str, more: &str) -> String {
    format!(
        "{{ name = \"{name}\", prototypes = {{ kind = \"table\", table = \"affectnet-val\" }}, \
         source = {{ {source}{more} }} }}"
    )
}

/// Plans and prepares; without LibTorch the runs fail, and that is the end of it.
pub(crate) fn study(out: &Path, datasets: &[String], more: &[&str]) -> Ran {
    let config = "crates/affekt-study/tests/fixture/circumplex-worlds.toml";
    let datasets = format!("dataset=[{}]", datasets.join(", "));
    let mut words = vec!["study", "run", config, "--out", out.to_str().unwrap()];
    words.extend(["--fail-fast", "--jobs", "1"]);
    for item in ["seeds=[0]", "train.batch_size=16", "input.size=16", &datasets] {
        words.extend(["--set", item]);
    }
    words.extend(more);
    affekt(&words)
}

/// Folder of each dataset, by name.
pub(crate) fn folders(out: &Path) -> impl Fn(&str) -> PathBuf {
    let plan = Plan::load(&out.join("circumplex-worlds/plan.toml")).unwrap();
    let out = out.to_owned();
    move |name| out.join(&plan.dataset(name).unwrap().folder)
}
