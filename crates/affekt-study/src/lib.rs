//! Run matrix, run identity, executors, collection and claims of a study.

mod spec;

pub use spec::*;
