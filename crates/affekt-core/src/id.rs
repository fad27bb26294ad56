//! Names of samples and subjects.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An id is empty or holds a control character.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{what} id {got:?} is empty or holds a control character")]
pub struct IdError {
    /// `sample` or `subject`.
    pub what: &'static str,
    /// The refused text.
    pub got: String,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks and builds an id.
            ///
            /// # Errors
            /// [`IdError`] when the text is empty or holds a control character.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let got = text.into();
                if got.is_empty() || got.chars().any(char::is_control) {
                    return Err(IdError { what: $what, got });
                }
                Ok(Self(got))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// Unique name of a sample within its dataset.
    SampleId,
    "sample"
);
id!(
    /// The person (or recording) a sample shows; splits never cut through one.
    SubjectId,
    "subject"
);
