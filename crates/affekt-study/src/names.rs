//! Names of classes that a study uses, against the label sets of its datasets.

use affekt_artifact::{Digest, Manifest};
use affekt_core::LabelSet;

use crate::cost::check_names as check_cost_names;
use crate::metric_name::F1_PREFIX;
use crate::{DatasetSpec, Prepared, Study, StudyError};

/// Whether the prototypes of a dataset, the costs of the arms it trains and the contrasts it is analysed by name its
/// classes: what can be known of them before the dataset is prepared, which may take hours.
///
/// # Errors
/// [`StudyError`] as of [`crate::plan_study`], for a class a published table lacks, a wheel or cost file of other
/// classes, or a pair or an F1 of none.
pub fn check_classes(study: &Study, dataset: &DatasetSpec, label_set: &LabelSet) -> Result<(), StudyError> {
    if !dataset.tested_only {
        check_reported(study, (&dataset.name, dataset.pair.as_ref()), label_set)?;
    }
    let name = dataset.name.clone();
    let manifest =
        Manifest { dataset: name, label_set: label_set.clone(), aus: Vec::new(), rows: Vec::new() };
    let unseen = Digest::of_bytes(b"");
    check_cost_names(study, dataset, &Prepared::of(&manifest, unseen.clone(), unseen, false))
}

/// Class names of the study must be classes of every dataset it reports on; `own_pair` is in place of the study's.
pub(crate) fn check_reported(
    study: &Study,
    (dataset, own_pair): (&str, Option<&[String; 2]>),
    label_set: &LabelSet,
) -> Result<(), StudyError> {
    let analysis = &study.spec().analysis;
    let classes = label_set.classes();
    let refuse = |what, got: &str| StudyError::Mismatch {
        dataset: dataset.to_owned(),
        what,
        got: got.to_owned(),
        expected: classes.join(", "),
    };
    let (what, pair) = match own_pair {
        Some(pair) => ("pair", Some(pair)),
        None => ("analysis.pair", analysis.pair.as_ref()),
    };
    if let Some(class) = pair.into_iter().flatten().find(|class| !classes.contains(class)) {
        return Err(refuse(what, class));
    }
    let contrasts = std::iter::once(&analysis.primary).chain(&analysis.contrasts);
    for contrast in contrasts.chain(analysis.claims.iter().map(|claim| &claim.contrast)) {
        if let Some(class) = contrast.metric.strip_prefix(F1_PREFIX)
            && !classes.iter().any(|known| known == class)
        {
            return Err(refuse("metric of a contrast", &contrast.metric));
        }
    }
    Ok(())
}
