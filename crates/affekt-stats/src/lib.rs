//! Exact paired tests, effect sizes, intervals and multiplicity for few seeds.
//!
//! Two arms are trained on the same seeds; every quantity here is computed from the checked list of
//! differences `A - B` ([`Differences`]). With five to thirty pairs the null distributions are small enough
//! to be counted, so nothing is simulated and every number is reproducible to the last digits.
//!
//! | question | item |
//! |---|---|
//! | is there a difference? | [`sign_flip`], [`wilcoxon`], [`sign_test`], [`paired_t`], or any [`PairedTest`] |
//! | could n pairs ever show one? | [`min_attainable_p`], [`smallest_n`], [`unanimity_power`] |
//! | how large is it? | [`hodges_lehmann`], [`cohen_dz`], [`hedges_g`], [`rank_biserial`], [`bca_interval`] |
//! | are the arms equivalent? | [`paired_tost`], [`signed_rank_posterior`] |
//! | several contrasts? | [`Correction`] |
//! | subjects rather than seeds? | [`cluster_randomisation`] |
//! | all of it in one record? | [`paired_summary`] |
//!
//! The crate touches no file, clock, environment or random generator.

mod alternative;
mod bayes;
mod bootstrap;
mod cluster;
mod differences;
mod effect_size;
mod equivalence;
mod error;
mod hodges_lehmann;
mod interval;
mod multiplicity;
mod normal;
mod paired_t;
mod paired_test;
mod power;
mod rank_null;
mod resolution;
mod sign_flip;
mod sign_test;
mod signed_ranks;
mod student;
mod summary;
mod wilcoxon;
mod wilcoxon_normal;

pub use alternative::Alternative;
pub use bayes::{PRIOR_STRENGTH, SignedRankPosterior, signed_rank_posterior};
pub use bootstrap::{BcaInterval, MAX_EXHAUSTIVE_BOOTSTRAP, bca_interval};
pub use cluster::{ClusterRandomisation, MAX_CLUSTERS, cluster_randomisation};
pub use differences::{Differences, MAX_MAGNITUDE};
pub use effect_size::{cohen_dz, hedges_correction, hedges_g, rank_biserial};
pub use equivalence::{Tost, paired_tost};
pub use error::StatsError;
pub use hodges_lehmann::{ExactInterval, HodgesLehmann, hodges_lehmann};
pub use interval::{TInterval, quantile, t_interval};
pub use multiplicity::Correction;
pub use paired_t::{PairedT, TTest, paired_t};
pub use paired_test::{PAIRED_TESTS, PairedTest, TestOutcome};
pub use power::{required_effect, unanimity_power};
pub use resolution::{min_attainable_p, smallest_n};
pub use sign_flip::{MAX_SIGN_FLIP, SignFlip, SignFlipCount, sign_flip};
pub use sign_test::{SignTest, SignTestCount, sign_test};
pub use signed_ranks::ZeroMethod;
pub use summary::{PairedSummary, paired_summary};
pub use wilcoxon::{MAX_EXACT_RANKS, Wilcoxon, WilcoxonExact, wilcoxon, wilcoxon_null_cumulative};
pub use wilcoxon_normal::{WilcoxonNormal, wilcoxon_normal};
