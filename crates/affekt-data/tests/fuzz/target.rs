//! A reader under fire: its miniature, its annotation files, its corpus.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use affekt_artifact::Digest;
use affekt_core::Seed;
use affekt_data::{Dataset, Reading};
use affekt_testkit::{Tree, mutate};

/// Files of the corpus per reader; more would only slow the tests down.
const KEPT: usize = 60;

/// One damaged file in an otherwise good dataset.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// Which annotation file, relative to the dataset root.
    file: String,
    bytes: Arc<[u8]>,
}

/// A reader with its miniature dataset on disk.
pub(crate) struct Target {
    name: &'static str,
    dataset: Dataset,
    folder: Arc<tempfile::TempDir>,
    /// Annotation files as they should be.
    files: Arc<BTreeMap<String, Arc<[u8]>>>,
    corpus_folder: PathBuf,
    corpus: Vec<Input>,
    seen: BTreeSet<String>,
}

impl Target {
    /// Every reader, with the corpus found below `corpus`.
    pub(crate) fn all(corpus: &Path) -> Result<Vec<Self>, Box<dyn Error>> {
        super::super::readers()
            .into_iter()
            .map(|(name, toml, build)| Self::new(name, &toml, build, corpus))
            .collect()
    }

    fn new(name: &'static str, toml: &str, build: fn(&Tree), corpus: &Path) -> Result<Self, Box<dyn Error>> {
        // Memory, where there is such a file system: a million inputs are a million files.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory)? } else { tempfile::tempdir()? };
        build(&Tree::new(folder.path()));
        let mut files = BTreeMap::new();
        annotations(folder.path(), "", &mut files)?;
        let corpus_folder = corpus.join(name);
        let mut target = Self {
            name,
            dataset: Dataset::parse(toml)?,
            folder: Arc::new(folder),
            files: Arc::new(files),
            corpus_folder,
            corpus: Vec::new(),
            seen: BTreeSet::new(),
        };
        target.load_corpus()?;
        Ok(target)
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn corpus(&self) -> &[Input] {
        &self.corpus
    }

    pub(crate) fn corpus_len(&self) -> usize {
        self.corpus.len()
    }

    /// The same target for another thread to name and save with.
    pub(crate) fn handle(&self) -> Self {
        Self {
            name: self.name,
            dataset: self.dataset.clone(),
            folder: Arc::clone(&self.folder),
            files: Arc::clone(&self.files),
            corpus_folder: self.corpus_folder.clone(),
            corpus: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    /// Damaged input number `n`: a file of the miniature, or one of the corpus, hurt once more.
    pub(crate) fn input(&self, seed: u64, n: u64) -> Input {
        let mut stream = Seed(seed).stream(self.name, &[n]);
        let pick = |len: usize, at: u64| usize::try_from(at).unwrap_or(0).min(len.saturating_sub(1));
        if !self.corpus.is_empty() && stream.below(2) == 0 {
            let at = stream.below(self.corpus.len() as u64);
            let Input { file, bytes } = self.corpus[pick(self.corpus.len(), at)].clone();
            return Input { file, bytes: mutate(&bytes, &mut stream).into() };
        }
        let at = stream.below(self.files.len() as u64);
        let (file, bytes) =
            self.files.iter().nth(pick(self.files.len(), at)).expect("because a miniature has files");
        Input { file: file.clone(), bytes: mutate(bytes, &mut stream).into() }
    }

    /// What the reader makes of it, in short; an error for a panic.
    pub(crate) fn read(&self, input: &Input) -> Result<String, String> {
        let path = self.folder.path().join(&input.file);
        fs::write(&path, &input.bytes).map_err(|error| error.to_string())?;
        let reader = self.dataset.reader();
        let outcome = catch_unwind(AssertUnwindSafe(|| reader.read(self.folder.path())));
        let whole = &self.files[&input.file];
        fs::write(&path, whole).map_err(|error| error.to_string())?;
        match outcome {
            Err(_) => Err("panic".to_owned()),
            Ok(Err(error)) => Ok(format!("{}:{}", input.file, without_numbers(&format!("{error:?}")))),
            Ok(Ok(reading)) => Ok(format!("{}:{}", input.file, signature(&reading))),
        }
    }

    /// Keeps an input whose outcome is new.
    pub(crate) fn learn(&mut self, input: Input, signature: String) -> Result<(), Box<dyn Error>> {
        if self.corpus.len() < KEPT && self.seen.insert(signature) {
            self.save(&input, "corpus")?;
            self.corpus.push(input);
        }
        Ok(())
    }

    /// Writes an input: `<corpus>/<reader>/<digest>.<kind>`, the file's name on the first line.
    pub(crate) fn save(&self, input: &Input, kind: &str) -> Result<PathBuf, std::io::Error> {
        fs::create_dir_all(&self.corpus_folder)?;
        let digest = Digest::of_bytes(&input.bytes);
        let path = self.corpus_folder.join(format!("{}.{kind}", digest.short()));
        let mut text = input.file.clone().into_bytes();
        text.push(b'\n');
        text.extend_from_slice(&input.bytes);
        fs::write(&path, text)?;
        Ok(path)
    }

    fn load_corpus(&mut self) -> Result<(), Box<dyn Error>> {
        let Ok(entries) = fs::read_dir(&self.corpus_folder) else { return Ok(()) };
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
        paths.sort();
        for path in paths {
            let text = fs::read(&path)?;
            let Some(end) = text.iter().position(|&b| b == b'\n') else { continue };
            let file = String::from_utf8_lossy(&text[..end]).into_owned();
            if self.files.contains_key(&file) {
                let input = Input { file, bytes: text[end + 1..].into() };
                self.seen.extend(self.read(&input));
                self.corpus.push(input);
            }
        }
        Ok(())
    }
}

/// Every file that is no picture.
fn annotations(
    root: &Path,
    below: &str,
    files: &mut BTreeMap<String, Arc<[u8]>>,
) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        let extension =
            Path::new(&name).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        let is_picture = ["jpg", "jpeg", "png", "bmp", "tif", "tiff"].contains(&extension.as_str());
        if entry.file_type()?.is_dir() {
            annotations(root, &path, files)?;
        } else if !is_picture {
            files.insert(path, fs::read(entry.path())?.into());
        }
    }
    Ok(())
}

/// Reasons and counts, the latter by their order of magnitude.
fn signature(reading: &Reading) -> String {
    let size = |n: u64| u64::BITS - n.leading_zeros();
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    let mut details = BTreeSet::new();
    for item in &reading.quarantine.items {
        *reasons.entry(item.reason.as_str()).or_insert(0) += 1;
        details.insert(without_numbers(&item.detail));
    }
    let reasons: Vec<_> = reasons.into_iter().map(|(reason, n)| (reason, size(n))).collect();
    let notes: Vec<_> = reading.counts.notes.iter().map(|(note, &n)| (note, size(n))).collect();
    let counts = &reading.counts;
    let (rows, ignored) = (size(reading.rows.len() as u64), size(counts.ignored));
    format!("{rows} {ignored} {} {reasons:?} {details:?} {notes:?}", size(counts.all.without_face))
}

/// A text with digits and quoted parts taken out, so that equal faults look equal.
fn without_numbers(text: &str) -> String {
    let outside = text.split('"').step_by(2).collect::<Vec<_>>().join("\"");
    outside.chars().filter(|c| !c.is_ascii_digit()).take(200).collect()
}
