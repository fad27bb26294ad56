//! Figures on the circumplex: confusions between the prototypes, and predicted against true valence and arousal.

use crate::Figure;
use crate::figures::{CircumplexMap, VaErrorMap, slug};
use crate::study::{Dataset, Study};
use crate::svg::ArmStyle;

/// The maps of the plan's first arm and of the primary treatment, which are base and circumplex in the study; those of
/// valence and arousal only where samples have both a true and a predicted point.
pub(crate) fn figures(study: &Study, dataset: &Dataset, dataset_slug: &str) -> Vec<Box<dyn Figure>> {
    let primary = study.tests.rows.iter().find(|r| r.family == "primary" && r.dataset == dataset.name());
    let mut arms: Vec<&str> = study.arms().take(1).collect();
    arms.extend(primary.map(|row| row.treatment.as_str()));
    arms.dedup();
    arms.retain(|arm| !dataset.runs_of(arm).is_empty());
    let of_arm = |kind: &str, arm: &str| {
        let index = study.arm_index(arm);
        (format!("{kind}-{dataset_slug}-{}", slug(arm, index)), ArmStyle::of(index))
    };
    let confusions = arms.iter().map(|arm| {
        let (id, style) = of_arm("circumplex", arm);
        Box::new(CircumplexMap {
            id,
            title: format!("{}: strongest confusions under {arm}", dataset.name()),
            style,
            source: dataset.planned.prototype_source.clone(),
            classes: dataset.classes().to_vec(),
            prototypes: dataset.planned.prototypes.clone(),
            pair: dataset.pair(&study.plan),
            confusion: dataset.pooled_confusion(arm),
        }) as Box<dyn Figure>
    });
    let errors = arms.iter().filter_map(|arm| {
        let (id, style) = of_arm("va", arm);
        let errors = dataset.pooled_va(arm);
        (!errors.points.is_empty()).then(|| {
            Box::new(VaErrorMap {
                id,
                title: format!("{}: valence and arousal under {arm}", dataset.name()),
                style,
                source: dataset.planned.prototype_source.clone(),
                classes: dataset.classes().to_vec(),
                prototypes: dataset.planned.prototypes.clone(),
                n_runs: dataset.runs_of(arm).len(),
                errors,
            }) as Box<dyn Figure>
        })
    });
    confusions.chain(errors).collect()
}
