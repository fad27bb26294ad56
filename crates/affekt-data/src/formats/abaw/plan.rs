//! Which annotation files there are, and which part each video belongs to.

use std::collections::{BTreeMap, BTreeSet};

use affekt_core::Split;

use super::frames::recording;
use super::rows::Rows;
use super::{AbawTrack, AbawTracksLayout};
use crate::formats::{files_in, folders_in};
use crate::root::{Root, join};
use crate::{DataError, Dataset};

/// Annotation files of every video.
#[derive(Debug)]
pub(super) struct Plan {
    /// Folder of each track.
    pub(super) folders: BTreeMap<AbawTrack, String>,
    pub(super) videos: BTreeMap<String, VideoFiles>,
}

/// Annotation files of one video.
#[derive(Debug)]
pub(super) struct VideoFiles {
    /// The part it belongs to.
    pub(super) split: Split,
    /// Its file on each track.
    pub(super) files: BTreeMap<AbawTrack, String>,
}

impl Plan {
    /// Lists the files; of parts that claim the same, the one further from training counts, and a test list before
    /// all.
    pub(super) fn read(
        dataset: &Dataset,
        root: &Root,
        layout: &AbawTracksLayout,
        test: &BTreeSet<&str>,
        rows: &mut Rows<'_>,
    ) -> Result<Self, DataError> {
        let (mut folders, mut listed) =
            (BTreeMap::new(), BTreeMap::<String, BTreeMap<_, (Split, String)>>::new());
        for &track in &layout.tracks {
            let folder = track_folder(dataset, root, &layout.annotations, track)?;
            for (&split, part) in &layout.parts {
                let part = join(&folder, part);
                for name in files_in(&root.named("annotation folder", &part)?)? {
                    let Some((video, "txt" | "TXT")) = name.rsplit_once('.') else {
                        rows.note("files beside the annotations that are no .txt", 1);
                        continue;
                    };
                    let file = join(&part, &name);
                    if test.contains(video) {
                        let detail = "the test list names this video, so its labels are not used".to_owned();
                        rows.malformed(&file, None, split, detail);
                        continue;
                    }
                    let files = listed.entry(video.to_owned()).or_default();
                    if let Some((earlier, file)) = files.insert(track, (split, file)) {
                        let detail = format!("the video is in the {split} part too, which counts");
                        rows.malformed(&file, None, earlier, detail);
                    }
                }
            }
            folders.insert(track, folder);
        }
        let mut splits: BTreeMap<&str, BTreeSet<Split>> = BTreeMap::new();
        for (video, files) in &listed {
            splits.entry(unit(layout, video)).or_default().extend(files.values().map(|&(split, _)| split));
        }
        let several = splits.values().filter(|splits| splits.len() > 1).count() as u64;
        rows.note("recordings that tracks put into different parts, kept out of training", several);
        let split_of = |video: &str| splits[unit(layout, video)].last().copied().unwrap_or(Split::Train);
        let of_video = |(video, files): (&String, &BTreeMap<AbawTrack, (Split, String)>)| {
            let files = files.iter().map(|(&track, (_, file))| (track, file.clone())).collect();
            (video.clone(), VideoFiles { split: split_of(video), files })
        };
        Ok(Self { folders, videos: listed.iter().map(of_video).collect() })
    }
}

/// The folder of a track: its name begins with the track's, as `EXPR_Set` and `EXPR_Recognition_Challenge` do.
fn track_folder(
    dataset: &Dataset,
    root: &Root,
    annotations: &str,
    track: AbawTrack,
) -> Result<String, DataError> {
    let what = "annotation folder (`layout.annotations`)";
    let names = folders_in(&root.named(what, annotations)?)?;
    let is_of = |name: &&String| {
        let first_word = name.split(|c: char| !c.is_ascii_alphanumeric()).next();
        first_word.is_some_and(|word| word.eq_ignore_ascii_case(track.word()))
    };
    let mut found = names.iter().filter(is_of);
    match (found.next(), found.next()) {
        (Some(name), None) => Ok(join(annotations, name)),
        _ => Err(DataError::SpecValue {
            dataset: dataset.spec().name.clone(),
            key: "layout.annotations".to_owned(),
            got: annotations.to_owned(),
            expected: format!(
                "a folder with exactly one folder of the {0} track, called {0}_...; found: {1}",
                track.word().to_uppercase(),
                if names.is_empty() { "none".to_owned() } else { names.join(", ") }
            ),
        }),
    }
}

/// What a split must not cut through: a video; where tracks are joined the whole recording.
fn unit<'v>(layout: &AbawTracksLayout, video: &'v str) -> &'v str {
    if layout.tracks.len() > 1 { recording(video) } else { video }
}
