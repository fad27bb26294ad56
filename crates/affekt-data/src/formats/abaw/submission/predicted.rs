//! Predictions of frames, averaged over files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use affekt_artifact::{PredictionRow, Predictions, Selection};
use affekt_core::{ABAW_AUS, LabelSet};

use super::super::codes::quoted;
use super::super::frames::split_name;
use super::scores::{Scores, first_largest};
use super::{AbawTask, SubmissionError};

/// Longest header read, in bytes; that of Aff-Wild2 has 600.
const MAX_HEADER: u64 = 1 << 16;
/// How far a 32-bit probability may lie outside [0, 1].
const ROUNDING: f64 = 1e-5;

/// Predictions by video, frame and repetition of the frame in its dataset.
#[derive(Debug, Default)]
pub(super) struct Predicted {
    videos: BTreeMap<String, BTreeMap<(u64, u64), Scores>>,
    /// First sample of the first file.
    pub(super) first: String,
    /// Samples that are no frame of a video.
    pub(super) no_frames: u64,
    /// Rows of the other selection.
    pub(super) other_selection: u64,
}

impl Predicted {
    /// Reads files one after another.
    pub(super) fn read(
        paths: &[PathBuf],
        task: AbawTask,
        selection: Selection,
    ) -> Result<Self, SubmissionError> {
        let refuse = |got: String, expected: &str| {
            Err(SubmissionError::Value { key: "--predictions", got, expected: expected.to_owned() })
        };
        if paths.is_empty() {
            return refuse("not given".to_owned(), "predictions.csv of a run, or of several to be averaged");
        }
        let mut predicted = Self::default();
        for (file, path) in paths.iter().enumerate() {
            if paths[..file].contains(path) {
                return refuse(path.display().to_string(), "each file once");
            }
            predicted.add_file(file, path, task, selection, paths.len() > 1)?;
        }
        Ok(predicted)
    }

    /// What is predicted for a frame's k-th row in the list, k from 1: the k-th repetition, or the first there is.
    pub(super) fn of(&mut self, video: &str, frame: u64, k: u64) -> Option<&Scores> {
        let frames = self.videos.get_mut(video)?;
        let k = if frames.contains_key(&(frame, k)) { k } else { 0 };
        let (_, scores) = frames.range_mut((frame, k)..=(frame, u64::MAX)).next()?;
        scores.listed = true;
        Some(scores)
    }

    /// The nearest predicted frame of the video and its distance in frames; of two as near the earlier.
    pub(super) fn nearest(&self, video: &str, frame: u64) -> Option<(u64, &Scores)> {
        let frames = self.videos.get(video)?;
        // Of a frame's repetitions the first, on either side.
        let before = frames.range(..(frame, 0)).next_back().map(|(&(at, _), _)| at);
        let before = before.and_then(|at| Some((frame - at, frames.range((at, 0)..).next()?.1)));
        let after = frames.range((frame, 0)..).next().map(|(&(at, _), scores)| (at - frame, scores));
        match (before, after) {
            (Some(before), Some(after)) if after.0 < before.0 => Some(after),
            (before, after) => before.or(after),
        }
    }

    /// Predictions that no row of the list asked for.
    pub(super) fn unlisted(&self) -> u64 {
        let all = self.videos.values().flat_map(BTreeMap::values);
        self.no_frames + all.filter(|scores| !scores.listed).count() as u64
    }

    fn add_file(
        &mut self,
        file: usize,
        path: &Path,
        task: AbawTask,
        selection: Selection,
        averaged: bool,
    ) -> Result<(), SubmissionError> {
        let (labels, aus) = labels_of(path)?;
        let order = |what, expected: String, got: String| {
            let got = if got.is_empty() { "none".to_owned() } else { got };
            Err(SubmissionError::Order { path: path.to_owned(), what, expected, got })
        };
        let classes = LabelSet::aff_wild2();
        if task.has_expression() && labels.classes() != classes.classes() {
            return order("expression classes", classes.classes().join(", "), labels.classes().join(", "));
        }
        if task.has_aus() && aus != ABAW_AUS {
            return order("action units", format!("{ABAW_AUS:?}"), format!("{aus:?}"));
        }
        let rows = Predictions::load(path, &labels, &aus)?.rows;
        let n_rows = rows.len();
        let mut of_selection = false;
        for (line, row) in (2..).zip(rows) {
            if row.selection != selection {
                self.other_selection += 1;
                continue;
            }
            of_selection = true;
            check(path, line, &row, task, averaged)?;
            self.add(file, path, line, &row, task)?;
        }
        if !of_selection {
            return Err(SubmissionError::Selection { path: path.to_owned(), selection, n_rows });
        }
        Ok(())
    }

