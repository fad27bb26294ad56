//! A check report for people.

use std::fmt;

use crate::CheckReport;

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = &self.counts;
        writeln!(
            f,
            "{}: {} rows, {} usable images, {} subjects",
            self.dataset, counts.rows, self.images, self.subjects
        )?;
        writeln!(f, "largest subject: {} images", self.largest_subject)?;
        writeln!(f)?;
        let widest = self.classes.iter().map(|c| c.class.len()).max().unwrap_or(0).max(5);
        writeln!(
            f,
            "{:<widest$}  {:>8}  {:>9}  {:>6}  {:>8}  {:>8}  {:>15}",
            "class", "rows", "published", "differ", "images", "subjects", "largest subject"
        )?;
        for class in &self.classes {
            let published = class.published.map_or_else(|| "-".to_owned(), |n| n.to_string());
            let differ = class.published.map_or(0, |n| class.rows.abs_diff(n));
            let differ = if differ == 0 { String::new() } else { differ.to_string() };
            writeln!(
                f,
                "{:<widest$}  {:>8}  {published:>9}  {differ:>6}  {:>8}  {:>8}  {:>14.1}%",
                class.class,
                class.rows,
                class.images,
                class.subjects,
                100.0 * class.largest_subject_share
            )?;
        }
        writeln!(f)?;
        let notes = [
            ("rows with another case", counts.case_folded),
            ("rows through an alias", counts.aliased),
            ("rows ignored by label", counts.ignored),
            ("images with two labels", counts.conflicts),
            ("subjects in several of the dataset's own splits", self.subjects_in_several_splits),
            ("images without a row", self.images_without_rows),
        ];
        for (what, n) in notes.into_iter().filter(|&(_, n)| n > 0) {
            writeln!(f, "{what}: {n}")?;
        }
        for (reason, n) in &self.quarantine {
            writeln!(f, "set aside, {reason}: {n}")?;
        }
        writeln!(f, "faults: {} of at most {}", self.faults, self.max_quarantine)?;
        for fault in &self.first_faults {
            writeln!(f, "  {}", fault.escape_debug())?;
        }
        for path in &self.first_without_rows {
            writeln!(f, "  without a row: {}", path.escape_debug())?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        let verdict = if self.needs_attention() { "needs attention" } else { "as published" };
        writeln!(f, "verdict: {verdict}")
    }
}
