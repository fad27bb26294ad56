//! Writes the synthetic study of the tests and its report into a folder, to be looked at.
//!
//! `cargo run -p affekt-report --example synthetic -- FOLDER`

#[path = "../tests/support/mod.rs"]
#[expect(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "the fixture is the tests' own")]
mod support;

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: synthetic FOLDER")?;
    let study = support::write_study(&folder, &support::Names::default());
    support::add_ada_df(&study);
    affekt_report::write(&study.dir, &study.out_root)?;
    Ok(())
}
