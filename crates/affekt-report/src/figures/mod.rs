//! The figures of a report, each drawn from the study's files, and those of a page about a dataset.

mod attention;
mod au_rates;
mod auc_by_rho;
mod bars;
mod calibration;
mod circumplex;
mod class_distributions;
mod confusion;
mod critical_difference;
mod curves;
mod dots;
mod forest;
mod grid;
mod kl_by_epoch;
mod label_distributions;
mod matrix;
mod measures;
mod paired_differences;
mod part_counts;
mod per_class;
mod projection;
mod va_density;
mod va_errors;

pub(crate) use attention::{AttentionHistogram, FaceKind};
pub(crate) use au_rates::AuRates;
pub(crate) use auc_by_rho::AucByRho;
pub(crate) use bars::ClassCounts;
pub(crate) use calibration::{ArmReliability, ReliabilityDiagram};
pub(crate) use circumplex::CircumplexMap;
pub(crate) use class_distributions::ClassDistributions;
pub(crate) use confusion::ConfusionMatrix;
pub use critical_difference::CriticalDifference;
pub(crate) use curves::{ArmCurves, LearningCurves};
pub(crate) use dots::{DotPanel, DotPanels, DotRow, Reference};
pub(crate) use forest::Forest;
pub use forest::contrast_forest;
pub(crate) use kl_by_epoch::{ArmDistances, KlByEpoch};
pub(crate) use label_distributions::{LabelDistributions, ShownFace};
pub(crate) use measures::{error_structure, limits, pair_auc, paired_scores};
pub use paired_differences::{PairedDifferences, PairedPanel};
pub(crate) use part_counts::PartCounts;
pub(crate) use per_class::{ArmF1, CONFIDENCE, ClassF1, PerClassF1};
pub(crate) use projection::Projection;
pub(crate) use va_density::VaDensity;
pub(crate) use va_errors::VaErrorMap;

/// A name as part of a file name and an element id; `index` keeps changed names apart.
pub(crate) fn slug(name: &str, index: usize) -> String {
    let clean: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' })
        .collect();
    if clean == name { clean } else { format!("{clean}-{index}") }
}
