//! Rules on single files: module docs, length, unfinished code, paths of somebody's machine.

use super::Problem;
use super::tree::TextFile;

/// Lines without unit tests at which a file is to be looked at again, and at which it must be split.
const LONG: usize = 300;
const TOO_LONG: usize = 400;

/// Checks one file.
pub(super) fn check(file: &TextFile) -> Vec<Problem> {
    let mut problems = machine_paths(file);
    if file.is_rust() {
        problems.extend(unfinished(file));
        if file.path.contains("src/") {
            problems.extend(module_doc(file));
            problems.extend(length(file));
        }
    }
    problems
}

fn module_doc(file: &TextFile) -> Option<Problem> {
    let first = file.text.lines().find(|line| !line.trim().is_empty())?;
    (!first.starts_with("//!"))
        .then(|| Problem::new(&file.path, 1, "expected a module doc (`//!`) that says what the file is for"))
}

fn length(file: &TextFile) -> Option<Problem> {
    let lines = file.code_lines().count();
    if lines > TOO_LONG {
        return Some(Problem::new(
            &file.path,
            0,
            format!("{lines} lines without tests; split it below {TOO_LONG}"),
        ));
    }
    if lines > LONG {
        eprintln!("note: {}: {lines} lines without tests; look again at {LONG}", file.path);
    }
    None
}

fn unfinished(file: &TextFile) -> Vec<Problem> {
    // Written in two parts so that this file does not find itself.
    let markers = [
        concat!("to", "do!("),
        concat!("unimpl", "emented!("),
        concat!("#[ig", "nore"),
        concat!("#[should_", "panic"),
    ];
    let code = file.text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.flat_map(|(index, line)| {
        markers.iter().filter(|marker| line.contains(**marker)).map(move |marker| (index, marker))
    })
    .map(|(index, marker)| {
        Problem::new(&file.path, index + 1, format!("`{marker}` is not for the main line"))
    })
    .collect()
}

fn machine_paths(file: &TextFile) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for folder in ["work", "root", "home", "Users"] {
            let path = format!("/{folder}/");
            let starts_path = line.match_indices(&path).any(|(at, _)| {
                // Part of a longer path or of an address is something else.
                !line[..at].ends_with(|before: char| before.is_alphanumeric() || "._-}>$~*".contains(before))
            });
            if starts_path {
                problems.push(Problem::new(
                    &file.path,
                    index + 1,
                    format!("`{path}` is a path of one machine"),
                ));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(text: &str) -> TextFile {
        TextFile { path: "crates/a/src/lib.rs".into(), text: text.into() }
    }

    #[test]
    fn a_file_opens_with_its_purpose() {
        assert_eq!(check(&rust("//! Words.\n")), []);
        assert_eq!(check(&rust("use std::fmt;\n")).len(), 1);
    }

    #[test]
    fn long_files_are_counted_without_their_tests() {
        let body = "//! Doc.\n".to_owned() + &"fn f() {}\n".repeat(390);
        let tests = "#[cfg(test)]\n".to_owned() + &"fn t() {}\n".repeat(300);
        assert_eq!(check(&rust(&(body.clone() + &tests))), []);
        assert_eq!(check(&rust(&(body + &"fn g() {}\n".repeat(20)))).len(), 1);
    }

    #[test]
    fn unfinished_code_is_found_but_not_in_comments() {
        let marker = concat!("to", "do!(");
        assert_eq!(check(&rust(&format!("//! Doc.\n// {marker})\n"))), []);
        let problems = check(&rust(&format!("//! Doc.\nfn f() {{ {marker}) }}\n")));
        assert_eq!(problems[0].line, 2);
    }

    #[test]
    fn machine_paths_are_found() {
        let line = format!("//! Doc.\nconst X: &str = \"/{}/me/data\";\n", "home");
        assert_eq!(check(&rust(&line)).len(), 1);
        let inner = format!("//! See example.org/{}/x and ./a/{}/b.\n", "home", "work");
        assert_eq!(check(&rust(&inner)), []);
    }
}
