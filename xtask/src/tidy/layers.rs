//! Every arrow between workspace crates points down, as the table of ARCHITECTURE.md says.

use serde_json::Value;

use super::Problem;
use super::table::{DOCUMENT, Table};

/// Compares the members and their dependencies (as `cargo metadata --no-deps` lists them) with the table.
///
/// Dependencies and build dependencies must be named by the row, one by one or by layer. A dev-dependency ships in
/// nothing, so it needs no mention and may go sideways, but not up.
pub(super) fn check(table: &Table, metadata: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    for row in &table.rows {
        if !names.contains(&row.name.as_str()) {
            problems.push(Problem::new(
                DOCUMENT,
                row.line,
                format!("{} is no crate of the workspace", row.name),
            ));
        }
    }
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(from) = table.row(name) else {
            problems.push(Problem::new(DOCUMENT, 0, format!("{name} has no row in the crate table")));
            continue;
        };
        for dependency in package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let Some(to) = dependency["name"].as_str().and_then(|name| table.row(name)) else { continue };
            let dev = dependency["kind"] == "dev";
            let fine = if dev { to.layer <= from.layer } else { from.allows(to) };
            if !fine {
                let kind = if dev { "dev-depends" } else { "depends" };
                let text = format!(
                    "{name} (L{}) {kind} on {} (L{}), which its row does not allow",
                    from.layer, to.name, to.layer
                );
                problems.push(Problem::new(DOCUMENT, from.line, text));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::table::tests::SMALL;
    use super::*;

    fn members(train: &Value) -> Value {
        let plain = |name: &str| json!({ "name": name, "dependencies": [{ "name": "serde", "kind": null }] });
        json!({ "packages": [
            plain("core"), plain("ot"), plain("tensor"), plain("app"), { "name": "train", "dependencies": train },
        ] })
    }

    #[test]
    fn arrows_must_be_in_the_table() {
        let table = Table::parse(SMALL);
        assert_eq!(check(&table, &members(&json!([{ "name": "tensor", "kind": null }]))), []);
        let sideways = check(&table, &members(&json!([{ "name": "ot", "kind": "build" }])));
        assert_eq!(sideways.len(), 1);
        assert_eq!(sideways[0].line, 6);
    }

    #[test]
    fn dev_dependencies_go_down_or_sideways() {
        let table = Table::parse(SMALL);
        assert_eq!(check(&table, &members(&json!([{ "name": "ot", "kind": "dev" }]))), []);
        assert_eq!(check(&table, &members(&json!([{ "name": "app", "kind": "dev" }]))).len(), 1);
    }

    #[test]
    fn rows_and_members_are_the_same_set() {
        let table = Table::parse(&SMALL.replace("`ot`", "`oz`"));
        assert_eq!(check(&table, &members(&json!([]))).len(), 2);
    }
}
