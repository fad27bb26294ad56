//! The report of a synthetic study: complete, safe, the same every time, honest about holes.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[expect(clippy::cast_possible_truncation, reason = "the fixture's probabilities are f32, as in the file")]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use affekt_report::NumberKind;
use support::{Names, well_formed, write_study};

fn report_of(root: &Path, names: &Names<'_>) -> (support::Study, String) {
    let study = write_study(root, names);
    let path = affekt_report::write(&study.dir, &study.out_root).unwrap();
    let html = fs::read_to_string(path).unwrap();
    (study, html)
}

/// One study and its report for the tests that change nothing.
fn shared() -> &'static (support::Study, String) {
    static SHARED: OnceLock<(tempfile::TempDir, (support::Study, String))> = OnceLock::new();
    let (_, report) = SHARED.get_or_init(|| {
        let root = tempfile::tempdir().unwrap();
        let report = report_of(root.path(), &Names::default());
        (root, report)
    });
    report
}

/// All files the report writes, by relative name.
fn written(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::from([("report.html".to_owned(), fs::read(dir.join("report.html")).unwrap())]);
    for folder in ["tables", "figures"] {
        for entry in fs::read_dir(dir.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            files.insert(name, fs::read(&path).unwrap());
        }
    }
    files
}

#[test]
fn every_number_of_the_tables_is_in_the_page() {
    let (study, html) = shared();
    for row in &study.results.rows {
        let text = NumberKind::Score.print_option(row.value);
        assert!(html.contains(&format!(">{text}<")), "{row:?} as {text}");
    }
    for row in &study.tests.rows {
        let score = |v: f64| NumberKind::Score.print(v);
        let difference = |v: f64| NumberKind::Difference.print(v);
        let p = |v: f64| NumberKind::PValue.print(v);
        let mut cells = vec![
            row.n.to_string(),
            row.verdict.clone(),
            score(row.treatment_mean),
            score(row.control_mean),
            difference(row.mean_difference),
            difference(row.hodges_lehmann),
            p(row.sign_flip_p),
            p(row.wilcoxon_p),
            p(row.holm_p),
            p(row.min_attainable_p),
        ];
        cells.extend([row.ci_low, row.ci_high].map(|v| NumberKind::Difference.print_option(v)));
        cells.extend([row.d_z, row.rank_biserial].map(|v| NumberKind::Effect.print_option(v)));
        if row.margin.is_some() {
            cells.push(NumberKind::PValue.print_option(row.tost_p));
            let shares = [row.rope_below, row.rope_within, row.rope_above];
            cells.extend(shares.map(|v| NumberKind::Share.print_option(v)));
        }
        for cell in cells {
            assert!(html.contains(&format!(">{cell}<")), "{cell} of {row:?}");
        }
    }
}

#[test]
fn every_claim_is_shown_with_verdict_reason_and_test() {
    let (study, html) = shared();
    let text = html.split_once("id=\"claims\"").unwrap().1.split_once("</section>").unwrap().0;
    for claim in &study.claims.claims {
        for part in [&claim.statement, &claim.reason, &claim.dataset, &claim.verdict.to_string()] {
            assert!(text.contains(part.as_str()), "{part}");
        }
        for item in &claim.evidence {
            assert!(text.contains(&item.what), "{}", item.what);
        }
    }
    // Each claim cites numbers of one row of tests.csv; its effect and interval stand beside the verdict.
    let row = &study.tests.rows[1];
    assert!(text.contains(&NumberKind::Difference.print(row.hodges_lehmann)));
    assert!(text.contains("circumplex − base, macro_f1"), "{text}");
}

#[test]
fn the_answer_comes_from_the_primary_contrast() {
    let (study, html) = shared();
    let answers = html.split_once("class=\"answers\"").unwrap().1.split_once("</div>").unwrap().0;
    for row in study.tests.rows.iter().filter(|row| row.family == "primary") {
        assert!(answers.contains(&NumberKind::Difference.print(row.hodges_lehmann)), "{answers}");
        assert!(
            answers.contains(&row.dataset) && answers.contains(&NumberKind::PValue.print(row.sign_flip_p))
        );
    }
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, _) = report_of(a.path(), &Names::default());
    let (second, _) = report_of(b.path(), &Names::default());
    let once = written(&first.dir);
    assert_eq!(once, written(&second.dir));
    affekt_report::write(&first.dir, &first.out_root).unwrap();
    assert_eq!(once, written(&first.dir), "a second report over the first");
}

