//! What the usable rows of a dataset hold, counted; no image is opened.

use std::collections::{BTreeMap, BTreeSet};

use affekt_core::{LabelSet, Split, VaPoint};
use serde::Serialize;

use crate::check::{cut_subjects, tally};
use crate::published::compare;
use crate::{CountCheck, Dataset, ReadCounts, ReadRow, Reading};

/// Cells of a valence-arousal grid along either axis, each 0.1 wide.
pub const VA_CELLS: usize = 20;

/// A dataset in numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DataStats {
    /// Name of the dataset.
    pub dataset: String,
    /// Name of the label set rows were read in.
    pub label_set: String,
    /// Every usable row.
    pub all: PartStats,
    /// The same per part; empty where the dataset names none, rows it puts in no part last.
    pub parts: Vec<PartStats>,
    /// Subjects that the dataset's own splits cut through.
    pub subjects_in_several_splits: u64,
    /// What reading met: rows of the annotation, those that were set aside or ignored included.
    pub counts: ReadCounts,
    /// Every count of annotation rows with what was published about it.
    pub published: Vec<CountCheck>,
    /// Number of items set aside, by reason.
    pub set_aside: BTreeMap<&'static str, u64>,
}

/// Usable rows of one part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartStats {
    /// The part; none for the whole, and for rows in no part.
    pub split: Option<Split>,
    /// Usable rows.
    pub rows: u64,
    /// Subjects among them.
    pub subjects: u64,
    /// Videos among them; 0 where the dataset names none.
    pub videos: u64,
    /// Rows that carry each kind of label.
    pub labelled: Labelled,
    /// Rows of the largest class over rows of the smallest that has any, >= 1; none below two such classes.
    pub imbalance: Option<f64>,
    /// The classes in index order.
    pub classes: Vec<ClassStats>,
    /// Rows without an expression class.
    pub without_class: ClassStats,
    /// Valence and arousal of all rows that have them; none where no row has.
    pub va: Option<VaStats>,
    /// The action units in the dataset's order.
    pub aus: Vec<AuStats>,
}

/// Rows that carry each kind of label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Labelled {
    /// An expression class.
    pub expression: u64,
    /// A distribution over the classes.
    pub distribution: u64,
    /// Valence and arousal.
    pub va: u64,
    /// At least one action unit.
    pub au: u64,
    /// A face box.
    pub face_box: u64,
    /// Facial landmarks.
    pub landmarks: u64,
}

/// Rows of one class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassStats {
    /// Name of the class; none for the rows without one.
    pub class: Option<String>,
    /// Usable rows.
    pub rows: u64,
    /// Subjects among them.
    pub subjects: u64,
    /// Rows of the subject with the most.
    pub largest_subject: u64,
    /// Valence and arousal of those rows that have them; none where no row has.
    pub va: Option<VaStats>,
}

/// Where rows lie on the valence-arousal plane.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VaStats {
    /// Rows with valence and arousal, at least 1.
    pub rows: u64,
    /// Mean valence and mean arousal, each in [-1, 1].
    pub mean: [f64; 2],
    /// Standard deviations (divisor n - 1), >= 0; none for a single row.
    pub sd: Option<[f64; 2]>,
    /// Rows per cell: `grid[a][v]`, arousal and valence from -1 upwards, each cell without its upper edge but the last.
    pub grid: [[u64; VA_CELLS]; VA_CELLS],
}

/// Rows on which one action unit was coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AuStats {
    /// FACS number.
    pub au: u8,
    /// Rows on which it was coded, present or not.
    pub labelled: u64,
    /// Rows on which it is present.
    pub present: u64,
}

impl DataStats {
    /// Counts a reading of the dataset.
    pub fn of(dataset: &Dataset, reading: &Reading) -> Self {
        let (set, aus) = (dataset.label_set(), &dataset.spec().aus);
        let part = |split, keep: &dyn Fn(&ReadRow) -> bool| {
            let rows: Vec<&ReadRow> = reading.rows.iter().filter(|row| keep(row)).collect();
            PartStats::of(split, &rows, set, aus)
        };
        let named = reading.rows.iter().any(|row| row.split.is_some());
        let splits = Split::ALL.into_iter().map(Some).chain([None]).filter(|_| named);
        let parts = splits.map(|split| part(split, &|row| row.split == split)).filter(|part| part.rows > 0);
        Self {
            dataset: dataset.spec().name.clone(),
            label_set: set.name().to_owned(),
            all: part(None, &|_| true),
            parts: parts.collect(),
            subjects_in_several_splits: cut_subjects(&reading.rows),
            counts: reading.counts.clone(),
            published: compare(dataset, &reading.counts),
            set_aside: reading.quarantine.counts().into_iter().map(|(why, n)| (why.as_str(), n)).collect(),
        }
    }
}

