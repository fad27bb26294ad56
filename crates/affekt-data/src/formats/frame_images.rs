//! Frames that users extracted from videos, found by a path pattern such as `Images/{subject}/{frame}.jpg`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Refuse, files_in, inside};
use crate::DataError;
use crate::root::{Root, join};

const SUBJECT: &str = "{subject}";
const TASK: &str = "{task}";
const FRAME: &str = "{frame}";

/// Where the image of a frame lies, relative to the dataset root, such as `Images/{subject}/{frame}.jpg`.
///
/// `{frame}` is the number as the annotation counts, with any number of leading zeros, and stands in the file's
/// name; `{subject}` and, where videos have one, `{task}` stand anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct FrameTemplate(String);

impl FrameTemplate {
    pub(crate) fn check(&self, refuse: &Refuse<'_>, has_task: bool) -> Result<(), DataError> {
        let Self(text) = self;
        inside(refuse, "layout.images", text)?;
        let (_, file) = text.rsplit_once('/').unwrap_or(("", text));
        let known = if has_task { &[SUBJECT, TASK][..] } else { &[SUBJECT][..] };
        let rest = known.iter().fold(text.replacen(FRAME, "", 1), |rest, name| rest.replace(name, ""));
        let complete = file.contains(FRAME) && known.iter().all(|name| text.contains(name));
        if complete && !rest.contains(['{', '}']) {
            return Ok(());
        }
        let expected = format!("a path with {} and, in the file's name, {FRAME}", known.join(", "));
        Err(refuse("layout.images", text, &expected))
    }

    /// The folder that all images lie in.
    pub(crate) fn top(&self) -> &str {
        let fixed = self.0.split('{').next().unwrap_or("");
        fixed.rsplit_once('/').map_or(".", |(folder, _)| folder)
    }

    fn of_video(&self, subject: &str, task: &str) -> String {
        self.0.replace(SUBJECT, subject).replace(TASK, task)
    }
}

/// Finds the images of frames, listing each folder once as long as videos come in order.
#[derive(Debug)]
pub(crate) struct FrameImages<'a> {
    template: &'a FrameTemplate,
    root: &'a Root,
    listed: Option<(String, Vec<String>)>,
    /// Some image of any video was found.
    pub(crate) found_any: bool,
}

impl<'a> FrameImages<'a> {
    pub(crate) fn new(template: &'a FrameTemplate, root: &'a Root) -> Self {
        Self { template, root, listed: None, found_any: false }
    }

    /// Images of a video by the number of their frame; none where there is no such folder. Of two names for one
    /// frame the first counts.
    pub(crate) fn of_video(&mut self, subject: &str, task: &str) -> Result<BTreeMap<u64, String>, DataError> {
        let path = self.template.of_video(subject, task);
        let (folder, file) = path.rsplit_once('/').unwrap_or((".", &path));
        let (before, after) = file.split_once(FRAME).unwrap_or((file, ""));
        if self.listed.as_ref().is_none_or(|(listed, _)| listed != folder) {
            let files = match self.root.named("image folder", folder) {
                Ok(path) => files_in(&path)?,
                Err(DataError::NotFound { .. }) => Vec::new(),
                Err(error) => return Err(error),
            };
            self.listed = Some((folder.to_owned(), files));
        }
        let files = self.listed.as_ref().map_or(&[][..], |(_, files)| files);
        let mut images = BTreeMap::new();
        for name in &files[files.partition_point(|name| name.as_str() < before)..] {
            let Some(rest) = name.strip_prefix(before) else { break };
            let digits = rest.strip_suffix(after).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
            if let Some(number) = digits.and_then(|digits| digits.parse().ok()) {
                images.entry(number).or_insert_with(|| join(folder, name));
            }
        }
        self.found_any |= !images.is_empty();
        Ok(images)
    }

    /// Where an image of this frame was looked for.
    pub(crate) fn expected(&self, subject: &str, task: &str, frame: u64) -> String {
        self.template.of_video(subject, task).replace(FRAME, &frame.to_string())
    }
}
