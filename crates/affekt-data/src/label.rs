//! From a label as people wrote it to a class.

use std::collections::{BTreeMap, BTreeSet};

use affekt_core::{ClassIndex, LabelSet};

use crate::{DataError, DatasetSpec, LabelCase};

/// How labels are read: case, aliases, labels left out on purpose.
#[derive(Clone, Debug)]
pub struct LabelPolicy {
    set: LabelSet,
    case: LabelCase,
    aliases: BTreeMap<String, ClassIndex>,
    ignored: BTreeSet<String>,
}

/// What a label turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelReading {
    /// A class.
    Class {
        /// The class.
        class: ClassIndex,
        /// The label was not spelled in lower case.
        case_folded: bool,
        /// An alias gave it.
        aliased: bool,
    },
    /// A label whose rows are left out on purpose.
    Ignored,
    /// Not a label of this dataset.
    Unknown,
}

impl LabelPolicy {
    /// The policy of a description.
    ///
    /// # Errors
    /// [`DataError::SpecValue`] for an alias of an unknown class, or one that hides a class.
    pub fn new(spec: &DatasetSpec) -> Result<Self, DataError> {
        let refuse = |key: &str, got: &str, expected: &str| DataError::SpecValue {
            dataset: spec.name.clone(),
            key: key.to_owned(),
            got: got.to_owned(),
            expected: expected.to_owned(),
        };
        let set = spec.label_set.0.clone();
        let fold = |text: &str| fold(spec.label_case, text);
        let mut aliases = BTreeMap::new();
        for (label, class) in &spec.aliases {
            let target = set.parse_class(class);
            let target = target.map_err(|_| refuse("aliases", class, &set.classes().join(", ")))?;
            let label = fold(label);
            if set.parse_class(&label).is_ok() || aliases.insert(label.clone(), target).is_some() {
                return Err(refuse("aliases", &label, "labels that are no class and occur once"));
            }
        }
        let mut ignored = BTreeSet::new();
        for label in &spec.ignore_labels {
            let label = fold(label);
            if set.parse_class(&label).is_ok() || aliases.contains_key(&label) {
                return Err(refuse("ignore_labels", &label, "labels that are no class and no alias"));
            }
            ignored.insert(label);
        }
        Ok(Self { set, case: spec.label_case, aliases, ignored })
    }

    /// Reads one label; surrounding space does not count.
    pub fn read(&self, raw: &str) -> LabelReading {
        let raw = raw.trim();
        let text = fold(self.case, raw);
        let case_folded = text != raw;
        if let Ok(class) = self.set.parse_class(&text) {
            return LabelReading::Class { class, case_folded, aliased: false };
        }
        match self.aliases.get(&text) {
            Some(&class) => LabelReading::Class { class, case_folded, aliased: true },
            None if self.ignored.contains(&text) => LabelReading::Ignored,
            None => LabelReading::Unknown,
        }
    }
}

fn fold(case: LabelCase, text: &str) -> String {
    match case {
        LabelCase::Ignore => text.to_lowercase(),
        LabelCase::Exact => text.to_owned(),
    }
}
