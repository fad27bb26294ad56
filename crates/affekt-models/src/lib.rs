//! Backbones, the multi-task affect model and the dual-branch network of Ada-DF.

mod architecture;
mod block;
mod dual_branch;
mod multi_task;
mod resnet;

pub use architecture::{Architecture, Stage};
pub use dual_branch::{BranchOutput, Division, DivisionError, DualBranch, DualOutput};
pub use multi_task::{ExpressionHead, FixedFeatures, HeadSizes, MultiTask};
pub use resnet::ResNet;

/// The example of the README, as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
