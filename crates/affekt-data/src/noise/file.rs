//! Noisy labels on disk: a table, and beside it what it is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use affekt_artifact::{ArtifactError, Digest, expect_schema, write_atomic};
use affekt_core::{ClassIndex, LabelSet, SampleId};
use serde::{Deserialize, Serialize};

use super::{LabelNoise, NoiseError, NoisyLabels, NoisyRow};

const COLUMNS: [&str; 4] = ["sample", "original", "noisy", "changed"];

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    schema: String,
    dataset: String,
    n_rows: u64,
    n_changed: u64,
    csv_blake3: Digest,
    label_set: LabelSet,
    noise: LabelNoise,
}

impl NoisyLabels {
    /// Schema of this version.
    pub const SCHEMA: &'static str = "affekt-noise/1";

    /// Where the head of a table lies: beside it, with the extension `toml`.
    pub fn head_path(path: &Path) -> PathBuf {
        path.with_extension("toml")
    }

    /// Writes the table `sample,original,noisy,changed`, classes by name, changed 0 or 1, and then its head: dataset,
    /// classes, rate, kind and seed, and the hash of the table.
    ///
    /// # Errors
    /// [`NoiseError::Artifact`] on I/O, and for a path whose extension is that of the head.
    pub fn save(&self, path: &Path) -> Result<(), NoiseError> {
        let csv_error = |source| ArtifactError::Csv { path: path.to_owned(), source };
        if path.extension().is_some_and(|extension| extension == "toml") {
            let source =
                std::io::Error::other("its head would have the same name; give it another extension");
            return Err(ArtifactError::Io { action: "write table", path: path.to_owned(), source }.into());
        }
        let name = |class| self.label_set.name_of(class).unwrap_or("?");
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(COLUMNS).map_err(csv_error)?;
        for row in &self.rows {
            let changed = if row.changed() { "1" } else { "0" };
            let cells = [row.sample.as_str(), name(row.original), name(row.noisy), changed];
            table.write_record(cells).map_err(csv_error)?;
        }
        let bytes = table.into_inner().map_err(|error| csv_error(error.into_error().into()))?;
        write_atomic(path, &bytes)?;
        let head = Head {
            schema: Self::SCHEMA.to_owned(),
            dataset: self.dataset.clone(),
            n_rows: self.rows.len() as u64,
            n_changed: self.n_changed() as u64,
            csv_blake3: Digest::of_bytes(&bytes),
            label_set: self.label_set.clone(),
            noise: self.noise.clone(),
        };
        let head_path = Self::head_path(path);
        let text = toml::to_string(&head).map_err(|source| ArtifactError::TomlValue {
            path: head_path.clone(),
            source: Box::new(source),
        })?;
        Ok(write_atomic(&head_path, text.as_bytes())?)
    }

    /// Reads a table with its head, and checks them against each other.
    ///
    /// # Errors
    /// [`NoiseError::Artifact`] with the place of the first cell that does not hold what its column demands.
    pub fn load(path: &Path) -> Result<Self, NoiseError> {
        let head_path = Self::head_path(path);
        let read = |path: &Path| {
            let io = |source| ArtifactError::Io { action: "read", path: path.to_owned(), source };
            std::fs::read(path).map_err(io)
        };
        let text = String::from_utf8_lossy(&read(&head_path)?).into_owned();
        let head: Head = toml::from_str(&text)
            .map_err(|source| ArtifactError::Toml { path: head_path.clone(), source: Box::new(source) })?;
        expect_schema(&head_path, Self::SCHEMA, &head.schema)?;
        let bytes = read(path)?;
        let (expected, got) = (head.csv_blake3.to_string(), Digest::of_bytes(&bytes).to_string());
        if got != expected {
            return Err(ArtifactError::Hash { path: path.to_owned(), expected, got }.into());
        }
        let rows = rows(path, &bytes, &head.label_set)?;
        Ok(Self { dataset: head.dataset, label_set: head.label_set, noise: head.noise, rows })
    }
}

fn rows(path: &Path, bytes: &[u8], label_set: &LabelSet) -> Result<Vec<NoisyRow>, ArtifactError> {
    let csv_error = |source| ArtifactError::Csv { path: path.to_owned(), source };
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().map_err(csv_error)?;
    if header != COLUMNS.as_slice() {
        let (expected, got) = (COLUMNS.join(","), header.iter().collect::<Vec<_>>().join(","));
        return Err(ArtifactError::Header { path: path.to_owned(), expected, got });
    }
    let mut rows = Vec::new();
    let mut samples = BTreeSet::new();
    for record in reader.records() {
        let record = record.map_err(csv_error)?;
        let refuse = |column: usize, expected: &str| ArtifactError::Cell {
            path: path.to_owned(),
            line: record.position().map_or(0, csv::Position::line),
            column: COLUMNS[column].to_owned(),
            expected: expected.to_owned(),
            got: record.get(column).unwrap_or("").to_owned(),
        };
        let class = |column: usize| -> Result<ClassIndex, ArtifactError> {
            let name = record.get(column).unwrap_or("");
            label_set.parse_class(name).map_err(|_| refuse(column, "a class of the label set"))
        };
        let sample = SampleId::new(record.get(0).unwrap_or(""));
        let sample = sample.ok().filter(|sample| samples.insert(sample.clone()));
        let sample = sample.ok_or_else(|| refuse(0, "a sample id that occurs once"))?;
        let row = NoisyRow { sample, original: class(1)?, noisy: class(2)? };
        if record.get(3) != Some(if row.changed() { "1" } else { "0" }) {
            return Err(refuse(3, "1 where the labels differ, 0 where they agree"));
        }
        rows.push(row);
    }
    Ok(rows)
}
