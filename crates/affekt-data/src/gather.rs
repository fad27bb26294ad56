//! From single entries to a [`Reading`]: labels, subjects, repetitions and contradictions.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry as Slot};

use affekt_artifact::{QuarantineItem, QuarantineReason};
use affekt_core::{ClassIndex, SampleId, Split, SubjectId};

use crate::root::{is_inside, join};
use crate::subject::file_name;
use crate::{
    ConflictPolicy, DataError, Dataset, DuplicatePolicy, Entry, ImageSource, Label, LabelCounts, LabelPolicy,
    LabelReading, ReadCounts, ReadRow, Reading, SubjectRule,
};

/// Collects entries under the policies of a dataset; what every reader has in common.
#[derive(Debug)]
pub struct Gather {
    images: String,
    labels: LabelPolicy,
    n_aus: usize,
    subject: Option<SubjectRule>,
    duplicates: DuplicatePolicy,
    conflicts: ConflictPolicy,
    /// First row of each sample, how often it came, and whether its labels contradict each other; a picture of
    /// several people holds several samples.
    seen: BTreeMap<(SampleId, ImageSource), Seen>,
    reading: Reading,
}

#[derive(Debug)]
struct Seen {
    at: usize,
    times: u64,
    conflicting: bool,
}

impl Gather {
    /// A collector for images below `images`, a folder relative to the dataset root.
    pub fn new(dataset: &Dataset, images: &str) -> Self {
        let spec = dataset.spec();
        let n_aus = spec.aus.len();
        let counts = ReadCounts { all: empty(dataset.labels(), n_aus), ..ReadCounts::default() };
        Self {
            images: images.to_owned(),
            labels: dataset.labels().clone(),
            n_aus,
            subject: spec.subject.clone(),
            duplicates: spec.duplicates,
            conflicts: spec.conflicts,
            seen: BTreeMap::new(),
            reading: Reading { counts, image_folders: vec![images.to_owned()], ..Reading::default() },
        }
    }

    /// Takes one entry; one without any label is counted as ignored unless it belongs to the test split, whose
    /// labels may be withheld.
    ///
    /// # Errors
    /// [`DataError::Duplicate`] and [`DataError::Conflict`] where the policy is to refuse.
    pub fn add(&mut self, entry: Entry<'_>) -> Result<(), DataError> {
        let class = match entry.label {
            Label::Missing => None,
            Label::Class(class) => Some(self.labels.map(class)),
            Label::Text(text) => Some(self.labels.read(text)),
        };
        self.count(entry.split, |counts| counts.rows += 1);
        let expression = match class {
            None => None,
            Some(LabelReading::Class { class, case_folded, aliased }) => {
                self.reading.counts.case_folded += u64::from(case_folded);
                self.reading.counts.aliased += u64::from(aliased);
                self.count(entry.split, |counts| add_one(&mut counts.per_class, class.get()));
                Some(class)
            }
            Some(LabelReading::Ignored) => {
                self.ignore(&entry);
                return Ok(());
            }
            Some(LabelReading::Unknown(detail)) => {
                self.set_aside_entry(&entry, QuarantineReason::UnknownLabel, detail);
                return Ok(());
            }
        };
        self.count_others(&entry);
        let labelled = expression.is_some() || entry.va.is_some() || entry.aus.iter().any(Option::is_some);
        if !labelled && entry.split != Some(Split::Test) {
            self.ignore(&entry);
            return Ok(());
        }
        let Some(row) = self.row(entry, expression) else { return Ok(()) };
        self.insert(row)
    }

    /// Counts a row that cannot be made into an entry, and sets it aside.
    pub fn malformed(&mut self, name: &str, line: Option<u64>, split: Option<Split>, detail: String) {
        self.reject(name, line, split, QuarantineReason::MalformedRow, detail);
    }

    /// As [`malformed`](Self::malformed), for another reason.
    pub fn reject(
        &mut self,
        name: &str,
        line: Option<u64>,
        split: Option<Split>,
        reason: QuarantineReason,
        detail: String,
    ) {
        self.count(split, |counts| counts.rows += 1);
        self.set_aside(name, line, reason, detail);
    }

