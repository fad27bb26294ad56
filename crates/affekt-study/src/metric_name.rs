//! Names of the metrics in `results.csv`.

/// Every metric a run may have, without those per class.
#[rustfmt::skip] // one group a line
pub const METRICS: [&str; 23] = [
    "accuracy", "macro_f1", "uar",
    "ccc_valence", "ccc_arousal", "au_f1", "p_mtl",
    "severity", "severity_index", "macro_severity", "expected_cost",
    "quadrant_preservation", "valence_sign_preservation", "arousal_sign_preservation",
    "ece", "entropy", "nll", "confidence",
    "kl_to_truth", "gap_accuracy", "gap_macro_f1", "pair_auc", "gap_pair_auc",
];

/// Prefix of the F1 of one class, as in `f1:fear`.
pub(crate) const F1_PREFIX: &str = "f1:";

/// True for a name that `results.csv` may hold.
pub(crate) fn is_metric(name: &str) -> bool {
    METRICS.contains(&name) || name.strip_prefix(F1_PREFIX).is_some_and(|class| !class.is_empty())
}
