//! L0 and L1 touch no file, clock, environment or global randomness; formulas of L1 come with an example.

use super::Problem;
use super::table::Table;
use super::tree::TextFile;

/// Modules of `std` that reach outside.
const OUTSIDE: [&str; 5] = ["fs", "env", "net", "process", "time"];
/// Other names that do.
const NAMES: [&str; 7] =
    ["println!(", "eprintln!(", "print!(", "thread_rng", "rand::rng()", "OsRng", "getrandom"];

/// Checks a source file when its crate's row says L0 or L1.
pub(super) fn check(table: &Table, file: &TextFile) -> Vec<Problem> {
    let Some(layer) = file.crate_source().and_then(|name| table.layer(name)) else { return Vec::new() };
    if layer > 1 {
        return Vec::new();
    }
    let mut problems = outside(file);
    if layer == 1 {
        problems.extend(formulas_without_example(file));
    }
    problems
}

fn outside(file: &TextFile) -> Vec<Problem> {
    let code = file.code_lines().filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.filter_map(|(number, line)| {
        let found = reaches_outside(line)?;
        Some(Problem::new(&file.path, number, format!("`{found}`: L0 and L1 are pure; pass the value in")))
    })
    .collect()
}

fn reaches_outside(line: &str) -> Option<String> {
    if let Some(name) = NAMES.iter().find(|name| line.contains(**name)) {
        return Some((*name).to_owned());
    }
    let rest = &line[line.find("std::")? + "std::".len()..];
    let mut words = rest.split(|character: char| !(character.is_alphanumeric() || character == '_'));
    // `use std::{fmt, fs}` names several; a plain path names its module first.
    let module = if rest.starts_with('{') { words.find(|word| OUTSIDE.contains(word)) } else { words.next() };
    module.filter(|word| OUTSIDE.contains(word)).map(|word| format!("std::{word}"))
}

/// Public functions whose doc has `# Equation` but no `# Example`.
fn formulas_without_example(file: &TextFile) -> Vec<Problem> {
    let (mut equation, mut example) = (false, false);
    let mut problems = Vec::new();
    for (number, line) in file.code_lines() {
        let line = line.trim_start();
        if let Some(doc) = line.strip_prefix("///") {
            equation |= doc.trim().starts_with("# Equation");
            example |= doc.trim().starts_with("# Example");
            continue;
        }
        if line.starts_with("#[") {
            continue;
        }
        if line.starts_with("pub fn ") && equation && !example {
            problems.push(Problem::new(&file.path, number, "a formula (`# Equation`) without `# Example`"));
        }
        (equation, example) = (false, false);
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        let table = Table::parse(super::super::table::tests::SMALL);
        check(&table, &TextFile { path: path.into(), text: text.into() }).len()
    }

    #[test]
    fn pure_crates_reach_for_nothing() {
        assert_eq!(found("crates/ot/src/lib.rs", "use std::fs::File;\n"), 1);
        assert_eq!(found("crates/ot/src/lib.rs", "use std::{fmt, time};\n"), 1);
        assert_eq!(found("crates/core/src/lib.rs", "let x = std::env::var(\"X\");\n"), 1);
        assert_eq!(
            found("crates/ot/src/lib.rs", "use std::fmt;\n// std::fs\n#[cfg(test)]\nuse std::fs;\n"),
            0
        );
        assert_eq!(found("crates/app/src/lib.rs", "use std::fs;\n"), 0);
        assert_eq!(found("crates/ot/tests/vectors.rs", "use std::fs;\n"), 0);
    }

    #[test]
    fn formulas_show_an_example() {
        let with = "/// One.\n/// # Equation\n/// # Example\n#[must_use]\npub fn f() {}\n";
        let without = "/// One.\n/// # Equation\npub fn f() {}\n";
        assert_eq!(found("crates/ot/src/lib.rs", with), 0);
        assert_eq!(found("crates/ot/src/lib.rs", without), 1);
        assert_eq!(found("crates/core/src/lib.rs", without), 0);
    }
}