    /// Counts rows that share one fault, such as those of a video without images, and sets them aside as one item.
    pub fn reject_all(
        &mut self,
        name: &str,
        rows: u64,
        split: Option<Split>,
        reason: QuarantineReason,
        detail: String,
    ) {
        self.count(split, |counts| counts.rows += rows);
        self.set_aside(name, None, reason, detail);
    }

    /// Counts a labelled row whose frame has no image because no face was found: expected, and no fault.
    pub fn without_face(&mut self, entry: &Entry<'_>) {
        self.count(entry.split, |counts| {
            counts.rows += 1;
            counts.without_face += 1;
        });
    }

    /// Counts a row that its format, or a key of its layout, leaves out on purpose.
    pub fn leave_out(&mut self, entry: &Entry<'_>) {
        self.count(entry.split, |counts| counts.rows += 1);
        self.ignore(entry);
    }

    /// Adds to a note of the reading, see [`ReadCounts::notes`].
    pub fn note(&mut self, text: &str, n: u64) {
        if n > 0 {
            *self.reading.counts.notes.entry(text.to_owned()).or_insert(0) += n;
        }
    }

    /// Says of a file below the image folders that it needs no row.
    pub fn names(&mut self, path: impl Into<String>) {
        self.reading.named_elsewhere.push(path.into());
    }

    /// Replaces the folders searched for images without a row; the default is the image folder.
    pub fn search_folders(&mut self, folders: Vec<String>) {
        self.reading.image_folders = folders;
    }

    /// Applies the policy for contradictions and hands over the result.
    pub fn finish(mut self) -> Reading {
        if self.conflicts == ConflictPolicy::DropImage && self.duplicates != DuplicatePolicy::Keep {
            let conflicting = self.seen.values().filter(|seen| seen.conflicting);
            let conflicting: BTreeSet<usize> = conflicting.map(|seen| seen.at).collect();
            let mut rows = Vec::with_capacity(self.reading.rows.len());
            for (at, row) in std::mem::take(&mut self.reading.rows).into_iter().enumerate() {
                if conflicting.contains(&at) {
                    let detail = "another row gives this image another label".to_owned();
                    let path = row.image.file().to_owned();
                    self.set_aside_at(path, row.line, QuarantineReason::ConflictingLabel, detail);
                } else {
                    rows.push(row);
                }
            }
            self.reading.rows = rows;
        }
        self.reading
    }

    fn row(&mut self, entry: Entry<'_>, expression: Option<ClassIndex>) -> Option<ReadRow> {
        let file = entry.image.as_ref().map_or(entry.name, ImageSource::file);
        if !is_inside(file) || !is_inside(entry.name) {
            let detail = "the path leaves the dataset root".to_owned();
            self.set_aside_entry(&entry, QuarantineReason::OutsideRoot, detail);
            return None;
        }
        let sample = join("", entry.name);
        let by_rule = self.subject.as_ref().map(|rule| rule.subject_of(&sample));
        let subject = entry.subject.or(by_rule.flatten());
        let unfit = subject.is_none() && by_rule.is_some();
        let whole = if unfit { file_name(&sample) } else { &sample };
        let (sample, subject) = match (SampleId::new(&sample), SubjectId::new(subject.unwrap_or(whole))) {
            (Ok(sample), Ok(subject)) => (sample, subject),
            (Err(error), _) | (_, Err(error)) => {
                self.set_aside_entry(&entry, QuarantineReason::MalformedRow, error.to_string());
                return None;
            }
        };
        self.note(
            "file names that the subject rule does not fit: the whole name is the subject",
            unfit.into(),
        );
        Some(ReadRow {
            image: entry.image.unwrap_or_else(|| ImageSource::File(join(&self.images, sample.as_str()))),
            sample,
            expression,
            distribution: entry.distribution.and_then(|p| self.labels.map_distribution(&p)),
            va: entry.va,
            aus: if entry.aus.is_empty() { vec![None; self.n_aus] } else { entry.aus },
            subject,
            video: entry.video.map(str::to_owned),
            frame: entry.frame,
            split: entry.split,
            hint: entry.hint,
            line: entry.line,
        })
    }

