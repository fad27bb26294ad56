//! Numbers of frames of videos.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::codes::{fields, quoted};
use super::super::frames::recording;
use super::super::track::same_header;
use super::SubmissionError;
use crate::text_lines::text_lines;

/// Frames of each video, from a table `video,frames` with or without that header.
#[derive(Debug)]
pub(super) struct Lengths {
    path: PathBuf,
    of: BTreeMap<String, u64>,
}

impl Lengths {
    pub(super) fn read(path: &Path) -> Result<Self, SubmissionError> {
        let bytes = std::fs::read(path).map_err(SubmissionError::io("read", path))?;
        let mut of = BTreeMap::new();
        for (n, (line, text)) in text_lines(&bytes).enumerate() {
            let text = text.unwrap_or("text that is not UTF-8");
            if n == 0 && same_header(text, "video,frames") {
                continue;
            }
            let refuse = |expected: &str| SubmissionError::Line {
                path: path.to_owned(),
                line,
                got: quoted(text),
                expected: expected.to_owned(),
                way_out: "correct the table of lengths",
            };
            let row = match fields(text)[..] {
                [video, frames] => frames.parse().ok().filter(|&n: &u64| n > 0).map(|n| (video, n)),
                _ => None,
            };
            let (video, frames) =
                row.ok_or_else(|| refuse("a video, a comma and its number of frames, above 0"))?;
            let stem = video.strip_suffix(".mp4").or_else(|| video.strip_suffix(".avi")).unwrap_or(video);
            if of.insert(stem.to_owned(), frames).is_some() {
                return Err(refuse("each video once"));
            }
        }
        Ok(Self { path: path.to_owned(), of })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Frames of a video; of one person of two, those of the recording both are in.
    pub(super) fn of(&self, video: &str) -> Option<u64> {
        self.of.get(video).or_else(|| self.of.get(recording(video))).copied()
    }
}
