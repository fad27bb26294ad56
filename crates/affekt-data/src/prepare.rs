//! From a dataset folder to manifest, face cache and quarantine.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use affekt_artifact::{Digest, Manifest, ManifestRow, Quarantine, QuarantineItem, QuarantineReason};
use affekt_core::Split;
use affekt_face::{
    DecodeLimits, DetectError, DetectorName, FaceDetector, FaceError, Framing, Preprocess, Preprocessor,
    RowFailure, RowOutcome, ShardDone, ShardedCacheWriter,
};

use crate::fingerprint::{RowDigests, fingerprint_of};
use crate::image::open_image;
use crate::published::refuse_far_counts;
use crate::root::Root;
use crate::{
    AnnotationReader, DataError, Dataset, LabelNoise, PreparedStamp, ReadCounts, ReadRow, Reading, SplitSpec,
    Thinning, put_noise, split_by_subject,
};

/// Faults quoted in an error.
const QUOTED: usize = 5;

/// How a dataset is prepared.
pub struct Preparing<'a> {
    /// What makes a face of a picture.
    pub preprocess: Preprocess,
    /// How a dataset without official splits is divided.
    pub split: SplitSpec,
    /// Training rows to leave out; none for all of them.
    pub thin: Option<&'a Thinning>,
    /// Wrong labels to put on the training part; none for the labels as they are.
    pub noise: Option<&'a LabelNoise>,
    /// Makes the detector that the preprocessing names; called once per thread, and never where it names none.
    pub detector: &'a (dyn Fn(DetectorName) -> Result<Box<dyn FaceDetector>, DetectError> + Sync),
    /// Sees how far the work is.
    pub progress: &'a mut dyn FnMut(&ShardDone),
}

impl Preparing<'_> {
    /// Stands for [`Preparing::detector`] where no detector is offered.
    ///
    /// # Errors
    /// Always [`DetectError::Unknown`].
    pub fn no_detector(name: DetectorName) -> Result<Box<dyn FaceDetector>, DetectError> {
        Err(DetectError::Unknown { name, way_out: "none is offered here" })
    }
}

/// A dataset ready for training.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its good samples; row k is image k of the face cache.
    pub manifest: Manifest,
    /// What was set aside.
    pub quarantine: Quarantine,
    /// What reading met.
    pub counts: ReadCounts,
    /// Identity of manifest and faces.
    pub digest: Digest,
    /// Identity of the input.
    pub fingerprint: Digest,
}

/// Reads, splits, decodes and writes the face cache, `manifest.csv`, `manifest.toml`, `quarantine.csv` and, last,
/// `prepared.toml` into `out`; with label noise also `noise.csv` and `noise.toml`.
///
/// Splits are assigned before any image is opened, so that a broken image does not move others. Killed at any
/// moment and started again, it keeps the finished shards of the cache and ends with the same bytes.
///
/// # Errors
/// [`DataError`]; on [`DataError::TooManyFaults`] `quarantine.csv` is written, the manifest is not.
pub fn prepare_files(
    dataset: &Dataset,
    root: &Path,
    preparing: Preparing<'_>,
    out: &Path,
) -> Result<Prepared, DataError> {
    prepare_with(&*dataset.reader(), dataset, root, preparing, out)
}

/// As [`prepare_files`], with a reader of one's own.
///
/// # Errors
/// As [`prepare_files`].
pub fn prepare_with(
    reader: &dyn AnnotationReader,
    dataset: &Dataset,
    root: &Path,
    preparing: Preparing<'_>,
    out: &Path,
) -> Result<Prepared, DataError> {
    let Preparing { preprocess, split, thin, noise, .. } = preparing;
    let mut reading = reader.read(root)?;
    refuse_far_counts(dataset, &reading.counts)?;
    let mut digests = RowDigests::of(root, &reading)?;
    // What is on disk, whoever takes part.
    let fingerprint = fingerprint_of(dataset, &reading, &digests);
    if split.keep.is_some() {
        reading.rows.retain(|row| split.keeps(row.subject.as_str()));
        digests = RowDigests::of(root, &reading)?;
    }
    let mut splits = split_by_subject(&reading.rows, &split)?;
    if let Some(thin) = thin {
        leave_out(thin, &mut reading.rows, &mut splits);
        digests = RowDigests::of(root, &reading)?;
    }
    let Reading { rows, mut quarantine, counts, .. } = reading;

    fs::create_dir_all(out).map_err(DataError::io("create folder", out))?;
    // From here on the folder is in the making: without a stamp nobody takes it for whole.
    let stamp_path = out.join(PreparedStamp::FILE);
    if stamp_path.exists() {
        fs::remove_file(&stamp_path).map_err(DataError::io("remove", &stamp_path))?;
    }
    let mut folder = Root::open(root)?;
    folder.learn_folders(rows.iter().map(|row| row.image.file()));
    let faces = make_faces(dataset.spec().decode, &folder, &rows, &digests, preparing, out)?;
    let failed: BTreeSet<u64> = faces.failures.iter().map(|failure| failure.row).collect();
    quarantine.items.extend(faces.failures.iter().filter_map(|failure| quarantined(failure, &rows)));

    let report = out.join("quarantine.csv");
    quarantine.save(&report)?;
    refuse_faults(dataset, &quarantine, counts.all.rows, &report)?;
    let good = rows.iter().zip(&splits).zip(0_u64..).filter(|(_, at)| !failed.contains(at));
    let mut manifest = Manifest {
        dataset: dataset.spec().name.clone(),
        label_set: dataset.label_set().clone(),
        aus: dataset.spec().aus.clone(),
        rows: good.map(|((row, &split), _)| manifest_row(row, split)).collect(),
    };
    refuse_empty_split(&manifest, &split)?;
    if let Some(noise) = noise {
        manifest = put_noise(&manifest, noise.clone(), out)?;
    }
    manifest.save(out)?;
    let manifest_csv = Digest::of_file(&out.join("manifest.csv"))?;
    let stamp = PreparedStamp::new(fingerprint, &manifest_csv, &faces.digest, preprocess, split, noise);
    stamp.save(out)?;
    let PreparedStamp { digest, fingerprint, .. } = stamp;
    Ok(Prepared { manifest, quarantine, counts, digest, fingerprint })
}

