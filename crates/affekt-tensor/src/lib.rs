//! Everything that touches `LibTorch`: parameters and their initialisation, layers, memory layout,
//! precision, the optimisers, the average of weights, weight files and threads.
//!
//! No other crate of the workspace depends on `tch`; what they need of it is re-exported here.

mod adam_w;
mod ema;
mod error;
mod gradients;
mod layers;
mod optimizer;
mod params;
mod precision;
mod runtime;
mod saved;
mod script;
mod sgd;
mod weights;

pub use adam_w::{AdamW, AdamWParams};
pub use ema::{Ema, EmaDecay, EmaError};
pub use error::TensorError;
pub use gradients::{Gradients, LossScale};
pub use layers::{BatchNorm2d, Conv2d, Conv2dShape, CosineLinear, Linear, dropout, wide_kind};
pub use optimizer::{Optimizer, OptimizerError, OptimizerParams};
pub use params::{Init, ParamPath, ParamStore};
pub use precision::{Mode, Precision};
pub use runtime::{Device, PeakMemory, device, set_deterministic, set_threads, to_f64};
pub use script::Script;
pub use sgd::{Sgd, SgdParams};
pub use tch::{Kind, Reduction, Tensor, no_grad, no_grad_guard};
pub use weights::{Saved, load_weights, read_saved, read_tensors, save_tensors, save_weights};

/// The example of the README, as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
