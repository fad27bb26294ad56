//! Confusion, F1, CCC, AU F1, `P_MTL` and the structure of errors on the circumplex.
//!
//! Every function is a pure map from counts and `f64` values to `f64` values: no file, clock or random
//! number is read. Classes are plain indices `0..n_classes`; distances between classes are row-major slices,
//! so the crate knows no label set and no cost matrix type.
//!
//! ```
//! use affekt_metrics::{UndefinedClass, Confusion};
//!
//! let confusion = Confusion::from_pairs(2, [(0, 0), (0, 1), (1, 1), (1, 1)])?;
//! assert_eq!(confusion.accuracy()?, 0.75);
//! assert!((confusion.macro_f1(UndefinedClass::Zero)? - (2.0 / 3.0 + 0.8) / 2.0).abs() < 1e-15);
//! # Ok::<(), affekt_metrics::MetricError>(())
//! ```

mod accumulator;
mod au;
mod auc;
mod calibration;
mod ccc;
mod class_scores;
mod confusion;
mod degeneracy;
mod error;
mod frequency;
mod graded;
mod limit;
mod mtl;
mod null_model;
mod permutation;
mod posterior;
mod preservation;
mod quasi_independence;
mod ranks;
mod representation;
mod rows;
mod severity;

pub use accumulator::Accumulator;
pub use au::{AuAccumulator, AuCounts, AuSample};
pub use auc::auc;
pub use calibration::{CalibrationAccumulator, CalibrationSummary, DEFAULT_ECE_BINS};
pub use ccc::{CccAccumulator, ccc, mean_absolute_error};
pub use class_scores::{ClassScore, UndefinedClass, macro_f1_of};
pub use confusion::Confusion;
pub use degeneracy::{
    ClassDegeneracy, Estimate, Predictor, Regression, Term, class_degeneracy, pair_confusion,
    pair_degeneracy, pair_frequency,
};
pub use error::MetricError;
pub use frequency::{effective_number, inverse_frequency, ldam_margins, log_prior};
pub use graded::{ecc, emc, expected_distance, top_k_severity};
pub use limit::accuracy_limit;
pub use mtl::MtlScore;
pub use null_model::{NullModel, null_severity, null_table, severity_index};
pub use posterior::{kl_divergence, mean_kl};
pub use preservation::{DEFAULT_NEUTRAL_ZONE, Preservation, Quadrant, SignAgreement, preservation};
pub use representation::{
    NEIGHBOURS, PairMeasures, PairProbe, Points, Representation, Rsa, Sampling, debiased_linear_cka,
    linear_cka, representation, rsa,
};
pub use severity::{error_severity, expected_cost, macro_severity};