impl PartStats {
    fn of(split: Option<Split>, rows: &[&ReadRow], set: &LabelSet, aus: &[u8]) -> Self {
        let videos: BTreeSet<&str> = rows.iter().filter_map(|row| row.video.as_deref()).collect();
        let mut groups: Vec<Vec<&ReadRow>> = vec![Vec::new(); set.len() + 1];
        for row in rows {
            groups[row.expression.map_or(set.len(), affekt_core::ClassIndex::get)].push(row);
        }
        let without_class = ClassStats::of(None, &groups.pop().unwrap_or_default());
        let classes: Vec<ClassStats> =
            set.classes().iter().zip(&groups).map(|(name, rows)| ClassStats::of(Some(name), rows)).collect();
        Self {
            split,
            rows: rows.len() as u64,
            subjects: tally(rows.iter().copied()).len() as u64,
            videos: videos.len() as u64,
            labelled: Labelled::of(rows),
            imbalance: imbalance(&classes),
            classes,
            without_class,
            va: VaStats::of(rows),
            aus: aus.iter().enumerate().map(|(k, &au)| AuStats::of(au, k, rows)).collect(),
        }
    }
}

fn imbalance(classes: &[ClassStats]) -> Option<f64> {
    let counts = || classes.iter().map(|class| class.rows).filter(|&rows| rows > 0);
    let (least, most) = (counts().min()?, counts().max()?);
    (counts().count() > 1).then(|| most as f64 / least as f64)
}

impl Labelled {
    fn of(rows: &[&ReadRow]) -> Self {
        let count = |has: fn(&ReadRow) -> bool| rows.iter().filter(|row| has(row)).count() as u64;
        Self {
            expression: count(|row| row.expression.is_some()),
            distribution: count(|row| row.distribution.is_some()),
            va: count(|row| row.va.is_some()),
            au: count(|row| row.aus.iter().any(Option::is_some)),
            face_box: count(|row| row.hint.bbox.is_some()),
            landmarks: count(|row| row.hint.landmarks.is_some()),
        }
    }
}

impl ClassStats {
    fn of(class: Option<&String>, rows: &[&ReadRow]) -> Self {
        let by_subject = tally(rows.iter().copied());
        Self {
            class: class.cloned(),
            rows: rows.len() as u64,
            subjects: by_subject.len() as u64,
            largest_subject: by_subject.values().copied().max().unwrap_or(0),
            va: VaStats::of(rows),
        }
    }
}

impl VaStats {
    fn of(rows: &[&ReadRow]) -> Option<Self> {
        let points: Vec<VaPoint> = rows.iter().filter_map(|row| row.va).collect();
        if points.is_empty() {
            return None;
        }
        let mut grid = [[0; VA_CELLS]; VA_CELLS];
        for point in &points {
            grid[cell(point.arousal())][cell(point.valence())] += 1;
        }
        let n = points.len() as f64;
        let axes: [fn(VaPoint) -> f64; 2] = [VaPoint::valence, VaPoint::arousal];
        let mean = axes.map(|of| points.iter().map(|&point| of(point)).sum::<f64>() / n);
        let squares = [0, 1].map(|k| points.iter().map(|&p| (axes[k](p) - mean[k]).powi(2)).sum::<f64>());
        let sd = (points.len() > 1).then(|| squares.map(|sum| (sum / (n - 1.0)).sqrt()));
        Some(Self { rows: points.len() as u64, mean, sd, grid })
    }
}

/// The cell of a coordinate in [-1, 1].
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 20")]
fn cell(x: f64) -> usize {
    let half = VA_CELLS / 2;
    // Scaled before the shift: tenths, which annotators like, then fall on edges exactly.
    let from_left = (x * half as f64).floor() + half as f64;
    (from_left as usize).min(VA_CELLS - 1)
}

impl AuStats {
    fn of(au: u8, at: usize, rows: &[&ReadRow]) -> Self {
        let coded = || rows.iter().filter_map(|row| row.aus.get(at).copied().flatten());
        Self {
            au,
            labelled: coded().count() as u64,
            present: coded().filter(|&present| present).count() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn tenths_lie_on_the_lower_edge_of_their_cell() {
        for k in -10..10_i32 {
            let expected = usize::try_from(k + 10).unwrap();
            assert_eq!(cell(f64::from(k) / 10.0), expected, "{k}");
            assert_eq!(cell(f64::from(k) / 10.0 + 0.05), expected, "{k}");
        }
        assert_eq!(cell(1.0), 19);
    }
}