    fn insert(&mut self, mut row: ReadRow) -> Result<(), DataError> {
        let seen = match self.seen.entry((row.sample.clone(), row.image.clone())) {
            Slot::Occupied(seen) => seen.into_mut(),
            Slot::Vacant(slot) => {
                slot.insert(Seen { at: self.reading.rows.len(), times: 1, conflicting: false });
                self.reading.rows.push(row);
                return Ok(());
            }
        };
        seen.times += 1;
        let first = &self.reading.rows[seen.at];
        let same = (first.expression, first.va, &first.aus, &first.subject, first.split)
            == (row.expression, row.va, &row.aus, &row.subject, row.split);
        if self.duplicates == DuplicatePolicy::Keep {
            self.reading.counts.duplicates += u64::from(same);
            self.reading.counts.conflicts +=
                u64::from(!same && !std::mem::replace(&mut seen.conflicting, true));
            let name = format!("{}#{}", row.sample, seen.times);
            row.sample = SampleId::new(name).expect("because a suffix leaves an id as clean as it was");
            self.reading.rows.push(row);
            return Ok(());
        }
        let path = row.image.file().to_owned();
        let earlier = first.line.map(|n| format!(" on line {n}")).unwrap_or_default();
        if first.expression != row.expression {
            if self.conflicts == ConflictPolicy::Error {
                return Err(DataError::Conflict { path, line: row.line });
            }
            self.reading.counts.conflicts += u64::from(!std::mem::replace(&mut seen.conflicting, true));
            let detail = format!("the image has another label{earlier}");
            self.set_aside_at(path, row.line, QuarantineReason::ConflictingLabel, detail);
        } else if same {
            if self.duplicates == DuplicatePolicy::Error {
                return Err(DataError::Duplicate { path, line: row.line });
            }
            self.reading.counts.duplicates += 1;
            self.set_aside_at(path, row.line, QuarantineReason::DuplicateRow, format!("as{earlier}"));
        } else {
            let detail = format!("same image and label as{earlier}, other subject, split or further labels");
            self.set_aside_at(path, row.line, QuarantineReason::MalformedRow, detail);
        }
        Ok(())
    }

    fn count_others(&mut self, entry: &Entry<'_>) {
        let (va, au) = (entry.va.is_some(), entry.aus.iter().any(Option::is_some));
        self.count(entry.split, |counts| {
            counts.va += u64::from(va);
            counts.au += u64::from(au);
            for (k, _) in entry.aus.iter().enumerate().filter(|(_, au)| **au == Some(true)) {
                add_one(&mut counts.au_present, k);
            }
        });
    }

    fn count(&mut self, split: Option<Split>, change: impl Fn(&mut LabelCounts)) {
        change(&mut self.reading.counts.all);
        if let Some(split) = split {
            let (labels, n_aus) = (&self.labels, self.n_aus);
            change(self.reading.counts.splits.entry(split).or_insert_with(|| empty(labels, n_aus)));
        }
    }

    fn ignore(&mut self, entry: &Entry<'_>) {
        self.reading.counts.ignored += 1;
        match &entry.image {
            Some(image) => self.reading.named_elsewhere.push(image.file().to_owned()),
            None if is_inside(entry.name) => {
                self.reading.named_elsewhere.push(join(&self.images, entry.name));
            }
            None => {}
        }
    }

    fn set_aside_entry(&mut self, entry: &Entry<'_>, reason: QuarantineReason, detail: String) {
        match &entry.image {
            Some(image) => self.set_aside_at(image.file().to_owned(), entry.line, reason, detail),
            None => self.set_aside(entry.name, entry.line, reason, detail),
        }
    }

    fn set_aside(&mut self, name: &str, line: Option<u64>, reason: QuarantineReason, detail: String) {
        let path = if is_inside(name) { join(&self.images, name) } else { name.to_owned() };
        self.set_aside_at(path, line, reason, detail);
    }

    fn set_aside_at(&mut self, path: String, line: Option<u64>, reason: QuarantineReason, detail: String) {
        self.reading.quarantine.items.push(QuarantineItem { path, line, reason, detail });
    }
}

fn empty(labels: &LabelPolicy, n_aus: usize) -> LabelCounts {
    LabelCounts {
        per_class: vec![0; labels.target().len()],
        au_present: vec![0; n_aus],
        ..LabelCounts::default()
    }
}

fn add_one(counts: &mut [u64], at: usize) {
    if let Some(count) = counts.get_mut(at) {
        *count += 1;
    }
}
