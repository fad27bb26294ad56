//! What `affekt doctor` and `affekt study status` say of states that are not as they should be.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

#[cfg(feature = "torch")]
use affekt_artifact::{Failure, FailureClass};
use support::{TWO_ARMS, affekt, toy_study};

/// State and sentence of each finding, by what it is about.
fn findings(words: &[&str]) -> (i32, Vec<[String; 3]>) {
    let ran = affekt(&[&["doctor", "--json"], words].concat());
    let found: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout).unwrap();
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let each = |finding| ["what", "state", "found"].map(|key| text(finding, key));
    (ran.code, found.iter().map(each).collect())
}

fn of<'a>(findings: &'a [[String; 3]], what: &str) -> [&'a str; 2] {
    let found = findings.iter().find(|[name, ..]| name == what);
    let [_, state, found] = found.unwrap_or_else(|| panic!("{what} is not in {findings:?}"));
    [state, found]
}

#[test]
fn a_machine_is_looked_at_and_what_would_stop_a_study_fails() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("not/yet/there");
    let out = out.to_str().unwrap();
    let (code, found) = findings(&["--out", out]);
    assert_eq!(code, 0, "{found:?}");
    assert_eq!(of(&found, "LibTorch")[0], if cfg!(feature = "torch") { "ok" } else { "warn" });
    let [state, place] = of(&found, "output folder");
    assert!(state != "fail" && place.starts_with(folder.path().to_str().unwrap()), "{place}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing stays behind");

    let study = folder.path().join("study.toml");
    let path = study.to_str().unwrap();
    std::fs::write(&study, toy_study("toy", ["a", "b"], TWO_ARMS)).unwrap();
    let (code, found) = findings(&[path, "--out", out]);
    assert_eq!((code, of(&found, "study")), (0, ["ok", "toy: at most 4 runs"]), "{found:?}");
    assert!(of(&found, "dataset")[1].contains("to be prepared"), "{found:?}");
    std::fs::write(&study, toy_study("toy", ["a", "b"], TWO_ARMS).replace("batch_size", "batchsize"))
        .unwrap();
    let (code, found) = findings(&[path, "--out", out]);
    let [state, told] = of(&found, "study");
    assert_eq!((code, state), (1, "fail"));
    assert!(told.contains("batchsize"), "the key is named: {told}");
    // A file is no folder of pictures.
    let (code, found) = findings(&["configs/faces8.toml", "--out", out, "--data-root", path]);
    assert_eq!((code, of(&found, "dataset")[0]), (1, "fail"), "{found:?}");
}

#[cfg(feature = "torch")]
#[test]
fn a_failure_is_told_with_its_kind_until_the_run_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("study.toml");
    std::fs::write(&study, toy_study("toy", ["a", "b"], TWO_ARMS)).unwrap();
    let out = folder.path().join("out");
    let [study, out] = [&study, &out].map(|path| path.to_str().unwrap());
    let diverging = ["study", "run", study, "--out", out, "--set", "train.optimizer.lr=1e30"];
    let ran = affekt(&diverging);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let dir = [out, "/toy"].concat();
    let ran = affekt(&["study", "status", &dir, "--json"]);
    let status: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(status["failed"], 4, "{status}");
    assert_eq!(status["runs"][0]["failure"]["class"], "diverged", "{status}");
    let text = affekt(&["study", "status", &dir, "--watch"]).stdout;
    assert!(text.contains("4 failed") && text.contains("diverged: "), "nothing is left to watch: {text}");
    let run = std::path::Path::new(&dir).join("runs").join(status["runs"][0]["id"].as_str().unwrap());
    assert_eq!(Failure::of(&run).unwrap().class, FailureClass::Diverged);

    let refused = affekt(&["study", "run", study, "--out", out, "--executor", "slurm", "--fail-fast"]);
    assert!(refused.code == 2 && refused.stderr.contains("scancel"), "{}", refused.stderr);
}
