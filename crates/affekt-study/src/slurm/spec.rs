//! What Slurm is asked for, under the names of submitit and Hydra's launcher.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::overlay::{Place, hint, plain, suggestion};

/// Resources and habits of a Slurm submission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SlurmSpec {
    /// Time limit of a run in minutes; a run that needs more goes on from its state in another turn.
    pub timeout_min: u32,
    /// Cores of a run; absent for its threads.
    pub cpus_per_task: Option<u32>,
    /// GPUs of a run.
    pub gpus_per_node: Option<u32>,
    /// Memory of a run in GB.
    pub mem_gb: Option<f64>,
    /// Partition.
    pub partition: Option<String>,
    /// Quality of service.
    pub qos: Option<String>,
    /// Account.
    pub account: Option<String>,
    /// Features a node must have.
    pub constraint: Option<String>,
    /// Nodes to leave out.
    pub exclude: Option<String>,
    /// Runs at a time.
    pub array_parallelism: u32,
    /// Lines of shell before a run: modules, environments.
    pub setup: Vec<String>,
    /// Further arguments of `srun`.
    pub srun_args: Vec<String>,
    /// Further options of `sbatch`, without the dashes.
    pub additional_parameters: BTreeMap<String, String>,
    /// Time-outs after which a run is given up; preemptions do not count.
    pub max_num_timeout: u32,
    /// Signal that asks a run to keep its state and stop: TERM, INT, USR1 or USR2.
    pub signal: String,
    /// Seconds before the time limit at which it is sent; Slurm may send it a minute earlier.
    pub signal_delay_s: u32,
}

impl Default for SlurmSpec {
    fn default() -> Self {
        Self {
            timeout_min: 240,
            cpus_per_task: None,
            gpus_per_node: None,
            mem_gb: None,
            partition: None,
            qos: None,
            account: None,
            constraint: None,
            exclude: None,
            array_parallelism: 256,
            setup: Vec::new(),
            srun_args: Vec::new(),
            additional_parameters: BTreeMap::new(),
            max_num_timeout: 3,
            // NCCL may catch USR1.
            signal: "USR2".to_owned(),
            signal_delay_s: 120,
        }
    }
}

/// The keys of a Slurm submission cannot be what they are.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SlurmError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// Not TOML, or another key or kind of value; the message lists the keys there are.
    #[error("{place}: {message}")]
    Parse {
        /// File or option.
        place: String,
        /// What is wrong.
        message: String,
    },
    /// A value is out of range.
    #[error("slurm: {key} is {got}; expected {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// Its value.
        got: String,
        /// What it may be.
        expected: &'static str,
    },
}

impl SlurmSpec {
    /// Reads a file of these keys, if one is named, and puts `KEY=VALUE` over it.
    ///
    /// # Errors
    /// [`SlurmError`].
    pub fn load(file: Option<&Path>, overrides: &[String]) -> Result<Self, SlurmError> {
        let mut table = toml::Table::new();
        let mut spec = Self::default();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|source| SlurmError::Read { path: path.to_owned(), source })?;
            let at = |error: toml::de::Error| {
                let place = error.span().map_or(Place::File, |span| Place::of_line(&text, &span));
                parse(place.head(path), &error, &place.excerpt())
            };
            table = text.parse().map_err(at)?;
            // Of the text and not of the table, which knows no places.
            spec = toml::from_str(&text).map_err(at)?;
        }
        for pair in overrides {
            let place = format!("--slurm-set {pair}");
            let Some((key, word)) = pair.split_once('=') else {
                return Err(SlurmError::Parse { place, message: "expected KEY=VALUE".to_owned() });
            };
            // A value that is no TOML is a plain word, as a shell user writes it.
            let value = format!("v = {word}").parse::<toml::Table>().ok().and_then(|mut t| t.remove("v"));
            table.insert(key.trim().to_owned(), value.unwrap_or_else(|| word.into()));
            let merged = toml::Value::Table(table.clone()).try_into();
            spec = merged.map_err(|error| parse(place, &error, ""))?;
        }
        spec.check()?;
        Ok(spec)
    }

    fn check(&self) -> Result<(), SlurmError> {
        let refuse = |key, got: String, expected| Err(SlurmError::Value { key, got, expected });
        if self.timeout_min == 0 {
            return refuse("timeout_min", "0".to_owned(), "at least 1");
        }
        if self.array_parallelism == 0 {
            return refuse("array_parallelism", "0".to_owned(), "at least 1");
        }
        if !["TERM", "INT", "USR1", "USR2"].contains(&self.signal.as_str()) {
            return refuse("signal", self.signal.clone(), "TERM, INT, USR1 or USR2, which training obeys");
        }
        if u64::from(self.signal_delay_s) >= u64::from(self.timeout_min) * 60 {
            return refuse("signal_delay_s", self.signal_delay_s.to_string(), "shorter than timeout_min");
        }
        if let Some(mem) = self.mem_gb.filter(|mem| !(*mem > 0.0 && mem.is_finite())) {
            return refuse("mem_gb", mem.to_string(), "above 0");
        }
        let words = [&self.partition, &self.qos, &self.account, &self.constraint, &self.exclude];
        let additional = self.additional_parameters.iter().flat_map(|(key, value)| [key, value]);
        // One line of the script each: whatever breaks a line would be another option, or a command.
        if let Some(word) =
            words.into_iter().flatten().chain(additional).find(|word| word.contains(char::is_control))
        {
            return refuse("a value", format!("{word:?}"), "one line");
        }
        Ok(())
    }

    /// Options of `sbatch` that say what a run needs.
    pub(super) fn options(&self, threads: u32) -> Vec<String> {
        let mut options = vec![
            format!("--time={}", self.timeout_min),
            format!("--cpus-per-task={}", self.cpus_per_task.unwrap_or(threads)),
            format!("--signal={}@{}", self.signal, self.signal_delay_s),
        ];
        let mut add = |name: &str, value: Option<String>| {
            options.extend(value.map(|value| format!("--{name}={value}")));
        };
        add("gpus-per-node", self.gpus_per_node.map(|n| n.to_string()));
        // Slurm takes whole numbers.
        add("mem", self.mem_gb.map(|gb| format!("{:.0}M", (gb * 1024.0).ceil())));
        add("partition", self.partition.clone());
        add("qos", self.qos.clone());
        add("account", self.account.clone());
        add("constraint", self.constraint.clone());
        add("exclude", self.exclude.clone());
        for (name, value) in &self.additional_parameters {
            add(name, Some(value.clone()));
        }
        options
    }
}

