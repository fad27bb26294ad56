//! `affekt-libtorch.json`: every file a setup installed, with size and BLAKE3, so that damage is seen.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::TORCH_VERSION;

/// The record's name inside the LibTorch folder.
const NAME: &str = "affekt-libtorch.json";

/// Hashes everything below `folder` and writes the record.
pub(super) fn write(folder: &Path, wheels: &[String]) -> Result<()> {
    let mut paths = Vec::new();
    collect(folder, folder, &mut paths)?;
    paths.sort();
    let mut files = Vec::new();
    for path in &paths {
        let full = folder.join(path);
        let bytes = full.metadata().with_context(|| format!("cannot read {}", full.display()))?.len();
        files.push(json!([path, bytes, hash(&full)?]));
    }
    let record = json!({ "schema": 1, "torch": TORCH_VERSION, "wheels": wheels, "files": files });
    let path = folder.join(NAME);
    fs::write(&path, record.to_string()).with_context(|| format!("cannot write {}", path.display()))
}

/// Compares the folder with its record: sizes always, contents when `hashes`. A folder without a record is not ours.
pub(super) fn check(folder: &Path, hashes: bool) -> Result<()> {
    let path = folder.join(NAME);
    let Ok(text) = fs::read(&path) else { return Ok(()) };
    let record: Value =
        serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))?;
    let files = record["files"].as_array().with_context(|| format!("{} lists no files", path.display()))?;
    for entry in files {
        let (Some(name), Some(bytes), Some(expected)) =
            (entry[0].as_str(), entry[1].as_u64(), entry[2].as_str())
        else {
            bail!("{} has a broken entry: {entry}", path.display());
        };
        let file = folder.join(name);
        let got = file.metadata().with_context(|| format!("{name} is missing"))?.len();
        ensure!(got == bytes, "{name} has {got} bytes, expected {bytes}");
        if hashes {
            let got = hash(&file)?;
            ensure!(got == expected, "{name} has BLAKE3 {got}, expected {expected}");
        }
    }
    Ok(())
}

/// BLAKE3 of a file, in hexadecimal.
pub(super) fn hash(path: &Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    hasher.update_reader(file).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Plain files below `folder`, relative to `base`; links are not followed (what they lead to is listed itself).
fn collect(base: &Path, folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
        let kind = entry.file_type().with_context(|| format!("cannot read {}", entry.path().display()))?;
        if kind.is_dir() {
            collect(base, &entry.path(), into)?;
        } else if kind.is_file() {
            let path = entry.path();
            into.push(path.strip_prefix(base).expect("because it was found below base").to_path_buf());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_sizes_and_contents_are_seen() {
        let folder = std::env::temp_dir().join(format!("affekt-xtask-manifest-{}", std::process::id()));
        fs::create_dir_all(folder.join("lib")).expect("writable temp folder");
        fs::write(folder.join("lib/a.so"), b"abc").expect("writable");
        write(&folder, &[]).expect("hashable");
        assert!(check(&folder, true).is_ok());
        fs::write(folder.join("lib/a.so"), b"abd").expect("writable");
        assert!(check(&folder, false).is_ok(), "the size is the same");
        assert!(check(&folder, true).is_err(), "the content is not");
        fs::write(folder.join("lib/a.so"), b"ab").expect("writable");
        let error = check(&folder, false).expect_err("shorter");
        assert_eq!(error.to_string(), "lib/a.so has 2 bytes, expected 3");
        fs::remove_dir_all(&folder).expect("ours");
    }
}
