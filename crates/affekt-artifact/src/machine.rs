//! By which build and on which machine a run was computed: `machines.json` of its folder.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{ArtifactError, expect_schema, load_json, save_json};

/// A build on a machine, as far as it can be told; it decides no number of a CPU run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Version of affekt.
    pub version: String,
    /// Commit the binary was built from; none outside a repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// True where the sources were not those of the commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dirty: Option<bool>,
    /// Where the tensors were: `cpu` or `cuda(0)`.
    pub device: String,
    /// Models of the GPUs of the machine; none on a CPU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu: Option<String>,
    /// Version of the GPU's driver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// Model of the CPU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<String>,
    /// Logical cores the process could use.
    pub cores: u32,
}

/// Every build and machine that worked on a run, in order; more than one where it was stopped and went on elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machines {
    /// `affekt-machines/1`.
    pub schema: String,
    /// Each once.
    pub machines: Vec<Machine>,
}

impl Machines {
    /// Schema of this version.
    pub const SCHEMA: &'static str = "affekt-machines/1";
    /// File name inside a run's folder.
    pub const FILE: &'static str = "machines.json";

    /// Reads the machines of the run in `folder`; none where it left no such file, as older runs did.
    ///
    /// # Errors
    /// [`ArtifactError`] for a file that is malformed or of another schema.
    pub fn of(folder: &Path) -> Result<Vec<Machine>, ArtifactError> {
        let path = folder.join(Self::FILE);
        if !path.is_file() {
            return Ok(Vec::new());
        }
        let found: Self = load_json(&path)?;
        expect_schema(&path, Self::SCHEMA, &found.schema)?;
        Ok(found.machines)
    }

    /// Notes that `machine` works on the run in `folder`.
    ///
    /// # Errors
    /// [`ArtifactError`] as in [`Machines::of`], and when the file cannot be written.
    pub fn note(folder: &Path, machine: &Machine) -> Result<(), ArtifactError> {
        let mut machines = Self::of(folder)?;
        if machines.contains(machine) {
            return Ok(());
        }
        machines.push(machine.clone());
        save_json(&folder.join(Self::FILE), &Self { schema: Self::SCHEMA.to_owned(), machines })
    }
}
