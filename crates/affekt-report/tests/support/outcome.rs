//! Tests and claims of the fixture.

use affekt_artifact::{Claim, ClaimSet, Evidence, Plan, Results, TestRow, Tests, Verdict};
use affekt_stats::{Correction, Differences, paired_summary};

use super::MARGIN;

pub(super) fn tests(plan: &Plan, results: &Results) -> Tests {
    let contrasts = [
        ("macro_f1", "circumplex", "uniform", "primary"),
        ("macro_f1", "circumplex", "base", "contrast"),
        ("macro_f1", "uniform", "base", "contrast"),
        ("macro_f1", "circumplex", "permuted", "contrast"),
        ("error_severity", "circumplex", "uniform", "contrast"),
        ("error_severity", "uniform", "base", "contrast"),
    ];
    let mut tests = Tests::default();
    for dataset in &plan.datasets {
        let mut rows = Vec::new();
        for (metric, treatment, control, family) in contrasts {
            let of = |arm: &str| results.by_seed(&dataset.name, arm, "last", metric);
            let (a, b) = (of(treatment), of(control));
            let pairs: Vec<(f64, f64)> =
                a.iter().filter_map(|(s, x)| Some(((*x)?, b.get(s).copied().flatten()?))).collect();
            let d = Differences::new(pairs.iter().map(|(x, y)| x - y).collect()).unwrap();
            let margin = (metric == "macro_f1").then_some(MARGIN);
            let s = paired_summary(&d, 0.95, margin, margin).unwrap();
            let mean = |k: fn(&(f64, f64)) -> f64| pairs.iter().map(k).sum::<f64>() / pairs.len() as f64;
            let verdict = match s.tost_p {
                _ if s.sign_flip_p <= 0.05 && s.hodges_lehmann > 0.0 => "better",
                _ if s.sign_flip_p <= 0.05 => "worse",
                Some(p) if p <= 0.05 => "equivalent",
                _ => "undecided",
            };
            rows.push(TestRow {
                dataset: dataset.name.clone(),
                metric: metric.to_owned(),
                treatment: treatment.to_owned(),
                control: control.to_owned(),
                family: family.to_owned(),
                n: s.n as u64,
                treatment_mean: mean(|p| p.0),
                control_mean: mean(|p| p.1),
                mean_difference: s.mean_difference,
                hodges_lehmann: s.hodges_lehmann,
                ci_low: s.ci_low,
                ci_high: s.ci_high,
                ci_confidence: s.ci_confidence,
                sign_flip_p: s.sign_flip_p,
                wilcoxon_p: s.wilcoxon_p,
                holm_p: s.sign_flip_p,
                d_z: s.d_z,
                rank_biserial: s.rank_biserial,
                margin,
                tost_p: s.tost_p,
                below_margin_p: s.below_margin_p,
                rope_below: s.rope_left,
                rope_within: s.rope,
                rope_above: s.rope_right,
                min_attainable_p: s.min_attainable_p,
                verdict: verdict.to_owned(),
            });
        }
        let family: Vec<f64> = rows[1..].iter().map(|row| row.sign_flip_p).collect();
        for (row, p) in rows[1..].iter_mut().zip(Correction::Holm.adjust(&family).unwrap()) {
            row.holm_p = p;
        }
        tests.rows.extend(rows);
    }
    tests
}

pub(super) fn claims(plan: &Plan, tests: &Tests) -> ClaimSet {
    let wanted = [
        ("C1", 1, "The circumplex cost improves expression macro-F1 over base.", "abstract"),
        ("C2", 0, "A uniform cost matches the circumplex cost.", "abstract, p = 0.625"),
        ("C3", 4, "The circumplex cost brings errors affectively nearer the truth.", "abstract, p = 0.031"),
    ];
    let mut list = Vec::new();
    for dataset in &plan.datasets {
        let rows: Vec<&TestRow> = tests.rows.iter().filter(|row| row.dataset == dataset.name).collect();
        for (id, at, statement, source) in wanted {
            let row = rows[at];
            let verdict = match (id, row.verdict.as_str()) {
                ("C1", "better") | ("C2", "equivalent") | ("C3", "worse") => Verdict::Reproduced,
                (_, "undecided" | "equivalent") => Verdict::Undecided,
                _ => Verdict::Contradicted,
            };
            let evidence =
                |what: &str, value| Evidence { what: what.to_owned(), value, file: "tests.csv".to_owned() };
            list.push(Claim {
                id: id.to_owned(),
                dataset: dataset.name.clone(),
                statement: statement.to_owned(),
                source: source.to_owned(),
                verdict,
                reason: format!("The paired test at level 0.05 says: {}.", row.verdict),
                numbers: format!("n = {}", row.n),
                evidence: vec![
                    evidence("Hodges-Lehmann difference", Some(row.hodges_lehmann)),
                    evidence("mean difference", Some(row.mean_difference)),
                    evidence("sign-flip p", Some(row.sign_flip_p)),
                    evidence("TOST p", row.tost_p),
                ],
            });
        }
    }
    ClaimSet::new(plan.study.clone(), list)
}
