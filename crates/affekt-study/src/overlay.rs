//! From text to a study, over a tier and overrides.
//!
//! A study file may hold `[tier.<name>]` tables; the chosen one is merged over the rest. Overrides `a.b=c` are
//! merged last. Merging happens on the parsed document, not on values, so that every error still points at a line.

mod blame;
mod place;
mod words;

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

pub use place::Place;
pub(crate) use words::{hint, plain, suggestion};

use crate::nearest::nearest;

/// Text, tier or override that does not give the document asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// Not TOML, a key is unknown or missing, or a value has the wrong type.
    #[error("{}: {}{message}{}{}", place.head(path), key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default(),
        place.excerpt(), suggestion(hint.as_ref()))]
    Toml {
        /// The study file.
        path: PathBuf,
        /// Where it stands, in the file or in an override.
        place: Box<Place>,
        /// The key, in full; none for what is not TOML, and for the file as a whole.
        key: Option<String>,
        /// What is wrong, what was found and what was expected.
        message: String,
        /// What probably was meant.
        hint: Option<String>,
    },
    /// The file has no tier of that name.
    #[error("{}: no tier {got:?}; {}{}", path.display(), if expected.is_empty() {
        "the file has no [tier.<name>] table".to_owned()
    } else {
        format!("the file has {}", expected.join(", "))
    }, suggestion(hint.as_ref()))]
    Tier {
        /// The study file.
        path: PathBuf,
        /// The tier asked for.
        got: String,
        /// Tiers of the file.
        expected: Vec<String>,
        /// The nearest of them.
        hint: Option<String>,
    },
    /// An override is not of the form `key=value`.
    #[error("override {got:?}; expected key=value, such as train.epochs=2 or dataset.0.source.size.test=500")]
    Override {
        /// The text given.
        got: String,
    },
}

/// The text of a study file with what is put over it.
pub(crate) struct Overlaid<'a> {
    path: &'a Path,
    text: &'a str,
    tier: Option<&'a str>,
    overrides: &'a [String],
    /// The overrides as lines behind the file: each parsed alone behind as many blanks as there is text before it, so that a
    /// place says which of them it is in.
    lines: Vec<String>,
}

impl<'a> Overlaid<'a> {
    /// Puts `tier` and `overrides` over the text of the file `path`.
    pub(crate) fn new(
        path: &'a Path,
        text: &'a str,
        tier: Option<&'a str>,
        overrides: &'a [String],
    ) -> Result<Self, OverlayError> {
        let mut lines: Vec<String> = Vec::new();
        for item in overrides {
            let before = lines.last().map_or(text.len(), String::len) + 1;
            lines.push(" ".repeat(before) + &override_line(item)?);
        }
        Ok(Self { path, text, tier, overrides, lines })
    }

