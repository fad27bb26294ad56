//! The section about Ada-DF: the numbers of its files, what is missing told, nothing leaving its element.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[expect(clippy::cast_possible_truncation, reason = "the fixture's probabilities are f32, as in the file")]
mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use affekt_artifact::{EpochRow, Epochs, WarningRow, Warnings};
use affekt_report::NumberKind;
use support::{Names, Study, add_ada_df, well_formed, write_study};

fn study_with(root: &Path, names: &Names<'_>) -> Study {
    let study = write_study(root, names);
    add_ada_df(&study);
    study
}

fn report(study: &Study) -> String {
    let path = affekt_report::write(&study.dir, &study.out_root).unwrap();
    let html = fs::read_to_string(path).unwrap();
    well_formed::check(&html).unwrap();
    html.replace("&#x2f;", "/")
}

/// The section of a dataset; empty when there is none.
fn section<'a>(html: &'a str, dataset: &str) -> &'a str {
    let from = html.split_once(&format!("<h2 id=\"data-{dataset}\">")).unwrap().1;
    let whole = from.split_once("</section>").unwrap().0;
    whole.split_once("<h3>Ada-DF</h3>").map_or("", |(_, section)| section)
}

/// Folder of the first seed of the full arm.
fn shown_run(study: &Study, dataset: &str) -> PathBuf {
    let runs = &study.plan.runs;
    let run = runs.iter().find(|r| r.dataset == dataset && r.arm == "circumplex" && r.seed == 1).unwrap();
    study.dir.join("runs").join(&run.id)
}

const FIGURES: [&str; 5] = ["kl", "classes", "labels", "attention", "features"];

#[test]
fn a_study_without_ada_df_has_no_such_section() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let html = report(&study);
    assert!(!html.contains("Ada-DF") && !html.contains("epochs.csv"));
    // Epochs alone, as of any method, do not make it one.
    let row = EpochRow {
        dataset: "degenerate".to_owned(),
        arm: "base".to_owned(),
        seed: 1,
        epoch: 1,
        name: "train_loss".to_owned(),
        value: 1.0,
    };
    Epochs { rows: vec![row] }.save(&study.dir.join("epochs.csv")).unwrap();
    let html = report(&study);
    assert!(!html.contains("Ada-DF") && html.contains("epochs.csv"), "an input of the page");
}

#[test]
fn the_section_has_the_numbers_of_the_files() {
    let root = tempfile::tempdir().unwrap();
    let study = study_with(root.path(), &Names::default());
    let html = report(&study);
    assert!(html.len() < 2_000_000, "{} bytes", html.len());
    let world = section(&html, "degenerate");
    for figure in FIGURES {
        assert!(world.contains(&format!("id=\"ada-df-{figure}-degenerate-title\"")), "{figure}");
        assert!(study.dir.join(format!("figures/ada-df-{figure}-degenerate.svg")).is_file(), "{figure}");
        assert!(study.dir.join(format!("tables/ada-df-{figure}-degenerate.csv")).is_file(), "{figure}");
    }
    // Mean, lowest and highest of the seeds after the last epoch.
    let rows = Epochs::load(&study.dir.join("epochs.csv")).unwrap().rows;
    let mut values: Vec<f64> = rows
        .iter()
        .filter(|r| r.dataset == "degenerate" && r.arm == "circumplex" && r.epoch == 20)
        .filter(|r| r.name == "kl_fused_distribution")
        .map(|r| r.value)
        .collect();
    values.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / 6.0;
    for value in [mean, values[0], values[5]] {
        assert!(world.contains(&format!(">{}<", NumberKind::Score.print(value))), "{value}");
    }
    assert!(world.contains("attention collapsed in 3 of 6 runs, first in epoch 4 (seed 2:"));
    assert!(world.contains("class distribution of fear rests on"));
    // Where no truth is known there is no distance to it, and one histogram.
    let real = section(&html, "affectnet-like");
    assert!(!real.contains("ada-df-kl") && !real.contains("the true posterior"));
    assert!(real.contains("all faces: 400 faces") && !real.contains("mislabelled:"));
}

