//! Rules on Cargo.toml files: versions in the root only, shared lints, the torch island outside `default-members`.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value as Json;
use toml::{Table as Toml, Value};

use super::table::Table;
use super::{Problem, read};

/// The layer of the crates that need LibTorch.
const ISLAND: u8 = 3;
const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Checks the root manifest and every member's.
pub(super) fn check(root: &Path, table: &Table, metadata: &Json) -> Result<Vec<Problem>> {
    let workspace: Toml = read(root, "Cargo.toml")?.parse().context("Cargo.toml is no TOML")?;
    let mut problems = default_members(table, metadata);
    problems.extend(toolchain(&workspace, &read(root, "rust-toolchain.toml")?));
    let mut used = BTreeSet::new();
    for package in metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        let relative = manifest.strip_prefix(root).unwrap_or(manifest).to_string_lossy().into_owned();
        let parsed: Toml =
            read(root, &relative)?.parse().with_context(|| format!("{relative} is no TOML"))?;
        problems.extend(member(&relative, &parsed, &mut used));
    }
    let shared = workspace.get("workspace").and_then(|section| section.get("dependencies"));
    for name in shared.and_then(Value::as_table).into_iter().flat_map(Toml::keys) {
        if !used.contains(name) {
            problems.push(Problem::new("Cargo.toml", 0, format!("no member uses the dependency {name}")));
        }
    }
    Ok(problems)
}

fn member(file: &str, manifest: &Toml, used: &mut BTreeSet<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let inherits = |value: Option<&Value>| {
        value.and_then(|entry| entry.get("workspace")).and_then(Value::as_bool) == Some(true)
    };
    if !inherits(manifest.get("lints")) {
        problems.push(Problem::new(file, 0, "expected `[lints] workspace = true`"));
    }
    let by_target = manifest.get("target").and_then(Value::as_table);
    let sections = by_target.into_iter().flat_map(Toml::values).filter_map(Value::as_table).chain([manifest]);
    for section in sections {
        for kind in KINDS {
            for (name, entry) in section.get(kind).and_then(Value::as_table).into_iter().flatten() {
                used.insert(name.clone());
                if !inherits(Some(entry)) {
                    let text =
                        format!("{name}: expected `workspace = true`; versions stand in the root Cargo.toml");
                    problems.push(Problem::new(file, 0, text));
                }
            }
        }
    }
    problems
}

/// Plain `cargo build` and `cargo test` must work without LibTorch, and leave out nothing else.
fn default_members(table: &Table, metadata: &Json) -> Vec<Problem> {
    let default = metadata["workspace_default_members"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut problems = Vec::new();
    for package in metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let name = package["name"].as_str().unwrap_or_default();
        let island = table.layer(name) == Some(ISLAND);
        if default.contains(&package["id"]) == island {
            let text = if island { "needs LibTorch: leave it out of" } else { "is missing from" };
            problems.push(Problem::new("Cargo.toml", 0, format!("{name} {text} default-members")));
        }
    }
    problems
}

/// This is an application: it promises to build with the toolchain it pins, and no other.
fn toolchain(workspace: &Toml, pin: &str) -> Option<Problem> {
    let stated = workspace.get("workspace")?.get("package")?.get("rust-version")?.as_str()?.to_owned();
    let pin: Toml = pin.parse().ok()?;
    let channel = pin.get("toolchain")?.get("channel")?.as_str()?.to_owned();
    let agrees = channel == stated || channel.strip_prefix(&stated).is_some_and(|rest| rest.starts_with('.'));
    (!agrees).then(|| {
        let text = format!("pins {channel}, but Cargo.toml says rust-version {stated}");
        Problem::new("rust-toolchain.toml", 0, text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member_problems(text: &str) -> usize {
        let manifest = text.parse().expect("valid TOML");
        member("Cargo.toml", &manifest, &mut BTreeSet::new()).len()
    }

    #[test]
    fn versions_stand_in_the_root() {
        let lints = "[lints]\nworkspace = true\n";
        assert_eq!(member_problems(&format!("{lints}[dependencies]\nserde.workspace = true\n")), 0);
        assert_eq!(member_problems(&format!("{lints}[dependencies]\nserde = \"1\"\n")), 1);
        assert_eq!(
            member_problems(&format!(
                "{lints}[target.'cfg(unix)'.dev-dependencies]\na = {{ path = \"x\" }}\n"
            )),
            1
        );
        assert_eq!(member_problems("[dependencies]\n"), 1);
    }

    #[test]
    fn the_island_is_no_default_member() {
        let table = Table::parse(super::super::table::tests::SMALL);
        let metadata = |default: &[&str]| {
            serde_json::json!({
                "packages": [{ "name": "core", "id": "core" }, { "name": "train", "id": "train" }],
                "workspace_default_members": default,
            })
        };
        assert_eq!(default_members(&table, &metadata(&["core"])), []);
        assert_eq!(default_members(&table, &metadata(&["train"])).len(), 2);
    }

    #[test]
    fn the_pin_is_the_stated_version() {
        let root: Toml = "[workspace.package]\nrust-version = \"1.95\"\n".parse().expect("valid TOML");
        assert!(toolchain(&root, "[toolchain]\nchannel = \"1.95.0\"\n").is_none());
        assert!(toolchain(&root, "[toolchain]\nchannel = \"1.950.0\"\n").is_some());
    }
}
