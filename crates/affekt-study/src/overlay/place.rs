//! Where something stands: a line of the study file, or a `--set`.

use std::ops::Range;
use std::path::Path;

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The study file as a whole.
    File,
    /// In the study file.
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// Character of it, from 1.
        column: usize,
        /// The line.
        text: String,
        /// Characters it takes, at least 1.
        width: usize,
    },
    /// In an override.
    Set {
        /// `key=value`, as given.
        item: String,
    },
}

impl Place {
    /// The place of some bytes of `text`.
    pub(crate) fn of_line(text: &str, span: &Range<usize>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        let shown = text[begin..].lines().next().unwrap_or_default();
        let column = before[begin..].chars().count();
        let width = text.get(span.clone()).and_then(|marked| marked.lines().next()).unwrap_or_default();
        Self::Line {
            line: before.matches('\n').count() + 1,
            column: column + 1,
            // Nothing that a terminal would obey, and one column each.
            text: shown.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
            width: width.chars().count().max(1),
        }
    }

    /// `FILE:LINE:COLUMN`, as editors take it, or the override.
    pub(crate) fn head(&self, path: &Path) -> String {
        match self {
            Self::Line { line, column, .. } => format!("{}:{line}:{column}", path.display()),
            Self::File => path.display().to_string(),
            Self::Set { item } => format!("--set {item}"),
        }
    }

    /// The line itself, with a mark below; empty for an override, which is its own.
    pub(crate) fn excerpt(&self) -> String {
        let Self::Line { line, column, text, width } = self else { return String::new() };
        let number = line.to_string();
        let (gutter, indent) = (" ".repeat(number.len()), " ".repeat(column - 1));
        format!("\n{gutter} |\n{number} | {text}\n{gutter} | {indent}{}", "^".repeat(*width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters() {
        let text = "a = 1\nkey = \"Ä\" # ü\nb = 2";
        let start = text.find("\"Ä\"").unwrap();
        let place = Place::of_line(text, &(start..start + "\"Ä\"".len()));
        assert_eq!(place.head(Path::new("x.toml")), "x.toml:2:7");
        assert_eq!(place.excerpt(), "\n  |\n2 | key = \"Ä\" # ü\n  |       ^^^");
        // Behind the end, as for a file that stops too early.
        assert_eq!(Place::of_line(text, &(99..99)).head(Path::new("x.toml")), "x.toml:3:6");
    }
}
