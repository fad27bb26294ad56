//! Datasets of a study and what the network sees of them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use affekt_face::{Colour, Framing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::exactly::exactly;
use super::noise::named;
use crate::{Fallback, NoiseSpec, ThinSpec};

/// Size of the square RGB input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputSpec {
    /// Edge in pixels.
    pub size: u32,
    /// Mean per RGB channel of images scaled to [0, 1].
    #[serde(deserialize_with = "exactly")]
    pub mean: [f64; 3],
    /// Standard deviation per RGB channel of images scaled to [0, 1].
    #[serde(deserialize_with = "exactly")]
    pub std: [f64; 3],
    /// True to average each prediction over the face and its mirror image, validation and test alike.
    pub mirror: bool,
    /// Pixels: a trained network's predictions, validation and test alike, average over the face in place and moved by
    /// so much in the eight directions; 0 for in place alone. Scores while it learns see it in place.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shift: u32,
    /// Edge of the crops the network sees instead of the whole face, at most `size`; absent for the whole face.
    ///
    /// Training shows all ten crops of a face (corners and centre, of it and of its mirror image) in one batch, each
    /// augmented by itself, so a batch holds ten times `batch_size` images; evaluation averages the logits over them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ten_crop: Option<u32>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(pixels: &u32) -> bool {
    *pixels == 0
}

/// One dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatasetSpec {
    /// Name in run ids and tables.
    pub name: String,
    /// Where its faces come from.
    pub source: DatasetSource,
    /// Where the class prototypes on the circumplex come from.
    pub prototypes: PrototypeSource,
    /// Pair of classes called degenerate on this dataset; absent where it is `analysis.pair`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<[String; 2]>,
    /// True for a dataset that no run trains on: it is there to be tested on, by a transfer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tested_only: bool,
}

/// Every run of one dataset is also tested on the test split of another.
///
/// Scored are the classes both have by name ([`affekt_core::SharedClasses`]); a label map in the dataset's description
/// brings other spellings together. Tables name it `<train>-to-<test>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferSpec {
    /// Dataset of this study whose runs are tested.
    pub train: String,
    /// Dataset of this study whose test split they are tested on.
    pub test: String,
}

/// Where faces come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum DatasetSource {
    /// A rendered world.
    World {
        /// World file, relative to the study file.
        world: PathBuf,
        /// Faces to draw.
        size: WorldSize,
        /// Seed of the draw; the same for every run, so that all runs see one dataset.
        seed: u64,
        /// Probability that the pair exchanges faces, in [0, 1]: one point of a sweep; absent for the world file's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rho: Option<f64>,
        /// Prior of some classes in every split, a frequency swap or a dose of the tail; the others keep their
        /// proportions. The limits follow. Absent for the world file's.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        prior: BTreeMap<String, f64>,
        /// Training faces left out; absent for none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thin: Option<ThinSpec>,
        /// Noise on the training labels; absent for the labels as drawn.
        #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
        noise: Option<NoiseSpec>,
    },
    /// Images on disk, found under the data root given on the command line.
    Files {
        /// Dataset description, relative to the study file.
        manifest: PathBuf,
        /// Folder below the data root that holds it, in studies of several; absent for the data root itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        folder: Option<PathBuf>,
        /// Which part of a picture becomes the face, and how it is brought to size.
        framing: Framing,
        /// What becomes of the colours.
        colour: Colour,
        /// Split by subject.
        split: SplitSpec,
        /// Training images left out; absent for none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thin: Option<ThinSpec>,
        /// Noise on the training labels; absent for the labels as annotated.
        #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
        noise: Option<NoiseSpec>,
    },
}

impl DatasetSource {
    /// Noise on the training labels.
    pub fn noise(&self) -> Option<&NoiseSpec> {
        match self {
            Self::World { noise, .. } | Self::Files { noise, .. } => noise.as_ref(),
        }
    }

    /// Training faces left out.
    pub fn thin(&self) -> Option<&ThinSpec> {
        match self {
            Self::World { thin, .. } | Self::Files { thin, .. } => thin.as_ref(),
        }
    }
}

/// Faces per split of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorldSize {
    /// Training faces.
    pub train: u64,
    /// Validation faces.
    pub valid: u64,
    /// Test faces.
    pub test: u64,
}

/// Shares of a subject-disjoint split; the rest trains.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitSpec {
    /// Share of validation images.
    pub valid: f64,
    /// Share of test images.
    pub test: f64,
    /// Seed of the assignment.
    pub seed: u64,
    /// Share of the subjects that take part at all, in (0, 1]; absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<f64>,
}

/// Source of the class prototypes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PrototypeSource {
    /// Class means of valence and arousal on the training split.
    Empirical {},
    /// A published table by name, such as `affectnet-val`.
    Table {
        /// Name of the table.
        table: String,
        /// For classes that the table lacks; absent if that is a mistake.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<Fallback>,
    },
}
