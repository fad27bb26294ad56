//! `ExpW`: a list of faces, several to a picture.

use std::path::Path;

use affekt_artifact::QuarantineReason;
use affekt_core::{ClassIndex, LabelSet};
use affekt_face::{FaceBox, FaceHint};
use serde::Deserialize;

use super::{Format, Refuse, inside};
use crate::root::{Root, join};
use crate::text_lines::text_lines;
use crate::{AnnotationReader, DataError, Dataset, Entry, Gather, ImageSource, Label, Reading};

/// A list `name face top left right bottom confidence class`, divided by spaces, without a header; the confidence
/// of the box is not used.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpwLayout {
    /// The list, relative to the dataset root.
    pub labels: String,
    /// Folder of the pictures, relative to the root.
    pub images: String,
}

impl Format for ExpwLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        inside(refuse, "layout.labels", &self.labels)?;
        inside(refuse, "layout.images", &self.images)
    }

    /// The picture: its faces must not lie on two sides of a split.
    fn names_subject(&self) -> bool {
        true
    }

    fn label_sets(&self) -> Vec<LabelSet> {
        vec![LabelSet::fer2013()]
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(ExpwReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

#[derive(Clone, Debug)]
struct ExpwReader {
    dataset: Dataset,
    layout: ExpwLayout,
}

/// One face of the list.
struct Face<'l> {
    picture: &'l str,
    number: u64,
    class: ClassIndex,
    bbox: FaceBox,
}

impl AnnotationReader for ExpwReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let root = Root::open(root)?;
        let images = &self.layout.images;
        let path = root.named("annotation file", &self.layout.labels)?;
        root.named("image folder", images)?;
        let bytes = std::fs::read(&path).map_err(DataError::io("read", &path))?;
        let mut gather = Gather::new(&self.dataset, images);
        let mut n_lines = 0_u64;
        for (line, text) in text_lines(&bytes) {
            n_lines += 1;
            let line = Some(line);
            let Some(text) = text else {
                gather.malformed("", line, None, "the line is not UTF-8 text".to_owned());
                continue;
            };
            match face(text, self.dataset.labels().source()) {
                Ok(Face { picture, number, class, bbox }) => gather.add(Entry {
                    name: &format!("{picture}#{number}"),
                    image: Some(ImageSource::File(join(images, picture))),
                    label: Label::Class(class),
                    subject: Some(picture),
                    hint: FaceHint { bbox: Some(bbox), landmarks: None },
                    line,
                    ..Entry::default()
                })?,
                Err((picture, reason, detail)) => gather.reject(picture, line, None, reason, detail),
            }
        }
        if n_lines == 0 {
            return Err(DataError::Empty { path, got: "the file has no line" });
        }
        gather.names(join("", &self.layout.labels));
        Ok(gather.finish())
    }
}

/// Reads a line, or says which picture it may be about and what is wrong.
fn face<'l>(text: &'l str, set: &LabelSet) -> Result<Face<'l>, (&'l str, QuarantineReason, String)> {
    // From the right, for names of pictures may hold spaces.
    let (mut rest, mut fields) = (text, [""; 7]);
    for field in fields.iter_mut().rev() {
        (rest, *field) = rest.trim_end().rsplit_once(char::is_whitespace).ok_or_else(|| {
            let first = text.split_whitespace().next().unwrap_or("");
            let n_fields = text.split_whitespace().count();
            (first, QuarantineReason::MalformedRow, format!("{n_fields} fields; expected 8"))
        })?;
    }
    let picture = rest.trim_end();
    let malformed = |detail: String| (picture, QuarantineReason::MalformedRow, detail);
    let [number, top, left, right, bottom, _, class] = fields;
    let count = |what: &str, text: &str| {
        text.parse::<u64>().map_err(|_| malformed(format!("{what} {text:?} is no whole number")))
    };
    let edge = |what: &str, text: &str| {
        let value = text.parse::<f32>().ok().filter(|value| value.is_finite());
        value.ok_or_else(|| malformed(format!("{what} {text:?} is no number")))
    };
    let (number, code) = (count("face", number)?, count("class", class)?);
    let (top, left) = (edge("top", top)?, edge("left", left)?);
    let (right, bottom) = (edge("right", right)?, edge("bottom", bottom)?);
    let out_of_range = |detail: String| (picture, QuarantineReason::LabelRange, detail);
    let class = usize::try_from(code).ok().and_then(|position| set.class_at(position));
    let class =
        class.ok_or_else(|| out_of_range(format!("class {code}; expected 0 to {}", set.len() - 1)))?;
    let bbox = FaceBox { x: left, y: top, width: right - left, height: bottom - top };
    if ![bbox.width, bbox.height].iter().all(|&side| side > 0.0 && side.is_finite()) {
        let detail = format!("top {top}, left {left}, right {right}, bottom {bottom} is a box without area");
        return Err(out_of_range(detail));
    }
    Ok(Face { picture, number, class, bbox })
}
