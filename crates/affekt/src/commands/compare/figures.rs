//! Comparisons as figures.

use std::path::{Path, PathBuf};

use affekt_artifact::{TestRow, write_atomic};
use affekt_report::{CriticalDifference, Figure, PairedDifferences, PairedPanel, contrast_forest, svg_file};
use affekt_stats::Role;
use affekt_study::{Comparison, Contrast, Ranking, test_row};
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
        let rows = of.iter().map(|c| row(c)).collect();
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

fn row(comparison: &Comparison) -> TestRow {
    let mean = |of: &dyn Fn(&affekt_study::Pair) -> f64| {
        comparison.pairs.iter().map(of).sum::<f64>() / comparison.pairs.len() as f64
    };
    let means = [mean(&|pair| pair.treatment), mean(&|pair| pair.control)];
    let family = if comparison.role == Role::Primary { "primary" } else { "contrast" };
    let contrast = Contrast {
        metric: comparison.metric.clone(),
        treatment: comparison.treatment.clone(),
        control: comparison.control.clone(),
    };
    let (margin, summary) = (comparison.margin, &comparison.summary);
    TestRow {
        holm_p: comparison.adjusted_p,
        ..test_row(&comparison.dataset, family, &contrast, means, margin, summary)
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
        critical_difference: ranking.nemenyi.critical_difference,
        alpha: ranking.alpha,
        n: ranking.friedman.n,
        friedman_p: ranking.friedman.p_value,
        friedman_error: ranking.friedman.standard_error,
    }
}
