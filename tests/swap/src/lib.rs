//! Parts written outside affekt's crates, one for each seam that needs no LibTorch: a reader, an augmentation, a paired
//! test, and an executor that trains a learner of its own.
//!
//! Each part uses the public interface of the crate that states its trait, and nothing else. `tests/study.rs` runs a
//! study on all four, from annotation to report.

mod brightness;
mod executor;
mod median_flip;
mod reader;

pub use brightness::Brightness;
pub use executor::NearestMean;
pub use median_flip::MedianFlip;
pub use reader::LinesReader;

/// The examples of the crates' README files, as documentation tests; the torch island's stand in its crates.
///
/// They stand here and not in the crates, where a word of a README would change the digest of a run.
#[cfg(doctest)]
mod readmes {
    #[doc = include_str!("../../../crates/affekt-artifact/README.md")]
    struct Artifact;
    #[doc = include_str!("../../../crates/affekt-augment/README.md")]
    struct Augment;
    #[doc = include_str!("../../../crates/affekt-core/README.md")]
    struct Core;
    #[doc = include_str!("../../../crates/affekt-data/README.md")]
    struct Data;
    #[doc = include_str!("../../../crates/affekt-face/README.md")]
    struct Face;
    #[doc = include_str!("../../../crates/affekt-metrics/README.md")]
    struct Metrics;
    #[doc = include_str!("../../../crates/affekt-ot/README.md")]
    struct Ot;
    #[doc = include_str!("../../../crates/affekt-report/README.md")]
    struct Report;
    #[doc = include_str!("../../../crates/affekt-stats/README.md")]
    struct Stats;
    #[doc = include_str!("../../../crates/affekt-study/README.md")]
    struct Study;
    #[doc = include_str!("../../../crates/affekt-weights/README.md")]
    struct Weights;
    #[doc = include_str!("../../../crates/affekt-worlds/README.md")]
    struct Worlds;
}
