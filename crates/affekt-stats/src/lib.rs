//! Exact paired tests, effect sizes, intervals and multiplicity for few seeds.
//!
//! Two arms are trained on the same seeds; every quantity here is computed from the checked list of
//! differences `A - B` ([`Differences`]). With five to thirty pairs the null distributions are small enough
//! to be counted; beyond, draws come from a seed and have a standard error, so that every number is reproducible to
//! the last digits whatever the number of threads.
//!
//! | question | item |
//! |---|---|
//! | is there a difference? | [`sign_flip`], [`wilcoxon`], [`sign_test`], [`paired_t`], or any [`PairedTest`] |
//! | could n pairs ever show one? | [`min_attainable_p`], [`smallest_n`], [`SignFlipPower`], [`pairs_needed`] |
//! | how large is it? | [`hodges_lehmann`], [`cohen_dz`], [`hedges_g`], [`rank_biserial`], [`bca_interval`] |
//! | are the arms equivalent? | [`paired_tost`], [`signed_rank_posterior`], [`signed_rank_probabilities`] |
//! | several contrasts? | [`Correction`], [`adjust_declared`] |
//! | many arms? | [`friedman()`], [`nemenyi`], [`holm_post_hoc`], [`critical_difference`] |
//! | subjects rather than seeds? | [`ClusterSums`], [`cluster_randomisation`], [`cluster_sign_flip`] |
//! | subjects and seeds? | [`two_level_bootstrap`] |
//! | all of it in one record? | [`paired_summary`] |
//!
//! The crate touches no file, clock, environment or random generator.

mod alternative;
mod bayes;
mod blocks;
mod bootstrap;
mod cluster;
mod cluster_sums;
mod differences;
mod effect_size;
mod equivalence;
mod error;
mod family;
mod friedman;
mod hodges_lehmann;
mod interval;
mod multiplicity;
mod nemenyi;
mod normal;
mod paired_t;
mod paired_test;
mod post_hoc;
mod power;
mod quadrature;
mod rank_null;
mod resolution;
mod sampled;
mod sign_flip;
mod sign_flip_power;
mod sign_test;
mod signed_ranks;
mod student;
mod studentized_range;
mod subset_sums;
mod summary;
mod t_power;
mod two_level;
mod wilcoxon;
mod wilcoxon_normal;

pub use alternative::Alternative;
pub use bayes::{
    POSTERIOR_DRAWS, PRIOR_STRENGTH, SignedRankPosterior, SignedRankProbabilities, signed_rank_posterior,
    signed_rank_probabilities, signed_rank_shares,
};
pub use blocks::Blocks;
pub use bootstrap::{BcaInterval, MAX_EXHAUSTIVE_BOOTSTRAP, bca_interval, bca_interval_sampled};
pub use cluster::{
    ClusterDraws, ClusterRandomisation, MAX_CLUSTERS, cluster_means, cluster_randomisation,
    cluster_randomisation_sampled, cluster_sign_flip,
};
pub use cluster_sums::ClusterSums;
pub use differences::{Differences, MAX_MAGNITUDE};
pub use effect_size::{cohen_dz, hedges_correction, hedges_g, rank_biserial};
pub use equivalence::{SignFlipTost, Tost, paired_tost, sign_flip_tost};
pub use error::StatsError;
pub use family::{Adjusted, Declared, Role, adjust_declared};
pub use friedman::{Friedman, friedman};
pub use hodges_lehmann::{ExactInterval, HodgesLehmann, MAX_WALSH, hodges_lehmann};
pub use interval::{TInterval, quantile, t_interval};
pub use multiplicity::Correction;
pub use nemenyi::{Nemenyi, critical_difference, nemenyi, nemenyi_normal};
pub use paired_t::{PairedT, TTest, paired_t};
pub use paired_test::{PAIRED_TESTS, PairedTest, TestOutcome};
pub use post_hoc::{PairOfArms, holm_post_hoc};
pub use power::{required_effect, unanimity_power};
pub use resolution::{min_attainable_p, smallest_n};
pub use sampled::{DEFAULT_DRAWS, SampledCount};
pub use sign_flip::{MAX_SIGN_FLIP, SignFlip, SignFlipCount, sign_flip, sign_flip_sampled};
pub use sign_flip_power::{MAX_PAIRS_NEEDED, PowerBasis, SignFlipPower, SignFlipPowers, pairs_needed};
pub use sign_test::{SignTest, SignTestCount, sign_test};
pub use signed_ranks::ZeroMethod;
pub use summary::{PairedSummary, paired_summary};
pub use t_power::t_power;
pub use two_level::{TwoLevelInterval, two_level_bootstrap};
pub use wilcoxon::{MAX_EXACT_RANKS, Wilcoxon, WilcoxonExact, wilcoxon, wilcoxon_null_cumulative};
pub use wilcoxon_normal::{WilcoxonNormal, wilcoxon_normal};
