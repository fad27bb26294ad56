//! Crate cards, licences, what a package must say of itself, and the opening comment of each configuration.

use std::path::Path;

use serde_json::Value;

use super::Problem;
use super::tree::TextFile;

/// Rows every crate card has; names of further rows are free.
const CARD: [&str; 4] = ["purpose", "seam", "depends on", "does not"];
/// What the opening comment of a study configuration says.
const HEADER: [&str; 5] = ["purpose:", "source:", "hardware:", "wall time:", "expected:"];

/// Checks that the licences and every crate's card are there.
pub(super) fn check(root: &Path, metadata: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    for name in ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        if !root.join(name).is_file() {
            problems.push(Problem::new(name, 0, "is missing"));
        }
    }
    for package in metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        let Some(folder) = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok()) else {
            continue;
        };
        if !folder.starts_with("crates") {
            continue;
        }
        let readme = folder.join("README.md");
        let text = std::fs::read_to_string(root.join(&readme)).unwrap_or_default();
        let missing = missing_rows(&text);
        if !missing.is_empty() {
            let text = format!("the crate card lacks {}", missing.join(", "));
            problems.push(Problem::new(readme.to_string_lossy(), 0, text));
        }
        // `publish` is null for a crate that may go anywhere, and an empty list for one that stays here.
        if package["publish"].is_null() {
            let manifest = folder.join("Cargo.toml");
            let lacking = lacking_in_package(package, |name| root.join(folder).join(name).is_file());
            if !lacking.is_empty() {
                let text = format!("the package lacks {}", lacking.join(", "));
                problems.push(Problem::new(manifest.to_string_lossy(), 0, text));
            }
            if package["targets"][0]["kind"][0] == "lib" && !text.contains("```rust") {
                problems.push(Problem::new(readme.to_string_lossy(), 0, "expected an example in Rust"));
            }
        }
    }
    problems
}

/// What registries and documentation sites ask of a package.
fn lacking_in_package(package: &Value, has_file: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let empty = |key: &str| {
        let value = &package[key];
        value.as_str().is_none_or(str::is_empty) && value.as_array().is_none_or(Vec::is_empty)
    };
    let keys = ["description", "license", "repository", "readme", "authors", "keywords", "categories"];
    let files = ["LICENSE-MIT", "LICENSE-APACHE"];
    // docs.rs has no LibTorch.
    let needs_torch = package["features"].get("check-only").is_some();
    let builds_without = package["metadata"]["docs"]["rs"]["features"] == serde_json::json!(["check-only"]);
    let keys = keys.into_iter().filter(|key| empty(key));
    let files = files.into_iter().filter(|name| !has_file(name));
    let docs = (needs_torch && !builds_without).then_some("`features = [\"check-only\"]` for docs.rs");
    keys.chain(files).chain(docs).collect()
}

fn missing_rows(readme: &str) -> Vec<&'static str> {
    let labels: Vec<String> = readme
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix('|')?.split('|').next())
        .map(|cell| cell.trim().to_lowercase())
        .collect();
    CARD.into_iter().filter(|row| !labels.iter().any(|label| label.starts_with(row))).collect()
}

/// Checks the opening comment of a file in `configs/`.
pub(super) fn check_config(file: &TextFile) -> Vec<Problem> {
    let path = Path::new(&file.path);
    if !path.starts_with("configs") || path.extension().is_none_or(|extension| extension != "toml") {
        return Vec::new();
    }
    let header: Vec<String> =
        file.text.lines().take_while(|line| line.starts_with('#')).map(str::to_lowercase).collect();
    if header.is_empty() {
        return vec![Problem::new(&file.path, 1, "expected a comment that says what the file is for")];
    }
    // Only what is run costs time and has a result; worlds and the like are read by those.
    if path.parent() != Some(Path::new("configs")) {
        return Vec::new();
    }
    let missing: Vec<_> =
        HEADER.into_iter().filter(|key| !header.iter().any(|line| line.contains(key))).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    vec![Problem::new(&file.path, 1, format!("the opening comment lacks {}", missing.join(" ")))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_has_its_rows() {
        let card = "# a\n\n| | |\n|---|---|\n| Purpose | x |\n| Seam | x |\n| Depends on | x |\n| Does not do | x |\n";
        assert_eq!(missing_rows(card), [""; 0]);
        assert_eq!(missing_rows("# a\n| purpose | x |\n"), ["seam", "depends on", "does not"]);
    }

    #[test]
    fn a_study_opens_with_its_cost_and_result() {
        let header = "# Purpose: a\n# Source: b\n# Hardware: c\n# Wall time: d\n# Expected: e\n";
        let problems =
            |path: &str, text: &str| check_config(&TextFile { path: path.into(), text: text.into() }).len();
        assert_eq!(problems("configs/a.toml", header), 0);
        assert_eq!(problems("configs/a.toml", "# Purpose: a\n"), 1);
        assert_eq!(problems("configs/worlds/a.toml", "# The hard one.\n"), 0);
        assert_eq!(problems("configs/worlds/a.toml", "a = 1\n"), 1);
        assert_eq!(problems("crates/a/Cargo.toml", "a = 1\n"), 0);
    }

    #[test]
    fn a_package_says_what_it_is() {
        let whole = serde_json::json!({
            "description": "d", "license": "MIT", "repository": "r", "readme": "README.md", "authors": ["a"],
            "keywords": ["k"], "categories": ["science"], "features": { "check-only": [] },
            "metadata": { "docs": { "rs": { "features": ["check-only"] } } },
        });
        assert!(lacking_in_package(&whole, |_| true).is_empty());
        assert_eq!(lacking_in_package(&whole, |name| name == "LICENSE-MIT"), ["LICENSE-APACHE"]);
        let mut bare = whole;
        bare["metadata"] = Value::Null;
        bare["keywords"] = serde_json::json!([]);
        assert_eq!(lacking_in_package(&bare, |_| true).len(), 2);
    }
}
