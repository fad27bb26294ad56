//! Task losses with masks, the optimal-transport terms, the multi-task objective of the circumplex study and Ada-DF.

mod ada_df;
mod expression;
mod multi_task;
mod soft_transport;
mod tasks;
mod transport;

pub use ada_df::{
    AdaDf, AdaDfLoss, AdaDfParams, AdaDfSpec, ClassDistributions, ClassSums, Fusion, Quirk, divergence,
    fused_target, fusion_weight, ramps, rank_loss,
};
pub use expression::{ExpressionLoss, soft_expression_loss};
pub use multi_task::{MultiTaskObjective, MultiTaskSpec, TaskWeights, Weighing};
pub use soft_transport::soft_transport_loss;
pub use tasks::{action_unit_loss, ccc_loss};
pub use transport::transport_loss;

/// The example of the README, as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
