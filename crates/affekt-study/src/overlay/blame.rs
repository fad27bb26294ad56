//! Which value an error of deserialising is about.
//!
//! Inside a table with a `kind`, serde knows neither key nor place any more. But it stops at the first mistake: of the values
//! in the order it visits them, the first with which the error comes, whatever follows it, is the one.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Keys and positions from the root to the value that the error is about; empty where no single one is.
///
/// `again` gives the error of deserialising another document.
pub(super) fn culprit(
    document: &Spanned<DeTable<'_>>,
    message: &str,
    again: impl Fn(Spanned<DeTable<'_>>) -> Option<String>,
) -> Vec<String> {
    let mut path = Vec::new();
    loop {
        let children = children(document.get_ref(), &path);
        let comes_with = |n: usize| {
            let mut front = document.clone();
            // From the end, so that positions stay.
            for child in children[n..].iter().rev() {
                remove(front.get_mut(), &path, child);
            }
            again(front).is_some_and(|other| other == message)
        };
        // Without any of them: then it is about what holds them.
        let found = if comes_with(0) { None } else { (1..=children.len()).find(|&n| comes_with(n)) };
        match found {
            Some(n) => path.push(children[n - 1].clone()),
            None => return path,
        }
    }
}

/// Bytes of the value at `path`; of its key where the message is about that. None for a table or list of which the
/// message is about a part.
pub(super) fn span(document: &DeTable<'_>, path: &[String], message: &str) -> Option<Range<usize>> {
    let (last, front) = path.split_last()?;
    if message.contains(&format!("unknown field `{last}`")) {
        let (key, _) = table(document, front)?.get_key_value(last.as_str())?;
        return Some(key.span());
    }
    let value = value(document, path)?;
    let is_part = !message.is_empty() && !children(document, path).is_empty();
    (!is_part).then(|| value.span())
}

/// The path of the value with these bytes.
pub(super) fn path_of(document: &DeTable<'_>, span: &Range<usize>) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    let mut open: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(at) = open.pop() {
        for child in children(document, &at) {
            let below = [&at[..], &[child]].concat();
            match value(document, &below) {
                Some(value) if value.span() == *span => path = below,
                Some(_) => open.push(below),
                None => {}
            }
        }
    }
    path
}

fn value<'d, 'i>(document: &'d DeTable<'i>, path: &[String]) -> Option<&'d Spanned<DeValue<'i>>> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(document.get(first.as_str())?, |value, step| match value.get_ref() {
        DeValue::Table(table) => table.get(step.as_str()),
        DeValue::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

fn table<'d, 'i>(document: &'d DeTable<'i>, path: &[String]) -> Option<&'d DeTable<'i>> {
    if path.is_empty() {
        return Some(document);
    }
    match value(document, path)?.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

fn children(document: &DeTable<'_>, path: &[String]) -> Vec<String> {
    if let Some(table) = table(document, path) {
        let mut keys: Vec<String> = table.keys().map(|key| key.get_ref().to_string()).collect();
        // Without its kind a table is refused whatever else is wrong with it.
        keys.sort_by_key(|key| key != "kind");
        return keys;
    }
    match value(document, path).map(Spanned::get_ref) {
        Some(DeValue::Array(items)) => (0..items.len()).map(|at| at.to_string()).collect(),
        _ => Vec::new(),
    }
}

fn remove(document: &mut DeTable<'_>, path: &[String], child: &str) {
    let Some((first, rest)) = path.split_first() else {
        document.remove(child);
        return;
    };
    let Some(mut value) = document.get_mut(first.as_str()) else { return };
    for step in rest {
        let next = match value.get_mut() {
            DeValue::Table(table) => table.get_mut(step.as_str()),
            DeValue::Array(items) => step.parse::<usize>().ok().and_then(|at| items.get_mut(at)),
            _ => None,
        };
        let Some(next) = next else { return };
        value = next;
    }
    match value.get_mut() {
        DeValue::Table(table) => {
            table.remove(child);
        }
        DeValue::Array(items) => {
            let rest = items.clone().into_iter().enumerate().filter(|(at, _)| at.to_string() != child);
            *items = rest.map(|(_, item)| item).collect();
        }
        _ => {}
    }
}
