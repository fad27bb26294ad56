//! How each run came to be: what its own files say of code, library, machine and method.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use affekt_artifact::{Machine, Machines, Plan, load_json};
use serde_json::Value;

use crate::ReportError;

/// What two runs must share to have been computed alike; a field is none where the run does not say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    /// Digest of the code.
    pub(crate) code: Option<String>,
    pub(crate) libtorch: Option<String>,
    pub(crate) threads: Option<u64>,
    pub(crate) precision: Option<String>,
    /// Empty for a run older than `machines.json`; several where a run went on elsewhere.
    pub(crate) machines: Vec<Machine>,
}

/// The origins of all finished runs that trained.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    /// Runs of each.
    pub(crate) counts: BTreeMap<Origin, u64>,
    /// Runs that were taken from another study, where the same inputs had been run.
    pub(crate) taken: u64,
    /// What the arms with a method of their own say of its variant.
    pub(crate) variants: BTreeMap<String, BTreeSet<String>>,
}

impl Origins {
    /// Reads `run.json` and `machines.json` of every run with predictions.
    pub(crate) fn load(plan: &Plan, study_dir: &Path) -> Result<Self, ReportError> {
        let mut origins = Self::default();
        for run in plan.runs.iter().filter(|run| plan.is_trained(run)) {
            let folder = study_dir.join("runs").join(&run.id);
            if !folder.join("predictions.csv").is_file() {
                continue;
            }
            let path = folder.join("run.json");
            let resolved: Value = if path.is_file() { load_json(&path)? } else { Value::Null };
            let noted = Machines::of(&folder)?;
            origins.taken += u64::from(noted.taken_from.is_some());
            let origin = Origin {
                code: text(&resolved["code"]),
                libtorch: text(&resolved["libtorch"]),
                threads: resolved["threads"].as_u64(),
                precision: text(&resolved["train"]["precision"]),
                machines: noted.machines,
            };
            *origins.counts.entry(origin).or_default() += 1;
            if let Some(variant) = variant(&resolved["method"]) {
                origins.variants.entry(run.arm.clone()).or_default().insert(variant);
            }
        }
        Ok(origins)
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The variant of a method and the single departures switched on over it.
fn variant(method: &Value) -> Option<String> {
    let variant = text(&method["variant"])?;
    let quirks: Vec<&str> =
        method["quirks"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if quirks.is_empty() { Some(variant) } else { Some(format!("{variant}, with {}", quirks.join(", "))) }
}
