//! From text to a study, over a tier and overrides.
//!
//! A study file may hold `[tier.<name>]` tables; the chosen one is merged over the rest. Overrides `a.b=c` are
//! merged last. Merging happens on the parsed document, not on values, so that every error still points at a line.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::nearest::nearest;

/// Text, tier or override that does not give the document asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// Not TOML, a key is unknown or missing, or a value has the wrong type.
    #[error("{}{}", source.to_string().trim_end(), hint.as_ref().map(|key| format!("\ndid you mean `{key}`?")).unwrap_or_default())]
    Toml {
        /// The cause, with its place.
        source: Box<toml::de::Error>,
        /// The valid key nearest to an unknown one.
        hint: Option<String>,
    },
    /// The file has no tier of that name.
    #[error("no tier {got:?}; {}", if expected.is_empty() {
        "the file has no [tier.<name>] table".to_owned()
    } else {
        format!("the file has {}", expected.join(", "))
    })]
    Tier {
        /// The tier asked for.
        got: String,
        /// Tiers of the file.
        expected: Vec<String>,
    },
    /// An override is not of the form `key=value`.
    #[error("override {got:?}; expected key=value, such as train.epochs=2 or dataset.0.source.size.test=500")]
    Override {
        /// The text given.
        got: String,
    },
}

/// Reads `text`, puts `tier` and `overrides` over it, and deserialises the result.
pub(crate) fn read<T: DeserializeOwned>(
    text: &str,
    tier: Option<&str>,
    overrides: &[String],
) -> Result<T, OverlayError> {
    // Overrides become lines behind the file, each parsed with the text before it blanked out: places found in
    // any part are places in `whole`.
    let mut whole = text.to_owned();
    let mut lines = Vec::new();
    for item in overrides {
        let line = override_line(item)?;
        whole.push_str("\n# --set\n");
        lines.push(" ".repeat(whole.len()) + &line);
        whole.push_str(&line);
    }
    let refuse = |mut source: toml::de::Error| {
        source.set_input(Some(&whole));
        let hint = hint(source.message());
        OverlayError::Toml { source: Box::new(source), hint }
    };

    let mut document = DeTable::parse(text).map_err(refuse)?;
    let tiers = document.get_mut().remove("tier");
    if let Some(name) = tier {
        let mut tiers = tiers.map(Spanned::into_inner);
        let chosen = tiers.as_mut().and_then(|value| match value {
            DeValue::Table(tiers) => tiers.remove(name),
            _ => None,
        });
        let Some(DeValue::Table(chosen)) = chosen.map(Spanned::into_inner) else {
            let expected = match tiers {
                Some(DeValue::Table(tiers)) => tiers.keys().map(|key| key.get_ref().to_string()).collect(),
                _ => Vec::new(),
            };
            return Err(OverlayError::Tier { got: name.to_owned(), expected });
        };
        merge(document.get_mut(), chosen);
    }
    for line in &lines {
        merge(document.get_mut(), DeTable::parse(line).map_err(refuse)?.into_inner());
    }
    T::deserialize(toml::de::Deserializer::from(document)).map_err(refuse)
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

/// The nearest of the keys that serde lists as expected.
fn hint(message: &str) -> Option<String> {
    let after = |what| message.split_once(what).map(|(_, rest)| rest);
    let rest = after("unknown field `").or_else(|| after("unknown variant `"))?;
    let mut quoted = rest.split('`').step_by(2);
    let got = quoted.next()?;
    let expected: Vec<&str> = quoted.filter(|key| !key.is_empty()).collect();
    nearest(got, &expected).map(str::to_owned)
}
