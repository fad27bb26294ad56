//! From a dataset folder to manifest, face cache and quarantine.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use affekt_artifact::{Digest, Manifest, ManifestRow, Quarantine, QuarantineItem, QuarantineReason};
use affekt_core::Split;
use affekt_face::{DecodeError, DecodeLimits, FaceCacheWriter, Preprocess, Preprocessor, load};
use rayon::prelude::*;

use crate::fingerprint::fingerprint_of;
use crate::root::Root;
use crate::{
    AnnotationReader, DataError, Dataset, PreparedStamp, ReadCounts, ReadRow, Reading, SplitSpec,
    split_by_subject,
};

/// Bytes of preprocessed images held at a time; bounds memory whatever the dataset's size.
const CHUNK_BYTES: usize = 32 << 20;
/// Faults quoted in an error.
const QUOTED: usize = 5;

/// A dataset ready for training.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its good samples; row k is image k of `faces.cache`.
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

/// Reads, splits, decodes and writes `faces.cache`, `manifest.csv`, `manifest.toml`, `quarantine.csv` and, last,
/// `prepared.toml` into `out`.
///
/// Splits are assigned before any image is opened, so that a broken image does not move others.
///
/// # Errors
/// [`DataError`]; on [`DataError::TooManyFaults`] `quarantine.csv` is written, the rest is not.
pub fn prepare_files(
    dataset: &Dataset,
    root: &Path,
    preprocess: Preprocess,
    split: &SplitSpec,
    out: &Path,
) -> Result<Prepared, DataError> {
    prepare_with(&*dataset.reader(), dataset, root, preprocess, split, out)
}

/// As [`prepare_files`], with a reader of one's own.
///
/// # Errors
/// As [`prepare_files`].
pub fn prepare_with(
    reader: &dyn AnnotationReader,
    dataset: &Dataset,
    root: &Path,
    preprocess: Preprocess,
    split: &SplitSpec,
    out: &Path,
) -> Result<Prepared, DataError> {
    let Reading { rows, mut quarantine, counts } = reader.read(root)?;
    refuse_far_counts(dataset, &counts)?;
    let splits = split_by_subject(&rows, split)?;
    let reading = Reading { rows, quarantine: Quarantine::default(), counts };
    let fingerprint = fingerprint_of(dataset, root, &reading)?;
    let Reading { rows, counts, .. } = reading;

    fs::create_dir_all(out).map_err(DataError::io("create folder", out))?;
    // From here on the folder is in the making: without a stamp nobody takes it for whole.
    let stamp_path = out.join(PreparedStamp::FILE);
    if stamp_path.exists() {
        fs::remove_file(&stamp_path).map_err(DataError::io("remove", &stamp_path))?;
    }
    let side = preprocess.size() as usize;
    let cache_path = out.join("faces.cache");
    let mut writer = FaceCacheWriter::create(&cache_path, side, rows.len(), &preprocess.digest())?;
    let good = decode_all(dataset.spec().decode, root, preprocess, &rows, &writer, &mut quarantine)?;
    writer.shrink_to(good.len());

    let report = out.join("quarantine.csv");
    quarantine.save(&report)?;
    refuse_faults(dataset, &quarantine, counts.rows, &report)?;
    let manifest = Manifest {
        dataset: dataset.spec().name.clone(),
        label_set: dataset.label_set().clone(),
        aus: Vec::new(),
        rows: good.iter().map(|&i| manifest_row(&rows[i], splits[i])).collect(),
    };
    refuse_empty_split(&manifest, split)?;
    let faces = writer.finish()?;
    manifest.save(out)?;
    let manifest_csv = Digest::of_file(&out.join("manifest.csv"))?;
    let stamp = PreparedStamp::new(fingerprint, &manifest_csv, &faces, preprocess, *split);
    stamp.save(out)?;
    let PreparedStamp { digest, fingerprint, .. } = stamp;
    Ok(Prepared { manifest, quarantine, counts, digest, fingerprint })
}

/// Decodes every row into the writer, good ones without gaps and in order; returns their positions.
fn decode_all(
    limits: DecodeLimits,
    root: &Path,
    preprocess: Preprocess,
    rows: &[ReadRow],
    writer: &FaceCacheWriter,
    quarantine: &mut Quarantine,
) -> Result<Vec<usize>, DataError> {
    let mut folder = Root::open(root)?;
    folder.learn_folders(rows.iter().map(|row| row.path.as_str()));
    let image_len = preprocess.image_len();
    let chunk_len = (CHUNK_BYTES / image_len).max(1);
    let mut pixels = vec![0; image_len * rows.len().min(chunk_len)];
    let mut good = Vec::with_capacity(rows.len());
    for (chunk_start, chunk) in (0..).step_by(chunk_len).zip(rows.chunks(chunk_len)) {
        let outcomes: Vec<Result<(), (QuarantineReason, String)>> = chunk
            .par_iter()
            .zip(pixels.par_chunks_exact_mut(image_len))
            .map_init(
                || Preprocessor::new(preprocess),
                |preprocessor, (row, out)| {
                    let picture = open_image(&folder, &row.path, limits)?;
                    preprocessor.apply(&picture, out);
                    Ok(())
                },
            )
            .collect();
        let written = good.len();
        let mut images = Vec::with_capacity(chunk.len());
        for (k, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                Ok(()) => {
                    good.push(chunk_start + k);
                    images.push(&pixels[k * image_len..(k + 1) * image_len]);
                }
                Err((reason, detail)) => {
                    let (path, line) = (chunk[k].path.clone(), chunk[k].line);
                    quarantine.items.push(QuarantineItem { path, line, reason, detail });
                }
            }
        }
        images.par_iter().enumerate().try_for_each(|(k, image)| writer.write(written + k, image))?;
    }
    Ok(good)
}

/// Opens an image of the dataset, or says why it is to be set aside.
pub(crate) fn open_image(
    root: &Root,
    path: &str,
    limits: DecodeLimits,
) -> Result<affekt_face::Rgb8Image, (QuarantineReason, String)> {
    let Some(file) = root.image(path) else {
        return Err((QuarantineReason::OutsideRoot, "a link leads out of the dataset root".to_owned()));
    };
    load(&file, limits).map_err(|error| {
        let reason = match &error {
            DecodeError::Missing { .. } => QuarantineReason::MissingImage,
            DecodeError::Empty => QuarantineReason::EmptyImage,
            DecodeError::Oversized { .. } => QuarantineReason::OversizedImage,
            _ => QuarantineReason::UnreadableImage,
        };
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        (reason, format!("{error}{cause}"))
    })
}

fn manifest_row(row: &ReadRow, split: Split) -> ManifestRow {
    ManifestRow {
        sample: row.sample.clone(),
        path: row.path.clone(),
        subject: row.subject.clone(),
        video: row.video.clone(),
        split,
        expression: Some(row.class),
        va: row.va,
        aus: Vec::new(),
        posterior: None,
    }
}

fn refuse_far_counts(dataset: &Dataset, counts: &ReadCounts) -> Result<(), DataError> {
    let Some(published) = &dataset.spec().published else { return Ok(()) };
    let classes = dataset.label_set().classes().iter();
    for ((class, expected), &got) in classes.zip(dataset.published()).zip(&counts.per_class) {
        let Some(expected) = expected else { continue };
        if got.abs_diff(expected) as f64 > published.tolerance * expected as f64 {
            let (dataset, class) = (dataset.spec().name.clone(), class.clone());
            let tolerance = published.tolerance;
            return Err(DataError::PublishedCount { dataset, class, expected, got, tolerance });
        }
    }
    Ok(())
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