/// Takes away training rows after the split, so that validation and test are those of the whole dataset.
fn leave_out(thin: &Thinning, rows: &mut Vec<ReadRow>, splits: &mut Vec<Split>) {
    let training: Vec<_> = rows
        .iter()
        .zip(&*splits)
        .map(|(row, &split)| (&row.sample, row.expression.filter(|_| split == Split::Train)))
        .collect();
    let kept = thin.keeps(&training);
    let (mut of_rows, mut of_splits) = (kept.iter(), kept.iter());
    rows.retain(|_| of_rows.next().is_none_or(|&stays| stays));
    splits.retain(|_| of_splits.next().is_none_or(|&stays| stays));
}

/// Decodes every row into the cache, and says which have no face and why.
fn make_faces(
    limits: DecodeLimits,
    folder: &Root,
    rows: &[ReadRow],
    digests: &RowDigests,
    preparing: Preparing<'_>,
    out: &Path,
) -> Result<affekt_face::CacheSummary, DataError> {
    let Preparing { preprocess, detector, progress, .. } = preparing;
    let cache = out.join("faces");
    let writer = ShardedCacheWriter::new(&cache, preprocess.size(), rows.len(), &preprocess.digest())?;
    writer.write(
        |range| digests.of_range(range),
        || match preprocess.framing() {
            Framing::Detected { detector: name, .. } => {
                Ok(Preprocessor::with_detector(preprocess, detector(name)?)?)
            }
            _ => Ok(Preprocessor::new(preprocess)),
        },
        |preprocessor, at, face| {
            let failed = |(reason, detail): (QuarantineReason, String)| {
                Ok(RowOutcome::Failed { reason: reason.as_str().to_owned(), detail })
            };
            let picture = match open_image(folder, &rows[at].image, limits) {
                Ok(picture) => picture,
                Err(fault) => return failed(fault),
            };
            match preprocessor.apply_compact(&picture, &rows[at].hint, face) {
                Ok(channels) => Ok(RowOutcome::Face { channels }),
                Err(error) if error.is_about_the_picture() => failed((reason_of(&error), error.to_string())),
                Err(error) => Err(DataError::Face(error)),
            }
        },
        |done| {
            progress(done);
            Ok(())
        },
    )
}

fn reason_of(error: &FaceError) -> QuarantineReason {
    match error {
        FaceError::NoFace { .. } => QuarantineReason::NoFace,
        _ => QuarantineReason::NoUsableHint,
    }
}

fn quarantined(failure: &RowFailure, rows: &[ReadRow]) -> Option<QuarantineItem> {
    let row = usize::try_from(failure.row).ok().and_then(|at| rows.get(at))?;
    // A shard of ours names only reasons of ours.
    let reason = failure.reason.parse().unwrap_or(QuarantineReason::UnreadableImage);
    let (path, detail) = (row.image.file().to_owned(), failure.detail.clone());
    Some(QuarantineItem { path, line: row.line, reason, detail })
}

fn manifest_row(row: &ReadRow, split: Split) -> ManifestRow {
    ManifestRow {
        sample: row.sample.clone(),
        path: row.image.file().to_owned(),
        subject: row.subject.clone(),
        video: row.video.clone(),
        frame: row.frame,
        split,
        expression: row.expression,
        va: row.va,
        aus: row.aus.clone(),
        distribution: row.distribution.clone(),
        posterior: None,
        clean_expression: None,
    }
}

fn refuse_faults(
    dataset: &Dataset,
    quarantine: &Quarantine,
    rows: u64,
    report: &Path,
) -> Result<(), DataError> {
    let (got, limit) = (quarantine.faults().count() as u64, dataset.spec().max_quarantine.limit(rows));
    if got <= limit {
        return Ok(());
    }
    let quote = |item: &QuarantineItem| {
        let line = item.line.map(|n| format!(" (line {n})")).unwrap_or_default();
        format!("{}{line}: {}, {}", item.path, item.reason, item.detail)
    };
    let first = quarantine.faults().take(QUOTED).map(quote).collect();
    Err(DataError::TooManyFaults { got, limit, first, report: report.to_owned() })
}

fn refuse_empty_split(manifest: &Manifest, spec: &SplitSpec) -> Result<(), DataError> {
    let empty = |&split: &Split| spec.fraction(split) > 0.0 && manifest.split(split).next().is_none();
    let Some(split) = Split::ALL.into_iter().find(empty) else { return Ok(()) };
    let subjects: BTreeSet<_> = manifest.rows.iter().map(|row| &row.subject).collect();
    Err(DataError::EmptySplit { dataset: manifest.dataset.clone(), split, subjects: subjects.len() as u64 })
}
