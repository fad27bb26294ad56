//! Values of a study file that cannot be.

mod arm;
mod cost;
mod dataset;
mod paper;
mod training;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use affekt_augment::AugmentParams;

use crate::metric_name::{METRICS, is_metric};
use crate::nearest::nearest;
use crate::overlay::{Place, suggestion};
use crate::{AnalysisSpec, Contrast, CostSpec, StudySpec};

/// One value that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Key in the study file.
    pub key: String,
    /// The value.
    pub got: String,
    /// What it should be.
    pub expected: String,
    /// The nearest of the names it may be.
    pub hint: Option<String>,
    /// Where it stands; none for what is not there at all.
    pub place: Option<Place>,
}

impl Problem {
    fn new(key: String, got: String, expected: String) -> Self {
        Self { key, got, expected, hint: None, place: None }
    }

    /// The problem with file, line and suggestion.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let head = self.place.as_ref().map(|place| format!("{}: ", place.head(path))).unwrap_or_default();
        let excerpt = self.place.as_ref().map(Place::excerpt).unwrap_or_default();
        format!("{head}{self}{excerpt}{}", suggestion(self.hint.as_ref()))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}; expected {}", self.key, self.got, self.expected)
    }
}

#[derive(Default)]
struct Checks(Vec<Problem>);

impl Checks {
    fn demand(&mut self, holds: bool, key: impl Into<String>, got: impl fmt::Debug, expected: &str) {
        if !holds {
            self.0.push(Problem::new(key.into(), format!("{got:?}"), expected.to_owned()));
        }
    }

    /// One of the names that `what` may be.
    fn one_of(&mut self, key: impl Into<String>, got: &str, what: &str, names: &[&str]) {
        if !names.contains(&got) {
            let expected = format!("{what}: {}", names.join(", "));
            let mut problem = Problem::new(key.into(), format!("{got:?}"), expected);
            problem.hint = nearest(got, names).map(str::to_owned);
            self.0.push(problem);
        }
    }

    /// Tested positively, so that NaN fails.
    fn within(&mut self, key: impl Into<String>, got: f64, low: f64, high: f64) {
        self.demand((low..=high).contains(&got), key, got, &format!("a number in [{low}, {high}]"));
    }

    fn positive(&mut self, key: impl Into<String>, got: f64) {
        self.demand(got > 0.0 && got.is_finite(), key, got, "a number above 0");
    }

    fn not_negative(&mut self, key: impl Into<String>, got: f64) {
        self.demand((0.0..f64::INFINITY).contains(&got), key, got, "a number, 0 or above");
    }

    fn unique<T: PartialEq + fmt::Debug>(&mut self, key: &str, items: &[T]) {
        self.demand(!items.is_empty(), key, items, "at least one");
        for (i, item) in items.iter().enumerate() {
            self.demand(!items[..i].contains(item), key, item, "each only once");
        }
    }

    /// Names become parts of folder names.
    fn name(&mut self, key: impl Into<String>, got: &str) {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
        let holds = got.len() <= 64
            && got.bytes().all(plain)
            && got.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        self.demand(
            holds,
            key,
            got,
            "1 to 64 lower-case letters, digits, '.', '_' or '-', a letter or digit first",
        );
    }
}

/// Everything in `spec` that cannot be; `folder` is where its relative paths start.
pub(crate) fn problems(spec: &StudySpec, folder: &Path) -> Vec<Problem> {
    let mut checks = Checks::default();
    check_matrix(&mut checks, spec, folder);
    for (i, dataset) in spec.datasets.iter().enumerate() {
        dataset::check_dataset(&mut checks, &format!("dataset.{i}"), dataset, spec, folder);
    }
    dataset::check_transfers(&mut checks, spec);
    training::check_training(&mut checks, spec);
    check_augment(&mut checks, spec);
    check_analysis(&mut checks, spec);
    paper::check_paper(&mut checks, spec);
    checks.0
}

fn check_matrix(checks: &mut Checks, spec: &StudySpec, folder: &Path) {
    checks.name("study", &spec.study);
    // Its folder lies beside the studies in the output folder.
    checks.demand(
        spec.study != "data",
        "study",
        &spec.study,
        "another name: `data` holds the prepared datasets",
    );
    checks.unique("seeds", &spec.seeds);
    checks.demand(
        (1..=256).contains(&spec.threads_per_run),
        "threads_per_run",
        spec.threads_per_run,
        "1 to 256",
    );
    let names: Vec<&String> = spec.datasets.iter().map(|d| &d.name).collect();
    checks.unique("dataset.name", &names);
    let names: Vec<&String> = spec.arms.iter().map(|a| &a.name).collect();
    checks.unique("arm.name", &names);
    for (i, arm) in spec.arms.iter().enumerate() {
        checks.name(format!("arm.{i}.name"), &arm.name);
        arm::check_arm(checks, &format!("arm.{i}"), arm, spec, folder);
    }
    let priced = spec.arms.iter().any(|arm| arm.cost != CostSpec::None {} && arm.lambda.is_none());
    checks.not_negative("loss.lambda", spec.loss.lambda);
    checks.demand(
        !priced || spec.loss.lambda > 0.0,
        "loss.lambda",
        spec.loss.lambda,
        "above 0, since some arms have a cost (give an arm the cost kind `none` for lambda = 0)",
    );
    let tasks = spec.loss.tasks;
    for (key, weight) in [("expression", tasks.expression), ("va", tasks.va), ("au", tasks.au)] {
        checks.not_negative(format!("loss.tasks.{key}"), weight);
    }
}

