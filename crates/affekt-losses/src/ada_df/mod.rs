//! Ada-DF: adaptive fusion of label and class distributions (arXiv 2404.15714; ICASSP 2023).

mod class_distributions;
mod objective;
mod params;
mod terms;
mod watch;

pub use class_distributions::{ClassDistributions, ClassSums};
pub use objective::{AdaDf, AdaDfLoss};
pub use params::{AdaDfParams, AdaDfSpec, Fusion, Quirk};
pub use terms::{divergence, fused_target, fusion_weight, ramps, rank_loss};
