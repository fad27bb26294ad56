//! Model weights without LibTorch: files are read without executing code, matched strictly, and renamed between layouts.
//!
//! ```no_run
//! use std::path::Path;
//! use affekt_weights::{Expected, Kind, Layout, Rules, StateDict, plan};
//!
//! # fn main() -> Result<(), affekt_weights::WeightsError> {
//! let state = StateDict::read(Path::new("resnet18-f37072fd.pth"))?;
//! let names = Layout::MultiTask.import(&state, 7);
//! let expected = [Expected::new("backbone.conv1.weight", [64, 3, 7, 7], Kind::F32)];
//! let rules = Rules { names, fresh: vec!["expression.".into()], ..Rules::default() };
//! let (pairs, report) = plan(&state, &expected, &rules)?;
//! println!("{report}");
//! for (target, source) in pairs {
//!     let values = state.get(&source).expect("planned").to_f32();
//!     println!("{target}: {} values", values.len());
//! }
//! # Ok(())
//! # }
//! ```

mod archive;
mod cursor;
mod error;
mod fault;
mod half;
mod kind;
mod layout;
mod plan;
mod read;
mod report;
mod rules;
mod safe;
mod state;
mod strided;
mod tensor;
mod torch;

pub use error::WeightsError;
pub use fault::Fault;
pub use kind::Kind;
pub use layout::{Division, Exported, Layout, LeftBehind};
pub use plan::{Expected, plan};
pub use report::{Conversion, Difference, Dropped, LoadReport};
pub use rules::{NameMap, Rules};
pub use safe::save;
pub use state::{Format, Origin, ReadOptions, StateDict};
pub use tensor::HostTensor;
