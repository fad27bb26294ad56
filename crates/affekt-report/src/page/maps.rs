//! Maps: confusions between the prototypes and valence and arousal on the circumplex, and the plane of the features.

use super::Group;
use crate::Figure;
use crate::figures::{CircumplexMap, Projection, VaErrorMap, slug};
use crate::study::{Dataset, Study};
use crate::svg::ArmStyle;

/// The maps of the arms that are shown singly; those of valence and arousal only where samples have both a true and a
/// predicted point.
pub(crate) fn figures(study: &Study, dataset: &Dataset, dataset_slug: &str) -> Vec<Box<dyn Figure>> {
    let arms = study.shown_arms(dataset);
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

/// The features of the test faces, where runs kept them; none where none did.
pub(crate) fn features(study: &Study, dataset: &Dataset, dataset_slug: &str) -> Option<Group> {
    let found = study.features.get(dataset.name())?;
    if found.maps.is_empty() && found.notes.is_empty() {
        return None;
    }
    let figures = found.maps.iter().map(|map| {
        let index = study.arm_index(&map.arm);
        Box::new(Projection {
            id: format!("features-{dataset_slug}-{}", slug(&map.arm, index)),
            title: format!("{}: features under {}", dataset.name(), map.arm),
            what: format!(
                "test faces of {}, seed {}, placed by the two main directions of the features",
                map.arm, map.seed
            ),
            shares: Some(map.shares),
            classes: dataset.classes().to_vec(),
            pair: dataset.pair(&study.plan),
            faces: map.faces.clone(),
        }) as Box<dyn Figure>
    });
    Some(Group {
        heading: "Features of the test faces".to_owned(),
        figures: figures.collect(),
        notes: found.notes.clone(),
        ..Group::default()
    })
}
