//! Driving the real binary.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A finished command.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `affekt` with the words, in the repository's root.
pub(crate) fn affekt(words: &[&str]) -> Ran {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_affekt"))
        .args(words)
        .current_dir(repository())
        .output()
        .expect("because cargo built the binary");
    Ran {
        code: status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs `affekt` with words made for the occasion.
pub(crate) fn affekt_with(words: &[String]) -> Ran {
    affekt(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Two arms that are one, for a [`toy_study`].
pub(crate) const TWO_ARMS: &str = r#"
[[arm]]
name = "a"
isolates = "a."
cost = { kind = "none" }

[[arm]]
name = "b"
isolates = "b."
cost = { kind = "none" }
"#;

/// A study of 256 little faces of the world `ambiguous` and a net that learns them in a second: a study file without its
/// arms, which follow it as text.
pub(crate) fn toy_study(name: &str, [treatment, control]: [&str; 2], arms: &str) -> String {
    let worlds = repository().canonicalize().expect("because the tests run in it").join("configs/worlds");
    format!(
        r#"
study = "{name}"
question = "What becomes of a toy?"
seeds = [0, 1]
threads_per_run = 1

[input]
size = 16
mean = [0.5, 0.5, 0.5]
std = [0.25, 0.25, 0.25]
mirror = false

[[dataset]]
name = "world"
source = {{ kind = "world", world = "{worlds}/ambiguous.toml", size = {{ train = 256, valid = 32, test = 40 }}, seed = 0 }}
prototypes = {{ kind = "table", table = "warriner" }}

[model]
backbone = {{ kind = "small-resnet", width = 4 }}
heads = ["expression"]
dropout = 0.1

[train]
epochs = 5
batch_size = 16
precision = "fp32"
optimizer = {{ kind = "adam", lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }}
schedule = {{ kind = "exponential", gamma = 0.9 }}

[augment]
flip = 0.5
shift = 2

[loss]
lambda = 0.0
tasks = {{ expression = 1.0, va = 0.0, au = 0.0 }}

[analysis]
selection = "last"
absent_class = "zero"
alpha = 0.05
margins = {{ accuracy = 0.02 }}
primary = {{ metric = "accuracy", treatment = "{treatment}", control = "{control}" }}
contrast = []
claim = []

{arms}
"#,
        worlds = worlds.display()
    )
}
