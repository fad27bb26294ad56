//! BP4D: one table a video, a column each action unit.

use std::path::Path;

use affekt_artifact::QuarantineReason;
use serde::Deserialize;

use super::coded_frames::{CodedFrame, CodedFrames, CodedVideo};
use super::{Format, FrameTemplate, Refuse, files_in, inside};
use crate::csv_rows::{CsvRow, csv_rows};
use crate::root::{Root, join};
use crate::{AnnotationReader, DataError, Dataset, Reading};

/// Tables `labels/F001_T1.csv`: a header of action unit numbers after a first cell that stands for the frame,
/// then 1 where the unit is present, 0 where it is not and 9 where it was not coded. Which units are read, `aus`
/// says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bp4dLayout {
    /// Folder of the tables, relative to the dataset root.
    pub labels: String,
    /// Where extracted frames lie.
    pub images: FrameTemplate,
}

impl Format for Bp4dLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        inside(refuse, "layout.labels", &self.labels)?;
        self.images.check(refuse, true)
    }

    fn names_subject(&self) -> bool {
        true
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(Bp4dReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

#[derive(Clone, Debug)]
struct Bp4dReader {
    dataset: Dataset,
    layout: Bp4dLayout,
}

impl AnnotationReader for Bp4dReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let root = Root::open(root)?;
        let labels = root.named("annotation folder", &self.layout.labels)?;
        let mut frames = CodedFrames::new(&self.dataset, &root, &self.layout.images, labels.clone())?;
        for name in files_in(&labels)? {
            let file = join(&self.layout.labels, &name);
            let video = name.strip_suffix(".csv").and_then(|stem| stem.split_once('_'));
            let Some((subject, task)) = video.filter(|(s, t)| !s.is_empty() && !t.is_empty()) else {
                frames.gather.note("files beside the tables that are not named SUBJECT_TASK.csv", 1);
                continue;
            };
            let path = root.named("annotation file", &file)?;
            let bytes = std::fs::read(&path).map_err(DataError::io("read", &path))?;
            let rows = csv_rows(&path, &bytes, ',')?;
            frames.gather.names(&*file);
            match self.columns(rows.first()) {
                Ok(columns) => {
                    let coded = coded(&rows[1..], &columns, &file, &mut frames);
                    frames.add(subject, task, coded)?;
                }
                Err(detail) => frames.gather.malformed(&file, rows.first().map(|row| row.line), None, detail),
            }
        }
        frames.finish()
    }
}

impl Bp4dReader {
    /// Where the action units of the dataset stand, or what is wrong with the header.
    fn columns(&self, header: Option<&CsvRow>) -> Result<Vec<usize>, String> {
        let fields = header.and_then(|row| row.fields.as_ref()).ok_or("no header of action unit numbers")?;
        // The first cell stands for the frame, whatever number it holds.
        let place = |au: &u8| {
            let found = fields.iter().skip(1).position(|field| field.parse() == Ok(*au));
            found
                .map(|k| k + 1)
                .ok_or_else(|| format!("no column for action unit {au}; the header is {fields:?}"))
        };
        self.dataset.spec().aus.iter().map(place).collect()
    }
}

fn coded(rows: &[CsvRow], columns: &[usize], file: &str, frames: &mut CodedFrames<'_>) -> CodedVideo {
    let mut video = CodedVideo::new();
    for row in rows {
        let fields = row.fields.as_deref().unwrap_or_default();
        let text = |at: usize| fields.get(at).map_or("", String::as_str);
        let Ok(number) = text(0).parse::<u64>() else {
            let detail = format!("frame {:?} is no whole number", text(0));
            frames.gather.malformed(file, Some(row.line), None, detail);
            continue;
        };
        let mut frame = CodedFrame::new(columns.len(), row.line);
        for (au, &column) in frame.aus.iter_mut().zip(columns) {
            *au = match text(column) {
                "0" => Some(false),
                "1" => Some(true),
                "9" => None,
                other => {
                    let detail = format!("{file}:{}: {other:?} where 0, 1 or 9 is expected", row.line);
                    let missing = other.parse::<f64>().is_err();
                    let reason =
                        if missing { QuarantineReason::MalformedRow } else { QuarantineReason::LabelRange };
                    frame.fault.get_or_insert((reason, detail));
                    None
                }
            };
        }
        if let Some(first) = video.get_mut(&number) {
            let first: &mut CodedFrame = first;
            if first.aus == frame.aus && first.fault.is_none() && frame.fault.is_none() {
                frames.gather.note("frames listed twice with the same codes", 1);
            } else {
                let detail = format!("{file}:{}: the frame again, with other codes", row.line);
                first.refuse(QuarantineReason::ConflictingLabel, detail);
            }
            continue;
        }
        video.insert(number, frame);
    }
    video
}
