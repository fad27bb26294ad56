//! What became of every entry when weights met a model.

use std::fmt;

use serde::Serialize;

use crate::{Expected, Kind};

/// An entry whose shape or kind is not the model's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What the model has.
    pub expected: Expected,
    /// Name in the file.
    pub source: String,
    /// Shape in the file.
    pub shape: Vec<usize>,
    /// Kind in the file.
    pub kind: Kind,
    /// Finite values that would become infinite in the model's kind.
    pub n_beyond: usize,
}

/// An entry that is converted to the model's kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conversion {
    /// Name in the model.
    pub target: String,
    /// Kind in the file.
    pub from: Kind,
    /// Kind of the model.
    pub to: Kind,
}

/// An entry of the file that was set aside with a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Name in the file.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Every entry of model and file, once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LoadReport {
    /// Names in the model that get values.
    pub loaded: Vec<String>,
    /// Names in the model without values in the file.
    pub missing: Vec<Expected>,
    /// Names in the file that the model has no use for.
    pub unused: Vec<String>,
    /// Entries of different shape or kind.
    pub different: Vec<Difference>,
    /// Those of `loaded` that are converted.
    pub converted: Vec<Conversion>,
    /// Names in the model that keep their initial values, as the rules allow.
    pub fresh: Vec<String>,
    /// Names in the file that were set aside, as the rules allow.
    pub dropped: Vec<Dropped>,
    /// Number of `num_batches_tracked` counters in the file.
    pub n_counters: usize,
}

impl LoadReport {
    /// True when nothing is missing, different or unused.
    pub fn fits(&self) -> bool {
        self.missing.is_empty() && self.different.is_empty() && self.unused.is_empty()
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loaded {}", self.loaded.len())?;
        let mut part = |label: &str, items: Vec<String>| {
            if items.is_empty() {
                return Ok(());
            }
            write!(f, "\n{label} {}: {}", items.len(), items.join(", "))
        };
        part("missing", self.missing.iter().map(Expected::to_string).collect())?;
        part("different", self.different.iter().map(Difference::to_string).collect())?;
        part("unused", self.unused.clone())?;
        part("converted", self.converted.iter().map(Conversion::to_string).collect())?;
        part("keeping initial values", self.fresh.clone())?;
        part("dropped", self.dropped.iter().map(Dropped::to_string).collect())?;
        if self.n_counters > 0 {
            write!(f, "\nignored {}: num_batches_tracked", self.n_counters)?;
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, got {} {:?}", self.expected, self.kind, self.shape)?;
        if self.source != self.expected.name {
            write!(f, " from {}", self.source)?;
        }
        if self.n_beyond > 0 {
            write!(f, " with {} values beyond {}", self.n_beyond, self.expected.kind)?;
        }
        Ok(())
    }
}

impl fmt::Display for Conversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {} to {}", self.target, self.from, self.to)
    }
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.reason)
    }
}
