//! Costs of the transport term: what each prices a confusion by.
//!
//! Notation: `mu_c` prototype of class c on the plane of valence and arousal, `S_c` its covariance, `u_c` its vector of
//! action units, `d_ij = ||mu_i - mu_j||`. Every cost is 0 on the diagonal and is scaled last, by `normalisation`.

use std::path::PathBuf;

pub use affekt_ot::Normalisation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Cost matrix of an arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CostSpec {
    /// No transport term: lambda = 0.
    None {},
    /// Every confusion costs the same: `C_ij = 1`. With a one-hot target the term is `1 - p_y`, in `[0, 1]` (Ghosh et al.
    /// 2017): it penalises lack of confidence in the true class.
    Uniform {
        /// Scale.
        normalisation: Normalisation,
    },
    /// Valence-arousal distance of the class prototypes: `C_ij = f(d_ij)`, `d` in `[0, 2 sqrt 2]` (the circumplex cost of
    /// arXiv 2606.15763).
    Circumplex {
        /// `f`; absent for the distance itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shape: Option<ShapeSpec>,
        /// A published table to take `mu` from; absent for the prototypes of the dataset. Scores use those either way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        table: Option<String>,
        /// For classes that `table` lacks; absent if that is a mistake.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<Fallback>,
        /// Scale.
        normalisation: Normalisation,
    },
    /// The circumplex costs on shuffled classes: a derangement drawn from the run seed.
    Permuted {
        /// `f`; absent for the distance itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shape: Option<ShapeSpec>,
        /// Scale.
        normalisation: Normalisation,
    },
    /// Distance of action units: `C_ij = f(||u_i - u_j||)`, in `[0, sqrt k]` before f for k units.
    Au {
        /// Where `u` comes from.
        source: AuSource,
        /// `f`; absent for the distance itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shape: Option<ShapeSpec>,
        /// Scale.
        normalisation: Normalisation,
    },
    /// Valence-arousal and action units: `C = (1 - a) V / mean V + a U / mean U`, means off the diagonal, V the circumplex
    /// cost and U that of action units (the AU-augmented arm of arXiv 2606.15763).
    Mixture {
        /// Share of the action units, in `[0, 1]`.
        a: f64,
        /// Where the units' vectors come from.
        source: AuSource,
        /// `f` of the valence-arousal part; absent for the distance itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shape: Option<ShapeSpec>,
        /// Scale.
        normalisation: Normalisation,
    },
    /// Mikels-type wheel: steps round the wheel, 3 more across polarities; whole numbers up to `n / 2 + 3` (Zhao et al.
    /// 2024).
    Wheel {
        /// Every class once, going round.
        order: Vec<String>,
        /// The pleasant ones; all others are unpleasant.
        positive: Vec<String>,
        /// Scale.
        normalisation: Normalisation,
    },
    /// Distance of class means in units of the spread within classes: `C_ij = f(sqrt(d' S^-1 d))`, `d = mu_i - mu_j`, S the
    /// mean of all `S_c`, from the training split.
    Mahalanobis {
        /// `f`; absent for the distance itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shape: Option<ShapeSpec>,
        /// Scale.
        normalisation: Normalisation,
    },
    /// Overlap of Gaussian class clouds: `C_ij = f(d' S^-1 d / 8 + ln(|S| / sqrt(|S_i| |S_j|)) / 2)`,
    /// `S = (S_i + S_j) / 2`, from the training split; unbounded (Bhattacharyya 1943). With the shape `concave` of scale 1
    /// it is the squared Hellinger distance.
    Bhattacharyya {
        /// `f`; absent for the distance itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shape: Option<ShapeSpec>,
        /// Scale.
        normalisation: Normalisation,
    },
    /// 2-Wasserstein distance of Gaussian class clouds:
    /// `C_ij = f(sqrt(d_ij^2 + tr(S_i + S_j - 2 (S_j^1/2 S_i S_j^1/2)^1/2)))`, from the training split; at least `d_ij`.
    Wasserstein {
        /// `f`; absent for the distance itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shape: Option<ShapeSpec>,
        /// Scale.
        normalisation: Normalisation,
    },
    /// A matrix of one's own: any finite costs >= 0, 0 on the diagonal.
    File {
        /// A TOML file with `classes`, a list of names, and `rows`, one per predicted class, of costs per true class; relative
        /// to the study file.
        file: PathBuf,
        /// Scale.
        normalisation: Normalisation,
    },
}

/// A function of a distance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ShapeSpec {
    /// `d^r`, r above 0.
    Power {
        /// The exponent.
        r: f64,
    },
    /// `1 - exp(-d / scale)`, in `[0, 1)`: large distances count alike.
    Concave {
        /// Distance at which the cost is 63 % of its limit.
        scale: f64,
    },
    /// `d^2 / 2` up to delta, `delta (d - delta / 2)` beyond.
    Huber {
        /// Where it becomes linear.
        delta: f64,
    },
}

/// Source of the classes' action units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AuSource {
    /// `P(AU = 1 | class)` on the training split, over items with both labels.
    Empirical {},
    /// A published table by name, such as `du-2014`, restricted to the units of the dataset.
    Table {
        /// Name of the table.
        table: String,
        /// For classes that the table lacks; absent if that is a mistake.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<Fallback>,
    },
}

/// Where a class comes from that a published table lacks, such as `other`: of all tables only `nrc-vad` and `warriner`
/// have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// Mean or rates of the class on the training split.
    Empirical,
}
