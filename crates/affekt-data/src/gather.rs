//! From single entries to a [`Reading`]: labels, subjects, repetitions and contradictions.

use std::collections::BTreeMap;

use affekt_artifact::{Quarantine, QuarantineItem, QuarantineReason};
use affekt_core::{SampleId, Split, SubjectId, VaPoint};

use crate::root::{is_inside, join};
use crate::{
    ConflictPolicy, DataError, Dataset, DuplicatePolicy, LabelPolicy, LabelReading, ReadCounts, ReadRow,
    Reading,
};

/// One annotation as a format states it.
#[derive(Clone, Debug, Default)]
pub struct Entry<'a> {
    /// Image, relative to the image folder.
    pub name: &'a str,
    /// Label as written.
    pub label: &'a str,
    /// Subject, where the annotation tells.
    pub subject: Option<&'a str>,
    /// Video, where it tells.
    pub video: Option<&'a str>,
    /// Split, where it tells.
    pub split: Option<Split>,
    /// Valence and arousal, where it tells.
    pub va: Option<VaPoint>,
    /// Annotation line.
    pub line: Option<u64>,
}

/// Collects entries under the policies of a dataset; what every reader has in common.
#[derive(Debug)]
pub struct Gather {
    images: String,
    labels: LabelPolicy,
    subject_until: Option<String>,
    duplicates: DuplicatePolicy,
    conflicts: ConflictPolicy,
    rows: Vec<ReadRow>,
    /// Row of each image, and whether its labels contradict each other.
    seen: BTreeMap<String, (usize, bool)>,
    quarantine: Quarantine,
    counts: ReadCounts,
}

impl Gather {
    /// A collector for images below `images`, a folder relative to the dataset root.
    pub fn new(dataset: &Dataset, images: &str) -> Self {
        let spec = dataset.spec();
        let per_class = vec![0; dataset.label_set().len()];
        Self {
            images: images.to_owned(),
            labels: dataset.labels().clone(),
            subject_until: spec.subject_until.clone(),
            duplicates: spec.duplicates,
            conflicts: spec.conflicts,
            rows: Vec::new(),
            seen: BTreeMap::new(),
            quarantine: Quarantine::default(),
            counts: ReadCounts { per_class, ..ReadCounts::default() },
        }
    }

    /// Takes one entry.
    ///
    /// # Errors
    /// [`DataError::Duplicate`] and [`DataError::Conflict`] where the policy is to refuse.
    pub fn add(&mut self, entry: &Entry<'_>) -> Result<(), DataError> {
        self.counts.rows += 1;
        let class = match self.labels.read(entry.label) {
            LabelReading::Class { class, case_folded, aliased } => {
                self.counts.case_folded += u64::from(case_folded);
                self.counts.aliased += u64::from(aliased);
                if let Some(count) = self.counts.per_class.get_mut(class.get()) {
                    *count += 1;
                }
                class
            }
            LabelReading::Ignored => {
                self.counts.ignored += 1;
                return Ok(());
            }
            LabelReading::Unknown => {
                let detail = format!("label {:?}", entry.label);
                self.set_aside(entry.name, entry.line, QuarantineReason::UnknownLabel, detail);
                return Ok(());
            }
        };
        if !is_inside(entry.name) {
            let detail = "the path leaves the dataset root".to_owned();
            self.set_aside(entry.name, entry.line, QuarantineReason::OutsideRoot, detail);
            return Ok(());
        }
        let sample = join("", entry.name);
        let subject = entry.subject.unwrap_or_else(|| self.subject_of(&sample));
        let (sample, subject) = match (SampleId::new(&sample), SubjectId::new(subject)) {
            (Ok(sample), Ok(subject)) => (sample, subject),
            (Err(error), _) | (_, Err(error)) => {
                self.set_aside(entry.name, entry.line, QuarantineReason::MalformedRow, error.to_string());
                return Ok(());
            }
        };
        self.insert(ReadRow {
            path: join(&self.images, sample.as_str()),
            sample,
            class,
            subject,
            video: entry.video.map(str::to_owned),
            split: entry.split,
            va: entry.va,
            line: entry.line,
        })
    }

    /// Counts a row that cannot be made into an entry, and sets it aside.
    pub fn malformed(&mut self, name: &str, line: Option<u64>, detail: String) {
        self.counts.rows += 1;
        self.set_aside(name, line, QuarantineReason::MalformedRow, detail);
    }

    /// Applies the policy for contradictions and hands over the result.
    pub fn finish(mut self) -> Reading {
        if self.conflicts == ConflictPolicy::DropImage {
            let mut rows = Vec::with_capacity(self.rows.len());
            for row in std::mem::take(&mut self.rows) {
                if self.seen.get(&row.path).is_some_and(|&(_, conflicting)| conflicting) {
                    let detail = "another row gives this image another label".to_owned();
                    self.set_aside_at(row.path, row.line, QuarantineReason::ConflictingLabel, detail);
                } else {
                    rows.push(row);
                }
            }
            self.rows = rows;
        }
        Reading { rows: self.rows, quarantine: self.quarantine, counts: self.counts }
    }

    fn insert(&mut self, row: ReadRow) -> Result<(), DataError> {
        let Some((at, conflicting)) = self.seen.get_mut(&row.path) else {
            self.seen.insert(row.path.clone(), (self.rows.len(), false));
            self.rows.push(row);
            return Ok(());
        };
        let first = &self.rows[*at];
        let earlier = first.line.map(|n| format!(" on line {n}")).unwrap_or_default();
        if first.class != row.class {
            if self.conflicts == ConflictPolicy::Error {
                return Err(DataError::Conflict { path: row.path, line: row.line });
            }
            self.counts.conflicts += u64::from(!std::mem::replace(conflicting, true));
            let detail = format!("the image has another label{earlier}");
            self.set_aside_at(row.path, row.line, QuarantineReason::ConflictingLabel, detail);
        } else if (&first.subject, first.split, first.va) == (&row.subject, row.split, row.va) {
            if self.duplicates == DuplicatePolicy::Error {
                return Err(DataError::Duplicate { path: row.path, line: row.line });
            }
            self.counts.duplicates += 1;
            self.set_aside_at(row.path, row.line, QuarantineReason::DuplicateRow, format!("as{earlier}"));
        } else {
            let detail = format!("same image and label as{earlier}, other subject, split or valence-arousal");
            self.set_aside_at(row.path, row.line, QuarantineReason::MalformedRow, detail);
        }
        Ok(())
    }

    /// The file name up to the declared text, or the whole path where none is declared.
    fn subject_of<'s>(&self, sample: &'s str) -> &'s str {
        let Some(until) = &self.subject_until else { return sample };
        let name = sample.rsplit_once('/').map_or(sample, |(_, name)| name);
        name.split_once(until.as_str()).map_or(name, |(subject, _)| subject)
    }

    fn set_aside(&mut self, name: &str, line: Option<u64>, reason: QuarantineReason, detail: String) {
        let path = if is_inside(name) { join(&self.images, name) } else { name.to_owned() };
        self.set_aside_at(path, line, reason, detail);
    }

    fn set_aside_at(&mut self, path: String, line: Option<u64>, reason: QuarantineReason, detail: String) {
        self.quarantine.items.push(QuarantineItem { path, line, reason, detail });
    }
}
