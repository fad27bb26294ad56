//! The text files of the checkout that rules read.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Larger files are data.
const MAX_BYTES: u64 = 1 << 20;
const EXTENSIONS: [&str; 9] = ["rs", "toml", "md", "json", "sh", "py", "yml", "yaml", "html"];
/// Build output and results, as in .gitignore.
const IGNORED: [&str; 2] = ["target", "runs"];
const HIDDEN_KEPT: [&str; 4] = [".ci", ".cargo", ".config", ".github"];

/// One text file.
#[derive(Clone, Debug)]
pub(super) struct TextFile {
    /// Relative to the workspace root, with `/`.
    pub path: String,
    pub text: String,
}

impl TextFile {
    /// The crate folder's name when the file is a crate's own source (`crates/<name>/src/...`).
    pub(super) fn crate_source(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("crates/")?;
        let (name, below) = rest.split_once('/')?;
        (below.starts_with("src/") && self.is_rust()).then_some(name)
    }

    pub(super) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// Lines with their number, up to the file's own unit tests.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.take_while(|(_, line)| *line != "#[cfg(test)]")
    }
}

/// Every text file below `root` in a fixed order.
pub(super) fn files(root: &Path) -> Result<Vec<TextFile>> {
    let mut found = Vec::new();
    collect(root, root, &mut found)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn collect(root: &Path, folder: &Path, into: &mut Vec<TextFile>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().with_context(|| format!("cannot read {}", path.display()))?;
        if kind.is_dir() {
            let hidden = name.starts_with('.') && !HIDDEN_KEPT.contains(&name.as_str());
            let ignored = folder == root && IGNORED.contains(&name.as_str());
            if !hidden && !ignored {
                collect(root, &path, into)?;
            }
        } else if kind.is_file() && is_text(&path) {
            // A file that went away or is no UTF-8 is no text file of ours.
            let small = path.metadata().is_ok_and(|data| data.len() <= MAX_BYTES);
            if let (true, Ok(text)) = (small, fs::read_to_string(&path)) {
                let relative = path.strip_prefix(root).expect("because it was found below the root");
                into.push(TextFile { path: relative.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    Ok(())
}

fn is_text(path: &Path) -> bool {
    path.extension().map_or_else(
        || path.parent().is_some_and(|folder| folder.file_name().is_some_and(|name| name == ".ci")),
        |extension| EXTENSIONS.iter().any(|known| extension == *known),
    )
}
