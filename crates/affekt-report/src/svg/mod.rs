//! A small typed SVG writer: byte-stable numbers, escaped text, colours by class only.

mod label;
mod marker;
mod palette;
mod scale;
mod writer;

pub(crate) use label::{Anchor as LabelAnchor, Rect, place_labels};
pub(crate) use marker::{ArmStyle, draw_edge, draw_marker, draw_markers};
pub use palette::svg_file;
pub(crate) use palette::{page_variables, standalone};
pub(crate) use scale::{OFF_AXIS, Scale};
pub(crate) use writer::{Align, Svg, ellipsis, text_width};

/// Rules of the classes that figures use; colours are variables, see [`palette`].
pub(crate) const FIGURE_CSS: &str = include_str!("../../templates/figure.css");

/// Width of every figure in user units: one unit is about one CSS pixel on a phone.
pub(crate) const WIDTH: f64 = 360.0;
