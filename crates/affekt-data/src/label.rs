//! From a label as people wrote it to a class.

use std::collections::{BTreeMap, BTreeSet};

use affekt_core::{ClassIndex, LabelDistribution, LabelMap, LabelSet};

use crate::{DataError, DatasetSpec, LabelCase};

/// How labels are read: case, aliases, labels left out on purpose, and the map to another label set.
#[derive(Clone, Debug)]
pub struct LabelPolicy {
    set: LabelSet,
    map: Option<LabelMap>,
    case: LabelCase,
    aliases: BTreeMap<String, ClassIndex>,
    ignored: BTreeSet<String>,
}

/// What a label turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelReading {
    /// A class of the target set.
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
    /// Not a label of this dataset; what was read instead.
    Unknown(String),
}

impl LabelPolicy {
    /// The policy of a description.
    ///
    /// # Errors
    /// [`DataError::SpecValue`] for an alias of an unknown class, one that hides a class, or a map with a gap.
    pub fn new(spec: &DatasetSpec) -> Result<Self, DataError> {
        let refuse = |key: &str, got: &str, expected: &str| DataError::SpecValue {
            dataset: spec.name.clone(),
            key: key.to_owned(),
            got: got.to_owned(),
            expected: expected.to_owned(),
        };
        let set = spec.label_set.0.clone();
        let map = spec.label_map.as_ref().map(|map| {
            let rename: Vec<_> = map.rename.iter().map(|(from, to)| (from.clone(), to.clone())).collect();
            LabelMap::new(&map.name, set.clone(), map.to.0.clone(), &rename, &map.drop).map_err(|error| {
                refuse("label_map", &error.to_string(), "a target or `drop` for every class")
            })
        });
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
        Ok(Self { set, map: map.transpose()?, case: spec.label_case, aliases, ignored })
    }

    /// Label set of the annotation.
    pub const fn source(&self) -> &LabelSet {
        &self.set
    }

    /// Label set of what is read: that of the annotation, or the map's target.
    pub fn target(&self) -> &LabelSet {
        self.map.as_ref().map_or(&self.set, LabelMap::to)
    }

    /// Reads one label; surrounding space does not count.
    pub fn read(&self, raw: &str) -> LabelReading {
        let raw = raw.trim();
        let text = fold(self.case, raw);
        let folded = text != raw;
        if let Ok(class) = self.set.parse_class(&text) {
            return self.mapped(class, folded, false);
        }
        match self.aliases.get(&text) {
            Some(&class) => self.mapped(class, folded, true),
            None if self.ignored.contains(&text) => LabelReading::Ignored,
            None => LabelReading::Unknown(format!("label {raw:?}")),
        }
    }

    /// A class of the annotation's set, from a code.
    pub fn map(&self, class: ClassIndex) -> LabelReading {
        self.mapped(class, false, false)
    }

    /// A distribution over the annotation's classes as one over the target's, renormalised after dropping
    /// classes; `None` where nothing is left.
    pub fn map_distribution(&self, source: &LabelDistribution) -> Option<LabelDistribution> {
        let Some(map) = &self.map else { return Some(source.clone()) };
        let mut mapped = vec![0.0; map.to().len()];
        for (class, p) in self.set.indices().zip(source.as_slice()) {
            if let Some(target) = map.target(class) {
                mapped[target.get()] += p;
            }
        }
        let kept: f64 = mapped.iter().sum();
        LabelDistribution::new(mapped.into_iter().map(|p| p / kept).collect()).ok()
    }

    fn mapped(&self, class: ClassIndex, case_folded: bool, aliased: bool) -> LabelReading {
        match &self.map {
            None => LabelReading::Class { class, case_folded, aliased },
            Some(map) => map.target(class).map_or(LabelReading::Ignored, |class| LabelReading::Class {
                class,
                case_folded,
                aliased,
            }),
        }
    }
}

fn fold(case: LabelCase, text: &str) -> String {
    match case {
        LabelCase::Ignore => text.to_lowercase(),
        LabelCase::Exact => text.to_owned(),
    }
}
