//! Do classes fail for being rare, or for lying close to another?

mod class_level;
mod pair_level;
mod regression;

pub use class_level::{ClassDegeneracy, class_degeneracy};
pub use pair_level::{pair_confusion, pair_degeneracy, pair_frequency};
pub use regression::{Estimate, Predictor, Regression, Term};
