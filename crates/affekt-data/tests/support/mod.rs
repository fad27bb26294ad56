//! Small datasets made on the spot.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fmt::Write as _;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use affekt_data::{Dataset, Preparing, SplitSpec};
use affekt_face::{Fit, Preprocess, PreprocessSpec, ResizeFilter, ShardDone};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A dataset folder that is removed with its owner.
pub(crate) struct Folder {
    temporary: tempfile::TempDir,
}

impl Folder {
    /// An empty root with an image folder.
    pub(crate) fn new() -> Self {
        let folder = Self { temporary: tempfile::tempdir().unwrap() };
        fs::create_dir_all(folder.root().join("images")).unwrap();
        folder
    }

    /// Images `k.png` with labels and subjects in turn, listed in `legend.csv`.
    pub(crate) fn with_rows(n: usize) -> Self {
        let folder = Self::new();
        let mut table = "image,subject,emotion\n".to_owned();
        for k in 0..n {
            folder.image(&format!("images/{k}.png"), k);
            let label = ["calm", "joy", "rage"][k % 3];
            writeln!(table, "{k}.png,s{},{label}", k / 2).unwrap();
        }
        folder.write("legend.csv", table.as_bytes());
        folder
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.temporary.path().join("root")
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.temporary.path().join("out")
    }

    /// A path beside the root.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.temporary.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn image(&self, name: &str, k: usize) {
        self.write(name, &png(k));
    }

    pub(crate) fn append(&self, name: &str, text: &str) {
        let path = self.root().join(name);
        let old = fs::read_to_string(&path).unwrap();
        fs::write(path, old + text).unwrap();
    }
}

/// A picture whose colour tells its number.
pub(crate) fn png(k: usize) -> Vec<u8> {
    encode(k, ImageFormat::Png)
}

pub(crate) fn jpeg(k: usize) -> Vec<u8> {
    encode(k, ImageFormat::Jpeg)
}

fn encode(k: usize, format: ImageFormat) -> Vec<u8> {
    let colour = Rgb([u8::try_from(k % 256).unwrap(), 100, 50]);
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_pixel(20, 20, colour)).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) const DESCRIPTION: &str = r#"
schema = "affekt-dataset/1"
name = "tiny"
title = "A tiny dataset"
licence = "none"
citation = "none"
obtain = "made by a test"
label_set = { name = "three", classes = ["calm", "joy", "rage"] }
label_case = "ignore"
aliases = { happy = "joy" }
ignore_labels = ["unsure"]
duplicates = "first"
conflicts = "drop-image"
max_quarantine = 3
decode = { max_pixels = 100_000, max_bytes = 100_000 }

[layout]
kind = "csv"
file = "legend.csv"
images = "images"
header = true
delimiter = ","
columns = { image = "image", label = "emotion", subject = "subject" }
"#;

/// The usual description with parts replaced.
pub(crate) fn dataset(changes: &[(&str, &str)]) -> Dataset {
    Dataset::parse(&description(changes)).unwrap()
}

pub(crate) fn description(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(DESCRIPTION.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the description has no {from}");
        text.replace(from, to)
    })
}

pub(crate) fn preprocess() -> Preprocess {
    Preprocess::new(PreprocessSpec { size: 8, fit: Fit::Stretch, filter: ResizeFilter::PilBilinear }).unwrap()
}

pub(crate) const SPLIT: SplitSpec = SplitSpec { valid: 0.2, test: 0.2, seed: 1, keep: None };

/// The shared real data, or a counted skip.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if path.is_dir() {
        return Some(path);
    }
    let line = format!("SKIP (shared data absent): {name}\n");
    eprint!("{line}");
    if let Some(log) = std::env::var_os("AFFEKT_SKIP_LOG") {
        use std::io::Write as _;
        let mut file = fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
    None
}

/// The usual preprocessing, without a detector.
pub(crate) fn preparing(split: SplitSpec, progress: &mut dyn FnMut(&ShardDone)) -> Preparing<'_> {
    Preparing {
        preprocess: preprocess(),
        split,
        thin: None,
        noise: None,
        detector: &Preparing::no_detector,
        progress,
    }
}
