//! What the documentation of every test says, and that its examples run.

use std::fs;
use std::path::Path;

/// Every hypothesis test and posterior of the crate.
const TESTS: [&str; 18] = [
    "sign_flip",
    "sign_flip_sampled",
    "wilcoxon",
    "wilcoxon_normal",
    "sign_test",
    "paired_t",
    "paired_tost",
    "sign_flip_tost",
    "signed_rank_posterior",
    "signed_rank_probabilities",
    "cluster_randomisation",
    "cluster_randomisation_sampled",
    "cluster_sign_flip",
    "randomise",
    "friedman",
    "nemenyi",
    "nemenyi_normal",
    "holm_post_hoc",
];

const HEADINGS: [&str; 6] = ["Null hypothesis", "Assumes", "Not for", "Equation", "Source", "Example"];

/// All source files, one text.
fn sources() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the crate has sources")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).expect("a source file")).collect()
}

/// The lines of documentation above a public function.
fn doc<'a>(sources: &'a str, function: &str) -> Vec<&'a str> {
    let lines: Vec<&str> = sources.lines().map(str::trim_start).collect();
    let names = [format!("pub fn {function}("), format!("pub fn {function}<")];
    let at = lines.iter().position(|line| names.iter().any(|name| line.starts_with(name.as_str())));
    let above = &lines[..at.unwrap_or_else(|| panic!("no function {function}"))];
    above.iter().rev().take_while(|line| line.starts_with("///")).copied().collect()
}

#[test]
fn every_test_says_what_it_tests_and_when_not_to_use_it() {
    let sources = sources();
    for function in TESTS {
        let doc = doc(&sources, function);
        for heading in HEADINGS {
            assert!(
                doc.iter().any(|line| line == &format!("/// # {heading}")),
                "{function}: no `# {heading}`"
            );
        }
        assert!(doc.iter().any(|line| line.starts_with("/// ```")), "{function}: its example is no code");
    }
}

#[test]
fn every_example_is_compiled_and_run() {
    for (number, line) in sources().lines().enumerate() {
        let fence = line.trim_start().trim_start_matches("///").trim_start_matches("//!").trim();
        assert!(!fence.starts_with("```") || fence == "```", "line {number}: {line}");
    }
}
