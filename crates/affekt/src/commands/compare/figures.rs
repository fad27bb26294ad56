//! Comparisons as figures.

use std::path::{Path, PathBuf};

use affekt_artifact::{TestRow, write_atomic};
use affekt_report::{CriticalDifference, Figure, PairedDifferences, PairedPanel, contrast_forest, svg_file};
use affekt_stats::Role;
use affekt_study::{Comparison, Ranking};
use anyhow::Context;

use super::Found;

/// Writes every figure that there is something to draw for; returns their paths.
pub(super) fn write(folder: &Path, found: &Found) -> anyhow::Result<Vec<PathBuf>> {
    let mut datasets: Vec<&str> = found.comparisons.iter().map(|c| c.dataset.as_str()).collect();
    datasets.dedup();
    let mut figures: Vec<Box<dyn Figure>> = Vec::new();
    for dataset in datasets {
        let of: Vec<&Comparison> = found.comparisons.iter().filter(|c| c.dataset == dataset).collect();
        let (suffix, heading) = place(dataset);
        let rows = of.iter().map(|c| test_row(c)).collect();
        let title = format!("{heading}contrasts");
        figures.push(Box::new(contrast_forest(format!("forest{suffix}"), title, rows)));
        let panels = of.iter().map(|c| panel(c)).collect();
        let (id, title) = (format!("paired-differences{suffix}"), format!("{heading}paired differences"));
        figures.push(Box::new(PairedDifferences { id, title, panels }));
    }
    for ranking in &found.rankings {
        figures.push(Box::new(critical_difference(ranking)));
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    figures
        .iter()
        .map(|figure| {
            let path = folder.join(format!("{}.svg", figure.id()));
            write_atomic(&path, svg_file(figure.as_ref()).as_bytes())?;
            Ok(path)
        })
        .collect()
}

/// What a dataset adds to file names and titles.
fn place(dataset: &str) -> (String, String) {
    if dataset.is_empty() {
        return (String::new(), String::new());
    }
    let clean = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    (format!("-{}", dataset.chars().map(clean).collect::<String>()), format!("{dataset}: "))
}

fn test_row(comparison: &Comparison) -> TestRow {
    let summary = &comparison.summary;
    let mean = |of: &dyn Fn(&affekt_study::Pair) -> f64| {
        comparison.pairs.iter().map(of).sum::<f64>() / comparison.pairs.len() as f64
    };
    TestRow {
        dataset: comparison.dataset.clone(),
        metric: comparison.metric.clone(),
        treatment: comparison.treatment.clone(),
        control: comparison.control.clone(),
        family: if comparison.role == Role::Primary { "primary" } else { "contrast" }.to_owned(),
        n: summary.n as u64,
        treatment_mean: mean(&|pair| pair.treatment),
        control_mean: mean(&|pair| pair.control),
        mean_difference: summary.mean_difference,
        hodges_lehmann: summary.hodges_lehmann,
        ci_low: summary.ci_low,
        ci_high: summary.ci_high,
        ci_confidence: summary.ci_confidence,
        sign_flip_p: summary.sign_flip_p,
        wilcoxon_p: summary.wilcoxon_p,
        holm_p: comparison.adjusted_p,
        d_z: summary.d_z,
        rank_biserial: summary.rank_biserial,
        margin: comparison.margin,
        tost_p: summary.tost_p,
        rope_below: summary.rope_left,
        rope_within: summary.rope,
        rope_above: summary.rope_right,
        min_attainable_p: summary.min_attainable_p,
        verdict: String::new(),
    }
}

fn panel(comparison: &Comparison) -> PairedPanel {
    PairedPanel {
        metric: comparison.metric.clone(),
        treatment: comparison.treatment.clone(),
        control: comparison.control.clone(),
        pairs: comparison.pairs.iter().map(|p| (p.pair.clone(), p.treatment, p.control)).collect(),
        estimate: comparison.summary.hodges_lehmann,
        interval: comparison.summary.ci_low.zip(comparison.summary.ci_high),
        margin: comparison.margin,
    }
}

fn critical_difference(ranking: &Ranking) -> CriticalDifference {
    let (suffix, heading) = place(&ranking.dataset);
    let metric: String = place(&ranking.metric).0;
    CriticalDifference {
        id: format!("critical-difference{suffix}{metric}"),
        title: format!("{heading}mean ranks by {}", ranking.metric),
        arms: ranking.arms.iter().map(|arm| (arm.arm.clone(), arm.average_rank)).collect(),
        critical_difference: ranking.critical_difference,
        alpha: ranking.alpha,
        n: ranking.friedman.n,
        friedman_p: ranking.friedman.p_value,
    }
}
