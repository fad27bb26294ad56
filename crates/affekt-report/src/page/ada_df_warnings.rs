//! The warnings of the trainings, counted.

use std::collections::BTreeSet;

use crate::study::{AdaDf, Dataset, Study};

/// One kind of warning in one arm.
struct Counted<'a> {
    arm: &'a str,
    kind: String,
    seeds: BTreeSet<u64>,
    /// Epoch, seed and text of the earliest.
    first: (u64, u64, &'a str),
}

/// One sentence per arm and kind of warning, in plan order and by epoch of the first; or that there were none.
pub(super) fn warnings(study: &Study, dataset: &Dataset, learnt: &AdaDf) -> Vec<String> {
    let mut list: Vec<Counted<'_>> = Vec::new();
    for arm in &learnt.arms {
        let begin = list.len();
        for row in study.warnings.rows.iter().filter(|r| r.dataset == dataset.name() && r.arm == *arm) {
            let (kind, first) = (kind_of(&row.warning), (row.epoch, row.seed, row.warning.as_str()));
            match list[begin..].iter_mut().find(|counted| counted.kind == kind) {
                Some(counted) => {
                    counted.seeds.insert(row.seed);
                    counted.first = if first < counted.first { first } else { counted.first };
                }
                None => list.push(Counted { arm, kind, seeds: BTreeSet::from([row.seed]), first }),
            }
        }
        list[begin..].sort_by(|a, b| a.first.cmp(&b.first));
    }
    if list.is_empty() {
        return vec!["The trainings gave no warning.".to_owned()];
    }
    list.iter().map(|counted| sentence(dataset, counted)).collect()
}

fn sentence(dataset: &Dataset, counted: &Counted<'_>) -> String {
    let (arm, n) = (counted.arm, dataset.runs_of(counted.arm).len());
    let runs = if n == 1 { "run" } else { "runs" };
    let (epoch, seed, text) = counted.first;
    let what = named(&counted.kind, dataset.classes());
    let text = named(text, dataset.classes());
    format!(
        "Warning, {arm}: {what} in {} of {n} {runs}, first in epoch {epoch} (seed {seed}: “{text}”).",
        counted.seeds.len()
    )
}

/// A warning without the numbers that differ from epoch to epoch; the number of a class is kept.
fn kind_of(warning: &str) -> String {
    let head = warning.split(':').next().unwrap_or(warning);
    let mut words: Vec<&str> = Vec::new();
    for word in head.split_whitespace() {
        let is_class = words.last() == Some(&"distribution");
        words.push(if word.parse::<f64>().is_ok() && !is_class { "…" } else { word });
    }
    words.join(" ")
}

/// The text with the class named that it numbers.
fn named(text: &str, classes: &[String]) -> String {
    const OF: &str = "class distribution ";
    let Some(at) = text.find(OF) else { return text.to_owned() };
    let (before, after) = (&text[..at + OF.len()], &text[at + OF.len()..]);
    let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    match after[..end].parse::<usize>().ok().and_then(|class| classes.get(class)) {
        Some(class) => format!("{before}of {class}{}", &after[end..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{kind_of, named};

    #[test]
    fn a_kind_has_no_number_but_that_of_its_class() {
        let kind = kind_of("attention collapsed: mean spread within a batch 5.1e-4, expected at least 0.001");
        assert_eq!(kind, "attention collapsed");
        let kind = kind_of("class distribution 3 has been on its fallback for 5 epochs");
        assert_eq!(kind, "class distribution 3 has been on its fallback for … epochs");
        let classes = ["a", "b"].map(str::to_owned);
        assert_eq!(
            named("class distribution 1 rests on 2 items", &classes),
            "class distribution of b rests on 2 items"
        );
        assert_eq!(named("class distribution 7 rests", &classes), "class distribution 7 rests");
    }
}
