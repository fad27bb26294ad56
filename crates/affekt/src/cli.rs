//! The command line.

mod compare;
mod doctor;
#[cfg(test)]
mod examples;
mod predict;
mod shell;
mod study;
mod submit;
mod train;
mod weights;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use compare::{CompareArgs, FormatArg};
pub(crate) use doctor::DoctorArgs;
pub(crate) use predict::PredictArgs;
#[cfg(feature = "torch")]
pub(crate) use predict::{FacesArg, PlaceArg};
pub(crate) use shell::{CompletionsArgs, ManArgs};
pub(crate) use study::{
    CollectArgs, ExecutorArg, PlanArgs, RunArgs, SlurmArgs, StatusArgs, StudyArgs, StudyCommand,
};
pub(crate) use submit::SubmitArgs;
#[cfg(feature = "torch")]
pub(crate) use train::StepPrecision;
pub(crate) use train::{StepArgs, TrainArgs};
pub(crate) use weights::{ExportArgs, ExportFormat, WeightsCommand, WeightsShowArgs};

/// Facial affect recognition: data, worlds with known truth, studies, statistics and reports.
#[derive(Debug, Parser)]
#[command(name = "affekt", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "\
Examples:
  affekt study plan configs/circumplex-worlds.toml --tier smoke
  affekt study run configs/circumplex-worlds.toml --tier smoke --out runs
  affekt compare runs/circumplex-worlds/results.csv --metric macro_f1 --treatment circumplex --control uniform
  affekt data check data-manifests/faces8.toml --root /data/faces8

Exit codes: 0 done, 1 a check failed, 2 usage or input error, 85 a training stopped with its state kept, 130 interrupted.
Results go to standard output, progress and logs to standard error (AFFEKT_LOG=debug for more).")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Plan, run and collect a study: datasets x arms x seeds
    #[command(
        subcommand,
        after_help = "\
Examples:
  affekt study plan configs/circumplex-worlds.toml --tier smoke
  affekt study run configs/circumplex-worlds.toml --tier smoke --out runs
  affekt study status runs/circumplex-worlds-smoke"
    )]
    Study(StudyCommand),
    /// Compare arms of any results table over the seeds they share
    Compare(Box<CompareArgs>),
    /// Write the report of a study from its files
    Report(ReportArgs),
    /// Look at a dataset, or bring it to one size
    #[command(
        subcommand,
        after_help = "\
Examples:
  affekt data check data-manifests/faces8.toml --root /data/faces8
  affekt data prepare data-manifests/faces8.toml --root /data/faces8 --out prepared/faces8 --size 80"
    )]
    Data(DataCommand),
    /// Faces whose true class posterior is known
    #[command(
        subcommand,
        after_help = "\
Example:
  affekt worlds render configs/worlds/ambiguous.toml --n 400 --size 64 --out own"
    )]
    Worlds(WorldsCommand),
    /// Look at model weights
    #[command(
        subcommand,
        after_help = "\
Example:
  affekt weights show resnet18.pth --key state_dict"
    )]
    Weights(WeightsCommand),
    /// Write a trained network for other programs: under timm's names, or as `TorchScript`
    Export(ExportArgs),
    /// Predict expression, valence and arousal, and action units of faces in pictures
    Predict(PredictArgs),
    /// Write the files of an ABAW submission from predictions, and read them back
    Submit(SubmitArgs),
    /// Find what would stop a study: LibTorch, devices, memory, space, the study file, its data, Slurm
    Doctor(DoctorArgs),
    /// Train one run of a study (started by `study run`)
    Train(TrainArgs),
    /// One training step from given weights and a given batch, every intermediate into one safetensors file
    Step(StepArgs),
    /// Print a script with which a shell completes affekt's commands and options
    Completions(CompletionsArgs),
    /// Write manual pages
    Man(ManArgs),
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  affekt report runs/circumplex-worlds --latex paper/tables --tensorboard /tmp/events --parquet /tmp/parquet
  tensorboard --logdir /tmp/events

The LaTeX files need the packages array and booktabs; tables.tex is a document of all of them.")]
pub(crate) struct ReportArgs {
    /// Study folder, such as runs/circumplex-worlds
    pub(crate) study_dir: PathBuf,
    /// Also write tables for a paper into this folder: results.tex, tests.tex, claims.tex and tables.tex
    #[arg(long, value_name = "DIR")]
    pub(crate) latex: Option<PathBuf>,
    /// Also write an event file of TensorBoard for each run into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) tensorboard: Option<PathBuf>,
    /// Also write Parquet files into this folder: results.parquet, and predictions-DATASET.parquet of all its runs
    #[arg(long, value_name = "DIR")]
    pub(crate) parquet: Option<PathBuf>,
    /// Also show this many faces of each dataset that the primary treatment is most sure and most wrong about, 1 to 24;
    /// the page then holds pictures that the dataset's licence may forbid to pass on
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=i64::from(affekt_report::MOST_THUMBNAILS)))]
    pub(crate) thumbnails: Option<u8>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Open every image, read every label, compare with the published counts; exit code 1 when someone must look
    Check(DataCheckArgs),
    /// Write a page with class counts, valence-arousal densities, action-unit rates and pictures
    Stats(DataStatsArgs),
    /// Decode, split and resize a dataset into a folder with manifest and face cache
    Prepare(DataPrepareArgs),
    /// Draw wrong training labels for a prepared dataset: a table of which labels become which
    Noise(DataNoiseArgs),
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  affekt data check data-manifests/faces8.toml --root /data/faces8")]
pub(crate) struct DataCheckArgs {
    /// Dataset description, such as data-manifests/faces8.toml
    pub(crate) manifest: PathBuf,
    /// Folder with the dataset's files
    #[arg(long)]
    pub(crate) root: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  affekt data stats data-manifests/faces8.toml --root /data/faces8 --out faces8.html

The page is one file and holds the pictures it shows; --pictures 0 makes one that may leave the house.
Only those pictures are opened: affekt data check opens them all.")]
pub(crate) struct DataStatsArgs {
    /// Dataset description, such as data-manifests/faces8.toml
    pub(crate) manifest: PathBuf,
    /// Folder with the dataset's files
    #[arg(long)]
    pub(crate) root: PathBuf,
    /// Page to write (HTML)
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Pictures shown of each class
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u8).range(..=24), value_name = "N")]
    pub(crate) pictures: u8,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt data prepare data-manifests/faces8.toml --root /data/faces8 --out prepared/faces8 --size 80
  affekt data prepare set.toml --root /data/set --out prepared/set --size 112 --framing landmarks --valid 0.1 --test 0.2

