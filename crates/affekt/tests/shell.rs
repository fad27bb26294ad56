//! Completion scripts, manual pages and what a machine without Slurm says.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::process::Command;

use support::{affekt, repository};

#[test]
fn shells_complete_commands_and_options() {
    let ran = affekt(&["completions", "bash"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    for word in ["affekt__subcmd__study__subcmd__plan", "--data-root", "--slurm-set", "kubernetes"] {
        assert!(ran.stdout.contains(word), "{word}");
    }
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let ran = affekt(&["completions", shell]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stdout.contains("data-root") && ran.stdout.contains("collect"), "{shell}");
    }
    assert_eq!(affekt(&["completions", "tcsh"]).code, 2);
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man1");
    let ran = affekt(&["man", "--out", out.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let pages = [
        "",
        "-study",
        "-study-run",
        "-study-plan",
        "-study-status",
        "-study-collect",
        "-study-schema",
        "-compare",
        "-report",
        "-data",
        "-data-check",
        "-data-stats",
        "-data-prepare",
        "-data-noise",
        "-worlds",
        "-worlds-render",
        "-weights",
        "-weights-show",
        "-export",
        "-predict",
        "-submit",
        "-doctor",
        "-train",
        "-step",
        "-completions",
        "-man",
    ];
    let mut expected: Vec<String> = pages.iter().map(|page| format!("affekt{page}.1")).collect();
    let mut found: Vec<String> = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    let page = std::fs::read_to_string(out.join("affekt-study-run.1")).unwrap();
    assert!(page.contains("\\-\\-slurm\\-set") && page.contains("Examples:"), "{page}");
    let main = affekt(&["man"]);
    assert_eq!(main.code, 0, "{}", main.stderr);
    assert_eq!(main.stdout, std::fs::read_to_string(out.join("affekt.1")).unwrap());
}

/// Told before data are prepared, with nothing written.
#[test]
fn without_slurm_nothing_is_submitted_and_nothing_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("runs");
    let config = "crates/affekt-study/tests/fixture/circumplex-worlds.toml";
    let run = |more: &[&str]| {
        let ran = Command::new(env!("CARGO_BIN_EXE_affekt"))
            .args(["study", "run", config, "--tier", "smoke", "--executor", "slurm", "--out"])
            .arg(&out)
            .args(more)
            .env("PATH", folder.path())
            .current_dir(repository())
            .output()
            .unwrap();
        (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
    };
    let (code, stderr) = run(&["--submit"]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("leave --submit out") && stderr.contains("cannot run sbatch"), "{stderr}");
    let (code, stderr) = run(&["--slurm-set", "partiton=gpu"]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("--slurm-set partiton=gpu") && stderr.contains("did you mean `partition`?"),
        "{stderr}"
    );
    assert!(!out.exists());
}