    fn add(
        &mut self,
        file: usize,
        path: &Path,
        line: u64,
        row: &PredictionRow,
        task: AbawTask,
    ) -> Result<(), SubmissionError> {
        let sample = row.sample.as_str();
        if self.first.is_empty() {
            sample.clone_into(&mut self.first);
        }
        let Some((video, frame, repetition)) = frame_of_sample(sample) else {
            self.no_frames += 1;
            return Ok(());
        };
        if !self.videos.contains_key(video) {
            self.videos.insert(video.to_owned(), BTreeMap::new());
        }
        let frames = self.videos.get_mut(video).expect("because it was put there");
        let scores = Scores::of(row, task, (file, line));
        match frames.get_mut(&(frame, repetition)) {
            None => drop(frames.insert((frame, repetition), scores)),
            Some(earlier) if earlier.last.0 == file => {
                let (path, first, sample) = (path.to_owned(), earlier.last.1, sample.to_owned());
                return Err(SubmissionError::Twice { path, line, first, sample });
            }
            Some(earlier) => earlier.add(&scores),
        }
        Ok(())
    }
}

/// Video, frame and repetition of a sample: a frame listed again is called `<video>/00001.jpg#2`.
fn frame_of_sample(sample: &str) -> Option<(&str, u64, u64)> {
    if let Some((video, frame)) = split_name(sample) {
        return Some((video, frame, 1));
    }
    let (name, repetition) = sample.rsplit_once('#')?;
    let (video, frame) = split_name(name)?;
    Some((video, frame, repetition.parse().ok()?))
}

/// Refuses a row without what the task asks, and values that no model's head gives.
fn check(
    path: &Path,
    line: u64,
    row: &PredictionRow,
    task: AbawTask,
    averaged: bool,
) -> Result<(), SubmissionError> {
    let refuse = |what, got: String, expected| {
        let (path, sample) = (path.to_owned(), row.sample.to_string());
        Err(SubmissionError::Prediction { path, line, sample, what, got, expected })
    };
    if task.has_va() && row.predicted_va.is_none() {
        let expected = "both, from a model with a head for them";
        return refuse("valence or arousal", "not predicted".to_owned(), expected);
    }
    if task.has_aus() && row.au_probabilities.len() != ABAW_AUS.len() {
        let got = format!("predicted for {} action units", row.au_probabilities.len());
        return refuse("presence", got, "all twelve, from a model with a head for them");
    }
    let outside = |values: &[f32]| {
        values.iter().copied().find(|&p| !(-ROUNDING..=1.0 + ROUNDING).contains(&f64::from(p)))
    };
    let wrong = |wanted: bool, values: &[f32]| wanted.then(|| outside(values)).flatten();
    let expression = wrong(task.has_expression(), &row.probabilities);
    if let Some(p) = expression.or_else(|| wrong(task.has_aus(), &row.au_probabilities)) {
        return refuse("a probability", p.to_string(), "a number in [0, 1], not a logit");
    }
    if averaged && task.has_expression() {
        let p: Vec<f64> = row.probabilities.iter().map(|&p| f64::from(p)).collect();
        if p[row.predicted_class.get()] < p[first_largest(&p)] {
            let got = row.predicted_class.get().to_string();
            let expected =
                "the most probable, for means of probabilities do not follow another rule: hand in one run";
            return refuse("the class decided on", got, expected);
        }
    }
    Ok(())
}

/// Classes and action units that the header names.
fn labels_of(path: &Path) -> Result<(LabelSet, Vec<u8>), SubmissionError> {
    let io = || SubmissionError::io("read", path);
    let mut header = Vec::new();
    let file = File::open(path).map_err(io())?;
    BufReader::new(file.take(MAX_HEADER)).read_until(b'\n', &mut header).map_err(io())?;
    let header = String::from_utf8_lossy(&header);
    let header = header.trim_start_matches('\u{feff}').trim_end();
    let columns: Vec<&str> = header.split(',').collect();
    let classes = columns.iter().map_while(|&column| (column != "true_valence").then_some(column));
    let classes = classes.filter_map(|column| column.strip_prefix("p_")).map(str::to_owned).collect();
    let aus = columns.iter().skip_while(|column| **column != "predicted_arousal");
    let aus = aus.filter_map(|column| column.strip_prefix("p_au")?.parse().ok()).collect();
    match LabelSet::new("predictions", classes) {
        Ok(labels) => Ok((labels, aus)),
        Err(_) => Err(SubmissionError::NotPredictions { path: path.to_owned(), got: quoted(header) }),
    }
}
