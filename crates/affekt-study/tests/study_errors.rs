//! What somebody reads who made a mistake in a study file: where, what was found, what was expected, what was meant.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use affekt_study::{Study, StudyError};
use support::config;

/// The message about the fixture with `from` replaced by `to`, with a short path; and the line where `to` stands.
fn message(from: &str, to: &str, overrides: &[&str]) -> (String, usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.toml");
    let whole = std::fs::read_to_string(config()).unwrap();
    assert!(whole.contains(from), "{from}");
    // Worlds lie beside the fixture.
    let worlds = config().parent().unwrap().canonicalize().unwrap();
    let text = whole.replacen(from, to, 1);
    let line = text.find(to).map_or(0, |at| text[..at].matches('\n').count() + 1);
    let text = text.replace("world = \"", &format!("world = \"{}/", worlds.display()));
    std::fs::write(&path, text).unwrap();
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    let error: StudyError = Study::load(&path, None, &overrides).unwrap_err();
    assert!(std::error::Error::source(&error).is_none(), "said once");
    (error.to_string().replace(&path.display().to_string(), "study.toml"), line)
}

#[test]
fn mistakes_are_shown_where_they_are() {
    // What stands in the file, the mistake, where in the line it stands, and what must be said of it.
    let cases: [(&str, &str, &str, &[&str]); 12] = [
        (
            "epochs = 6",
            "epoch = 6",
            "epoch",
            &["train.epoch: unknown field `epoch`", "did you mean `epochs`?"],
        ),
        (
            "epochs = 6",
            "epochs = \"6\"",
            "\"6\"",
            &[
                "train.epochs: invalid type: string \"6\", expected a whole number, 0 or above",
                "did you mean `6`?",
            ],
        ),
        ("epochs = 6", "epochs = 1.5", "1.5", &["train.epochs: invalid type: floating point"]),
        (
            "lr = 2e-3",
            "lr = \"2e-3\"",
            "\"2e-3\"",
            &["train.optimizer.lr: ", "expected a number", "did you mean `2e-3`?"],
        ),
        (
            "lr = 2e-3",
            "lrate = 2e-3",
            "lrate",
            &["train.optimizer.lrate: unknown field", "did you mean `lr`?"],
        ),
        (
            "kind = \"adam-w\"",
            "kind = \"adan-w\"",
            "\"adan-w\"",
            &["unknown variant `adan-w`", "did you mean `adam-w`?"],
        ),
        ("[model]", "[modell]", "modell", &["unknown field `modell`", "did you mean `model`?"]),
        (
            "cost = { kind = \"none\" }",
            "cost = \"none\"",
            "\"none\"",
            &["arm.0.cost: ", "expected a table with a kind", "did you mean `{ kind = \"none\" }`?"],
        ),
        ("seeds = [", "seeds = [[1], ", "[1]", &["seeds.0: invalid type: sequence"]),
        ("epochs = 6", "epochs = ", "", &["study.toml:"]),
        ("epochs = 6", "epochs = 6\nepochs = 13", "", &["duplicate key"]),
        (
            "absent_class = \"zero\"",
            "absent_class = \"null\"",
            "\"null\"",
            &["analysis.absent_class: unknown variant"],
        ),
    ];
    for (from, to, marked, parts) in cases {
        let (message, line) = message(from, to, &[]);
        for part in parts {
            assert!(message.contains(part), "{to}: {part} is missing in\n{message}");
        }
        if !marked.is_empty() {
            assert!(message.starts_with(&format!("study.toml:{line}:")), "{to}: line {line}\n{message}");
            let carets = message
                .lines()
                .find(|shown| shown.trim_start().starts_with("| ^") || shown.contains('^'))
                .unwrap();
            let shown = message.lines().find(|shown| shown.starts_with(&format!("{line} | "))).unwrap();
            let at = carets.find('^').unwrap();
            assert_eq!(&shown[at..at + marked.len()], marked, "{message}");
            assert_eq!(carets.matches('^').count(), marked.len(), "{message}");
        }
    }
}

#[test]
fn the_first_of_equal_mistakes_is_shown() {
    let (message, line) =
        message("cost = { kind = \"none\" }", "price = { kind = \"none\" }", &["arm.1.price=1"]);
    assert!(message.starts_with(&format!("study.toml:{line}:1: arm.0.price: unknown field")), "{message}");
}

#[test]
fn lists_have_their_length() {
    let (message, line) = message("mean = [", "mean = [0.5, ", &[]);
    assert!(
        message.starts_with(&format!(
            "study.toml:{line}:8: input.mean: a list of another length, expected 3 items"
        )),
        "{message}"
    );
    let (message, _) = message_of("analysis.pair=[\"fear\"]");
    assert!(message.contains("analysis.pair: a list of another length, expected 2 items"), "{message}");
}

fn message_of(item: &str) -> (String, usize) {
    message("epochs = 6", "epochs = 6", &[item])
}

#[test]
fn a_missing_key_names_the_table() {
    let text = std::fs::read_to_string(config()).unwrap();
    let header = text.lines().position(|line| line == "[train]").unwrap() + 1;
    let (train, _) = message("epochs = 6", "", &[]);
    assert!(train.starts_with(&format!("study.toml:{header}:1: train: missing field `epochs`")), "{train}");
    let (whole, _) = message("study = ", "# study = ", &[]);
    assert_eq!(whole, "study.toml: missing field `study`");
}

#[test]
fn values_that_cannot_be_are_shown_at_their_line() {
    let (message, line) = message("treatment = \"circumplex\"", "treatment = \"circunplex\"", &[]);
    assert!(message.contains(&format!("study.toml:{line}:")), "{message}");
    assert!(message.contains("treatment is \"circunplex\"; expected an arm: base, uniform"), "{message}");
    assert!(message.contains("did you mean `circumplex`?"), "{message}");
    assert!(message.contains('^'), "{message}");

    let (message, line) = self::message("flip = 0.5", "flip = 1.5", &[]);
    assert!(message.contains(&format!("study.toml:{line}:")), "{message}");
    assert!(message.contains("`flip` is 1.5") && message.contains("a number in [0, 1]"), "{message}");
}

#[test]
fn overrides_are_named_as_they_were_given() {
    for (item, parts) in [
        ("train.epoch=1", ["train.epoch: unknown field `epoch`", "did you mean `epochs`?"]),
        (
            "train.optimizer.lr=fast",
            ["train.optimizer.lr: invalid type: string \"fast\"", "expected a number"],
        ),
        ("arm.0.cost={ kind = \"circumplex\" }", ["missing field `normalisation`", ""]),
        (
            "analysis.primary.metric=macro-f1",
            ["analysis.primary.metric is \"macro-f1\"", "did you mean `macro_f1`?"],
        ),
    ] {
        // Beside one that is right, and a mistake-free file.
        let (message, _) = message("epochs = 6", "epochs = 6", &["train.epochs=2", item]);
        assert!(message.contains(&format!("--set {item}: ")), "{message}");
        assert!(!message.contains("study.toml:"), "no place in the file: {message}");
        for part in parts {
            assert!(message.contains(part), "{item}: {part} is missing in\n{message}");
        }
    }
}