fn check_augment(checks: &mut Checks, spec: &StudySpec) {
    if let Err(error) = AugmentParams::new(spec.augment) {
        let text = error.to_string();
        let (got, expected) = text.split_once("; expected ").unwrap_or((&text, "values in their ranges"));
        let key = error.key().map_or_else(|| "augment".to_owned(), |key| format!("augment.{key}"));
        checks.0.push(Problem::new(key, format!("refused: {got}"), expected.to_owned()));
    }
    let seen = spec.input.ten_crop.unwrap_or(spec.input.size);
    let expected = "less than half the input size";
    checks.demand(spec.augment.shift < seen / 2, "augment.shift", spec.augment.shift, expected);
}

fn check_analysis(checks: &mut Checks, spec: &StudySpec) {
    let AnalysisSpec { selection, alpha, margins, primary, contrasts, pair, claims, .. } = &spec.analysis;
    checks.one_of("analysis.selection", selection, "weights", &["last", "best-valid"]);
    checks.demand(*alpha > 0.0 && *alpha < 1.0, "analysis.alpha", alpha, "in (0, 1)");
    for (metric, margin) in margins {
        checks.positive(format!("analysis.margins.{metric}"), *margin);
    }
    let claimed = claims.iter().map(|claim| &claim.contrast);
    let compared = std::iter::once(primary).chain(contrasts).chain(claimed).map(|contrast| &contrast.metric);
    let compared: BTreeSet<&String> = compared.filter(|metric| is_metric(metric)).collect();
    for metric in compared.into_iter().filter(|metric| !margins.contains_key(*metric)) {
        let expected = "a margin for every metric that is compared".to_owned();
        checks.0.push(Problem::new("analysis.margins".to_owned(), format!("without {metric}"), expected));
    }
    check_contrast(checks, "analysis.primary", primary, spec);
    for (i, contrast) in contrasts.iter().enumerate() {
        check_contrast(checks, &format!("analysis.contrast.{i}"), contrast, spec);
        checks.demand(
            contrast != primary && !contrasts[..i].contains(contrast),
            format!("analysis.contrast.{i}"),
            format!("{} {} vs {}", contrast.metric, contrast.treatment, contrast.control),
            "each comparison only once, the primary one included",
        );
    }
    if let Some([a, b]) = pair {
        checks.demand(a != b, "analysis.pair", pair, "two different classes");
    }
    let ids: Vec<&String> = claims.iter().map(|claim| &claim.id).collect();
    if !ids.is_empty() {
        checks.unique("analysis.claim.id", &ids);
    }
    for (i, claim) in claims.iter().enumerate() {
        check_contrast(checks, &format!("analysis.claim.{i}.contrast"), &claim.contrast, spec);
    }
}

fn check_contrast(checks: &mut Checks, key: &str, contrast: &Contrast, spec: &StudySpec) {
    let arms: Vec<&str> = spec.arms.iter().map(|a| a.name.as_str()).collect();
    for (side, name) in [("treatment", &contrast.treatment), ("control", &contrast.control)] {
        checks.one_of(format!("{key}.{side}"), name, "an arm", &arms);
    }
    let two = contrast.treatment != contrast.control;
    checks.demand(two, format!("{key}.control"), &contrast.control, "another arm than the treatment");
    let probabilities_of = |name: &str| {
        let rule = spec.arms.iter().find(|arm| arm.name == name)?.post_hoc.as_ref()?;
        Some(rule.of.clone())
    };
    let sources = [&contrast.treatment, &contrast.control]
        .map(|name| probabilities_of(name).unwrap_or_else(|| name.clone()));
    checks.demand(
        contrast.metric != "pair_auc" || sources[0] != sources[1] || !two,
        format!("{key}.metric"),
        &contrast.metric,
        "another metric: deciding again moves no face of the pair past another, so that the difference is 0 by construction",
    );
    if !is_metric(&contrast.metric) {
        let what = "f1:<class>, or a metric of results.csv";
        checks.one_of(format!("{key}.metric"), &contrast.metric, what, &METRICS);
    }
}
