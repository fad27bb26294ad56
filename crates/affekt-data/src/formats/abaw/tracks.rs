//! The uni-task challenges: one file of labels a video, one row a frame.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use affekt_core::{LabelSet, Split};
use serde::Deserialize;

use super::super::{Format, Refuse, inside};
use super::codes::{Fault, Labels};
use super::list::{add_test_rows, read_abaw_test_list, videos};
use super::mtl::{check_images, check_parts, check_test_list};
use super::plan::{Plan, VideoFiles};
use super::rows::{FrameRow, Rows, read_file};
use super::track::{AbawTrack, TrackRows, Unusable};
use crate::root::Root;
use crate::{AnnotationReader, DataError, Dataset, Reading};

/// `<annotations>/<task>/<part>/<video>.txt`, row k about `<images>/<video>/<k>.jpg`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbawTracksLayout {
    /// Folder of the annotations relative to the dataset root; each year calls it otherwise.
    pub annotations: String,
    /// Folders of cropped faces relative to the root, merged: `<folder>/<video>/00001.jpg`.
    pub images: Vec<String>,
    /// Folder of each part below those of the tasks: split = folder.
    pub parts: BTreeMap<Split, String>,
    /// Tracks to read; frames of several are joined by video and number.
    pub tracks: Vec<AbawTrack>,
    /// List of the test part, which has no labels; with one track only.
    pub test_list: Option<String>,
}

impl Format for AbawTracksLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        inside(refuse, "layout.annotations", &self.annotations)?;
        check_images(&self.images, refuse)?;
        let different: BTreeSet<AbawTrack> = self.tracks.iter().copied().collect();
        if different.is_empty() || different.len() != self.tracks.len() {
            let got = format!("{:?}", self.tracks);
            return Err(refuse("layout.tracks", &got, "at least one of va, expr, au, none twice"));
        }
        check_parts("layout.parts", &self.parts, refuse)?;
        let Some(list) = &self.test_list else { return Ok(()) };
        if different.len() > 1 {
            return Err(refuse(
                "layout.test_list",
                list,
                "no such key with several tracks: each has its own list",
            ));
        }
        check_test_list(list, &self.parts, refuse)
    }

    fn names_subject(&self) -> bool {
        true
    }

    fn label_sets(&self) -> Vec<LabelSet> {
        if self.tracks.contains(&AbawTrack::Expr) {
            vec![LabelSet::aff_wild2(), LabelSet::aff_wild2_2021()]
        } else {
            Vec::new()
        }
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(TracksReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

#[derive(Clone, Debug)]
struct TracksReader {
    dataset: Dataset,
    layout: AbawTracksLayout,
}

/// Whether a track had any file under the right header, and the first that had not.
#[derive(Debug, Default)]
struct Headers {
    any: bool,
    first_other: Option<(String, String)>,
}

impl AnnotationReader for TracksReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let spec = self.dataset.spec();
        if self.layout.tracks.contains(&AbawTrack::Au) && spec.aus.is_empty() {
            let (key, got) = ("aus".to_owned(), "an empty list".to_owned());
            let expected = "the action units that the headers of the au track name".to_owned();
            return Err(DataError::SpecValue { dataset: spec.name.clone(), key, got, expected });
        }
        let root = Root::open(root)?;
        let mut rows = Rows::new(&self.dataset, &root, &self.layout.images)?;
        let test = match &self.layout.test_list {
            Some(list) => read_abaw_test_list(&root.named("test list", list)?)?,
            None => Vec::new(),
        };
        let plan = Plan::read(&self.dataset, &root, &self.layout, &videos(&test), &mut rows)?;
        let mut headers: BTreeMap<AbawTrack, Headers> = BTreeMap::new();
        for (video, files) in &plan.videos {
            self.read_video(&root, video, files, &mut headers, &mut rows)?;
        }
        for track in &self.layout.tracks {
            self.refuse_without_rows(&root, &plan, *track, headers.remove(track).unwrap_or_default())?;
        }
        add_test_rows(&mut rows, &test)?;
        Ok(rows.finish())
    }
}

impl TracksReader {
    /// Joins the files of one video.
    fn read_video(
        &self,
        root: &Root,
        video: &str,
        VideoFiles { split, files }: &VideoFiles,
        headers: &mut BTreeMap<AbawTrack, Headers>,
        rows: &mut Rows<'_>,
    ) -> Result<(), DataError> {
        let mut contents = Vec::new();
        for (&track, file) in files {
            contents.push((track, file.as_str(), read_file(root, file)?));
        }
        let split = *split;
        let mut columns = Vec::new();
        for (track, file, bytes) in &contents {
            let (expected, of_track) = (track.header(&self.dataset), headers.entry(*track).or_default());
            match TrackRows::parse(*track, bytes, &expected) {
                Ok(column) => {
                    of_track.any = true;
                    columns.push((*file, column));
                }
                Err(Unusable::Header(got)) => {
                    rows.malformed(
                        file,
                        Some(1),
                        split,
                        format!("the header is {got:?}; expected {expected:?}"),
                    );
                    of_track.first_other.get_or_insert_with(|| ((*file).to_owned(), got));
                }
                Err(Unusable::Rows { line, detail }) => {
                    of_track.any = true;
                    rows.malformed(file, Some(line), split, detail);
                }
            }
        }
        let n_frames = columns.iter().map(|(_, column)| column.len()).max().unwrap_or(0);
        for frame in 1..=n_frames {
            let labels = self.joined(&columns, frame);
            let line = frame + columns.first().map_or(0, |(_, column)| column.header_line);
            rows.add(FrameRow { video, frame, split, line }, labels.map(Some))?;
        }
        if n_frames > 0 {
            let beyond = rows.video(video)?.numbers().filter(|&number| number > n_frames).count() as u64;
            rows.note("images beyond the last row of their video's annotation", beyond);
        }
        Ok(())
    }

    /// What all files of a video say about one frame; a fault in one of them is a fault of the frame.
    fn joined(&self, columns: &[(&str, TrackRows<'_>)], frame: u64) -> Result<Labels, Fault> {
        let (set, n_aus) = (self.dataset.labels().source(), self.dataset.spec().aus.len());
        let mut joined = Labels::default();
        for (file, column) in columns {
            let labels = column.labels(frame, set, n_aus);
            joined.join(labels.map_err(|(reason, detail)| (reason, format!("{file}: {detail}")))?);
        }
        Ok(joined)
    }

    fn refuse_without_rows(
        &self,
        root: &Root,
        plan: &Plan,
        track: AbawTrack,
        headers: Headers,
    ) -> Result<(), DataError> {
        if headers.any {
            return Ok(());
        }
        match headers.first_other {
            Some((file, got)) => Err(DataError::Header {
                path: root.named("annotation file", &file)?,
                expected: track.header(&self.dataset),
                got,
            }),
            None => Err(DataError::Empty {
                path: root.named("annotation folder", &plan.folders[&track])?,
                got: "no file of any video",
            }),
        }
    }
}