#[test]
fn hostile_names_stay_text() {
    let root = tempfile::tempdir().unwrap();
    let names = Names { study: "<script>alert('study')</script>", rare_class: "<script src=x>\"&'" };
    let (study, html) = report_of(root.path(), &names);
    assert!(!html.to_lowercase().contains("<script"), "a name became an element");
    assert!(html.contains("&lt;script"));
    for (name, bytes) in written(&study.dir) {
        let text = String::from_utf8(bytes).unwrap();
        if !name.starts_with("tables/") {
            assert!(!text.to_lowercase().contains("<script"), "{name}");
            well_formed::check(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let (_, html) = shared();
    for forbidden in
        ["http:", "https:", " src=", "<script", "url(", "@import", "<link", "<iframe", " onclick="]
    {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert!(html.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"));
    assert!(html.contains("<html lang=\"en\">") && html.contains("class=\"skip\""));
    assert!(!html.contains("NaN") && !html.contains(">inf<"));
    assert!(html.len() < 2_000_000, "{} bytes", html.len());
    let after = html.split("<h").skip(1).filter_map(|rest| rest.chars().next());
    let levels: Vec<char> = after.filter(char::is_ascii_digit).collect();
    assert_eq!(levels.iter().filter(|level| **level == '1').count(), 1);
    assert!(
        levels.windows(2).all(|pair| u32::from(pair[1]) <= u32::from(pair[0]) + 1),
        "a heading level is skipped"
    );
}

#[test]
fn every_file_is_well_formed_and_every_figure_has_its_table() {
    let (study, html) = shared();
    well_formed::check(html).unwrap();
    let files = written(&study.dir);
    let figures: Vec<&String> = files.keys().filter(|name| name.starts_with("figures/")).collect();
    assert!(figures.len() >= 20, "{figures:?}");
    for name in figures {
        let text = String::from_utf8(files[name].clone()).unwrap();
        well_formed::check(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!text.contains("var("), "{name}");
        let stem = name.trim_start_matches("figures/").trim_end_matches(".svg");
        for extension in ["csv", "tex"] {
            assert!(files.contains_key(&format!("tables/{stem}.{extension}")), "{stem}.{extension}");
        }
        assert!(html.contains(&format!("id=\"{stem}-title\"")), "{stem} is not in the page");
    }
    assert_eq!(html.matches("<figure role=\"group\"").count(), html.matches("<svg class=\"fig\"").count());
}

#[test]
fn ids_are_unique() {
    let (_, html) = shared();
    let mut ids: Vec<&str> =
        html.split(" id=\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(id, _)| id).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(all, ids.len());
}

#[test]
fn a_missing_run_is_a_hole() {
    let (_, html) = shared();
    assert!(html.contains("1 planned run has no predictions"));
    assert!(html.contains("○ missing") && html.contains("5 of 6"));
    assert!(html.contains("47 of 47 runs agree with results.csv"), "the recomputation check");
}

#[test]
fn one_digit_of_a_prediction_changes_the_report() {
    let root = tempfile::tempdir().unwrap();
    let (study, before) = report_of(root.path(), &Names::default());
    let path = study.dir.join("runs").join(&study.plan.runs[0].id).join("predictions.csv");
    let text = fs::read_to_string(&path).unwrap();
    // The last digit of the first sample's first probability.
    let start = text.find("\nlast,").unwrap();
    let dot = start + text[start..].find("0.").unwrap();
    let end = dot + text[dot..].find(',').unwrap();
    let digit = if text[..end].ends_with('1') { "2" } else { "1" };
    fs::write(&path, format!("{}{digit}{}", &text[..end - 1], &text[end..])).unwrap();
    affekt_report::write(&study.dir, &study.out_root).unwrap();
    assert_ne!(before, fs::read_to_string(study.dir.join("report.html")).unwrap());
}

#[test]
fn an_altered_score_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    let mut study = write_study(root.path(), &Names::default());
    for row in study.results.rows.iter_mut().filter(|row| row.metric == "macro_f1").take(6) {
        row.value = Some(0.9);
    }
    study.results.save(&study.dir.join("results.csv")).unwrap();
    affekt_report::write(&study.dir, &study.out_root).unwrap();
    let html = fs::read_to_string(study.dir.join("report.html")).unwrap();
    assert!(html.contains("41 of 47 runs agree") && html.contains("not that of their predictions"));
    assert!(html.contains("Suspicious: macro_f1 of base on degenerate is 0.9000"));
}

#[test]
fn an_unreadable_file_is_named() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let run = format!("runs/{}", study.plan.runs[0].id);
    for (name, content) in [
        ("tests.csv".to_owned(), "not,a,header\n"),
        ("claims.json".to_owned(), "{"),
        (format!("{run}/predictions.csv"), "selection\n"),
        ("../data/degenerate/limits.json".to_owned(), "[]"),
        ("../data/degenerate/quarantine.csv".to_owned(), "path,line\n"),
    ] {
        let path = study.dir.join(&name);
        let kept = fs::read(&path).unwrap();
        fs::write(&path, content).unwrap();
        let error = affekt_report::write(&study.dir, &study.out_root).unwrap_err().to_string();
        let file = Path::new(&name).file_name().unwrap().to_string_lossy().into_owned();
        assert!(error.contains(&file), "{name}: {error}");
        fs::write(&path, kept).unwrap();
    }
    fs::remove_file(study.dir.join("results.csv")).unwrap();
    let error = affekt_report::write(&study.dir, &study.out_root).unwrap_err().to_string();
    assert!(error.contains("results.csv"), "{error}");
    assert!(!study.dir.join("report.html").exists(), "no report is left behind by a failure");
}

#[test]
fn a_log_that_cannot_be_read_is_told_and_the_results_stand() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let run = &study.plan.runs[0].id;
    fs::write(study.dir.join(format!("runs/{run}/metrics.jsonl")), "{\"epoch\":1}\n[1,2]\n").unwrap();
    affekt_report::write(&study.dir, &study.out_root).unwrap();
    let html = fs::read_to_string(study.dir.join("report.html")).unwrap().replace("&#x2f;", "/");
    assert!(
        html.contains(&format!(
            "its learning curve is missing: runs/{run}/metrics.jsonl:2: not a JSON object"
        ))
    );
    assert!(html.contains("47 of 47 runs agree with results.csv"));
}

#[test]
fn a_study_without_any_run_still_reports() {
    let root = tempfile::tempdir().unwrap();
    let mut study = write_study(root.path(), &Names::default());
    fs::remove_dir_all(study.dir.join("runs")).unwrap();
    study.results.rows.clear();
    study.results.save(&study.dir.join("results.csv")).unwrap();
    study.tests.rows.clear();
    study.tests.save(&study.dir.join("tests.csv")).unwrap();
    let path = affekt_report::write(&study.dir, &study.out_root).unwrap();
    let html = fs::read_to_string(path).unwrap();
    well_formed::check(&html).unwrap();
    assert!(html.contains("48 planned runs have no predictions") && html.contains("no run"));
    assert!(html.contains("No primary contrast"));
    assert!(!html.contains("NaN") && !html.contains("inf"), "an empty axis leaked a number");
}

#[test]
fn a_page_that_would_be_too_large_leaves_results_to_the_files_beside_it() {
    let root = tempfile::tempdir().unwrap();
    let mut study = write_study(root.path(), &Names::default());
    let first = study.results.rows[0].clone();
    // Few and long, for the table of seeds looks every row up.
    let long = "y".repeat(700);
    let more =
        (0..3_000).map(|k| affekt_artifact::ResultRow { metric: format!("x:{k}:{long}"), ..first.clone() });
    study.results.rows.extend(more.collect::<Vec<_>>());
    study.results.save(&study.dir.join("results.csv")).unwrap();
    affekt_report::write(&study.dir, &study.out_root).unwrap();
    let html = fs::read_to_string(study.dir.join("report.html")).unwrap();
    well_formed::check(&html).unwrap();
    assert!(html.len() < 2_000_000 && html.contains("larger than two megabytes"), "{}", html.len());
    assert!(!html.contains("x:2999:"));
    let table = fs::read_to_string(study.dir.join("tables/seeds-all-degenerate.csv")).unwrap();
    assert!(table.contains("x:2999:"));
}
