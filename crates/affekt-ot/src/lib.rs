//! Optimal transport for small label sets: cost matrices, exact and entropic transport.
//!
//! Everything is a pure function of `f64` slices: no file, clock or random number is read. Classes are plain
//! indices `0..n_classes`; `C[i][j]` prices mass predicted on class `i` when the truth is class `j`.
//!
//! Which solver: a one-hot target needs none ([`one_hot_cost`]); a soft target of a few classes is cheapest
//! and unbiased with [`ExactSolver`]; [`sinkhorn`] is for smooth gradients and for agreement with entropic
//! losses; [`unbalanced_sinkhorn`] for marginals that should only roughly agree.
//!
//! ```
//! use affekt_ot::{CostMatrix, exact};
//!
//! // Moving a quarter of the mass one step and a quarter two steps costs 0.75.
//! let line = CostMatrix::from_prototypes(&[[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]])?;
//! let solution = exact(&[0.5, 0.25, 0.25], &[1.0, 0.0, 0.0], &line)?;
//! assert!((solution.cost_linear - 0.75).abs() < 1e-15);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod au_table;
mod batch;
mod cloud;
mod cost;
mod divergence;
mod error;
mod exact;
mod marginals;
mod one_hot;
mod population;
mod prototypes;
mod shape;
mod sinkhorn;
mod sinkhorn_batch;
mod solution;
mod transform;
mod tree;
mod unbalanced;
mod wheel;

pub use au_table::{AuTable, UnknownAuTable};
pub use batch::{ExactBatch, exact_batch};
pub use cloud::ClassCloud;
pub use cost::CostMatrix;
pub use divergence::{SinkhornDivergence, sinkhorn_divergence};
pub use error::{BatchError, CostError, OtError, SinkhornError};
pub use exact::{ExactSolver, exact};
pub use marginals::{MASS_TOLERANCE, total_variation};
pub use one_hot::{envelope_logit_gradient, one_hot_cost, one_hot_logit_gradient, one_hot_uniform};
pub use population::{PopulationOptimum, expected_costs, minimum_risk, population_optimum};
pub use prototypes::{PrototypeTable, UnknownPrototypeTable};
pub use sinkhorn::{SinkhornParams, StoppingRule, entropy_convention_value, sinkhorn};
pub use sinkhorn_batch::{SinkhornBatch, sinkhorn_batch};
pub use solution::{OtSolution, Status};
pub use transform::Normalisation;
pub use unbalanced::{UnbalancedSolution, unbalanced_sinkhorn};
