//! Frames of videos whose action units were coded, on their way to entries.

use std::collections::BTreeMap;
use std::path::PathBuf;

use affekt_artifact::QuarantineReason;

use super::{FrameImages, FrameTemplate};
use crate::root::Root;
use crate::{DataError, Dataset, Entry, Gather, ImageSource, Reading};

/// Action units of the frames of one video, by the number of the frame.
pub(crate) type CodedVideo = BTreeMap<u64, CodedFrame>;

/// Action units of one frame, in the dataset's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodedFrame {
    pub(crate) aus: Vec<Option<bool>>,
    /// Line on which the annotation first speaks of it.
    pub(crate) line: u64,
    /// Why it cannot be used.
    pub(crate) fault: Option<(QuarantineReason, String)>,
}

impl CodedFrame {
    /// A frame of which nothing is known yet.
    pub(crate) fn new(n_aus: usize, line: u64) -> Self {
        Self { aus: vec![None; n_aus], line, fault: None }
    }

    /// Keeps the first fault.
    pub(crate) fn refuse(&mut self, reason: QuarantineReason, detail: String) {
        self.fault.get_or_insert((reason, detail));
    }
}

/// Collects coded videos and finds their images.
#[derive(Debug)]
pub(crate) struct CodedFrames<'a> {
    pub(crate) gather: Gather,
    images: FrameImages<'a>,
    /// Where the first image without a file was expected.
    first_missing: Option<String>,
    /// The annotation that rows come from, for when there are none.
    annotation: PathBuf,
    n_frames: u64,
}

impl<'a> CodedFrames<'a> {
    pub(crate) fn new(
        dataset: &Dataset,
        root: &'a Root,
        template: &'a FrameTemplate,
        annotation: PathBuf,
    ) -> Result<Self, DataError> {
        root.named("image folder", template.top())?;
        let mut gather = Gather::new(dataset, ".");
        gather.search_folders(vec![template.top().to_owned()]);
        let images = FrameImages::new(template, root);
        Ok(Self { gather, images, first_missing: None, annotation, n_frames: 0 })
    }

    /// Takes the frames of a video; a labelled frame without an image is counted, for no face was found there.
    pub(crate) fn add(&mut self, subject: &str, task: &str, frames: CodedVideo) -> Result<(), DataError> {
        let files = self.images.of_video(subject, task)?;
        let video = [subject, task].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        if files.is_empty() && !frames.is_empty() {
            self.gather.note("videos without an image of any frame", 1);
        }
        for (number, frame) in frames {
            self.n_frames += 1;
            let file = files.get(&number);
            let expected = || self.images.expected(subject, task, number);
            let path = file.cloned().unwrap_or_else(expected);
            if let Some((reason, detail)) = frame.fault {
                self.gather.reject(&path, Some(frame.line), None, reason, detail);
                continue;
            }
            let labelled = frame.aus.iter().any(Option::is_some);
            let name = format!("{video}/{number}");
            let entry = Entry {
                name: &name,
                image: Some(ImageSource::File(path)),
                aus: frame.aus,
                subject: Some(subject),
                video: Some(&video),
                frame: Some(number),
                line: Some(frame.line),
                ..Entry::default()
            };
            if labelled && file.is_none() {
                self.gather.without_face(&entry);
                self.first_missing.get_or_insert_with(|| self.images.expected(subject, task, number));
            } else {
                self.gather.add(entry)?;
            }
        }
        Ok(())
    }

    /// Hands over the result, unless there is no frame, or labelled frames but not one image.
    pub(crate) fn finish(self) -> Result<Reading, DataError> {
        if self.n_frames == 0 {
            return Err(DataError::Empty { path: self.annotation, got: "no coded frame" });
        }
        match self.first_missing {
            Some(path) if !self.images.found_any => Err(DataError::NotFound {
                what: "image of any coded frame (`layout.images`)",
                path: path.into(),
            }),
            _ => Ok(self.gather.finish()),
        }
    }
}
