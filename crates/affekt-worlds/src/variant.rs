//! Worlds that differ from a world file in one thing: points of a sweep, and interventions.

use std::collections::BTreeMap;

use crate::WorldError;
use crate::world::{World, number, within, wrong_class};

impl World {
    /// The same world with another rho, named `<name>-rho<percent>`: one point of a sweep.
    ///
    /// # Errors
    /// [`WorldError::Number`] when rho is not in 0..=1, or the world has no pair.
    pub fn with_rho(&self, rho: f64) -> Result<Self, WorldError> {
        let mut spec = self.spec().clone();
        let Some(pair) = &mut spec.pair else {
            return Err(number("rho", rho, "no rho at all, for the world has no pair"));
        };
        within("pair.rho", rho, 0.0, 1.0, "0 to 1")?;
        pair.rho = rho;
        spec.name = format!("{}-rho{:03.0}", spec.name, rho * 100.0);
        Self::check(spec)
    }

    /// The same world with other priors of some classes, named `<name>-prior`: a frequency swap, a dose of the tail.
    ///
    /// # Equation
    /// ```text
    /// pi'_c = given_c                                            for a class c that is named
    /// pi'_c = pi_c (1 - sum of the given) / (sum of pi over the classes not named)      otherwise
    /// ```
    /// The classes not named keep their proportions. P(AU | class) and valence-arousal stay as they are, but the
    /// mixture that a pair shares follows the pair's new priors.
    ///
    /// # Errors
    /// [`WorldError::Class`] for an unknown class, [`WorldError::Number`] for priors that leave nothing for the
    /// others, or, when every class is named, do not sum to 1.
    pub fn with_prior(&self, given: &BTreeMap<String, f64>) -> Result<Self, WorldError> {
        if let Some(name) = given.keys().find(|name| !self.label_set().classes().contains(name)) {
            return Err(wrong_class("unknown class in prior", name, self.label_set()));
        }
        let mut spec = self.spec().clone();
        let taken: f64 = given.values().sum();
        let of_others: f64 =
            spec.classes.iter().filter(|(name, _)| !given.contains_key(*name)).map(|(_, c)| c.prior).sum();
        // Tested positively, so that NaN fails.
        let leaves_some = taken < 1.0;
        if of_others > 0.0 && !leaves_some {
            return Err(number(
                "sum of the priors given",
                taken,
                "below 1, so that the other classes have some",
            ));
        }
        for (name, class) in &mut spec.classes {
            class.prior = match given.get(name) {
                Some(&prior) => prior,
                None => class.prior * (1.0 - taken) / of_others,
            };
        }
        spec.name = format!("{}-prior", spec.name);
        Self::check(spec)
    }
}
