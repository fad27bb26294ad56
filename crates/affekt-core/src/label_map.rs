//! Named crossings from one label set to another.

use crate::{ClassIndex, LabelSet};

/// What each class of one label set is called in another, or that it has no counterpart there.
///
/// Two sets are crossed by such a map or not at all: class 1 is anger in one dataset and happiness in the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelMap {
    name: String,
    from: LabelSet,
    to: LabelSet,
    targets: Vec<Option<ClassIndex>>,
}

/// Why a label map was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LabelMapError {
    /// A class of the source is neither mapped nor dropped.
    #[error(
        "label map {map:?}: class {class:?} of {from:?} has no counterpart of that name in {to:?}; rename it or \
         list it under `drop`"
    )]
    Unmapped {
        /// Name of the map.
        map: String,
        /// The class without a target.
        class: String,
        /// Name of the source set.
        from: String,
        /// Name of the target set.
        to: String,
    },
    /// A rename or drop names a class that the set does not have, or one class in two ways.
    #[error("label map {map:?}: {class:?} is not a class of {set:?}, or is both renamed and dropped")]
    Class {
        /// Name of the map.
        map: String,
        /// The refused class name.
        class: String,
        /// Name of the set it was looked up in.
        set: String,
    },
}

impl LabelMap {
    /// Maps classes of the same name onto each other, those of `rename` (source, target) onto the given ones, and
    /// those of `drop` onto nothing.
    ///
    /// # Errors
    /// [`LabelMapError`]; every class of `from` must be accounted for.
    ///
    /// # Example
    /// ```
    /// # use affekt_core::{LabelMap, LabelSet};
    /// let (raf, affectnet) = (LabelSet::raf_db(), LabelSet::affectnet8());
    /// let map = LabelMap::new("raf-db-to-affectnet", raf.clone(), affectnet, &[], &[]).unwrap();
    /// let surprise = raf.parse_class("surprise").unwrap();
    /// assert_eq!((surprise.get(), map.target(surprise).unwrap().get()), (0, 3));
    /// ```
    pub fn new(
        name: impl Into<String>,
        from: LabelSet,
        to: LabelSet,
        rename: &[(String, String)],
        drop: &[String],
    ) -> Result<Self, LabelMapError> {
        let name = name.into();
        let refuse = |class: &str, set: &LabelSet| LabelMapError::Class {
            map: name.clone(),
            class: class.to_owned(),
            set: set.name().to_owned(),
        };
        let renamed =
            |class: &str| rename.iter().find(|(source, _)| source == class).map(|(_, target)| target);
        for class in rename.iter().map(|(source, _)| source).chain(drop) {
            if from.parse_class(class).is_err() || (drop.contains(class) && renamed(class).is_some()) {
                return Err(refuse(class, &from));
            }
        }
        let mut targets = Vec::with_capacity(from.len());
        for class in from.classes() {
            targets.push(match renamed(class) {
                _ if drop.contains(class) => None,
                Some(target) => Some(to.parse_class(target).map_err(|_| refuse(target, &to))?),
                None => Some(to.parse_class(class).map_err(|_| LabelMapError::Unmapped {
                    map: name.clone(),
                    class: class.clone(),
                    from: from.name().to_owned(),
                    to: to.name().to_owned(),
                })?),
            });
        }
        Ok(Self { name, from, to, targets })
    }

    /// Name of the map.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Label set it reads.
    pub const fn from(&self) -> &LabelSet {
        &self.from
    }

    /// Label set it gives.
    pub const fn to(&self) -> &LabelSet {
        &self.to
    }

    /// Counterpart of a class of the source; `None` where it has none.
    pub fn target(&self, class: ClassIndex) -> Option<ClassIndex> {
        self.targets.get(class.get()).copied().flatten()
    }
}
