//! Digests of the source files that decide numbers, without asking git; the commit they are of, where git knows one; the
//! way to LibTorch.
//!
//! Outside the workspace (a packaged crate) the version stands for the code.

#[path = "build/locked.rs"]
mod locked;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs, io};

/// What a trained run depends on.
const RUN: [&str; 14] = [
    "affekt-core",
    "affekt-metrics",
    "affekt-ot",
    "affekt-augment",
    "affekt-face",
    "affekt-data",
    "affekt-worlds",
    "affekt-weights",
    "affekt-torch-sys",
    "affekt-tensor",
    "affekt-learn",
    "affekt-losses",
    "affekt-models",
    "affekt-train",
];
/// Endings of sources: ours, and the kernels beside LibTorch's.
const SOURCES: [&str; 3] = ["rs", "cpp", "h"];
/// What a prepared dataset depends on.
const DATA: [&str; 5] = ["affekt-core", "affekt-artifact", "affekt-face", "affekt-data", "affekt-worlds"];
/// What results, tests, claims and report depend on.
const COLLECT: [&str; 6] =
    ["affekt-core", "affekt-artifact", "affekt-metrics", "affekt-stats", "affekt-study", "affekt-report"];

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let crates = here.parent().unwrap_or(&here).to_owned();
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src");
    // With feature `torch`: where the loader finds LibTorch, and all of it, CUDA back end included.
    if let Some(lib) = env::var_os("DEP_AFFEKT_TENSOR_LIBTORCH_LIB") {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", lib.to_string_lossy());
        println!("cargo::rustc-link-arg=-Wl,--no-as-needed");
        println!("cargo::rustc-link-arg=-ltorch");
    }

    commit(crates.parent().unwrap_or(&crates));

    let mut training = files_below(&here.join("src"), &|path| {
        let relative = path.strip_prefix(here.join("src")).unwrap_or(path);
        relative.to_string_lossy().starts_with("train")
    })?;
    // The kernels beside LibTorch's, and the flags they are compiled with.
    let kernels = crates.join("affekt-torch-sys");
    let (shim, flags) = (kernels.join("shim"), kernels.join("build.rs"));
    for path in [&shim, &flags].into_iter().filter(|path| path.exists()) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    training.extend(files_below(&shim, &|_| true)?);
    training.push(flags);
    // Preparing lives in this crate, but only its own sources decide pixels and labels there.
    let preparing = files_below(&here.join("src").join("prepare"), &|_| true)?;
    // Decoders and resizers decide pixels, the binding to LibTorch what is computed.
    let lock = crates.parent().unwrap_or(&crates).join("Cargo.lock");
    if lock.is_file() {
        println!("cargo::rerun-if-changed={}", lock.display());
    }
    let lock = fs::read_to_string(lock).unwrap_or_default();
    emit("AFFEKT_CODE_DIGEST", &crates, &RUN, training, &locked::locked(&lock, &RUN))?;
    emit("AFFEKT_DATA_DIGEST", &crates, &DATA, preparing, &locked::locked(&lock, &DATA))?;
    emit("AFFEKT_COLLECT_DIGEST", &crates, &COLLECT, Vec::new(), "")
}

/// The commit of the sources and whether they still are what it holds; both empty where the folder is no repository.
fn commit(root: &Path) {
    // A packaged crate may lie somewhere in a repository of others.
    let git = |arguments: &[&str]| -> Option<Output> {
        let mut command = Command::new("git");
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(variable);
        }
        command.arg("-C").arg(root).arg("--no-optional-locks").args(arguments);
        root.join(".git").exists().then(|| command.output().ok()).flatten()
    };
    let line = |arguments: &[&str]| {
        let output = git(arguments).filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = line(&["rev-parse", "HEAD"]).unwrap_or_default();
    let differs = git(&["diff", "--quiet", "HEAD", "--", "crates", "Cargo.lock"]);
    let dirty = match differs.and_then(|output| output.status.code()) {
        Some(0) => "no",
        Some(1) => "yes",
        _ => "",
    };
    println!("cargo::rustc-env=AFFEKT_COMMIT={commit}");
    println!("cargo::rustc-env=AFFEKT_DIRTY={dirty}");
    // Grows with every commit and checkout. A file that is not there would make every build run this again.
    if let Some(log) = line(&["rev-parse", "--git-path", "logs/HEAD"]).map(|log| root.join(log))
        && log.is_file()
    {
        println!("cargo::rerun-if-changed={}", log.display());
    }
}

fn emit(
    name: &str,
    crates: &Path,
    members: &[&str],
    mut files: Vec<PathBuf>,
    locked: &str,
) -> io::Result<()> {
    for member in members {
        let folder = crates.join(member).join("src");
        if !folder.is_dir() {
            let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
            println!("cargo::rustc-env={name}=version-{version}");
            return Ok(());
        }
        println!("cargo::rerun-if-changed={}", folder.display());
        files.extend(files_below(&folder, &|_| true)?);
    }
    files.sort();
    let mut hasher = blake3::Hasher::new();
    hasher.update(locked.as_bytes());
    for file in files {
        let content = fs::read(&file).unwrap_or_default();
        // Digests must not depend on where the workspace lies.
        let shown = file.strip_prefix(crates).unwrap_or(&file).to_string_lossy().into_owned();
        for piece in [shown.as_bytes(), &content] {
            hasher.update(&(piece.len() as u64).to_le_bytes());
            hasher.update(piece);
        }
    }
    println!("cargo::rustc-env={name}={}", hasher.finalize().to_hex());
    Ok(())
}

fn files_below(folder: &Path, keep: &dyn Fn(&Path) -> bool) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return Ok(found) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_below(&path, keep)?);
        } else if path.extension().is_some_and(|extension| SOURCES.iter().any(|end| extension == *end))
            && keep(&path)
        {
            found.push(path);
        }
    }
    Ok(found)
}
