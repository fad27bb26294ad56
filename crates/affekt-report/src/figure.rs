//! The seam: anything that can be drawn and also told as a table.

use crate::DataTable;

/// A figure of the report.
///
/// One object gives the picture, the words for readers who cannot see it, and the numbers behind it, so the
/// three cannot disagree.
///
/// # Example
/// ```
/// use affekt_report::{DataTable, Figure};
/// struct Empty;
/// impl Figure for Empty {
///     fn id(&self) -> &str { "empty" }
///     fn title(&self) -> &str { "Nothing" }
///     fn description(&self) -> String { "There is nothing to see.".to_owned() }
///     fn svg(&self) -> String { "<svg viewBox=\"0 0 1 1\"></svg>".to_owned() }
///     fn table(&self) -> DataTable { DataTable::new("empty", "Nothing", &["what"]) }
/// }
/// assert_eq!(Empty.table().id, Empty.id());
/// ```
pub trait Figure {
    /// Unique within a report; also the name of its files.
    fn id(&self) -> &str;
    /// A short heading.
    fn title(&self) -> &str;
    /// What it shows and how to read it, in words.
    fn description(&self) -> String;
    /// An `<svg>` element for use inside a page, its colours given by class.
    fn svg(&self) -> String;
    /// The numbers drawn.
    fn table(&self) -> DataTable;
}
