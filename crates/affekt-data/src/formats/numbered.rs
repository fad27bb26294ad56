//! Releases that number their pictures: `images/<N>.jpg` beside annotation files `annotations/<N>...`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use affekt_artifact::QuarantineReason;
use affekt_core::{ClassIndex, LabelDistribution, Split, VaPoint};
use affekt_face::{FaceHint, Landmarks};
use rayon::prelude::*;

use super::affectnet::{Fault, malformed};
use super::list_files;
use crate::root::{Root, join};
use crate::{DataError, Dataset, Entry, Gather, Label, Reading};

/// The annotation of one number.
#[derive(Debug)]
pub(crate) struct Annotated {
    pub(crate) expression: ClassIndex,
    pub(crate) distribution: Option<LabelDistribution>,
    pub(crate) va: Option<VaPoint>,
    pub(crate) landmarks: Option<Landmarks>,
    /// What is counted about it.
    pub(crate) notes: Vec<&'static str>,
    /// Whether the layout leaves it out.
    pub(crate) left_out: bool,
}

/// Annotation files of a number, and how to read them.
pub(crate) struct Files<'a, F> {
    /// Endings of their names after the number, at most 8.
    pub(crate) endings: &'a [&'a str],
    /// Longest file read, in bytes.
    pub(crate) max_bytes: u64,
    /// The annotation, from the files in the order of the endings.
    pub(crate) parse: F,
}

/// What lies under one number.
#[derive(Default)]
struct Numbered {
    image: Option<String>,
    /// Bit k: the file with ending k is there.
    found: u8,
}

impl<F: Fn(&[Vec<u8>]) -> Result<Annotated, Fault> + Sync> Files<'_, F> {
    /// Reads the parts of a release, split = folder, on all cores; numbers in order.
    ///
    /// A number without one of its annotation files is set aside; one without a picture is a row whose picture is
    /// missing. The same number means another picture in another part, so samples are named by their paths.
    pub(crate) fn read(
        &self,
        dataset: &Dataset,
        root: &Path,
        parts: &BTreeMap<Split, String>,
    ) -> Result<Reading, DataError> {
        let folder = Root::open(root)?;
        let mut gather = Gather::new(dataset, ".");
        let mut image_folders = Vec::new();
        let mut n_numbers = 0;
        for (&split, part) in parts {
            let (images, annotations) = (join(part, "images"), join(part, "annotations"));
            let (numbers, others) = self.list(&folder, &images, &annotations)?;
            gather.note(&format!("files of another name in {annotations}"), others);
            n_numbers += numbers.len();
            let read = |(&n, files): (&u64, &Numbered)| {
                let name = files.image.clone().unwrap_or_else(|| format!("{n}.jpg"));
                (join(&images, &name), self.annotated(&folder, &annotations, n, files))
            };
            // In order, whatever the order of reading was.
            let numbers: Vec<(&u64, &Numbered)> = numbers.iter().collect();
            let rows: Vec<(String, Result<Annotated, Fault>)> = numbers.into_par_iter().map(read).collect();
            for (name, row) in rows {
                match row {
                    Ok(row) => add(&mut gather, &name, split, row)?,
                    Err((reason, detail)) => gather.reject(&name, None, Some(split), reason, detail),
                }
            }
            image_folders.push(images);
        }
        if n_numbers == 0 {
            let got = "no numbered file in any part";
            return Err(DataError::Empty { path: root.to_owned(), got });
        }
        gather.search_folders(image_folders);
        Ok(gather.finish())
    }

    /// Numbers of a part, each folder listed once; and how many annotation files are called otherwise.
    fn list(
        &self,
        root: &Root,
        images: &str,
        annotations: &str,
    ) -> Result<(BTreeMap<u64, Numbered>, u64), DataError> {
        let mut numbers: BTreeMap<u64, Numbered> = BTreeMap::new();
        let (mut names, mut others) = (Vec::new(), 0);
        list_files(&root.named("annotation folder", annotations)?, "", &mut names)?;
        for name in names.drain(..) {
            let parsed = number_of(&name);
            let place = parsed.and_then(|(n, rest)| Some((n, self.endings.iter().position(|&e| e == rest)?)));
            match place {
                Some((n, k)) => numbers.entry(n).or_default().found |= 1 << k,
                None => others += 1,
            }
        }
        list_files(&root.named("image folder", images)?, "", &mut names)?;
        for name in names {
            // A number with pictures in two formats keeps the first, as `.jpg` before `.png`.
            if let Some((n, rest)) = number_of(&name)
                && rest.starts_with('.')
            {
                numbers.entry(n).or_default().image.get_or_insert(name);
            }
        }
        Ok((numbers, others))
    }

    fn annotated(
        &self,
        root: &Root,
        annotations: &str,
        n: u64,
        files: &Numbered,
    ) -> Result<Annotated, Fault> {
        let lacks = |k: usize| files.found & (1 << k) == 0;
        let missing: Vec<String> = (0..)
            .zip(self.endings)
            .filter(|&(k, _)| lacks(k))
            .map(|(_, ending)| format!("{n}{ending}"))
            .collect();
        if !missing.is_empty() {
            return Err(malformed(format!("no {} in {annotations}", missing.join(", "))));
        }
        let read = |ending| bounded(root, &format!("{annotations}/{n}{ending}"), self.max_bytes);
        let bytes: Vec<Vec<u8>> = self.endings.iter().map(read).collect::<Result<_, _>>()?;
        (self.parse)(&bytes)
    }
}

fn add(gather: &mut Gather, name: &str, split: Split, row: Annotated) -> Result<(), DataError> {
    for note in &row.notes {
        gather.note(note, 1);
    }
    let entry = Entry {
        name,
        label: Label::Class(row.expression),
        distribution: row.distribution,
        va: row.va,
        split: Some(split),
        hint: FaceHint { bbox: None, landmarks: row.landmarks },
        ..Entry::default()
    };
    if row.left_out {
        gather.leave_out(&entry);
        return Ok(());
    }
    gather.add(entry)
}

/// The number that a name begins with and what follows; numbers have no leading zeros.
fn number_of(name: &str) -> Option<(u64, &str)> {
    let (digits, rest) = name.split_at(name.find(|c: char| !c.is_ascii_digit())?);
    let plain = digits == "0" || !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain).map(|n| (n, rest))
}

/// The bytes of a small annotation file.
fn bounded(root: &Root, file: &str, max_bytes: u64) -> Result<Vec<u8>, Fault> {
    let path = root.named("annotation file", file).map_err(|error| match error {
        DataError::LeavesRoot { .. } => (QuarantineReason::OutsideRoot, error.to_string()),
        _ => malformed(error.to_string()),
    })?;
    let refuse = |error: std::io::Error| malformed(format!("{file}: {error}"));
    // Opening a pipe would wait for ever.
    if !fs::metadata(&path).map_err(refuse)?.is_file() {
        return Err(malformed(format!("{file} is not a regular file")));
    }
    let mut bytes = Vec::new();
    File::open(&path)
        .and_then(|opened| opened.take(max_bytes + 1).read_to_end(&mut bytes))
        .map_err(refuse)?;
    if bytes.len() as u64 > max_bytes {
        return Err(malformed(format!("{file} is longer than {max_bytes} bytes")));
    }
    Ok(bytes)
}
