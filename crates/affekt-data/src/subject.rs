//! The subject as file names tell it.

use serde::Deserialize;

/// Where file names hold the subject, for datasets whose annotation does not name it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SubjectRule {
    /// Up to the first such text: `ann` of `ann_01.png` with `_`.
    Until {
        /// The text.
        text: String,
    },
    /// Without the extension and the last parts: `Airheads` of `Airheads_000519240_00000005.png` with 2 and `_`.
    DropTrailing {
        /// How many.
        parts: u8,
        /// What stands between parts.
        separator: String,
    },
}

impl SubjectRule {
    /// The subject of a file, its folders not looked at; `None` where the name is not made like that.
    pub fn subject_of<'n>(&self, path: &'n str) -> Option<&'n str> {
        let name = file_name(path);
        let subject = match self {
            Self::Until { text } => name.split_once(text.as_str())?.0,
            Self::DropTrailing { parts, separator } => {
                let mut rest = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
                for _ in 0..*parts {
                    rest = rest.rsplit_once(separator.as_str())?.0;
                }
                rest
            }
        };
        (!subject.is_empty()).then_some(subject)
    }

    /// What is wrong with its values: what stands there, and what may.
    pub(crate) fn fault(&self) -> Option<(&str, &str)> {
        match self {
            Self::Until { text } if text.is_empty() => Some(("an empty text", "a text")),
            Self::DropTrailing { separator, .. } if separator.is_empty() => {
                Some(("an empty separator", "a text"))
            }
            Self::DropTrailing { parts: 0, .. } => Some(("0 parts", "at least one")),
            _ => None,
        }
    }
}

/// Last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::SubjectRule;

    #[test]
    fn subjects_of_names_made_as_the_rule_says_and_of_others() {
        let until = SubjectRule::Until { text: "_".to_owned() };
        let trailing = SubjectRule::DropTrailing { parts: 2, separator: "_".to_owned() };
        assert_eq!(until.subject_of("x_y/ann_01.png"), Some("ann"));
        assert_eq!(until.subject_of("bob.png"), None);
        assert_eq!(until.subject_of("_01.png"), None);
        assert_eq!(trailing.subject_of("Fear/Airheads_000519240_00000005.png"), Some("Airheads"));
        assert_eq!(trailing.subject_of("Harry_Potter_000519240_00000005.png"), Some("Harry_Potter"));
        assert_eq!(trailing.subject_of("Airheads_000519240.png"), None);
        assert_eq!(trailing.subject_of("_000519240_00000005.png"), None);
    }
}
