//! Arguments of `affekt compare`.

use std::path::PathBuf;

use affekt_stats::{Alternative, Correction};
use clap::Args;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt compare runs/circumplex-worlds/results.csv --metric severity_index \\
      --treatment circumplex --control uniform --dataset degenerate --margin 0.02
  affekt compare wandb.csv --arm-column model --pair-column seed --metric f1 --control baseline
  affekt compare wide.csv --treatment ours --control theirs --pair-column fold --figures figures

Tables: UTF-8 with commas and decimal points, CRLF and byte order marks as they come. One number a row (columns arm,
seed, metric, value), or a column per metric (arm, seed, and columns that --metric names), or a column per arm (seed, and
columns that --treatment and --control name). affekt's own results.csv is cut to split `test` and --selection.
Duplicate rows, undefined values and seeds that one arm lacks are refused, with the rows named.

All contrasts of a dataset are one family unless --primary declares one of them. Declare the primary contrast, --margin
and --effect before you look.")]
pub(crate) struct CompareArgs {
    /// Results table (CSV)
    pub(crate) results: PathBuf,
    /// Metric, such as accuracy; may be repeated
    #[arg(long = "metric", value_name = "NAME")]
    pub(crate) metrics: Vec<String>,
    /// Treatment arm; may be repeated [default: every arm but the control]
    #[arg(long = "treatment", value_name = "ARM")]
    pub(crate) treatments: Vec<String>,
    /// Control arm
    #[arg(long, value_name = "ARM")]
    pub(crate) control: String,
    /// One dataset [default: each of the table]
    #[arg(long)]
    pub(crate) dataset: Option<String>,
    /// Weights compared in affekt's own tables: last or best-valid
    #[arg(long, default_value = "last")]
    pub(crate) selection: String,
    /// Keep rows with this value in this column; may be repeated
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = key_value)]
    pub(crate) filters: Vec<(String, String)>,
    /// Column of the arms
    #[arg(long, default_value = "arm", value_name = "COLUMN")]
    pub(crate) arm_column: String,
    /// Column that pairs the arms: seed, fold, subject, video
    #[arg(long, default_value = "seed", value_name = "COLUMN")]
    pub(crate) pair_column: String,
    /// Column of metric names
    #[arg(long, default_value = "metric", value_name = "COLUMN")]
    pub(crate) metric_column: String,
    /// Column of the numbers
    #[arg(long, default_value = "value", value_name = "COLUMN")]
    pub(crate) value_column: String,
    /// Column of the datasets
    #[arg(long, default_value = "dataset", value_name = "COLUMN")]
    pub(crate) dataset_column: String,
    /// The one contrast that is not corrected, as ARM or ARM/METRIC
    #[arg(long, value_name = "ARM")]
    pub(crate) primary: Option<String>,
    /// Correction of the other contrasts of a dataset
    #[arg(long, value_enum, default_value = "holm")]
    pub(crate) correction: CorrectionArg,
    /// Test behind p
    #[arg(long, default_value = "sign_flip",
        value_parser = ["sign_flip", "wilcoxon", "wilcoxon_pratt", "wilcoxon_zsplit", "sign_test", "paired_t"])]
    pub(crate) test: String,
    /// Direction of the test, treatment against control
    #[arg(long, value_enum, default_value = "two-sided")]
    pub(crate) alternative: AlternativeArg,
    /// Level of the tests
    #[arg(long, default_value_t = 0.05)]
    pub(crate) alpha: f64,
    /// Margin within which the arms count as equivalent
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) margin: Option<f64>,
    /// Difference that would matter: power and the number of seeds are for it
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) effect: Option<f64>,
    /// Power that the number of seeds needed is for
    #[arg(long, default_value_t = 0.8)]
    pub(crate) power: f64,
    /// Pairs every contrast must have
    #[arg(long, value_name = "N")]
    pub(crate) expect: Option<usize>,
    /// Rank all arms too: Friedman, Nemenyi, Holm
    #[arg(long)]
    pub(crate) ranks: bool,
    /// Less is better, for the ranks of metrics affekt does not know
    #[arg(long)]
    pub(crate) lower_is_better: bool,
    /// What is printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: FormatArg,
    /// Print JSON, as --format json
    #[arg(long)]
    pub(crate) json: bool,
    /// Folder to write figures into: forest plot, paired differences, critical difference (SVG)
    #[arg(long, value_name = "DIR")]
    pub(crate) figures: Option<PathBuf>,
}

/// What `affekt compare` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum FormatArg {
    /// Tables and sentences
    Text,
    /// Everything, one object
    Json,
    /// One row a contrast, every digit
    Csv,
    /// A booktabs table
    Latex,
}

/// Correction for several contrasts.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum CorrectionArg {
    /// Family-wise error
    Holm,
    /// Family-wise error, more cautious
    Bonferroni,
    /// Family-wise error, for independent or positively dependent contrasts
    Hommel,
    /// False discovery rate, for independent or positively dependent contrasts
    #[value(alias = "bh")]
    BenjaminiHochberg,
    /// False discovery rate, any dependence
    #[value(alias = "by")]
    BenjaminiYekutieli,
}

impl From<CorrectionArg> for Correction {
    fn from(arg: CorrectionArg) -> Self {
        match arg {
            CorrectionArg::Holm => Self::Holm,
            CorrectionArg::Bonferroni => Self::Bonferroni,
            CorrectionArg::Hommel => Self::Hommel,
            CorrectionArg::BenjaminiHochberg => Self::BenjaminiHochberg,
            CorrectionArg::BenjaminiYekutieli => Self::BenjaminiYekutieli,
        }
    }
}

/// Direction of a test.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum AlternativeArg {
    /// A difference either way
    TwoSided,
    /// Treatment larger
    Greater,
    /// Treatment smaller
    Less,
}

impl From<AlternativeArg> for Alternative {
    fn from(arg: AlternativeArg) -> Self {
        match arg {
            AlternativeArg::TwoSided => Self::TwoSided,
            AlternativeArg::Greater => Self::Greater,
            AlternativeArg::Less => Self::Less,
        }
    }
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("{text:?}; expected COLUMN=VALUE"))?;
    Ok((key.to_owned(), value.to_owned()))
}
