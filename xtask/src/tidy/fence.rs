//! The fence of deny.toml, checked without cargo-deny: a crate with `wrappers` has no other direct dependents.

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::Problem;

/// Reads the dependents from Cargo.lock, which lists every edge of every feature and platform.
pub(super) fn check(deny: &str, lock: &str) -> Result<Vec<Problem>> {
    let deny: Table = deny.parse().context("deny.toml is no TOML")?;
    let lock: Table = lock.parse().context("Cargo.lock is no TOML")?;
    let bans = deny.get("bans").and_then(|bans| bans.get("deny")).and_then(Value::as_array);
    let packages = lock.get("package").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut problems = Vec::new();
    for ban in bans.into_iter().flatten() {
        let banned = text(ban, "crate").context("deny.toml: an entry of [bans] deny has no `crate`")?;
        let wrappers: Vec<&str> = strings(ban, "wrappers");
        for package in packages {
            let dependent = text(package, "name").unwrap_or_default();
            let direct =
                strings(package, "dependencies").iter().any(|entry| entry.split(' ').next() == Some(banned));
            if direct && !wrappers.contains(&dependent) {
                let text = format!("{dependent} depends on {banned}; only {} may", wrappers.join(", "));
                problems.push(Problem::new("deny.toml", 0, text));
            }
        }
    }
    Ok(problems)
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn strings<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: &str = "[bans]\ndeny = [{ crate = \"tch\", wrappers = [\"tensor\"] }]\n";

    #[test]
    fn only_wrappers_may_depend() {
        let lock = |dependent: &str| {
            format!("[[package]]\nname = \"{dependent}\"\ndependencies = [\"tch 0.24.0\", \"serde\"]\n")
        };
        assert_eq!(check(DENY, &lock("tensor")).expect("valid"), []);
        assert_eq!(check(DENY, &lock("train")).expect("valid").len(), 1);
    }

    #[test]
    fn a_name_that_only_begins_alike_is_another_crate() {
        let lock = "[[package]]\nname = \"train\"\ndependencies = [\"tch-ext\"]\n";
        assert_eq!(check(DENY, lock).expect("valid"), []);
    }
}
