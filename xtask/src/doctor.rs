//! `cargo xtask doctor`: what this machine has, what is missing, and how to get it.

use std::fs;
use std::process::Command;

use crate::setup::{self, Flavour};
use crate::workspace::Workspace;
use crate::{Outcome, process};

/// One line of the table.
struct Row {
    name: &'static str,
    state: State,
    detail: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    /// Needed: exit code 1.
    Missing,
    /// Nice to have.
    Optional,
}

impl Row {
    fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, state: State::Ok, detail: detail.into() }
    }

    /// `found`, else what to do about it.
    fn of(name: &'static str, found: Option<String>, otherwise: State, way_out: &str) -> Self {
        match found {
            Some(detail) => Self::ok(name, detail),
            None => Self { name, state: otherwise, detail: way_out.to_owned() },
        }
    }
}

/// Prints the table; a check failed when something required is missing.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let rows = rows(workspace);
    for row in &rows {
        let word = match row.state {
            State::Ok => "ok",
            State::Missing => "MISSING",
            State::Optional => "optional",
        };
        println!("{:<16} {word:<9} {}", row.name, row.detail);
    }
    let missing = rows.iter().any(|row| row.state == State::Missing);
    if missing { Outcome::CheckFailed } else { Outcome::Done }
}

fn rows(workspace: &Workspace) -> Vec<Row> {
    let python = process::python().to_string_lossy().into_owned();
    let libtorch = libtorch(workspace);
    // Python is only there to fetch LibTorch.
    let needed = if libtorch.state == State::Ok { State::Optional } else { State::Missing };
    let compiler =
        ["c++", "g++", "clang++"].iter().find_map(|name| process::first_line(name, &["--version"]));
    let tool = |arguments: &[&str]| process::first_line("cargo", arguments);
    vec![
        rust(workspace),
        Row::of(
            "C++ compiler",
            compiler,
            State::Missing,
            "`apt install g++`: compiles the LibTorch bindings",
        ),
        Row::of(
            "python3",
            process::first_line(&python, &["--version"]),
            needed,
            "`apt install python3`: fetches LibTorch",
        ),
        Row::of(
            "pip",
            process::first_line(&python, &["-m", "pip", "--version"]),
            needed,
            "`apt install python3-pip` or `python3 -m ensurepip`: fetches LibTorch",
        ),
        libtorch,
        disk(workspace),
        processor(),
        Row::of(
            "GPU",
            process::first_line("nvidia-smi", &["--query-gpu=name,memory.total", "--format=csv,noheader"]),
            State::Optional,
            "no nvidia-smi: training uses the CPU (with a GPU: `cargo xtask setup --cuda`)",
        ),
        Row::of(
            "cargo-nextest",
            tool(&["nextest", "--version"]),
            State::Optional,
            "`cargo install cargo-nextest --locked`: faster tests; `cargo test` is used without it",
        ),
        Row::of(
            "cargo-deny",
            tool(&["deny", "--version"]),
            State::Optional,
            "`cargo install cargo-deny --locked`: licences and duplicate crates; skipped without it",
        ),
    ]
}

fn rust(workspace: &Workspace) -> Row {
    let pin = fs::read_to_string(workspace.root.join("rust-toolchain.toml")).unwrap_or_default();
    let wanted = channel(&pin).unwrap_or_default();
    let found = |program: &str| {
        let output = Command::new(program).arg("--version").current_dir(&workspace.root).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    match (found("cargo"), found("rustc")) {
        (Some(cargo), Some(rustc)) if rustc.split(' ').nth(1) == Some(wanted.as_str()) => {
            Row::ok("rust", format!("{rustc}; {cargo}"))
        }
        (_, rustc) => {
            let got = rustc.unwrap_or_else(|| "no rustc".into());
            let detail = format!("expected {wanted}, got {got}: `rustup toolchain install {wanted}`");
            Row { name: "rust", state: State::Missing, detail }
        }
    }
}

fn channel(pin: &str) -> Option<String> {
    let pin: toml::Table = pin.parse().ok()?;
    Some(pin.get("toolchain")?.get("channel")?.as_str()?.to_owned())
}

fn libtorch(workspace: &Workspace) -> Row {
    let variable = setup::user_libtorch(workspace);
    let (folder, way_out) = match variable {
        Ok(Some(folder)) => (folder, "set LIBTORCH to a LibTorch of that version, or unset it"),
        Ok(None) => (workspace.libtorch(), "`cargo xtask setup`"),
        Err(error) => return Row { name: "LibTorch", state: State::Missing, detail: error.to_string() },
    };
    if folder.symlink_metadata().is_err() {
        let detail = format!("not set up: {way_out} (`cargo xtask reproduce` does it by itself)");
        return Row { name: "LibTorch", state: State::Missing, detail };
    }
    match setup::inspect(&folder) {
        Ok(found) => {
            let kind = if found.flavour == Flavour::Cuda { "CUDA" } else { "CPU" };
            let leads_to =
                fs::read_link(&folder).map(|to| format!(" -> {}", to.display())).unwrap_or_default();
            Row::ok("LibTorch", format!("{} ({kind}), {}{leads_to}", found.version, folder.display()))
        }
        Err(error) => {
            Row { name: "LibTorch", state: State::Missing, detail: format!("{error:#}: {way_out}") }
        }
    }
}

fn disk(workspace: &Workspace) -> Row {
    match process::free_bytes(&workspace.target) {
        // LibTorch with its wheels, the builds of two profiles and a study's runs.
        Ok(free) if free >= 8 << 30 => Row::ok("disk", format!("{} GiB free", free >> 30)),
        Ok(free) => {
            let detail =
                format!("{} GiB free, 8 GiB are comfortable: free some or set CARGO_TARGET_DIR", free >> 30);
            Row { name: "disk", state: State::Optional, detail }
        }
        Err(error) => Row { name: "disk", state: State::Optional, detail: format!("{error:#}") },
    }
}

fn processor() -> Row {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    Row::ok("processor", format!("{cores} cores, {}", bf16(&info)))
}

/// What computes bf16 fast, by the flags of the first processor.
fn bf16(cpuinfo: &str) -> String {
    let flags = cpuinfo.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
    let known = [("amx_bf16", "AMX bf16"), ("avx512_bf16", "AVX-512 bf16"), ("avx2", "AVX2")];
    let found: Vec<&str> = known
        .iter()
        .filter(|(flag, _)| flags.split_whitespace().any(|word| word == *flag))
        .map(|(_, name)| *name)
        .collect();
    if found.is_empty() { "no known vector extension".into() } else { found.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_whole_words() {
        assert_eq!(
            bf16("processor : 0\nflags : fpu avx2 avx512_bf16 amx_bf16\n"),
            "AMX bf16, AVX-512 bf16, AVX2"
        );
        assert_eq!(bf16("flags : avx2x\n"), "no known vector extension");
    }

    #[test]
    fn the_pin_is_read() {
        assert_eq!(channel("[toolchain]\nchannel = \"1.95.0\"\n").as_deref(), Some("1.95.0"));
    }
}
