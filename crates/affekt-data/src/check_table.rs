//! A check report for people.

use std::fmt;

use crate::CheckReport;

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = &self.counts;
        writeln!(
            f,
            "{}: {} rows, {} usable images, {} subjects",
            self.dataset, counts.all.rows, self.images, self.subjects
        )?;
        writeln!(f, "largest subject: {} images", self.largest_subject)?;
        writeln!(f)?;
        let widest = self.classes.iter().map(|c| c.class.len()).max().unwrap_or(0).max(12);
        let compared = self.published.iter().any(|count| count.published.is_some());
        let against = if compared { "  published   differ" } else { "" };
        writeln!(f, "{:<6}  {:<widest$}  {:>9}{against}", "part", "what", "found")?;
        for count in self.published.iter().filter(|count| count.found > 0 || count.published.is_some()) {
            let part = count.split.map_or("all", affekt_core::Split::as_str);
            let published = count.published.map_or_else(|| "-".to_owned(), |n| n.to_string());
            let differ = count.published.filter(|_| count.differs());
            let differ = differ.map_or_else(String::new, |n| count.found.abs_diff(n).to_string());
            let against = if compared { format!("  {published:>9}  {differ:>7}") } else { String::new() };
            let line = format!("{part:<6}  {:<widest$}  {:>9}{against}", count.what, count.found);
            writeln!(f, "{}", line.trim_end())?;
        }
        if self.counts.all.per_class.iter().any(|&n| n > 0) {
            writeln!(f)?;
            writeln!(
                f,
                "{:<widest$}  {:>8}  {:>8}  {:>15}",
                "class", "images", "subjects", "largest subject"
            )?;
            for class in &self.classes {
                let share = 100.0 * class.largest_subject_share;
                writeln!(
                    f,
                    "{:<widest$}  {:>8}  {:>8}  {share:>14.1}%",
                    class.class, class.images, class.subjects
                )?;
            }
        }
        writeln!(f)?;
        let notes = [
            ("rows with another case", counts.case_folded),
            ("rows through an alias", counts.aliased),
            ("rows ignored on purpose", counts.ignored),
            ("rows that repeat another", counts.duplicates),
            ("images with two labels", counts.conflicts),
            ("subjects in several of the dataset's own splits", self.subjects_in_several_splits),
            ("images without a row", self.images_without_rows),
        ];
        for (what, n) in notes.into_iter().filter(|&(_, n)| n > 0) {
            writeln!(f, "{what}: {n}")?;
        }
        for (note, n) in &counts.notes {
            writeln!(f, "{note}: {n}")?;
        }
        for (reason, n) in &self.quarantine {
            writeln!(f, "set aside, {reason}: {n}")?;
        }
        writeln!(f, "faults: {} of at most {}", self.faults, self.max_quarantine)?;
        for fault in &self.first_faults {
            writeln!(f, "  {}", one_line(fault))?;
        }
        for path in &self.first_without_rows {
            writeln!(f, "  without a row: {}", one_line(path))?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        let verdict = match (self.needs_attention(), compared) {
            (true, _) => "needs attention",
            (false, true) => "as published",
            (false, false) => "readable; its description has no [published] counts to compare with",
        };
        writeln!(f, "verdict: {verdict}")
    }
}

/// Text from files for a terminal: as it is, but for what a terminal would obey.
pub fn one_line(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}
