//! The vocabulary every other crate speaks: label sets, class indices, valence-arousal points, ids,
//! splits and keyed random streams.
//!
//! Nothing here touches a file, a clock, the environment or a tensor.

mod class;
mod distribution;
mod id;
mod label_map;
mod label_set;
mod rng;
mod shared_classes;
mod split;
mod va;

pub use class::ClassIndex;
pub use distribution::{DistributionError, LabelDistribution};
pub use id::{IdError, SampleId, SubjectId};
pub use label_map::{LabelMap, LabelMapError};
pub use label_set::{ABAW_AUS, LabelSet, LabelSetError};
pub use rng::{Seed, Stream};
pub use shared_classes::SharedClasses;
pub use split::{ParseSplitError, Split};
pub use va::{VaError, VaPoint};