    /// The result, deserialised.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, OverlayError> {
        let read = |document: Spanned<DeTable<'_>>| T::deserialize(Deserializer::from(document));
        let document = self.document(None)?;
        let error = match read(document.clone()) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let message = error.message();
        let again =
            |document: Spanned<DeTable<'_>>| read(document).err().map(|error| error.message().to_owned());
        let (path, span) = if message.contains("missing field") {
            // What is not there cannot be left out; serde knows the table that lacks it.
            (error.span().map(|span| blame::path_of(document.get_ref(), &span)).unwrap_or_default(), None)
        } else {
            let path = blame::culprit(&document, message, again);
            let span = blame::span(document.get_ref(), &path, message);
            (path, span)
        };
        let mut span = span.or_else(|| error.span());
        if span.as_ref().is_none_or(|span| span.start < self.text.len()) {
            // A table may stand in the file and lack what an override took away.
            let without = |at| self.document(Some(at)).ok().is_some_and(|document| again(document).is_none());
            if let Some(at) = (0..self.lines.len()).find(|&at| without(at)) {
                span = Some(self.lines[at].len()..self.lines[at].len());
            }
        }
        let key = (!path.is_empty()).then(|| path.join("."));
        // Of the file as a whole serde says that it begins at its first byte.
        let span = span.filter(|span| key.is_some() || span.start > self.text.len());
        Err(self.refuse(message, span, key))
    }

    /// Where the value of a key, such as `analysis.primary.metric`, stands; of the nearest table around it where it is not
    /// there.
    pub(crate) fn place(&self, key: &str) -> Option<Place> {
        let document = self.document(None).ok()?;
        let path: Vec<String> = key.split('.').map(str::to_owned).collect();
        let spans = (1..=path.len()).rev().map(|n| blame::span(document.get_ref(), &path[..n], ""));
        Some(self.place_of(&spans.flatten().next()?))
    }

    fn refuse(&self, message: &str, span: Option<Range<usize>>, key: Option<String>) -> OverlayError {
        OverlayError::Toml {
            path: self.path.to_owned(),
            place: Box::new(span.map_or(Place::File, |span| self.place_of(&span))),
            key,
            message: plain(message),
            hint: hint(message),
        }
    }

    fn place_of(&self, span: &Range<usize>) -> Place {
        match self.lines.iter().position(|line| span.start > self.text.len() && span.start <= line.len()) {
            Some(at) => Place::Set { item: self.overrides[at].clone() },
            None => Place::of_line(self.text, span),
        }
    }

    /// All of it merged, but the override at `without`.
    fn document(&self, without: Option<usize>) -> Result<Spanned<DeTable<'_>>, OverlayError> {
        let refuse = |error: toml::de::Error| self.refuse(error.message(), error.span(), None);
        let mut document = DeTable::parse(self.text).map_err(refuse)?;
        let tiers = document.get_mut().remove("tier");
        if let Some(name) = self.tier {
            merge(document.get_mut(), self.chosen(tiers, name)?);
        }
        for (at, line) in self.lines.iter().enumerate() {
            if Some(at) != without {
                merge(document.get_mut(), DeTable::parse(line).map_err(refuse)?.into_inner());
            }
        }
        Ok(document)
    }

    fn chosen<'d>(
        &self,
        tiers: Option<Spanned<DeValue<'d>>>,
        name: &str,
    ) -> Result<DeTable<'d>, OverlayError> {
        let mut tiers = match tiers.map(Spanned::into_inner) {
            Some(DeValue::Table(tiers)) => tiers,
            _ => DeTable::new(),
        };
        if let Some(DeValue::Table(chosen)) = tiers.remove(name).map(Spanned::into_inner) {
            return Ok(chosen);
        }
        let expected: Vec<String> = tiers.keys().map(|key| key.get_ref().to_string()).collect();
        let names: Vec<&str> = expected.iter().map(String::as_str).collect();
        let hint = nearest(name, &names).map(str::to_owned);
        Err(OverlayError::Tier { path: self.path.to_owned(), got: name.to_owned(), expected, hint })
    }
}

/// The override as a line of TOML; a value that is no TOML value is taken as text.
fn override_line(item: &str) -> Result<String, OverlayError> {
    let refuse = || OverlayError::Override { got: item.to_owned() };
    let (key, value) = item.split_once('=').ok_or_else(refuse)?;
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
    };
    if !key.trim().split('.').all(plain) {
        return Err(refuse());
    }
    let line = format!("{} = {}", key.trim(), value.trim());
    if DeTable::parse(&line).is_ok() {
        return Ok(line);
    }
    Ok(format!("{} = {}", key.trim(), toml::Value::from(value.trim())))
}

/// Tables are merged key by key, everything else is replaced; so is a table of another `kind`.
///
/// A table whose keys are the positions of an array changes these items of it.
fn merge<'i>(base: &mut DeTable<'i>, over: DeTable<'i>) {
    for (key, value) in over {
        match base.get_mut(&key) {
            Some(old) => merge_value(old, value),
            None => {
                base.insert(key, value);
            }
        }
    }
}

fn merge_value<'i>(old: &mut Spanned<DeValue<'i>>, new: Spanned<DeValue<'i>>) {
    let span = new.span();
    match (old.get_mut(), new.into_inner()) {
        (DeValue::Table(base), DeValue::Table(over)) if same_kind(base, &over) => merge(base, over),
        (DeValue::Array(items), DeValue::Table(over)) if positions(&over, items.len()) => {
            for (key, value) in over {
                let place = key.get_ref().parse::<usize>().ok().and_then(|at| items.get_mut(at));
                if let Some(item) = place {
                    merge_value(item, value);
                }
            }
        }
        (_, new) => *old = Spanned::new(span, new),
    }
}

fn same_kind(base: &DeTable<'_>, over: &DeTable<'_>) -> bool {
    let kind = |table: &DeTable<'_>| Some(table.get("kind")?.get_ref().as_str()?.to_owned());
    kind(over).is_none_or(|new| kind(base).is_none_or(|old| old == new))
}

fn positions(over: &DeTable<'_>, len: usize) -> bool {
    over.keys().all(|key| key.get_ref().parse::<usize>().is_ok_and(|at| at < len))
}
