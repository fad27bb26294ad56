//! The tables of a paper: every number of the page, and nothing LaTeX would take for its own.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[expect(clippy::cast_possible_truncation, reason = "the fixture's probabilities are f32, as in the file")]
mod support;

use std::fs;
use std::path::Path;

use affekt_report::{NumberKind, write_latex};
use support::{Names, Study, write_study};

const FILES: [&str; 4] = ["results.tex", "tests.tex", "claims.tex", "tables.tex"];

fn tables(root: &Path, names: &Names<'_>) -> (Study, [String; 4]) {
    let study = write_study(root, names);
    let path = write_latex(&study.dir, &study.out_root, &root.join("latex")).unwrap();
    assert_eq!(path, root.join("latex/tables.tex"));
    let text = FILES.map(|name| fs::read_to_string(root.join("latex").join(name)).unwrap());
    (study, text)
}

/// A printed number as LaTeX has it.
fn tex(text: &str) -> String {
    text.replace('\u{2212}', "$-$").replace('\u{b1}', "$\\pm$")
}

/// The cells of each row.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let rows = text.lines().filter_map(|line| line.strip_suffix(" \\\\"));
    rows.map(|row| row.split(" & ").collect()).collect()
}

#[test]
fn every_mean_of_the_page_is_in_the_results() {
    let root = tempfile::tempdir().unwrap();
    let (study, [results, ..]) = tables(root.path(), &Names::default());
    affekt_report::write(&study.dir, &study.out_root).unwrap();
    let html = fs::read_to_string(study.dir.join("report.html")).unwrap();
    let rows = rows(&results);
    let metrics = ["macro_f1", "accuracy", "error_severity", "ccc_valence", "ccc_arousal"];
    for (dataset, slug) in [("degenerate", "degenerate"), ("affectnet-like", "affectnet-like")] {
        assert!(results.contains(&format!("\\label{{tab:metrics-{slug}}}")), "{results}");
        for metric in metrics {
            for arm in ["base", "uniform", "circumplex", "permuted"] {
                let values: Vec<f64> =
                    study.results.by_seed(dataset, arm, "last", metric).into_values().flatten().collect();
                let mean = NumberKind::Score.print(values.iter().sum::<f64>() / values.len() as f64);
                let cell = rows
                    .iter()
                    .filter(|row| row[0] == metric.replace('_', "\\_"))
                    .flatten()
                    .find(|cell| cell.starts_with(&format!("{} $\\pm$ ", tex(&mean))));
                let cell = cell.unwrap_or_else(|| panic!("{metric} of {arm}: {mean} in {results}"));
                assert!(html.contains(&cell.replace("$\\pm$", "±").replace("$-$", "\u{2212}")), "{cell}");
            }
        }
    }
    let runs: Vec<_> = rows.iter().filter(|row| row[0] == "runs").collect();
    assert_eq!(runs, [&["runs", "6", "6", "6", "6"], &["runs", "6", "6", "6", "5"]], "one run is missing");
}

#[test]
fn every_comparison_and_every_claim_has_its_row() {
    let root = tempfile::tempdir().unwrap();
    let (study, [_, tests, claims, document]) = tables(root.path(), &Names::default());
    let found = rows(&tests);
    for row in &study.tests.rows {
        let expected = [
            tex(&NumberKind::Difference.print(row.hodges_lehmann)),
            tex(&NumberKind::PValue.print(row.sign_flip_p)),
            tex(&NumberKind::PValue.print(row.holm_p)),
            tex(&NumberKind::Effect.print_option(row.d_z)),
        ];
        let contrast = format!("{} $-$ {}", row.treatment, row.control);
        let is_it = |cells: &[&str]| {
            cells[1] == contrast && [cells[3], cells[5], cells[6], cells[7]].map(str::to_owned) == expected
        };
        assert!(found.iter().any(|cells| is_it(cells)), "{contrast} {expected:?} in {tests}");
    }
    for claim in &study.claims.claims {
        let row = [&*claim.id, &claim.statement, &claim.verdict.to_string()].join(" & ");
        let of_dataset = claims.split_once(&format!("\\label{{tab:claims-{}}}", claim.dataset)).unwrap().1;
        let of_dataset = of_dataset.split_once("\\end{table}").unwrap().0;
        assert!(of_dataset.contains(&format!("\n{row} & ")), "{row} in {claims}");
    }
    for name in ["results", "tests", "claims"] {
        assert!(document.contains(&format!("\\input{{{name}}}")));
    }
    assert!(document.ends_with("\\end{document}\n"));
}

#[test]
fn hostile_names_stay_text_and_braces_balance() {
    let root = tempfile::tempdir().unwrap();
    let hostile = "}\\end{document} 50% & #1 $x_{2}$ ~^ [a]\n\\input{secret}";
    let (_, files) = tables(root.path(), &Names { study: hostile, rare_class: "a_b" });
    let [.., document] = &files;
    assert_eq!(document.matches("\\end{document}").count(), 1, "{document}");
    assert!(!document.contains("\\input{secret}") && document.contains("50\\% \\& \\#1 \\$x\\_\\{2\\}\\$"));
    for (name, text) in FILES.iter().zip(&files) {
        let text = text.replace("\\{", "").replace("\\}", "");
        let depth = text.chars().try_fold(0_u32, |depth, c| match c {
            '{' => Some(depth + 1),
            '}' => depth.checked_sub(1),
            _ => Some(depth),
        });
        assert_eq!(depth, Some(0), "{name}");
        let (begins, ends) = (text.matches("\\begin{").count(), text.matches("\\end{").count());
        assert_eq!(begins, ends, "{name}");
    }
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_eq!(tables(a.path(), &Names::default()).1, tables(b.path(), &Names::default()).1);
}
