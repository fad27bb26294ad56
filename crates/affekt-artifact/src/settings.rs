//! The settings of a study as plain keys and values, and those its paper states: `study.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

use crate::ArtifactError;
use crate::document::load_toml;

/// A study file, tier and overrides applied, flattened.
///
/// Keys are joined by dots; an item of a list of tables goes by its `name`, else by its position: `train.epochs`,
/// `arm.full.method.threshold`.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Value by key.
    pub values: BTreeMap<String, Value>,
    /// What the paper states of its own settings; none for a study that follows no paper.
    pub paper: Option<PaperSettings>,
}

/// What a paper states of its settings.
#[derive(Clone, Debug, PartialEq)]
pub struct PaperSettings {
    /// Where it does.
    pub source: String,
    /// Value by key of the study.
    pub values: BTreeMap<String, Value>,
}

/// A stated setting beside the study's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingPair {
    /// Key of the study.
    pub key: String,
    /// Value in the paper.
    pub paper: String,
    /// Value here; none where the study leaves the key out.
    pub here: Option<String>,
}

impl Settings {
    /// Reads `study.toml` of a study folder; none where there is none.
    ///
    /// # Errors
    /// [`ArtifactError`] for a file that cannot be read.
    pub fn load(study_dir: &Path) -> Result<Option<Self>, ArtifactError> {
        let path = study_dir.join("study.toml");
        if !path.is_file() {
            return Ok(None);
        }
        let mut table: Table = load_toml(&path)?;
        let paper = table.remove("paper").and_then(PaperSettings::of);
        let mut values = BTreeMap::new();
        flatten("", &Value::Table(table), &mut values);
        Ok(Some(Self { values, paper }))
    }

    /// The stated settings that differ here, and the number of those that are the same.
    ///
    /// Settings of an arm or a dataset that the study does not have (a tier may leave some out) are neither.
    pub fn differences(&self) -> (Vec<SettingPair>, usize) {
        let (mut differing, mut same) = (Vec::new(), 0);
        for (key, paper) in self.paper.iter().flat_map(|paper| &paper.values) {
            let here = self.values.get(key);
            if here.is_some_and(|here| is_same(here, paper)) {
                same += 1;
            } else if here.is_some() || self.has_item(key) {
                differing.push(SettingPair { key: key.clone(), paper: print(paper), here: here.map(print) });
            }
        }
        (differing, same)
    }

    /// False for a key below an arm or a dataset that is not there.
    fn has_item(&self, key: &str) -> bool {
        let mut parts = key.splitn(3, '.');
        let (Some(list @ ("arm" | "dataset")), Some(name)) = (parts.next(), parts.next()) else {
            return true;
        };
        let prefix = format!("{list}.{name}.");
        self.values.keys().any(|known| known.starts_with(&prefix))
    }
}

impl PaperSettings {
    fn of(value: Value) -> Option<Self> {
        let Value::Table(mut table) = value else { return None };
        let source = table.remove("source")?.as_str()?.to_owned();
        let Value::Table(settings) = table.remove("setting")? else { return None };
        Some(Self { source, values: settings.into_iter().collect() })
    }
}

fn flatten(prefix: &str, value: &Value, into: &mut BTreeMap<String, Value>) {
    let below = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                flatten(&below(name), value, into);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_table) => {
            for (at, item) in items.iter().enumerate() {
                let name = item.get("name").and_then(Value::as_str);
                flatten(&below(&name.map_or_else(|| at.to_string(), str::to_owned)), item, into);
            }
        }
        plain => {
            into.insert(prefix.to_owned(), plain.clone());
        }
    }
}

/// Equal as values: 64 and 64.0 are.
fn is_same(a: &Value, b: &Value) -> bool {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b).is_eq(),
        _ => match (a, b) {
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
            }
            _ => a == b,
        },
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|n| n as f64))
}

/// A value for readers.
fn print(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Float(number) => number.to_string(),
        Value::Array(items) => items.iter().map(print).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{PaperSettings, SettingPair, Settings};

    fn settings(text: &str) -> Option<Settings> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("study.toml"), text).unwrap();
        Settings::load(folder.path()).unwrap()
    }

    #[test]
    fn what_differs_from_the_paper_is_found_by_key() {
        let text = "study = 's'\n[train]\nepochs = 8\nlr = 1e-3\n[model]\nheads = ['expression']\n\
            [[arm]]\nname = 'full'\nmethod = { threshold = 0.5 }\n\
            [paper]\nsource = 'arXiv 1'\n[paper.setting]\n'train.epochs' = 75\n'train.lr' = 0.001\n\
            'model.heads' = ['expression', 'va']\n'model.weights.file' = 'pretrained'\n\
            'arm.full.method.threshold' = 0.5\n'arm.gone.method.threshold' = 0.7\n";
        let (differing, same) = settings(text).unwrap().differences();
        let pair = |key: &str, paper: &str, here: Option<&str>| SettingPair {
            key: key.to_owned(),
            paper: paper.to_owned(),
            here: here.map(str::to_owned),
        };
        let expected = [
            pair("model.heads", "expression, va", Some("expression")),
            pair("model.weights.file", "pretrained", None),
            pair("train.epochs", "75", Some("8")),
        ];
        assert_eq!((differing.as_slice(), same), (&expected[..], 2));
    }

    #[test]
    fn a_study_without_a_paper_states_nothing() {
        let plain = settings("study = 's'\n").unwrap();
        assert_eq!((plain.paper.clone(), plain.differences()), (None::<PaperSettings>, (Vec::new(), 0)));
        assert_eq!(Settings::load(tempfile::tempdir().unwrap().path()).unwrap(), None);
    }
}
