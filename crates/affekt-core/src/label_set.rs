//! Ordered expression classes of a dataset.

use serde::{Deserialize, Serialize};

use crate::ClassIndex;

/// The twelve action units of Aff-Wild2, in the column order of its annotation files.
///
/// Source: ABAW annotation header `AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26`.
pub const ABAW_AUS: [u8; 12] = [1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26];

/// A named, ordered list of expression classes.
///
/// Label sets are data rather than type parameters because teams bring their own; two sets are the same
/// only when name and order agree, and every file that holds a class index also holds its set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct LabelSet {
    name: String,
    classes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    name: String,
    classes: Vec<String>,
}

/// Why a label set, or a label read against one, was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LabelSetError {
    /// Fewer than two classes, or more than an index can hold.
    #[error("label set {set:?} has {got} classes; expected between 2 and 255")]
    Size {
        /// Name of the set.
        set: String,
        /// Number of classes given.
        got: usize,
    },
    /// A class name is empty, has upper-case letters or surrounding space, or occurs twice.
    #[error("label set {set:?}: class name {class:?} is empty, not lower-case, or not unique")]
    ClassName {
        /// Name of the set.
        set: String,
        /// The refused class name.
        class: String,
    },
    /// The class does not belong to the set.
    #[error("unknown class {got:?}; label set {set:?} has {}", expected.join(", "))]
    UnknownClass {
        /// Name of the set.
        set: String,
        /// What was read.
        got: String,
        /// The classes of the set, in order.
        expected: Vec<String>,
    },
}

impl LabelSet {
    /// Checks and builds a label set.
    ///
    /// # Errors
    /// [`LabelSetError::Size`] and [`LabelSetError::ClassName`].
    pub fn new(name: impl Into<String>, classes: Vec<String>) -> Result<Self, LabelSetError> {
        let name = name.into();
        if !(2..=255).contains(&classes.len()) {
            return Err(LabelSetError::Size { set: name, got: classes.len() });
        }
        for (i, class) in classes.iter().enumerate() {
            let clean = !class.is_empty() && class.trim() == class && class.to_lowercase() == *class;
            if !clean || classes[..i].contains(class) {
                return Err(LabelSetError::ClassName { set: name, class: class.clone() });
            }
        }
        Ok(Self { name, classes })
    }

    fn built_in(name: &str, classes: &[&str]) -> Self {
        Self { name: name.to_owned(), classes: classes.iter().map(|&c| c.to_owned()).collect() }
    }

    /// The eight classes of Aff-Wild2 in the order of the ABAW challenges.
    pub fn aff_wild2() -> Self {
        Self::built_in(
            "aff-wild2",
            &["neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise", "other"],
        )
    }

    /// The eight expression classes of `AffectNet` in their published order.
    pub fn affectnet8() -> Self {
        Self::built_in(
            "affectnet-8",
            &["neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt"],
        )
    }

    /// The seven-class protocol of `AffectNet`: without contempt.
    pub fn affectnet7() -> Self {
        Self::built_in(
            "affectnet-7",
            &["neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger"],
        )
    }

    /// The seven classes of Aff-Wild2 in the challenge of 2021, which had no `other`.
    pub fn aff_wild2_2021() -> Self {
        Self::built_in(
            "aff-wild2-2021",
            &["neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise"],
        )
    }

    /// The basic expressions of RAF-DB; its files count them from 1.
    pub fn raf_db() -> Self {
        Self::built_in("raf-db", &["surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral"])
    }

    /// The compound expressions of RAF-DB; its files count them from 1.
    pub fn raf_db_compound() -> Self {
        Self::built_in(
            "raf-db-compound",
            &[
                "happily surprised",
                "happily disgusted",
                "sadly fearful",
                "sadly angry",
                "sadly surprised",
                "sadly disgusted",
                "fearfully angry",
                "fearfully surprised",
                "angrily surprised",
                "angrily disgusted",
                "disgustedly surprised",
            ],
        )
    }

    /// The classes of SFEW 2.0 in the alphabetical order of its folders.
    pub fn sfew() -> Self {
        Self::built_in("sfew", &["anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"])
    }

    /// The classes of FER2013 in the order of its table; those of `ExpW` too.
    pub fn fer2013() -> Self {
        Self::built_in(
            "fer2013",
            &["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"],
        )
    }

    /// The classes of FER+ in the order of its vote columns.
    pub fn fer_plus() -> Self {
        Self::built_in(
            "fer-plus",
            &["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"],
        )
    }

    /// Every built-in set.
    pub fn all_built_in() -> [Self; 9] {
        [
            Self::aff_wild2(),
            Self::aff_wild2_2021(),
            Self::affectnet8(),
            Self::affectnet7(),
            Self::raf_db(),
            Self::raf_db_compound(),
            Self::sfew(),
            Self::fer2013(),
            Self::fer_plus(),
        ]
    }

    /// A built-in set by its name, such as `aff-wild2` or `affectnet-8`.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::all_built_in().into_iter().find(|set| set.name == name)
    }

    /// Name of the set.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Class names in index order.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Number of classes.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Always false: a label set has at least two classes.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The class at a position, if there is one.
    pub fn class_at(&self, position: usize) -> Option<ClassIndex> {
        (position < self.len()).then(|| u8::try_from(position).ok().map(ClassIndex::new)).flatten()
    }

    /// All classes in order.
    pub fn indices(&self) -> impl Iterator<Item = ClassIndex> + '_ {
        (0..self.len()).filter_map(|i| self.class_at(i))
    }

    /// Name of a class.
    ///
    /// # Errors
    /// [`LabelSetError::UnknownClass`] when the index comes from a larger set.
    pub fn name_of(&self, class: ClassIndex) -> Result<&str, LabelSetError> {
        self.classes
            .get(class.get())
            .map(String::as_str)
            .ok_or_else(|| self.unknown(&format!("#{}", class.get())))
    }

    /// Reads a class name exactly as the set spells it.
    ///
    /// # Errors
    /// [`LabelSetError::UnknownClass`].
    ///
    /// # Example
    /// ```
    /// let set = affekt_core::LabelSet::aff_wild2();
    /// assert_eq!(set.parse_class("fear").unwrap().get(), 3);
    /// assert!(set.parse_class("contempt").is_err());
    /// ```
    pub fn parse_class(&self, text: &str) -> Result<ClassIndex, LabelSetError> {
        self.classes
            .iter()
            .position(|c| c == text)
            .and_then(|i| self.class_at(i))
            .ok_or_else(|| self.unknown(text))
    }

    fn unknown(&self, got: &str) -> LabelSetError {
        LabelSetError::UnknownClass {
            set: self.name.clone(),
            got: got.to_owned(),
            expected: self.classes.clone(),
        }
    }
}

impl TryFrom<Wire> for LabelSet {
    type Error = LabelSetError;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        Self::new(wire.name, wire.classes)
    }
}

impl From<LabelSet> for Wire {
    fn from(set: LabelSet) -> Self {
        Self { name: set.name, classes: set.classes }
    }
}
