//! Release lists: which rows a submission has, and in which order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::codes::{fields, quoted};
use super::super::frames::{is_video, name_of, split_name};
use super::super::track::same_header;
use super::lengths::Lengths;
use super::{SubmissionError, SubmissionFormat, SubmissionShape};
use crate::text_lines::text_lines;

/// Rows of all videos together that a table of lengths may ask for: ten times the largest test part.
const MAX_ROWS: u64 = 10_000_000;

/// One row of the submission.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListedFrame {
    /// Line of the list.
    pub(super) line: u64,
    /// Position of its video in [`Release::videos`].
    pub(super) video: usize,
    pub(super) frame: u64,
}

/// A release list.
#[derive(Debug)]
pub(super) struct Release {
    pub(super) path: PathBuf,
    /// Videos in the order of their first row.
    pub(super) videos: Vec<String>,
    /// Rows in their order, repetitions included.
    pub(super) rows: Vec<ListedFrame>,
}

impl Release {
    /// Reads a list of frames, or of videos whose numbers of frames come from a table.
    pub(super) fn read(
        format: &SubmissionFormat,
        path: &Path,
        lengths: Option<&Path>,
    ) -> Result<Self, SubmissionError> {
        let refuse = |got: String, expected: &str| {
            Err(SubmissionError::Value { key: "--lengths", got, expected: expected.to_owned() })
        };
        let bytes = std::fs::read(path).map_err(SubmissionError::io("read", path))?;
        let mut release = Self { path: path.to_owned(), videos: Vec::new(), rows: Vec::new() };
        match (format.shape, lengths) {
            (SubmissionShape::FilePerVideo, Some(lengths)) => {
                release.add_videos(&bytes, &Lengths::read(lengths)?)?;
            }
            (SubmissionShape::FilePerVideo, None) => {
                return refuse(
                    "not given".to_owned(),
                    "a table of `video,frames`, for the list of this edition names videos; ffprobe -count_packets \
                     counts the frames of a video",
                );
            }
            (_, Some(lengths)) => {
                let got = lengths.display().to_string();
                return refuse(got, "nothing, for the list of this edition names every frame");
            }
            (_, None) => release.add_frames(&bytes, format)?,
        }
        if release.rows.is_empty() {
            return Err(SubmissionError::Empty { path: path.to_owned() });
        }
        Ok(release)
    }

    /// Name of a row's frame, as it is listed.
    pub(super) fn name(&self, row: ListedFrame) -> String {
        name_of(&self.videos[row.video], row.frame)
    }

    fn add_frames(&mut self, bytes: &[u8], format: &SubmissionFormat) -> Result<(), SubmissionError> {
        let header = format.header();
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        for (n, (line, text)) in text_lines(bytes).enumerate() {
            let text = text.unwrap_or("text that is not UTF-8");
            let frame = split_name(fields(text)[0]);
            if n == 0 && same_header(text, &header) {
                continue;
            }
            // Lists of the multi-task challenge came with a header and without; the others tell their task by it.
            if n == 0 && (frame.is_none() || format.shape == SubmissionShape::OneFile) {
                let way_out = "is it the list of another task or edition?";
                return Err(self.refuse(line, text, &format!("the header {header}"), way_out));
            }
            let Some((video, frame)) = frame else {
                let way_out = "is the list cut short or damaged? Get it again";
                return Err(self.refuse(line, text, "a frame such as video45_1/00001.jpg", way_out));
            };
            let video = *known.entry(video).or_insert_with(|| {
                self.videos.push(video.to_owned());
                self.videos.len() - 1
            });
            self.rows.push(ListedFrame { line, video, frame });
        }
        Ok(())
    }

    fn add_videos(&mut self, bytes: &[u8], lengths: &Lengths) -> Result<(), SubmissionError> {
        let mut known: BTreeMap<&str, u64> = BTreeMap::new();
        for (line, text) in text_lines(bytes) {
            let text = text.unwrap_or("text that is not UTF-8");
            let fields = fields(text);
            let [video] = fields[..] else {
                let way_out = "is it the list of another edition?";
                return Err(self.refuse(line, text, "the name of a video", way_out));
            };
            if !is_video(video) {
                let way_out = "is it the list of another edition?";
                return Err(self.refuse(line, text, "a video such as video45_1, not a frame", way_out));
            }
            if let Some(first) = known.insert(video, line) {
                let expected = format!("each video once; it stands on line {first} too");
                return Err(self.refuse(line, text, &expected, "get the list again"));
            }
            let Some(n_frames) = lengths.of(video) else {
                let expected = format!("a video that {} gives the length of", lengths.path().display());
                return Err(self.refuse(line, text, &expected, "add it there, or get the list again"));
            };
            if n_frames.saturating_add(self.rows.len() as u64) > MAX_ROWS {
                let expected = format!("at most {MAX_ROWS} frames in all, this video having {n_frames}");
                return Err(self.refuse(line, text, &expected, "correct the table of lengths"));
            }
            let at = self.videos.len();
            self.videos.push(video.to_owned());
            self.rows.extend((1..=n_frames).map(|frame| ListedFrame { line, video: at, frame }));
        }
        Ok(())
    }

    fn refuse(&self, line: u64, got: &str, expected: &str, way_out: &'static str) -> SubmissionError {
        let (path, got, expected) = (self.path.clone(), quoted(got), expected.to_owned());
        SubmissionError::Line { path, line, got, expected, way_out }
    }
}
