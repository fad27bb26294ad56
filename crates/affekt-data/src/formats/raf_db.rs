//! RAF-DB as its authors distribute it: basic or compound expressions.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use affekt_artifact::QuarantineReason;
use affekt_core::{ClassIndex, LabelSet, Split};
use affekt_face::{FaceBox, FaceHint, Landmarks};
use serde::Deserialize;

use super::{Format, Refuse, inside};
use crate::root::{Root, join};
use crate::text_lines::text_lines;
use crate::{AnnotationReader, DataError, Dataset, Entry, Gather, Label, Reading};

const BOXES: &str = "Annotation/boundingbox";
const POINTS: &str = "Annotation/manual";
/// Bytes read of a file that holds one box or five points.
const HINT_BYTES: u64 = 4096;

/// A list `name.jpg class`, classes from 1; the part is the beginning of the name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RafDbLayout {
    /// The list, relative to the dataset root.
    pub labels: String,
    /// Which pictures.
    pub images: RafDbImages,
}

/// The two forms in which RAF-DB has each picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RafDbImages {
    /// `Image/aligned/*_aligned.jpg`: 100 x 100, brought onto eyes and mouth by the authors.
    Aligned,
    /// `Image/original/*.jpg`: as found, with the box of `Annotation/boundingbox` and the points of
    /// `Annotation/manual`.
    Original,
}

impl RafDbImages {
    const fn folder(self) -> &'static str {
        match self {
            Self::Aligned => "Image/aligned",
            Self::Original => "Image/original",
        }
    }

    fn file(self, stem: &str) -> String {
        match self {
            Self::Aligned => format!("{stem}_aligned.jpg"),
            Self::Original => format!("{stem}.jpg"),
        }
    }
}

impl Format for RafDbLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        inside(refuse, "layout.labels", &self.labels)
    }

    fn label_sets(&self) -> Vec<LabelSet> {
        vec![LabelSet::raf_db(), LabelSet::raf_db_compound()]
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(RafDbReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

#[derive(Clone, Debug)]
struct RafDbReader {
    dataset: Dataset,
    layout: RafDbLayout,
}

/// What is wrong with a row.
type Fault = (QuarantineReason, String);

impl AnnotationReader for RafDbReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let folder = Root::open(root)?;
        let images = self.layout.images;
        let path = folder.named("annotation file", &self.layout.labels)?;
        folder.named("image folder", images.folder())?;
        let bytes = std::fs::read(&path).map_err(DataError::io("read", &path))?;
        let mut gather = Gather::new(&self.dataset, images.folder());
        let mut n_lines = 0_u64;
        for (line, text) in text_lines(&bytes) {
            n_lines += 1;
            let line = Some(line);
            let Some(text) = text else {
                gather.malformed("", line, None, "the line is not UTF-8 text".to_owned());
                continue;
            };
            let (name, code) = text.rsplit_once(char::is_whitespace).unwrap_or((text, ""));
            let name = name.trim_end();
            let Some(stem) = name.strip_suffix(".jpg") else {
                gather.malformed(name, line, None, format!("{text:?} is no `name.jpg class`"));
                continue;
            };
            let file = images.file(stem);
            let Some(split) = split_of(stem) else {
                let detail = format!("{name:?} begins with neither `train_` nor `test_`");
                gather.malformed(&file, line, None, detail);
                continue;
            };
            let split = Some(split);
            let hint = match images {
                RafDbImages::Aligned => Ok(FaceHint::default()),
                RafDbImages::Original => hint(&folder, stem, &mut gather),
            };
            match (self.class(code), hint) {
                (Ok(class), Ok(hint)) => {
                    let label = Label::Class(class);
                    gather.add(Entry { name: &file, label, split, hint, line, ..Entry::default() })?;
                }
                (Err((reason, detail)), _) | (_, Err((reason, detail))) => {
                    gather.reject(&file, line, split, reason, detail);
                }
            }
        }
        if n_lines == 0 {
            return Err(DataError::Empty { path, got: "the file has no line" });
        }
        gather.names(join("", &self.layout.labels));
        Ok(gather.finish())
    }
}

impl RafDbReader {
    fn class(&self, code: &str) -> Result<ClassIndex, Fault> {
        let set = self.dataset.labels().source();
        let number: usize = code
            .parse()
            .map_err(|_| (QuarantineReason::MalformedRow, format!("class {code:?} is no number")))?;
        number.checked_sub(1).and_then(|position| set.class_at(position)).ok_or_else(|| {
            (QuarantineReason::LabelRange, format!("class {number}; expected 1 to {}", set.len()))
        })
    }
}

fn split_of(stem: &str) -> Option<Split> {
    if stem.starts_with("train_") {
        Some(Split::Train)
    } else if stem.starts_with("test_") {
        Some(Split::Test)
    } else {
        None
    }
}

/// Box and points of a picture; what has no file is counted, and its rows go without.
fn hint(root: &Root, stem: &str, gather: &mut Gather) -> Result<FaceHint, Fault> {
    let file = format!("{BOXES}/{stem}_boundingbox.txt");
    let bbox = numbers::<4>(root, &file)?.map(|[left, top, right, bottom]| {
        let bbox = FaceBox { x: left, y: top, width: right - left, height: bottom - top };
        let fault = || format!("{file}: the box {left} {top} {right} {bottom} has no area");
        let has_area = [bbox.width, bbox.height].iter().all(|&side| side > 0.0 && side.is_finite());
        if has_area { Ok(bbox) } else { Err((QuarantineReason::LabelRange, fault())) }
    });
    let points = numbers::<10>(root, &format!("{POINTS}/{stem}_manu_attri.txt"))?;
    let landmarks = points.map(|v| Landmarks::Five([0, 2, 4, 6, 8].map(|k| [v[k], v[k + 1]])));
    gather.note(&format!("pictures without a file in {BOXES}"), u64::from(bbox.is_none()));
    gather.note(&format!("pictures without a file in {POINTS}"), u64::from(landmarks.is_none()));
    Ok(FaceHint { bbox: bbox.transpose()?, landmarks })
}

/// The first numbers of a file; `None` where there is no such file.
fn numbers<const N: usize>(root: &Root, file: &str) -> Result<Option<[f32; N]>, Fault> {
    let path = match root.named("annotation file", file) {
        Ok(path) => path,
        Err(DataError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err((QuarantineReason::OutsideRoot, error.to_string())),
    };
    let malformed = |what: &str| (QuarantineReason::MalformedRow, format!("{file}: {what}"));
    // Opening a pipe would wait for ever.
    if !path.is_file() {
        return Err(malformed("not a regular file"));
    }
    let mut text = String::new();
    let read = File::open(path).and_then(|opened| opened.take(HINT_BYTES).read_to_string(&mut text));
    read.map_err(|error| malformed(&error.to_string()))?;
    let mut numbers = [0.0; N];
    let mut words = text.split_whitespace();
    for number in &mut numbers {
        let word = words.next().unwrap_or("");
        let value = word.parse::<f32>().ok().filter(|value| value.is_finite());
        *number = value.ok_or_else(|| malformed(&format!("{word:?} where a number is expected")))?;
    }
    Ok(Some(numbers))
}
