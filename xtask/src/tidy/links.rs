//! Relative links of documents: what they point to is there.

use std::path::Path;

use super::Problem;
use super::tree::TextFile;

/// Checks every relative link, picture and `{{#include}}` of a Markdown file.
pub(super) fn check(root: &Path, file: &TextFile) -> Vec<Problem> {
    let path = Path::new(&file.path);
    if path.extension().is_none_or(|extension| extension != "md") {
        return Vec::new();
    }
    let folder = root.join(path.parent().unwrap_or(Path::new("")));
    let dead = targets(&file.text).into_iter().filter(|(_, target)| !folder.join(target).exists());
    dead.map(|(line, target)| Problem::new(&file.path, line, format!("dead link: {target} is not there")))
        .collect()
}

/// Files that a document points to, with their line: fragments, addresses and places within the page left out.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut fence = "";
    for (number, line) in (1..).zip(text.lines()) {
        found.extend(between(line, "{{#include ", "}}").into_iter().map(|file| (number, included(file))));
        let start = line.trim_start();
        let marker = ["```", "~~~"].into_iter().find(|marker| start.starts_with(marker));
        match marker {
            Some(marker) if fence.is_empty() => fence = marker,
            Some(marker) if fence == marker => fence = "",
            _ if fence.is_empty() => found.extend(links(line).into_iter().map(|target| (number, target))),
            _ => {}
        }
    }
    found
}

/// `](target)` and `]: target` outside code spans.
fn links(line: &str) -> Vec<&str> {
    let prose = || line.split('`').step_by(2);
    let inline = prose().flat_map(|part| between(part, "](", ")"));
    let definition = line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]: "));
    let all = inline.chain(definition.map(|(_, target)| target));
    let words = all.filter_map(|target| target.split_whitespace().next());
    let relative = words.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    relative.filter_map(|target| target.split('#').next()).filter(|file| !file.is_empty()).collect()
}

/// The file of an `{{#include file:anchor}}`.
fn included(text: &str) -> &str {
    text.split(':').next().unwrap_or(text).trim()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split_once(after)).map(|(inner, _)| inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_pictures_and_includes_are_found() {
        let text = "See [a](a.md#part), ![b](b.png \"title\") and [c](https://example.org/c).\n\
                    [d]: d.md\n[here](#part) `[no](code.md)`\n```\n[no](fenced.md)\n{{#include e.rs:anchor}}\n```\n[f](f.md)\n";
        assert_eq!(targets(text), [(1, "a.md"), (1, "b.png"), (2, "d.md"), (6, "e.rs"), (8, "f.md")]);
    }

    #[test]
    fn a_dead_link_is_a_problem_and_a_live_one_none() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = |path: &str, text: &str| TextFile { path: path.into(), text: text.into() };
        assert_eq!(check(root, &file("README.md", "[a](Cargo.toml)")), []);
        assert_eq!(check(root, &file("src/a.md", "[a](main.rs) [b](../src/tidy)")), []);
        let problems = check(root, &file("src/a.md", "x\n[a](Cargo.toml)"));
        assert_eq!(problems, [Problem::new("src/a.md", 2, "dead link: Cargo.toml is not there")]);
        assert_eq!(check(root, &file("src/a.rs", "[a](none.md)")), []);
    }
}
