//! A dataset against what was published about it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use affekt_artifact::{Quarantine, QuarantineItem};
use affekt_core::Split;
use rayon::prelude::*;
use serde::Serialize;

use crate::formats::list_files;
use crate::image::open_image;
use crate::published::{CountCheck, compare};
use crate::root::{Root, join};
use crate::{DataError, Dataset, ReadCounts, ReadRow};

/// Items of a list kept in a report; the counts are complete.
const LISTED: usize = 20;

/// One class of a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassCheck {
    /// Name of the class.
    pub class: String,
    /// Annotation rows, repetitions included.
    pub rows: u64,
    /// Usable images.
    pub images: u64,
    /// Subjects with at least one of them.
    pub subjects: u64,
    /// Share of the images that come from one subject; 0 without images. Close to 1, the class is that person.
    pub largest_subject_share: f64,
}

/// Endings of picture files, in lower case; other files of an image folder (tables, notes) are no images without a row.
const PICTURES: [&str; 8] = ["jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff", "gif"];

/// What a check found; every count is complete, the lists hold the first few.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckReport {
    /// Name of the dataset.
    pub dataset: String,
    /// What its description warns of.
    pub warnings: Vec<String>,
    /// What reading met.
    pub counts: ReadCounts,
    /// Every count against the published one, parts and classes in order.
    pub published: Vec<CountCheck>,
    /// Usable images: annotated, present and decodable.
    pub images: u64,
    /// Subjects among them.
    pub subjects: u64,
    /// Images of the largest subject.
    pub largest_subject: u64,
    /// Subjects that the dataset's own splits cut through.
    pub subjects_in_several_splits: u64,
    /// Per class.
    pub classes: Vec<ClassCheck>,
    /// Number of items set aside, by reason.
    pub quarantine: BTreeMap<&'static str, u64>,
    /// Items that are faults.
    pub faults: u64,
    /// Faults the description tolerates.
    pub max_quarantine: u64,
    /// The first faults: path, line, reason.
    pub first_faults: Vec<String>,
    /// Pictures of the image folders that no row names.
    pub images_without_rows: u64,
    /// The first of them.
    pub first_without_rows: Vec<String>,
}

impl CheckReport {
    /// Whether a person should look: a count differs from the published one, a class has no image, or there are
    /// more faults than tolerated.
    pub fn needs_attention(&self) -> bool {
        let has_expressions = self.counts.all.per_class.iter().any(|&n| n > 0);
        let lacks_class = has_expressions && self.classes.iter().any(|class| class.images == 0);
        self.faults > self.max_quarantine || lacks_class || self.published.iter().any(CountCheck::differs)
    }
}

/// Reads the annotation, opens and decodes every image, and compares with the published counts.
///
/// # Errors
/// As reading the annotation; broken images are part of the report.
pub fn check(dataset: &Dataset, root: &Path) -> Result<CheckReport, DataError> {
    let reading = dataset.reader().read(root)?;
    let mut folder = Root::open(root)?;
    folder.learn_folders(reading.rows.iter().map(|row| row.image.file()));
    let limits = dataset.spec().decode;
    let faults: Vec<Option<QuarantineItem>> = reading
        .rows
        .par_iter()
        .map(|row| {
            let (reason, detail) = open_image(&folder, &row.image, limits).err()?;
            Some(QuarantineItem { path: row.image.file().to_owned(), line: row.line, reason, detail })
        })
        .collect();
    let pairs = reading.rows.iter().zip(&faults);
    let good: Vec<&ReadRow> = pairs.filter(|(_, fault)| fault.is_none()).map(|(row, _)| row).collect();
    let named = reading.rows.iter().map(|row| row.image.file());
    let elsewhere = reading.named_elsewhere.iter().map(String::as_str);
    let named: BTreeSet<&str> = named.chain(elsewhere).chain(paths(&reading.quarantine)).collect();
    let without = without_rows(&folder, &reading.image_folders, &named)?;
    let mut quarantine = reading.quarantine.clone();
    quarantine.items.extend(faults.iter().flatten().cloned());

    let of_subject = tally(good.iter().copied());
    let line = |item: &QuarantineItem| item.line.map(|n| format!(":{n}")).unwrap_or_default();
    Ok(CheckReport {
        dataset: dataset.spec().name.clone(),
        warnings: dataset.spec().warnings.clone(),
        published: compare(dataset, &reading.counts),
        images: good.len() as u64,
        subjects: of_subject.len() as u64,
        largest_subject: of_subject.values().copied().max().unwrap_or(0),
        subjects_in_several_splits: cut_subjects(&reading.rows),
        classes: classes(dataset, &reading.counts, &good),
        faults: quarantine.faults().count() as u64,
        max_quarantine: dataset.spec().max_quarantine.limit(reading.counts.all.rows),
        first_faults: quarantine
            .faults()
            .take(LISTED)
            .map(|item| format!("{}{} {}: {}", item.path, line(item), item.reason, item.detail))
            .collect(),
        quarantine: quarantine.counts().into_iter().map(|(reason, n)| (reason.as_str(), n)).collect(),
        images_without_rows: without.len() as u64,
        first_without_rows: without.into_iter().take(LISTED).collect(),
        counts: reading.counts,
    })
}

fn classes(dataset: &Dataset, counts: &ReadCounts, good: &[&ReadRow]) -> Vec<ClassCheck> {
    let set = dataset.label_set();
    set.indices()
        .zip(set.classes())
        .map(|(index, name)| {
            let of_class = good.iter().copied().filter(|row| row.expression == Some(index));
            let by_subject = tally(of_class);
            let images: u64 = by_subject.values().sum();
            let largest = by_subject.values().copied().max().unwrap_or(0);
            ClassCheck {
                class: name.clone(),
                rows: counts.all.per_class.get(index.get()).copied().unwrap_or(0),
                images,
                subjects: by_subject.len() as u64,
                largest_subject_share: if images == 0 { 0.0 } else { largest as f64 / images as f64 },
            }
        })
        .collect()
}

/// Subjects that lie in several of the dataset's own splits.
pub(crate) fn cut_subjects(rows: &[ReadRow]) -> u64 {
    let mut splits: BTreeMap<&str, BTreeSet<Split>> = BTreeMap::new();
    for row in rows {
        splits.entry(row.subject.as_str()).or_default().extend(row.split);
    }
    splits.values().filter(|splits| splits.len() > 1).count() as u64
}

/// Rows of each subject.
pub(crate) fn tally<'a>(rows: impl Iterator<Item = &'a ReadRow>) -> BTreeMap<&'a str, u64> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.subject.as_str()).or_insert(0) += 1;
    }
    counts
}

fn paths(quarantine: &Quarantine) -> impl Iterator<Item = &str> {
    quarantine.items.iter().map(|item| item.path.as_str())
}

/// Pictures of the image folders that nothing names.
fn without_rows(root: &Root, folders: &[String], named: &BTreeSet<&str>) -> Result<Vec<String>, DataError> {
    let mut without = Vec::new();
    for images in folders {
        let mut files = Vec::new();
        list_files(&root.named("image folder", images)?, "", &mut files)?;
        files.retain(|file| is_picture(file));
        let paths = files.into_iter().map(|file| join(images, &file));
        without.extend(paths.filter(|path| !named.contains(path.as_str())));
    }
    Ok(without)
}

fn is_picture(file: &str) -> bool {
    let ending = Path::new(file).extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| PICTURES.contains(&ending.as_str()))
}
