//! Procedural faces whose true class posterior and Bayes limits are known.
//!
//! A [`World`] is a checked TOML file: a class prior, P(AU | class), valence-arousal per class and the strength of
//! the nuisance. [`World::draw`] makes one [`WorldSample`] as a pure function of (seed, split, index);
//! [`World::render`] paints it. The pixels depend on the class only through the action units, so the posterior
//! of every sample is exact, and so are the [`WorldLimits`] that no classifier of the pixels can pass.

mod best_rule;
mod error;
mod identity;
mod joint;
mod limits;
mod nuisance;
mod pair_auc;
mod render;
mod sample;
mod sampling;
mod spec;
mod variant;
mod world;

pub use error::WorldError;
pub use limits::WorldLimits;
pub use render::{MAX_SIZE, RENDERER};
pub use sample::WorldSample;
pub use sampling::SamplingSd;
pub use world::World;