A study prepares its own datasets; this is for looking at what it would see, and for other programs.")]
pub(crate) struct DataPrepareArgs {
    /// Dataset description, such as data-manifests/faces8.toml
    pub(crate) manifest: PathBuf,
    /// Folder with the dataset's files
    #[arg(long)]
    pub(crate) root: PathBuf,
    /// Folder to write
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Edge of the square faces in pixels
    #[arg(long)]
    pub(crate) size: u32,
    /// What becomes the face
    #[arg(long, value_enum, default_value = "picture")]
    pub(crate) framing: FramingArg,
    /// What happens to the aspect ratio
    #[arg(long, value_enum, default_value = "pad")]
    pub(crate) fit: FitArg,
    /// Grey pictures: where colour tells the source, and the source the label
    #[arg(long)]
    pub(crate) grey: bool,
    /// Room around a face box, as a fraction of its longer side
    #[arg(long, default_value_t = 0.15)]
    pub(crate) margin: f64,
    /// Detector of --framing detected: the built-in one, whose model file `$AFFEKT_RUSTFACE_MODEL` names, or any other name
    /// for the program `$AFFEKT_DETECTOR`
    #[arg(long, value_name = "NAME", default_value = affekt_face::RustfaceDetector::NAME)]
    pub(crate) detector: String,
    /// Which of several detected faces
    #[arg(long, value_enum, default_value = "largest")]
    pub(crate) face: FaceArg,
    /// Share of validation images, by subject
    #[arg(long, default_value_t = 0.1)]
    pub(crate) valid: f64,
    /// Share of test images, by subject
    #[arg(long, default_value_t = 0.2)]
    pub(crate) test: f64,
    /// Seed of the split
    #[arg(long, default_value_t = 0)]
    pub(crate) split_seed: u64,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  affekt data noise runs/data/raf-db-1a2b3c4d --rate 0.2 --kind uniform --seed 1 --out noise/raf-db-20.csv

Each training label changes with probability RATE, always to another class. The table has the columns
sample,original,noisy,changed; beside it lies a .toml with rate, kind and seed. Labels wrong at one rate
are wrong in the same way at every higher rate of the same seed and kind.")]
pub(crate) struct DataNoiseArgs {
    /// Folder with manifest.toml and manifest.csv, as `data prepare` writes it
    pub(crate) folder: PathBuf,
    /// Probability of each training label to become another, in [0, 1]
    #[arg(long)]
    pub(crate) rate: f64,
    /// Which of the other classes a wrong label becomes
    #[arg(long, value_enum)]
    pub(crate) kind: NoiseKindArg,
    /// T of exp(-distance / T), in units of valence and arousal; for circumplex
    #[arg(long, required_if_eq("kind", "circumplex"))]
    pub(crate) temperature: Option<f64>,
    /// Table of class positions: affectnet-val, nrc-vad, warriner, rm77, rm77-joyful-terrified, c25-i or c25-ii; for circumplex
    #[arg(long, default_value = "nrc-vad")]
    pub(crate) prototypes: affekt_ot::PrototypeTable,
    /// Seed of the noise
    #[arg(long)]
    pub(crate) seed: u64,
    /// Table to write (CSV)
    #[arg(long)]
    pub(crate) out: PathBuf,
}

/// Which of the other classes a wrong label becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum NoiseKindArg {
    /// Each of them equally often
    #[value(alias = "symmetric")]
    Uniform,
    /// Near classes on the plane of valence and arousal more often
    Circumplex,
}

/// What becomes the face.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum FramingArg {
    /// The whole picture
    Picture,
    /// The annotated face box
    GivenBox,
    /// The box a detector finds
    Detected,
    /// The annotated landmarks, brought onto the five-point template of `ArcFace`
    Landmarks,
}

/// Which of several faces.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum FaceArg {
    /// The largest box
    Largest,
    /// The box nearest to the middle
    MostCentral,
    /// The box the detector is surest of
    HighestScore,
}

/// What happens to the aspect ratio of a picture that is not square.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum FitArg {
    /// Scale both sides
    Stretch,
    /// Cut out the largest centred square
    CenterCrop,
    /// Keep the whole picture on black
    Pad,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorldsCommand {
    /// Draw pictures, labels and true posteriors of a world, and its limits
    Render(WorldsRenderArgs),
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  affekt worlds render configs/worlds/ambiguous.toml --n 400 --size 64 --out own")]
pub(crate) struct WorldsRenderArgs {
    /// World file, such as configs/worlds/degenerate.toml
    pub(crate) world: PathBuf,
    /// Number of faces, of the test split
    #[arg(long)]
    pub(crate) n: u64,
    /// Folder to write
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Edge in pixels
    #[arg(long, default_value_t = 128)]
    pub(crate) size: u32,
    /// Seed of the draw
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
}
