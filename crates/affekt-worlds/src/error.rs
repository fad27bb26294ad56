//! Why a world, or a picture of it, was refused.

use std::path::PathBuf;

/// A world file that cannot be used, or a request it cannot serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// The file cannot be read.
    #[error("cannot read world file {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is read but refused.
    #[error("world file {} is refused", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<WorldError>,
    },
    /// Not TOML, a key is unknown or missing, or a value has the wrong type.
    #[error("not a world description: {0}")]
    Toml(#[from] toml::de::Error),
    /// The name would not do as the start of a sample id.
    #[error("world name {got:?}; expected lower-case letters, digits and hyphens, starting with a letter")]
    Name {
        /// The name given.
        got: String,
    },
    /// The file was written for another renderer.
    #[error("world {world:?} asks for renderer {got}; this build draws with renderer {expected}")]
    Renderer {
        /// Name of the world.
        world: String,
        /// Version in the file.
        got: u32,
        /// Version of this build.
        expected: u32,
    },
    /// No built-in label set has this name.
    #[error("unknown label set {got:?}; expected \"aff-wild2\" or \"affectnet-8\"")]
    LabelSet {
        /// The name given.
        got: String,
    },
    /// The class tables and the label set disagree.
    #[error("{what} {got:?}; label set {set:?} has {}", expected.join(", "))]
    Class {
        /// Which part of the file.
        what: &'static str,
        /// The class concerned.
        got: String,
        /// Name of the label set.
        set: String,
        /// Its classes.
        expected: Vec<String>,
    },
    /// An action unit that cannot be drawn, or twice the same one, or none.
    #[error("aus {got:?}; expected distinct action units out of {expected:?}")]
    Aus {
        /// The list given.
        got: Vec<u8>,
        /// What the renderer can draw.
        expected: &'static [u8],
    },
    /// A class lists too few or too many AU probabilities.
    #[error("class {class:?} has {got} AU probabilities; expected {expected}, one for each of aus")]
    AuCount {
        /// The class.
        class: String,
        /// Number given.
        got: usize,
        /// Number of AUs of the world.
        expected: usize,
    },
    /// A number is out of its range or not a number.
    #[error("{what} is {got}; expected {expected}")]
    Number {
        /// Where it stands.
        what: String,
        /// The number.
        got: f64,
        /// The range in words.
        expected: &'static str,
    },
    /// A picture of no or too many pixels.
    #[error("picture size {got}; expected 1 to {expected} pixels a side")]
    Size {
        /// Pixels a side asked for.
        got: u32,
        /// Largest size.
        expected: u32,
    },
    /// Posteriors that do not form a sample of one world.
    #[error(
        "posterior {index} has {got} entries, or one that is not a probability; expected {expected} summing to 1"
    )]
    Posterior {
        /// Position of the posterior; 0 when there are none at all.
        index: usize,
        /// Its length.
        got: usize,
        /// The length of the first one.
        expected: usize,
    },
}
