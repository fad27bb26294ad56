//! DISFA: one text a subject and action unit, intensity by frame.

use std::path::Path;

use affekt_artifact::QuarantineReason;
use serde::Deserialize;

use super::coded_frames::{CodedFrame, CodedFrames, CodedVideo};
use super::{Format, FrameTemplate, Refuse, folders_in, inside};
use crate::csv_rows::csv_rows;
use crate::root::{Root, join};
use crate::{AnnotationReader, DataError, Dataset, Reading};

/// Strongest intensity.
const MAX_INTENSITY: f64 = 5.0;

/// A tree `labels/SN001/SN001_au1.txt` with lines `frame,intensity`; which action units, `aus` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisfaLayout {
    /// Folder of the subjects' folders, relative to the dataset root.
    pub labels: String,
    /// Where extracted frames lie.
    pub images: FrameTemplate,
    /// Intensity from which on an action unit counts as present, 1 to 5.
    pub threshold: u8,
}

impl Format for DisfaLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        inside(refuse, "layout.labels", &self.labels)?;
        self.images.check(refuse, false)?;
        if (1..=5).contains(&self.threshold) {
            return Ok(());
        }
        Err(refuse("layout.threshold", &self.threshold.to_string(), "an intensity of 1 to 5"))
    }

    fn names_subject(&self) -> bool {
        true
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(DisfaReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

#[derive(Clone, Debug)]
struct DisfaReader {
    dataset: Dataset,
    layout: DisfaLayout,
}

impl AnnotationReader for DisfaReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let root = Root::open(root)?;
        let labels = root.named("annotation folder", &self.layout.labels)?;
        let mut frames = CodedFrames::new(&self.dataset, &root, &self.layout.images, labels.clone())?;
        for subject in folders_in(&labels)? {
            let mut video = CodedVideo::new();
            for (k, au) in self.dataset.spec().aus.iter().enumerate() {
                let file = join(&self.layout.labels, &format!("{subject}/{subject}_au{au}.txt"));
                match root.named("annotation file", &file) {
                    Err(DataError::NotFound { .. }) => frames.gather.note(&format!("no file {file}"), 1),
                    path => self.read_au(&mut frames, &mut video, k, &file, &path?)?,
                }
            }
            frames.add(&subject, "", video)?;
        }
        frames.finish()
    }
}

impl DisfaReader {
    /// Reads action unit `k` of a subject into the frames of its video.
    fn read_au(
        &self,
        frames: &mut CodedFrames<'_>,
        video: &mut CodedVideo,
        k: usize,
        file: &str,
        path: &Path,
    ) -> Result<(), DataError> {
        let bytes = std::fs::read(path).map_err(DataError::io("read", path))?;
        let n_aus = self.dataset.spec().aus.len();
        for row in csv_rows(path, &bytes, ',')? {
            let fields = row.fields.unwrap_or_default();
            let text = |at: usize| fields.get(at).map_or("", String::as_str);
            let Ok(number) = text(0).parse::<u64>() else {
                let detail = format!("frame {:?} is no whole number", text(0));
                frames.gather.malformed(file, Some(row.line), None, detail);
                continue;
            };
            let frame = video.entry(number).or_insert_with(|| CodedFrame::new(n_aus, row.line));
            let at = format!("{file}:{}", row.line);
            match text(1).parse::<f64>() {
                Err(_) => {
                    let detail = format!("{at}: intensity {:?} is no number", text(1));
                    frame.refuse(QuarantineReason::MalformedRow, detail);
                }
                Ok(intensity) if !(0.0..=MAX_INTENSITY).contains(&intensity) => {
                    let detail = format!("{at}: intensity {intensity}; expected 0 to 5");
                    frame.refuse(QuarantineReason::LabelRange, detail);
                }
                Ok(intensity) => {
                    let present = intensity >= f64::from(self.layout.threshold);
                    if frame.aus[k].replace(present).is_some_and(|before| before != present) {
                        let detail = format!("{at}: the frame again, with another intensity");
                        frame.refuse(QuarantineReason::ConflictingLabel, detail);
                    }
                }
            }
        }
        frames.gather.names(file);
        Ok(())
    }
}
