//! Test lists: what a submission must answer.

use std::collections::BTreeSet;
use std::path::Path;

use affekt_core::Split;

use super::codes::fields;
use super::frames::{is_video, split_name};
use super::rows::{FrameRow, Rows};
use crate::DataError;
use crate::text_lines::text_lines;

/// One line of a test list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbawTestLine {
    /// Line of the list, from 1.
    pub line: u64,
    /// The frame as it is listed, such as `video45_1/00001.jpg`, or the video, in lists of videos; empty for a line
    /// that is not UTF-8.
    pub name: String,
}

/// The lines of a test list in their order, repetitions included: a submission answers each, whether or not a face
/// was found there. A header, commas at the end, and values of a sample file make no difference.
///
/// # Errors
/// [`DataError::Io`], and [`DataError::Empty`] for a list without a line.
pub fn read_abaw_test_list(path: &Path) -> Result<Vec<AbawTestLine>, DataError> {
    let bytes = std::fs::read(path).map_err(DataError::io("read", path))?;
    let name = |text: &str| fields(text).first().map_or(String::new(), |name| (*name).to_owned());
    let lines = text_lines(&bytes)
        .map(|(line, text)| AbawTestLine { line, name: text.map_or_else(String::new, name) });
    let mut lines: Vec<AbawTestLine> = lines.collect();
    let is_header =
        |name: &str| ["image", "image_location"].iter().any(|word| name.eq_ignore_ascii_case(word));
    if lines.first().is_some_and(|first| is_header(&first.name)) {
        lines.remove(0);
    }
    if lines.is_empty() {
        return Err(DataError::Empty { path: path.to_owned(), got: "no line in the test list" });
    }
    Ok(lines)
}

/// Videos that a test list names, by themselves or by their frames.
pub(super) fn videos(lines: &[AbawTestLine]) -> BTreeSet<&str> {
    lines.iter().map(|line| split_name(&line.name).map_or(line.name.as_str(), |(video, _)| video)).collect()
}

/// Adds the frames of a test list in its order, without labels; of a listed video all that have an image.
pub(super) fn add_test_rows(rows: &mut Rows<'_>, lines: &[AbawTestLine]) -> Result<(), DataError> {
    for AbawTestLine { line, name } in lines {
        let (video, frames) = if let Some((video, frame)) = split_name(name) {
            (video, vec![frame])
        } else if is_video(name) {
            let frames: Vec<u64> = rows.video(name)?.numbers().collect();
            // A video without any image is one row that cannot be used.
            (name.as_str(), if frames.is_empty() { vec![1] } else { frames })
        } else {
            let detail = "neither a frame such as video45_1/00001.jpg nor a video".to_owned();
            rows.malformed(name, Some(*line), Split::Test, detail);
            continue;
        };
        for frame in frames {
            rows.add(FrameRow { video, frame, split: Split::Test, line: *line }, Ok(None))?;
        }
    }
    Ok(())
}
