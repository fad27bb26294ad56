//! Arguments of `affekt submit`.

use std::path::PathBuf;

use affekt_artifact::Selection;
use affekt_data::{AbawTask, HolePolicy, Submission};
use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt submit --edition 6 --track expr --list CVPR_6th_ABAW_Expr_test_set_example.txt \\
      --predictions runs/STUDY/runs/RUN/predictions.csv --selection best-valid --holes nearest --out expr.txt
  affekt submit --edition 3 --track va --list Valence_Arousal_Estimation_Challenge_test_set_release.txt \\
      --lengths frames.csv --predictions A.csv --predictions B.csv --selection last --holes neutral --out va

The predictions come from a run whose dataset names the same list as `test_list`. Several are averaged: probabilities,
and valence and arousal. The submission has the rows of the list in their order; it is read back and compared with what
was meant before it comes to lie at --out. Editions: 3, 5, 6, 8 (va, expr, au), 3, 4, 7, 11 (mtl).")]
pub(crate) struct SubmitArgs {
    /// Number of the challenge: 3 is ABAW3
    #[arg(long)]
    pub(crate) edition: u8,
    /// Task
    #[arg(long, value_enum)]
    pub(crate) track: TrackArg,
    /// Release list of the challenge: the frames to answer, or (edition 3) the videos
    #[arg(long, value_name = "FILE")]
    pub(crate) list: PathBuf,
    /// Numbers of frames, `video,frames` a line, where the list names videos
    #[arg(long, value_name = "FILE")]
    pub(crate) lengths: Option<PathBuf>,
    /// predictions.csv of a run; may be repeated
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) predictions: Vec<PathBuf>,
    /// Weights whose predictions are taken: last or best-valid
    #[arg(long)]
    pub(crate) selection: Selection,
    /// What listed frames without a prediction get
    #[arg(long, value_enum)]
    pub(crate) holes: HolesArg,
    /// Probability at and above which an action unit is present; or twelve, separated by commas
    #[arg(long, value_delimiter = ',', default_value = "0.5", value_name = "P")]
    pub(crate) au_threshold: Vec<f64>,
    /// Decimals of valence and arousal; the annotations have three
    #[arg(long, default_value_t = Submission::DECIMALS, value_name = "N")]
    pub(crate) decimals: u8,
    /// File to write; a folder, where each video has a file
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Task of a challenge.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TrackArg {
    /// Valence and arousal
    Va,
    /// Expression
    Expr,
    /// Action units
    Au,
    /// All three, of single frames
    Mtl,
}

impl From<TrackArg> for AbawTask {
    fn from(track: TrackArg) -> Self {
        match track {
            TrackArg::Va => Self::Va,
            TrackArg::Expr => Self::Expr,
            TrackArg::Au => Self::Au,
            TrackArg::Mtl => Self::Mtl,
        }
    }
}

/// What listed frames without a prediction get.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum HolesArg {
    /// There is no submission
    Refuse,
    /// As the nearest predicted frame of the video; refused in a video without any
    Nearest,
    /// The same, and neutral in a video without any
    NearestThenNeutral,
    /// Valence and arousal 0, expression neutral, no action unit
    Neutral,
}

impl From<HolesArg> for HolePolicy {
    fn from(holes: HolesArg) -> Self {
        match holes {
            HolesArg::Refuse => Self::Refuse,
            HolesArg::Nearest => Self::Nearest,
            HolesArg::NearestThenNeutral => Self::NearestThenNeutral,
            HolesArg::Neutral => Self::Neutral,
        }
    }
}
