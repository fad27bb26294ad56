//! How near the arms come to what can be reached, one sentence per dataset whose limit is known.

use super::answer::in_words;
use crate::number::{NumberKind, mean_sd};
use crate::study::{Dataset, Study};

/// The sentences, in dataset order; none for a dataset without a limit and without a score.
pub(crate) fn sentences(study: &Study) -> Vec<String> {
    study.datasets.iter().filter_map(|dataset| sentence(study, dataset)).collect()
}

fn sentence(study: &Study, dataset: &Dataset) -> Option<String> {
    let limits = dataset.limits.as_ref()?;
    let primary = study.tests.rows.iter().find(|r| r.family == "primary" && r.dataset == dataset.name());
    let named = |metric: &'static str| primary.filter(|row| row.metric == metric).map(|_| metric);
    let metric = named("accuracy").unwrap_or("macro_f1");
    let limit = limits.of(metric, None)?;
    let mean = |arm: &str| {
        let scores = study.scores(dataset.name(), arm, metric).into_iter();
        mean_sd(&scores.filter_map(|(_, value)| value).collect::<Vec<_>>()).0
    };
    let means: Vec<(&str, f64)> = study.arms().filter_map(|arm| Some((arm, mean(arm)?))).collect();
    // The first of equal arms, as the plan has them.
    let highest = means.iter().copied().reduce(|best, arm| if arm.1 > best.1 { arm } else { best })?;
    let away = |value: f64| {
        let side = if value > limit { "above" } else { "below" };
        format!("{} {side}", NumberKind::Score.print((limit - value).abs()))
    };
    let best = format!("the best rule's expected {} ({})", in_words(metric), NumberKind::Score.print(limit));
    // A mean above the limit, as chance on a finite split allows, is not called near to it.
    let word = if highest.1 > limit { "highest" } else { "nearest" };
    let first = study.arms().next().and_then(|first| means.iter().find(|(arm, _)| *arm == first));
    let rest = match first {
        Some((arm, _)) if *arm == highest.0 => "no arm scores higher".to_owned(),
        _ => format!("{word} is {}, {}", highest.0, away(highest.1)),
    };
    let own = match first {
        Some((arm, value)) => format!("{arm} is {} {best}", away(*value)),
        None => format!("{} has no run to set against {best}", study.arms().next()?),
    };
    Some(format!("{}: {own}; {rest}.", dataset.name()))
}