/// Two classes written by hand in the place of the fixture's faces.
fn hand_written(classes: &[String]) -> String {
    let row = |first: &str, second: &str| {
        (0..classes.len())
            .map(|c| [first, second].get(c).copied().unwrap_or("0"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let names = |kind: &str| classes.iter().map(|c| format!("{kind}:{c}")).collect::<Vec<_>>().join(",");
    let mut text = format!("sample,class,clean_class,attention,{},{},x,y\n", names("p"), names("eta"));
    let faces = [
        ("clear-1", "neutral", "neutral", "0.9", row("0.875", "0.125"), row("0.8", "0.2")),
        ("clear-2", "neutral", "neutral", "0.7", row("0.75", "0.25"), row("1", "0")),
        ("doubt-1", "anger", "anger", "0.4", row("0.5", "0.5"), row("0.25", "0.75")),
        ("wrong-1", "anger", "neutral", "0.1", row("0.625", "0.375"), row("0.9375", "0.0625")),
        ("wrong-2", "neutral", "anger", "0.2", row("0.25", "0.75"), row("0.4375", "0.5625")),
        ("wrong-3", "neutral", "anger", "0.3", row("0.25", "0.75"), row("0.5", "0.5")),
    ];
    for (k, (sample, class, clean, attention, p, eta)) in faces.into_iter().enumerate() {
        let _ = writeln!(text, "{sample},{class},{clean},{attention},{p},{eta},{k},-{k}.5");
    }
    text
}

#[test]
fn faces_are_sorted_into_kinds_and_six_are_shown() {
    let root = tempfile::tempdir().unwrap();
    let study = study_with(root.path(), &Names::default());
    let classes = study.plan.dataset("degenerate").unwrap().label_set.classes().to_vec();
    let folder = shown_run(&study, "degenerate");
    fs::write(folder.join("distributions.csv"), hand_written(&classes)).unwrap();
    let html = report(&study);
    let world = section(&html, "degenerate");
    for heading in
        ["clear: 2 faces, median 0.80", "ambiguous: 1 face, median 0.40", "mislabelled: 3 faces, median 0.20"]
    {
        assert!(world.contains(heading), "{heading}");
    }
    let table = fs::read_to_string(study.dir.join("tables/ada-df-labels-degenerate.csv")).unwrap();
    let shown: Vec<(&str, &str)> = table
        .lines()
        .filter(|line| line.contains(",this face,"))
        .map(|line| line.split_once(',').unwrap())
        .map(|(sample, rest)| (sample, rest.split(',').next().unwrap()))
        .collect();
    let expected = [
        ("clear-1", "Most attention"),
        ("clear-2", "Most attention"),
        ("wrong-1", "Least attention"),
        ("wrong-2", "Least attention"),
        ("wrong-3", "Mislabelled"),
    ];
    assert_eq!(shown, expected, "none is shown twice");
    assert!(
        table.contains("clear-1,Most attention,neutral,as labelled,0.9,this face,0.875,0.125,0,"),
        "{table}"
    );
    assert!(
        table.contains("wrong-1,Least attention,anger,neutral,0.1,the truth,0.9375,0.0625,0,"),
        "{table}"
    );
    let points = fs::read_to_string(study.dir.join("tables/ada-df-features-degenerate.csv")).unwrap();
    // Neutral: faces 0, 1, 4, 5 lie at x = 0, 1, 4, 5.
    assert!(points.contains("neutral,4,2.5,"), "{points}");
}

#[test]
fn a_table_of_faces_that_cannot_be_read_is_a_note() {
    let root = tempfile::tempdir().unwrap();
    let study = study_with(root.path(), &Names::default());
    let path = shown_run(&study, "degenerate").join("distributions.csv");
    let classes = study.plan.dataset("degenerate").unwrap().label_set.classes().to_vec();
    let whole = hand_written(&classes);
    let cases = [
        ("sample,class\na,neutral\n".to_owned(), "expected a column"),
        (whole.replace("0.875,", "0.475,"), "its sum is 0.6000"),
        (whole.replace(",0.9,", ",NaN,"), "line 2, column"),
        (whole.replace(",0.7,", ",1.5,"), "a number from 0 to 1"),
        (whole.replace(",5,-5.5", ",5,-1e308"), "of ordinary size"),
        (whole.replace("clear-1,neutral", "clear-1,joy"), "a class of the dataset"),
        (whole[..whole.len() - 20].to_owned(), "not a readable table"),
        (format!("{}\u{0}\u{1}", &whole[..12]), "distributions.csv"),
        (String::new(), "distributions.csv"),
    ];
    for (text, part) in cases {
        fs::write(&path, &text).unwrap();
        let html = report(&study);
        let world = section(&html, "degenerate");
        assert!(world.contains("Faces are not shown: runs/") && world.contains(part), "{part}");
        assert!(!world.contains("ada-df-labels") && world.contains("ada-df-kl-degenerate"), "{part}");
        assert!(!html.contains(&*root.path().to_string_lossy()), "a note names no folder of this machine");
    }
    fs::write(&path, vec![0xff; 64]).unwrap();
    assert!(section(&report(&study), "degenerate").contains("Faces are not shown"));
    fs::remove_file(&path).unwrap();
    assert!(section(&report(&study), "degenerate").contains("distributions.csv: no faces"));
}

#[test]
fn no_more_faces_are_drawn_than_can_be_seen() {
    let root = tempfile::tempdir().unwrap();
    let study = study_with(root.path(), &Names::default());
    let path = shown_run(&study, "degenerate").join("distributions.csv");
    let text = fs::read_to_string(&path).unwrap();
    let (header, body) = text.split_once('\n').unwrap();
    fs::write(&path, format!("{header}\n{}", body.repeat(4))).unwrap();
    let html = report(&study);
    assert!(section(&html, "degenerate").contains("the first 1000 of 1600 faces are shown"));
}

#[test]
fn class_distributions_that_are_no_square_are_a_note() {
    let root = tempfile::tempdir().unwrap();
    let study = study_with(root.path(), &Names::default());
    let path = shown_run(&study, "degenerate").join("metrics.jsonl");
    for rows in ["[[0.5,0.5]]", "[[null,1.0],[0.0,1.0]]"] {
        fs::write(&path, format!("{{\"epoch\":7,\"class_distributions\":{rows}}}\n")).unwrap();
        let html = report(&study);
        let world = section(&html, "degenerate");
        assert!(world.contains("the class distributions of epoch 7 are not 8 rows"));
        assert!(!world.contains("ada-df-classes") && world.contains("ada-df-labels"));
    }
}

#[test]
fn hostile_names_of_classes_and_warnings_stay_text() {
    let root = tempfile::tempdir().unwrap();
    let names = Names { rare_class: "<script src=x>\"&'", ..Names::default() };
    let study = study_with(root.path(), &names);
    let mut warnings = Warnings::load(&study.dir.join("warnings.csv")).unwrap();
    for warning in ["<script>alert(1)</script>", "class distribution 7 rests on 1 items"] {
        warnings.rows.push(WarningRow {
            dataset: "affectnet-like".to_owned(),
            arm: "circumplex".to_owned(),
            seed: 2,
            epoch: 1,
            warning: warning.to_owned(),
        });
    }
    warnings.save(&study.dir.join("warnings.csv")).unwrap();
    let html = report(&study);
    assert!(!html.to_lowercase().contains("<script"), "a name became an element");
    let real = section(&html, "affectnet-like");
    assert!(real.contains("class distribution of &lt;script src=x&gt;"), "{real}");
    for figure in ["classes", "labels", "attention", "features"] {
        let path = study.dir.join(format!("figures/ada-df-{figure}-affectnet-like.svg"));
        let svg = fs::read_to_string(path).unwrap();
        well_formed::check(&svg).unwrap_or_else(|error| panic!("{figure}: {error}"));
        assert!(!svg.to_lowercase().contains("<script") && !svg.contains("var("), "{figure}");
    }
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let pages = [a.path(), b.path()].map(|root| report(&study_with(root, &Names::default())));
    assert_eq!(pages[0], pages[1]);
}
