//! Arguments of prediction.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt predict --checkpoint runs/faces8/runs/faces8-base-seed0-1a2b3c4d photos/ --out predictions.csv
  affekt predict --checkpoint checkpoint.safetensors video_frames/ --framing detect --faces all

A row for each face, or for each picture without one, with the reason. Pictures that cannot be read do not end it; started
again after a kill, the same command goes on.")]
pub(crate) struct PredictArgs {
    /// Pictures, and folders of pictures or of the frames of videos: pictures of a folder that are named alike but for the
    /// number at the end
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Checkpoint of a run, or the run's folder
    #[arg(long)]
    pub(crate) checkpoint: PathBuf,
    /// Table to write (CSV)
    #[arg(long, default_value = "predictions.csv")]
    pub(crate) out: PathBuf,
    /// Where the faces are
    #[arg(long, value_enum, default_value = "as-trained")]
    pub(crate) framing: PlaceArg,
    /// Detector of `--framing detect`: the built-in one reads its model from `AFFEKT_RUSTFACE_MODEL`, any other name is the
    /// program `AFFEKT_DETECTOR`
    #[arg(long, default_value = affekt_face::RustfaceDetector::NAME)]
    pub(crate) detector: String,
    /// Room on each side of a detected face, in its longer sides
    #[arg(long, default_value_t = 0.2)]
    pub(crate) margin: f64,
    /// Which of several detected faces
    #[arg(long, value_enum, default_value = "largest")]
    pub(crate) faces: FacesArg,
    /// Begin anew, whatever the table holds
    #[arg(long)]
    pub(crate) restart: bool,
    /// Where to compute: cpu, cuda, cuda:N, or auto for the first CUDA device there is
    #[arg(long, default_value = "auto")]
    pub(crate) device: String,
    /// Threads [default: one for each core]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) threads: Option<u32>,
}

/// Where faces are.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PlaceArg {
    /// As they were cut out for training
    AsTrained,
    /// The whole picture
    Picture,
    /// Where a detector finds them
    Detect,
}

/// Which of several faces.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FacesArg {
    /// The largest
    Largest,
    /// The one nearest to the centre
    MostCentral,
    /// The one the detector is surest of
    HighestScore,
    /// All of them, a row each
    All,
}
