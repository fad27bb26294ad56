//! Task losses with masks, the optimal-transport term, and the multi-task objective of the circumplex study.

mod multi_task;
mod tasks;
mod transport;

pub use multi_task::{MultiTaskObjective, TaskWeights};
pub use tasks::{action_unit_loss, ccc_loss, expression_loss};
pub use transport::transport_loss;
