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
    /// The finished run of the same inputs that this one was taken from instead of being trained, relative to the output
    /// folder of all studies: `<study>/runs/<id>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_from: Option<String>,
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
    pub fn of(folder: &Path) -> Result<Self, ArtifactError> {
        let path = folder.join(Self::FILE);
        if !path.is_file() {
            return Ok(Self { schema: Self::SCHEMA.to_owned(), machines: Vec::new(), taken_from: None });
        }
        let found: Self = load_json(&path)?;
        expect_schema(&path, Self::SCHEMA, &found.schema)?;
        Ok(found)
    }

    /// Writes `machines.json` of the run in `folder`.
    ///
    /// # Errors
    /// [`ArtifactError`] on I/O.
    pub fn save(&self, folder: &Path) -> Result<(), ArtifactError> {
        save_json(&folder.join(Self::FILE), self)
    }

    /// Notes that `machine` works on the run in `folder`.
    ///
    /// # Errors
    /// [`ArtifactError`] as in [`Machines::of`], and when the file cannot be written.
    pub fn note(folder: &Path, machine: &Machine) -> Result<(), ArtifactError> {
        let mut noted = Self::of(folder)?;
        if noted.machines.contains(machine) && noted.taken_from.is_none() {
            return Ok(());
        }
        if noted.taken_from.take().is_some() {
            // What was taken over is trained anew.
            noted.machines.clear();
        }
        noted.machines.push(machine.clone());
        noted.save(folder)
    }
}
