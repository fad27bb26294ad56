//! Tables, SVG figures and one self-contained HTML file from the files of a study.
//!
//! [`write()`] reads a finished (or half-finished) study through `affekt-artifact`, recomputes what can be
//! recomputed from the predictions, and writes `report.html`, `tables/` and `figures/` into its folder. Every
//! number shown comes from those files; the same files give the same bytes. [`write_latex()`] sets the same numbers as
//! tables of a paper, [`write_tensorboard()`] lays the runs out for TensorBoard, [`write_parquet()`] for pandas and polars. [`data_page()`] makes a page of a dataset
//! before anything was trained on it.

mod base64;
mod data_page;
mod error;
mod figure;
mod figures;
mod html;
mod latex;
mod number;
mod page;
mod parquet;
mod principal;
mod study;
mod svg;
mod table;
mod tensorboard;
mod write;

pub use data_page::{DataAu, DataGroup, DataPart, DataPicture, DataVa, DataView, PublishedCount, data_page};
pub use error::ReportError;
pub use figure::Figure;
pub use figures::{CriticalDifference, PairedDifferences, PairedPanel, contrast_forest};
pub use latex::write_latex;
pub use number::NumberKind;
pub use parquet::write_parquet;
pub use svg::svg_file;
pub use table::{Cell, DataTable};
pub use tensorboard::{TensorBoardRuns, write_tensorboard};
pub use write::{MOST_THUMBNAILS, ThumbnailSource, write, write_with_thumbnails};
