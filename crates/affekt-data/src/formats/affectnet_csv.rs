//! `AffectNet` as first released: pictures as found, and tables with a face box, points and labels.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_core::{LabelSet, Split, VaPoint};
use affekt_face::{FaceBox, FaceHint, Landmarks};
use serde::Deserialize;

use super::affectnet::{Fault, check_parts, class, landmarks, malformed, valence_arousal, whole};
use super::{Format, Refuse, inside};
use crate::csv_rows::{CsvRow, CsvRows};
use crate::root::{Root, join};
use crate::{AnnotationReader, DataError, Dataset, Entry, Gather, Label, Reading};

/// Columns of the tables, as their header spells them.
const COLUMNS: [&str; 9] = [
    "subDirectory_filePath",
    "face_x",
    "face_y",
    "face_width",
    "face_height",
    "facial_landmarks",
    "expression",
    "valence",
    "arousal",
];

/// Tables whose rows name a picture, where the face is in it, and the labels of that face.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AffectnetCsvLayout {
    /// Table of each part, relative to the root: split = file.
    pub splits: BTreeMap<Split, String>,
    /// Folder that the paths in the tables begin at, relative to the root.
    pub images: String,
}

impl Format for AffectnetCsvLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        check_parts(refuse, &self.splits)?;
        inside(refuse, "layout.images", &self.images)
    }

    fn label_sets(&self) -> Vec<LabelSet> {
        vec![LabelSet::affectnet8()]
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(AffectnetCsvReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

#[derive(Clone, Debug)]
struct AffectnetCsvReader {
    dataset: Dataset,
    layout: AffectnetCsvLayout,
}

impl AnnotationReader for AffectnetCsvReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let folder = Root::open(root)?;
        let images = &self.layout.images;
        folder.named("image folder", images)?;
        let mut gather = Gather::new(&self.dataset, images);
        for (&split, file) in &self.layout.splits {
            let path = folder.named("annotation file", file)?;
            read_table(&path, file, split, &mut gather)?;
            gather.names(join("", file));
        }
        Ok(gather.finish())
    }
}

/// Reads a table row by row: with its points, the training table takes hundreds of megabytes.
fn read_table(path: &Path, file: &str, split: Split, gather: &mut Gather) -> Result<(), DataError> {
    let bytes = std::fs::read(path).map_err(DataError::io("read", path))?;
    let empty = |got| DataError::Empty { path: path.to_owned(), got };
    let mut rows = CsvRows::new(path, &bytes, ',');
    let header = rows.next().transpose()?.ok_or_else(|| empty("the file has no line"))?;
    let header = header.fields.ok_or_else(|| empty("the header is not UTF-8 text"))?;
    let mut places = [0; COLUMNS.len()];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        *place = header.iter().position(|name| name == column).ok_or_else(|| DataError::Column {
            path: path.to_owned(),
            column: column.to_owned(),
            header: header.clone(),
        })?;
    }
    let mut n_rows = 0_u64;
    for row in rows {
        let row = row?;
        n_rows += 1;
        let cells = Cells { places: &places, row: &row };
        let name = cells.text(0);
        let (split, line) = (Some(split), Some(row.line));
        match cells.face() {
            Ok(Face::Labelled { label, va, hint, note }) => {
                if let Some(note) = note {
                    gather.note(note, 1);
                }
                gather.note("rows without facial_landmarks", hint.landmarks.is_none().into());
                gather.add(Entry { name, label, va, split, hint, line, ..Entry::default() })?;
            }
            Ok(Face::LeftOut(note)) => {
                gather.note(note, 1);
                gather.leave_out(&Entry { name, split, line, ..Entry::default() });
            }
            // Two tables have lines of the same number.
            Err((reason, detail)) => gather.reject(name, line, split, reason, format!("{file}: {detail}")),
        }
    }
    if n_rows == 0 { Err(empty("there is only a header")) } else { Ok(()) }
}

/// A row, by column.
struct Cells<'r> {
    places: &'r [usize; COLUMNS.len()],
    row: &'r CsvRow,
}

/// What a row holds.
enum Face<'r> {
    Labelled {
        label: Label<'r>,
        va: Option<VaPoint>,
        hint: FaceHint,
        note: Option<&'static str>,
    },
    /// Nothing to learn from; what it is counted as.
    LeftOut(&'static str),
}

impl<'r> Cells<'r> {
    fn text(&self, column: usize) -> &'r str {
        let field = self.row.fields.as_ref().and_then(|fields| fields.get(self.places[column]));
        field.map_or("", String::as_str)
    }

    fn number(&self, column: usize) -> Result<f64, Fault> {
        let text = self.text(column);
        text.parse().map_err(|_| malformed(format!("{} {text:?} is not a number", COLUMNS[column])))
    }

    fn face(&self) -> Result<Face<'r>, Fault> {
        if self.row.fields.is_none() {
            return Err(malformed("the line is not UTF-8 text"));
        }
        if self.text(0).is_empty() {
            return Err(malformed("no image in the row"));
        }
        let code = self.number(6)?;
        let va = valence_arousal(self.number(7)?, self.number(8)?)?;
        let (label, note) = match (whole(COLUMNS[6], code, 10)?, va) {
            (0..=7, Some(_)) => (Label::Class(class(code)?), None),
            (0..=7, None) => {
                (Label::Class(class(code)?), Some("an expression, but neither valence nor arousal (-2)"))
            }
            (8, Some(_)) => (Label::Missing, Some("expression None (8): kept for valence and arousal")),
            (8, None) => {
                return Ok(Face::LeftOut("expression None (8) without valence and arousal: left out"));
            }
            (9, Some(_)) => (
                Label::Missing,
                Some("expression Uncertain (9): kept for its valence and arousal all the same"),
            ),
            (9, None) => return Ok(Face::LeftOut("expression Uncertain (9): left out")),
            (_, None) => return Ok(Face::LeftOut("expression No-Face (10): left out")),
            (_, Some(_)) => {
                return Ok(Face::LeftOut(
                    "expression No-Face (10), valence and arousal all the same: left out",
                ));
            }
        };
        let hint = FaceHint { bbox: Some(self.bbox()?), landmarks: self.landmarks()? };
        Ok(Face::Labelled { label, va, hint, note })
    }

    /// The face box; without one, nobody can tell whose face the labels are about.
    fn bbox(&self) -> Result<FaceBox, Fault> {
        let numbers =
            [1, 2, 3, 4].map(|k| self.text(k).parse::<f32>().ok().filter(|value| value.is_finite()));
        match numbers {
            [Some(x), Some(y), Some(width), Some(height)] if width > 0.0 && height > 0.0 => {
                Ok(FaceBox { x, y, width, height })
            }
            _ => {
                let cells = [1, 2, 3, 4].map(|k| format!("{} {:?}", COLUMNS[k], self.text(k)));
                Err(malformed(format!("no face box: {}", cells.join(", "))))
            }
        }
    }

    fn landmarks(&self) -> Result<Option<Landmarks>, Fault> {
        let text = self.text(5);
        if text.is_empty() {
            return Ok(None);
        }
        let mut coordinates = Vec::with_capacity(136);
        // One more than there are points, so that a list too long is told without reading all of it.
        for number in text.trim_end_matches(';').split(';').take(137) {
            let value = number.trim().parse::<f32>();
            coordinates.push(
                value.map_err(|_| malformed(format!("landmark coordinate {number:?} is not a number")))?,
            );
        }
        landmarks(&coordinates).map(Some)
    }
}
