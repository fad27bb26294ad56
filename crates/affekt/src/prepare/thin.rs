//! Training faces left out, from the study file to what chooses them.

use affekt_core::LabelSet;
use affekt_data::{Thinning, ThinningRule};
use affekt_study::ThinSpec;
use anyhow::bail;

/// The thinning with every class in its place.
pub(super) fn resolve(spec: &ThinSpec, set: &LabelSet) -> anyhow::Result<Thinning> {
    Ok(match spec {
        ThinSpec::Balance { seed } => Thinning { rule: ThinningRule::Balance {}, seed: *seed },
        ThinSpec::Keep { shares, seed } => {
            if let Some(name) = shares.keys().find(|name| !set.classes().contains(name)) {
                bail!(
                    "source.thin.shares names {name}; the classes of the dataset are {}",
                    set.classes().join(", ")
                );
            }
            let share = |class: &String| shares.get(class).copied().unwrap_or(1.0);
            let shares = set.classes().iter().map(share).collect();
            Thinning { rule: ThinningRule::Keep { shares }, seed: *seed }
        }
    })
}
