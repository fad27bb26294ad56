//! Labels of frames on their way to entries.

use std::collections::BTreeMap;

use affekt_artifact::QuarantineReason;
use affekt_core::Split;

use super::codes::{Fault, Labels};
use super::frames::{Frames, VideoFrames, name_of, recording};
use crate::root::{Root, join};
use crate::{DataError, Dataset, Entry, Gather, ImageSource, Label, Reading};

/// Which frame a row is about, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameRow<'a> {
    pub(super) video: &'a str,
    pub(super) frame: u64,
    pub(super) split: Split,
    pub(super) line: u64,
}

/// Collects frames and finds their images.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    gather: Gather,
    frames: Frames<'a>,
    /// Rows of each video without any image.
    absent: BTreeMap<(String, Split), u64>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(dataset: &Dataset, root: &'a Root, images: &[String]) -> Result<Self, DataError> {
        let mut gather = Gather::new(dataset, ".");
        let frames = Frames::open(root, images, &mut gather)?;
        Ok(Self { gather, frames, absent: BTreeMap::new() })
    }

    /// Takes one row, without labels where they are withheld. A labelled frame without an image is counted, for no
    /// face was found there; rows of a video without any image are set aside together.
    pub(super) fn add(
        &mut self,
        row: FrameRow<'_>,
        labels: Result<Option<Labels>, Fault>,
    ) -> Result<(), DataError> {
        let video = self.frames.video(row.video)?;
        let (has_images, image) = (!video.is_empty(), video.image(row.frame));
        let name = name_of(row.video, row.frame);
        let labels = match labels {
            Ok(labels) => labels,
            Err((reason, detail)) => {
                let path = image.unwrap_or_else(|| self.frames.expected(&name));
                self.gather.reject(&path, Some(row.line), Some(row.split), reason, detail);
                return Ok(());
            }
        };
        let wanted = labels.as_ref().is_none_or(|labels| !labels.is_empty());
        let labels = labels.unwrap_or_default();
        let note = "frames with some action units missing, taken as all missing";
        self.gather.note(note, u64::from(labels.partly_coded));
        if wanted && !has_images {
            *self.absent.entry((row.video.to_owned(), row.split)).or_insert(0) += 1;
            return Ok(());
        }
        let without_face = wanted && image.is_none();
        let entry = Entry {
            name: &name,
            image: image.map(ImageSource::File),
            label: labels.expression.map_or(Label::Missing, Label::Class),
            va: labels.va,
            aus: labels.aus,
            subject: Some(recording(row.video)),
            video: Some(row.video),
            frame: Some(row.frame),
            split: Some(row.split),
            line: Some(row.line),
            ..Entry::default()
        };
        match (wanted, without_face) {
            (false, _) => self.gather.leave_out(&entry),
            (true, true) => self.gather.without_face(&entry),
            (true, false) => self.gather.add(entry)?,
        }
        Ok(())
    }

    /// The frames of a video that have an image.
    pub(super) fn video(&mut self, video: &str) -> Result<&VideoFrames, DataError> {
        self.frames.video(video)
    }

    /// Sets aside a row that names no frame, or a whole annotation file.
    pub(super) fn malformed(&mut self, name: &str, line: Option<u64>, split: Split, detail: String) {
        self.gather.malformed(name, line, Some(split), detail);
    }

    pub(super) fn note(&mut self, text: &str, n: u64) {
        self.gather.note(text, n);
    }

    pub(super) fn finish(mut self) -> Reading {
        for ((video, split), n) in std::mem::take(&mut self.absent) {
            let detail =
                format!("no image of this video in {}; rows that need one: {n}", self.frames.names());
            self.gather.note("rows of videos without any image", n);
            let path = self.frames.expected(&video);
            self.gather.reject_all(&path, n, Some(split), QuarantineReason::MissingImage, detail);
        }
        self.gather.note("videos in more than one image folder", self.frames.in_several());
        self.gather.note("video folders that no annotation is about", self.frames.unasked());
        self.gather.search_folders(self.frames.asked());
        self.gather.finish()
    }
}

/// An annotation file and its bytes.
pub(super) fn read_file(root: &Root, file: &str) -> Result<Vec<u8>, DataError> {
    let path = root.named("annotation file", &join("", file))?;
    std::fs::read(&path).map_err(DataError::io("read", &path))
}
