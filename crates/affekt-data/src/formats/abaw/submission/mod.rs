//! Submissions to the challenges: predictions of frames into the files of an edition.

mod error;
mod fill;
mod format;
mod lengths;
mod place;
mod predicted;
mod read_back;
mod release;
mod scores;

use std::path::{Path, PathBuf};

use affekt_artifact::{Selection, write_atomic_with};
use affekt_core::ABAW_AUS;
use serde::Serialize;

pub use error::SubmissionError;
pub use fill::{HolePolicy, SubmissionCounts};
pub use format::{AbawTask, SubmissionFormat, SubmissionShape};

use self::fill::fill;
use self::place::Place;
use self::predicted::Predicted;
use self::read_back::read_back;
use self::release::Release;
use self::scores::Answer;
use super::list::read_abaw_test_list;

/// Probability at and above which each action unit counts as present.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct AuThresholds([f64; ABAW_AUS.len()]);

impl AuThresholds {
    /// One threshold for all action units, or one for each in the order of the columns.
    ///
    /// # Errors
    /// [`SubmissionError::Value`] for another number of thresholds, or one outside [0, 1].
    pub fn new(thresholds: &[f64]) -> Result<Self, SubmissionError> {
        let all = match thresholds {
            [one] => Some([*one; ABAW_AUS.len()]),
            each => each.try_into().ok(),
        };
        let within = |t: &f64| (0.0..=1.0).contains(t);
        all.filter(|all| all.iter().all(within)).map(Self).ok_or_else(|| SubmissionError::Value {
            key: "--au-threshold",
            got: format!("{thresholds:?}"),
            expected: format!("one number in [0, 1], or {}", ABAW_AUS.len()),
        })
    }

    /// Thresholds in the order of the columns.
    pub const fn as_array(&self) -> &[f64; ABAW_AUS.len()] {
        &self.0
    }
}

/// A submission to be written.
#[derive(Clone, Debug)]
pub struct Submission {
    /// What the edition wants.
    pub format: SubmissionFormat,
    /// Release list of the edition: frames, or videos.
    pub list: PathBuf,
    /// Table `video,frames`, where the list names videos.
    pub lengths: Option<PathBuf>,
    /// `predictions.csv` of one run, or of several: the mean of probabilities, and of valence and arousal.
    pub predictions: Vec<PathBuf>,
    /// Weights whose predictions are taken.
    pub selection: Selection,
    /// What frames without a prediction get.
    pub holes: HolePolicy,
    /// When an action unit counts as present.
    pub au_thresholds: AuThresholds,
    /// Decimals of valence and arousal, 1 to 9; the annotations have three.
    pub decimals: u8,
}

/// What was written, and how its rows came about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubmissionReport {
    /// The format.
    pub format: SubmissionFormat,
    /// The file; the folder, where each video has one.
    pub out: PathBuf,
    /// Files written.
    pub files: u64,
    /// Videos of the list.
    pub videos: u64,
    /// Rows, as many as the list has.
    pub rows: u64,
    /// Prediction files.
    pub prediction_files: u64,
    /// Weights whose predictions were taken.
    pub selection: &'static str,
    /// What frames without a prediction got.
    pub holes: HolePolicy,
    /// When an action unit counted as present.
    pub au_thresholds: AuThresholds,
    /// Decimals of valence and arousal.
    pub decimals: u8,
    /// How the rows came about.
    pub counts: SubmissionCounts,
}

impl SubmissionReport {
    /// Rows published for this list, where they are not those written: the list may be cut short.
    pub fn published_otherwise(&self) -> Option<u64> {
        self.format.published_rows.filter(|&published| published != self.rows)
    }
}

impl Submission {
    /// Decimals that the annotations of the challenges have, as in `0.602,0.389`.
    pub const DECIMALS: u8 = 3;

    /// Writes the submission, reads it back and moves it to `out`: a file, which is replaced, or a folder of files.
    ///
    /// Rows are those of the list, in its order, repetitions included. Valence and arousal are moved into [-1, 1] and
    /// rounded; of one run the class is the one it decided on, of several the one with the largest mean probability;
    /// an action unit is present where its (mean) probability reaches the threshold.
    ///
    /// # Errors
    /// [`SubmissionError`]; `out` is then as it was.
    pub fn write(&self, out: &Path) -> Result<SubmissionReport, SubmissionError> {
        if !(1..=9).contains(&self.decimals) {
            let (got, expected) = (self.decimals.to_string(), "1 to 9".to_owned());
            return Err(SubmissionError::Value { key: "--decimals", got, expected });
        }
        let per_video = self.format.shape == SubmissionShape::FilePerVideo;
        let place = if per_video { Place::folder(out)? } else { Place::file(out)? };
        let release = Release::read(&self.format, &self.list, self.lengths.as_deref())?;
        let mut predicted = Predicted::read(&self.predictions, self.format.task, self.selection)?;
        let decision = (self.format.task, &self.au_thresholds);
        let (answers, counts) = fill(&release, &mut predicted, decision, self.holes, self.predictions.len())?;
        drop(predicted);
        let files = if per_video {
            self.write_videos(&place, &release, &answers)?
        } else {
            self.write_frames(&place, &release, &answers)?
        };
        place.hand_over()?;
        Ok(SubmissionReport {
            format: self.format,
            out: out.to_owned(),
            files,
            videos: release.videos.len() as u64,
            rows: answers.len() as u64,
            prediction_files: self.predictions.len() as u64,
            selection: self.selection.as_str(),
            holes: self.holes,
            au_thresholds: self.au_thresholds.clone(),
            decimals: self.decimals,
            counts,
        })
    }

    fn write_frames(
        &self,
        place: &Place,
        release: &Release,
        answers: &[Answer],
    ) -> Result<u64, SubmissionError> {
        let values = |answer: &Answer| answer.text(self.format.task, self.decimals.into());
        write_atomic_with(place.staged(), |out| {
            writeln!(out, "{}", self.format.header())?;
            let mut rows = release.rows.iter().zip(answers);
            rows.try_for_each(|(&row, answer)| writeln!(out, "{},{}", release.name(row), values(answer)))
        })?;
        let names = read_abaw_test_list(&self.list)?;
        read_back(place.staged(), &self.format, Some(&names), answers, self.decimals.into())?;
        Ok(1)
    }

    fn write_videos(
        &self,
        place: &Place,
        release: &Release,
        answers: &[Answer],
    ) -> Result<u64, SubmissionError> {
        let values = |answer: &Answer| answer.text(self.format.task, self.decimals.into());
        // Rows of a video stand together: the list names each once.
        let mut rest = answers;
        for (at, rows) in release.rows.chunk_by(|a, b| a.video == b.video).enumerate() {
            let (of_video, others) = rest.split_at(rows.len());
            rest = others;
            let path = place.staged().join(format!("{}.txt", release.videos[at]));
            write_atomic_with(&path, |out| {
                writeln!(out, "{}", self.format.header())?;
                of_video.iter().try_for_each(|answer| writeln!(out, "{}", values(answer)))
            })?;
            read_back(&path, &self.format, None, of_video, self.decimals.into())?;
        }
        let expected = read_abaw_test_list(&self.list)?;
        place.holds_exactly(expected.iter().map(|line| format!("{}.txt", line.name)))?;
        Ok(expected.len() as u64)
    }
}
