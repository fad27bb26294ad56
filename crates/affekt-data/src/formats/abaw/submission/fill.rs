//! An answer for every row of the list.

use std::collections::BTreeMap;

use serde::Serialize;

use super::predicted::Predicted;
use super::release::Release;
use super::scores::Answer;
use super::{AbawTask, AuThresholds, SubmissionError};

/// What a listed frame without a prediction gets, as one in which no face was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HolePolicy {
    /// There is no submission.
    Refuse,
    /// What the nearest predicted frame of the video gets, of two as near the earlier; a video without any refuses.
    Nearest,
    /// The same, and a video without any prediction is neutral.
    NearestThenNeutral,
    /// Valence and arousal 0, the class neutral, no action unit.
    Neutral,
}

impl HolePolicy {
    /// Name as written in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Nearest => "nearest",
            Self::NearestThenNeutral => "nearest-then-neutral",
            Self::Neutral => "neutral",
        }
    }

    const fn looks_around(self) -> bool {
        matches!(self, Self::Nearest | Self::NearestThenNeutral)
    }

    const fn gives_neutral(self) -> bool {
        matches!(self, Self::Neutral | Self::NearestThenNeutral)
    }
}

/// How the rows came about; those predicted, nearest and neutral add up to all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SubmissionCounts {
    /// Rows from a prediction of their frame.
    pub predicted: u64,
    /// Rows filled from the nearest predicted frame.
    pub nearest: u64,
    /// Frames between the farthest of these and where it came from.
    pub farthest: u64,
    /// Rows filled with neutral.
    pub neutral: u64,
    /// Rows whose valence or arousal was moved to the edge of [-1, 1].
    pub clamped: u64,
    /// Rows of a frame that the list names above, too.
    pub repeated: u64,
    /// Predicted rows whose frame some of the prediction files lack: the mean is over the others.
    pub not_in_every_file: u64,
    /// Predictions of frames that are not on the list.
    pub unlisted: u64,
    /// Rows of the prediction files that are of the other selection.
    pub other_selection: u64,
}

/// Answers in the order of the list.
pub(super) fn fill(
    release: &Release,
    predicted: &mut Predicted,
    (task, thresholds): (AbawTask, &AuThresholds),
    holes: HolePolicy,
    n_files: usize,
) -> Result<(Vec<Answer>, SubmissionCounts), SubmissionError> {
    let mut counts = SubmissionCounts::default();
    let mut answers = Vec::with_capacity(release.rows.len());
    let mut times: BTreeMap<(usize, u64), u64> = BTreeMap::new();
    let mut unfilled = None;
    let mut n_unfilled = 0_u64;
    for &row in &release.rows {
        let video = &release.videos[row.video];
        let k = times.entry((row.video, row.frame)).or_insert(0);
        *k += 1;
        counts.repeated += u64::from(*k > 1);
        let mut scores = None;
        if let Some(found) = predicted.of(video, row.frame, *k) {
            counts.predicted += 1;
            counts.not_in_every_file += u64::from((found.n as usize) < n_files);
            scores = Some(found.answer(task, thresholds));
        } else if holes.looks_around()
            && let Some((distance, found)) = predicted.nearest(video, row.frame)
        {
            counts.nearest += 1;
            counts.farthest = counts.farthest.max(distance);
            scores = Some(found.answer(task, thresholds));
        }
        let (answer, clamped) = scores.unwrap_or_else(|| {
            if holes.gives_neutral() {
                counts.neutral += 1;
            } else {
                unfilled.get_or_insert(row);
                n_unfilled += 1;
            }
            (Answer::neutral(), false)
        });
        counts.clamped += u64::from(clamped);
        answers.push(answer);
    }
    if counts.predicted + counts.nearest == 0 {
        return Err(SubmissionError::NoneListed {
            list: release.path.clone(),
            listed: release.name(release.rows[0]),
            predicted: predicted.first.clone(),
        });
    }
    if let Some(row) = unfilled {
        let (whole_video, way_out) = if holes.looks_around() {
            (" nor of any frame of its video", "nearest-then-neutral or neutral")
        } else {
            ("", "nearest, nearest-then-neutral or neutral")
        };
        let (list, frame, policy) = (release.path.clone(), release.name(row), holes.as_str());
        let (line, n) = (row.line, n_unfilled);
        return Err(SubmissionError::Holes { list, line, frame, whole_video, n, policy, way_out });
    }
    counts.unlisted = predicted.unlisted();
    counts.other_selection = predicted.other_selection;
    Ok((answers, counts))
}
