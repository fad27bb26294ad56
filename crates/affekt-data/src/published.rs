//! Counts as read against counts as published.

use affekt_core::Split;
use serde::Serialize;

use crate::{DataError, Dataset, LabelCounts, PublishedCounts, ReadCounts};

/// One count against the published one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountCheck {
    /// Part of the dataset; `None` for the whole.
    pub split: Option<Split>,
    /// What is counted: `rows`, a class, `va`, `au`, an action unit, `without face`.
    pub what: String,
    /// Found.
    pub found: u64,
    /// Published; `None` where nothing was.
    pub published: Option<u64>,
}

impl CountCheck {
    /// Whether something else was published.
    pub fn differs(&self) -> bool {
        self.published.is_some_and(|published| published != self.found)
    }
}

/// Every count of the whole and of each part, with what was published about it.
pub(crate) fn compare(dataset: &Dataset, counts: &ReadCounts) -> Vec<CountCheck> {
    let none = PublishedCounts::default();
    let empty = LabelCounts::default();
    let mut checks = Vec::new();
    for split in [None].into_iter().chain(Split::ALL.map(Some)) {
        let published = dataset.spec().published.as_ref().map_or(&none, |published| published.part(split));
        let found = split.map_or(Some(&counts.all), |split| counts.splits.get(&split));
        // A part that was published and is not there at all differs by everything.
        let Some(found) = found.or_else(|| published.rows.map(|_| &empty)) else { continue };
        let mut add = |what: &str, found: u64, published: Option<u64>| {
            checks.push(CountCheck { split, what: what.to_owned(), found, published });
        };
        add("rows", found.rows, published.rows);
        for (k, class) in dataset.label_set().classes().iter().enumerate() {
            let found = found.per_class.get(k).copied().unwrap_or(0);
            add(class, found, published.classes.get(class).copied());
        }
        add("va", found.va, published.va);
        add("au", found.au, published.au);
        for (k, au) in dataset.spec().aus.iter().enumerate() {
            let (name, found) = (format!("au{au}"), found.au_present.get(k).copied().unwrap_or(0));
            add(&name, found, published.au_present.get(&name).copied());
        }
        add("without face", found.without_face, published.without_face);
    }
    checks
}

/// Refuses counts further from the published ones than the description tolerates.
pub(crate) fn refuse_far_counts(dataset: &Dataset, counts: &ReadCounts) -> Result<(), DataError> {
    let tolerance = dataset.spec().published.as_ref().map_or(0.0, |published| published.tolerance);
    for check in compare(dataset, counts) {
        let Some(expected) = check.published else { continue };
        if check.found.abs_diff(expected) as f64 > tolerance * expected as f64 {
            let part = check.split.map(|split| format!("{split}: ")).unwrap_or_default();
            return Err(DataError::PublishedCount {
                dataset: dataset.spec().name.clone(),
                what: format!("{part}{}", check.what),
                expected,
                got: check.found,
                tolerance,
            });
        }
    }
    Ok(())
}
