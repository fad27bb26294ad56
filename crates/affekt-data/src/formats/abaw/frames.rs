//! Cropped faces: `<image folder>/<video>/00001.jpg`, in one image folder or several.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::super::{files_in, folders_in};
use crate::root::{Root, join};
use crate::{DataError, Gather};

/// Image folders, merged; each video's folder is listed once.
#[derive(Debug)]
pub(super) struct Frames<'a> {
    root: &'a Root,
    /// Image folders that are there, with the videos in them.
    folders: Vec<(String, BTreeSet<String>)>,
    videos: BTreeMap<String, VideoFrames>,
}

/// Frames of a video that have an image.
#[derive(Clone, Debug, Default)]
pub(super) struct VideoFrames {
    /// Folders of the video relative to the root; empty where it has none.
    pub(super) folders: Vec<String>,
    /// Number of the frame, in order, and which folder it lies in: of several the first.
    frames: Vec<(u64, usize)>,
}

impl VideoFrames {
    /// Path of a frame's image.
    pub(super) fn image(&self, frame: u64) -> Option<String> {
        let at = self.frames.binary_search_by_key(&frame, |&(number, _)| number).ok()?;
        Some(join(&self.folders[self.frames[at].1], &file_of(frame)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Numbers of the frames that have an image.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.frames.iter().map(|&(number, _)| number)
    }
}

impl<'a> Frames<'a> {
    /// Image folders that are not there are noted; at least one must be.
    pub(super) fn open(root: &'a Root, images: &[String], gather: &mut Gather) -> Result<Self, DataError> {
        let mut folders = Vec::new();
        for folder in images {
            match root.named("image folder", folder) {
                Ok(path) => folders.push((folder.clone(), folders_in(&path)?.into_iter().collect())),
                Err(DataError::NotFound { .. }) => gather.note(&format!("no image folder {folder}"), 1),
                Err(error) => return Err(error),
            }
        }
        if folders.is_empty() {
            let path = PathBuf::from(images.join(", "));
            return Err(DataError::NotFound { what: "image folder", path });
        }
        Ok(Self { root, folders, videos: BTreeMap::new() })
    }

    /// The frames of a video.
    pub(super) fn video(&mut self, video: &str) -> Result<&VideoFrames, DataError> {
        if !self.videos.contains_key(video) {
            let listed = self.list(video)?;
            self.videos.insert(video.to_owned(), listed);
        }
        Ok(&self.videos[video])
    }

    fn list(&self, video: &str) -> Result<VideoFrames, DataError> {
        let mut listed = VideoFrames::default();
        let mut frames: BTreeMap<u64, usize> = BTreeMap::new();
        let holds = self.folders.iter().filter(|(_, videos)| videos.contains(video));
        for (k, (folder, _)) in holds.enumerate() {
            let folder = join(folder, video);
            for name in files_in(&self.root.named("video folder", &folder)?)? {
                if let Some(number) = frame_of(&name) {
                    frames.entry(number).or_insert(k);
                }
            }
            listed.folders.push(folder);
        }
        listed.frames = frames.into_iter().collect();
        Ok(listed)
    }

    /// Where a video's folder is missing.
    pub(super) fn expected(&self, video: &str) -> String {
        join(&self.folders[0].0, video)
    }

    /// Names of the image folders.
    pub(super) fn names(&self) -> String {
        self.folders.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Every folder of a video that was asked for, for the search of images without a row.
    pub(super) fn asked(&self) -> Vec<String> {
        self.videos.values().flat_map(|video| video.folders.iter().cloned()).collect()
    }

    /// Videos asked for that lie in more than one image folder.
    pub(super) fn in_several(&self) -> u64 {
        self.videos.values().filter(|video| video.folders.len() > 1).count() as u64
    }

    /// Videos with a folder that were not asked for.
    pub(super) fn unasked(&self) -> u64 {
        let all: BTreeSet<&String> = self.folders.iter().flat_map(|(_, videos)| videos).collect();
        all.into_iter().filter(|video| !self.videos.contains_key(*video)).count() as u64
    }
}

/// Name of a frame's file: five digits, more where the number needs them.
fn file_of(frame: u64) -> String {
    format!("{frame:05}.jpg")
}

fn frame_of(file: &str) -> Option<u64> {
    let number = file.strip_suffix(".jpg")?.parse().ok()?;
    (file_of(number) == file).then_some(number)
}

/// Name of a frame among all videos: `<video>/00001.jpg`.
pub(super) fn name_of(video: &str, frame: u64) -> String {
    format!("{video}/{}", file_of(frame))
}

/// Video and number of a frame's name.
pub(super) fn split_name(name: &str) -> Option<(&str, u64)> {
    let (video, file) = name.split_once('/')?;
    is_video(video).then(|| Some((video, frame_of(file)?))).flatten()
}

/// Whether a text can name a video's folder.
pub(super) fn is_video(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\0'])
}

/// The recording a video is cut from: where two people are annotated, the sides share one.
pub(super) fn recording(video: &str) -> &str {
    let stem = video.strip_suffix("_left").or_else(|| video.strip_suffix("_right"));
    stem.filter(|stem| !stem.is_empty()).unwrap_or(video)
}