fn parse(place: String, error: &toml::de::Error, excerpt: &str) -> SlurmError {
    let hint = hint(error.message());
    let message = format!("{}{}{excerpt}", plain(error.message()), suggestion(hint.as_ref()));
    SlurmError::Parse { place, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(pairs: &[&str]) -> Result<SlurmSpec, SlurmError> {
        SlurmSpec::load(None, &pairs.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn a_mistake_in_a_file_is_shown_at_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("slurm.toml");
        for (text, parts) in [
            ("partition = \"gpu\"\ntimeout_min = \"long\"\n", [":2:15: ", "invalid type"]),
            ("\n\npartitoin = \"gpu\"\n", [":3:1: ", "did you mean `partition`?"]),
            ("partition = \n", [":1:", "^"]),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = SlurmSpec::load(Some(&path), &[]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{}{}", path.display(), parts[0])), "{error}");
            assert!(error.contains(parts[1]), "{error}");
        }
    }

    #[test]
    fn keys_are_those_people_know_and_others_are_refused_with_the_list() {
        let spec =
            load(&["partition=gpu", "timeout_min=30", "mem_gb=1.5", "setup=[\"module load cuda\"]"]).unwrap();
        assert_eq!((spec.partition.as_deref(), spec.timeout_min), (Some("gpu"), 30));
        let options = spec.options(4);
        for option in
            ["--time=30", "--cpus-per-task=4", "--mem=1536M", "--partition=gpu", "--signal=USR2@120"]
        {
            assert!(options.iter().any(|o| o == option), "{option}: {options:?}");
        }
        let error = load(&["partitoin=gpu"]).unwrap_err().to_string();
        assert!(error.contains("partitoin") && error.contains("array_parallelism"), "{error}");
        assert!(error.starts_with("--slurm-set partitoin=gpu: "), "{error}");
        assert!(error.ends_with("did you mean `partition`?"), "{error}");
        let error = load(&["partition=gpu", "timeout_min=soon"]).unwrap_err().to_string();
        assert!(error.starts_with("--slurm-set timeout_min=soon: invalid type"), "{error}");
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for (pair, key) in [
            ("timeout_min=0", "timeout_min"),
            ("array_parallelism=0", "array_parallelism"),
            ("signal=KILL", "signal"),
            ("mem_gb=-1", "mem_gb"),
            ("signal_delay_s=14400", "signal_delay_s"),
            ("partition=\"a\\nb\"", "one line"),
            ("partition", "KEY=VALUE"),
        ] {
            let error = load(&[pair]).unwrap_err().to_string();
            assert!(error.contains(key), "{pair}: {error}");
        }
    }
}
