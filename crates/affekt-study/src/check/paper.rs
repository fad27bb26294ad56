//! Settings that a paper states: each must be a key of the study, or nobody would ever compare it.

use toml::{Table, Value};

use super::Checks;
use crate::StudySpec;

pub(super) fn check_paper(checks: &mut Checks, spec: &StudySpec) {
    let Some(paper) = &spec.paper else { return };
    checks.demand(
        !paper.source.trim().is_empty(),
        "paper.source",
        &paper.source,
        "where the settings are stated",
    );
    let Ok(plain) = Table::try_from(StudySpec { paper: None, ..spec.clone() }) else { return };
    for key in paper.settings.keys() {
        let Some(parts) = resolved(key, &plain) else { continue };
        // With the keys beside it: what a schedule or an optimizer takes depends on its kind.
        let beside = paper.settings.iter().filter(|(other, _)| parent(other) == parent(key));
        let mut beside: Vec<(Vec<String>, &Value)> =
            beside.filter_map(|(other, value)| Some((resolved(other, &plain)?, value))).collect();
        beside.sort_by_key(|(parts, _)| parts.last().is_none_or(|last| last != "kind"));
        let mut changed = Value::Table(plain.clone());
        for (parts, value) in &beside {
            put(&mut changed, parts, value);
        }
        let unknown = changed.try_into::<StudySpec>().err().is_some_and(|error| {
            let refused =
                |what: &str, name: &str| error.message().contains(&format!("unknown {what} `{name}`"));
            parts.iter().any(|part| refused("field", part))
                || paper.settings[key].as_str().is_some_and(|text| refused("variant", text))
        });
        checks.demand(!unknown, "paper.setting", key, "a key and value that the study file could have");
    }
}

/// The parts of a key, with positions for names; none below an arm or a dataset that this tier has not.
fn resolved(key: &str, plain: &Table) -> Option<Vec<String>> {
    let parts = |key: &str| key.split('.').map(str::to_owned).collect::<Vec<_>>();
    let Some((list @ ("arm" | "dataset"), below)) = key.split_once('.') else { return Some(parts(key)) };
    let items = plain.get(list)?.as_array()?;
    let found = items.iter().enumerate().find_map(|(at, item)| {
        let rest = below.strip_prefix(item.get("name")?.as_str()?)?.strip_prefix('.')?;
        Some((at, rest))
    });
    let (at, rest) = found?;
    Some([vec![list.to_owned(), at.to_string()], parts(rest)].concat())
}

fn parent(key: &str) -> &str {
    key.rsplit_once('.').map_or("", |(parent, _)| parent)
}

/// Sets a value, making tables on the way; a table that gets another `kind` loses its other keys.
fn put(at: &mut Value, parts: &[String], value: &Value) {
    let Some((first, rest)) = parts.split_first() else {
        *at = value.clone();
        return;
    };
    match at {
        Value::Array(items) => {
            if let Some(item) = first.parse::<usize>().ok().and_then(|k| items.get_mut(k)) {
                put(item, rest, value);
            }
        }
        Value::Table(table) => {
            if rest.is_empty() && first == "kind" && table.get("kind") != Some(value) {
                table.clear();
            }
            let below = table.entry(first.clone()).or_insert_with(|| Value::Table(Table::new()));
            put(below, rest, value);
        }
        plain => {
            *plain = Value::Table(Table::new());
            put(plain, parts, value);
        }
    }
}
