//! What a caller allows when weights meet a model.

use std::collections::BTreeMap;

use crate::Dropped;

/// Which source name a target takes its values from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameMap {
    /// Target to source. Without any pair, names are taken as they are.
    pub pairs: BTreeMap<String, String>,
    /// Source names that the layout has no use for, with the reason.
    pub dropped: Vec<Dropped>,
}

impl NameMap {
    /// The source of a target.
    pub(crate) fn source<'a>(&'a self, target: &'a str) -> Option<&'a str> {
        if self.pairs.is_empty() {
            return Some(target);
        }
        self.pairs.get(target).map(String::as_str)
    }
}

/// What may differ between a file and a model. By default nothing may, except `num_batches_tracked` counters, which no
/// model of affekt has.
///
/// An entry of the lists is a name, or a prefix that ends with a dot, such as `fc.`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Renaming.
    pub names: NameMap,
    /// Source names that need no use.
    pub droppable: Vec<String>,
    /// Target names that keep their initial values where the file has none, such as the heads of a new task.
    pub fresh: Vec<String>,
}

impl Rules {
    /// True for a source name that needs no use.
    pub fn drops(&self, name: &str) -> bool {
        names(&self.droppable, name)
    }
}

/// True when an entry of `list` is `name` or a prefix of it.
pub(crate) fn names(list: &[String], name: &str) -> bool {
    list.iter().any(|entry| entry == name || entry.ends_with('.') && name.starts_with(entry.as_str()))
}
