//! Concordance of valence and arousal, video by video.

use std::collections::BTreeMap;

use super::Group;
use crate::number::mean_sd;
use crate::study::{Concordance, Dataset, Run, Study};
use crate::{Cell, DataTable};

/// Rows beyond which a table is no help to a reader and a burden to the page.
const MOST_VIDEOS: usize = 200;

const INTRO: &str = "CCC of the predicted with the true valence and arousal, mean ± sd over seeds. A challenge's score is over \
    all frames together, the first row; the mean over videos is another number, in which a short video weighs as much as a \
    long one. A CCC is undefined where the truth does not change within the video.";

/// The group of a dataset; none where no row names a video and has valence and arousal.
pub(crate) fn group(study: &Study, dataset: &Dataset, slug: &str) -> Option<Group> {
    let arms: Vec<(&str, Vec<&Run>)> =
        study.shown_arms(dataset).into_iter().map(|arm| (arm, dataset.runs_of(arm))).collect();
    let mut frames: BTreeMap<&str, u64> = BTreeMap::new();
    for run in arms.iter().flat_map(|(_, runs)| runs) {
        for (video, concordance) in &run.videos.each {
            let n = frames.entry(video).or_default();
            *n = concordance.n().max(*n);
        }
    }
    if frames.is_empty() {
        return None;
    }
    let mut videos: Vec<(&str, u64)> = frames.into_iter().collect();
    let n_videos = videos.len();
    if n_videos > MOST_VIDEOS {
        videos.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        videos.truncate(MOST_VIDEOS);
        videos.sort_unstable();
    }
    let caption = format!("{}: CCC within each test video", dataset.name());
    let mut table = DataTable::new(format!("videos-{slug}"), caption, &["video", "frames"]);
    for (arm, _) in &arms {
        table.columns.extend(["valence", "arousal"].map(|what| format!("{what}, {arm}")));
    }
    let all = arms.iter().flat_map(|(_, runs)| runs).map(|run| run.videos.all.n()).max().unwrap_or(0);
    table.rows.push(row("all frames together", all, &arms, &|run| Some(run.videos.all)));
    table.rows.extend(
        videos.iter().map(|(video, n)| row(video, *n, &arms, &|run| run.videos.each.get(*video).copied())),
    );
    let left_out = n_videos - videos.len();
    let notes =
        (left_out > 0).then(|| format!("The {left_out} videos with the fewest frames are not in the table."));
    Some(Group {
        heading: "Valence and arousal by video".to_owned(),
        intro: INTRO.to_owned(),
        tables: vec![table],
        notes: notes.into_iter().collect(),
        ..Group::default()
    })
}

fn row(
    name: &str,
    frames: u64,
    arms: &[(&str, Vec<&Run>)],
    of: &dyn Fn(&Run) -> Option<Concordance>,
) -> Vec<Cell> {
    let mut cells = vec![Cell::text(name), Cell::Count(frames)];
    for (_, runs) in arms {
        for k in 0..2 {
            let values: Vec<f64> = runs.iter().filter_map(|run| of(run)?.ccc(k)).collect();
            let (mean, sd) = mean_sd(&values);
            cells.push(Cell::Spread(mean, sd));
        }
    }
    cells
}
