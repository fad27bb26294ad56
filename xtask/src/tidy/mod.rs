//! `cargo xtask tidy`: the rules of the workspace that no compiler checks.

mod documents;
mod fence;
mod layers;
mod links;
mod manifests;
mod purity;
mod sources;
mod table;
mod tree;

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use self::table::Table;
use crate::Outcome;
use crate::workspace::{self, Workspace};

/// A rule that does not hold somewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    file: String,
    /// From 1; 0 for the file as a whole.
    line: usize,
    text: String,
}

impl Problem {
    fn new(file: impl Into<String>, line: usize, text: impl Into<String>) -> Self {
        Self { file: file.into(), line, text: text.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.text),
            line => write!(f, "{}:{line}: {}", self.file, self.text),
        }
    }
}

/// Checks every rule; prints a line for each problem.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    let root = &workspace.root;
    let metadata = workspace::metadata(root, &["--no-deps"])?;
    let table = Table::parse(&read(root, "ARCHITECTURE.md")?);
    let mut problems = Vec::new();
    problems.extend(table.check());
    problems.extend(layers::check(&table, &metadata));
    problems.extend(manifests::check(root, &table, &metadata)?);
    problems.extend(fence::check(&read(root, "deny.toml")?, &read(root, "Cargo.lock")?)?);
    problems.extend(documents::check(root, &metadata));
    for file in tree::files(root)? {
        problems.extend(sources::check(&file));
        problems.extend(purity::check(&table, &file));
        problems.extend(documents::check_config(&file));
        problems.extend(links::check(root, &file));
    }
    problems.sort();
    problems.dedup();
    for problem in &problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => Ok(Outcome::Done),
        count => {
            eprintln!("tidy: {count} problem{}", if count == 1 { "" } else { "s" });
            Ok(Outcome::CheckFailed)
        }
    }
}

fn read(root: &Path, name: &str) -> Result<String> {
    let path = root.join(name);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}
