//! Contrasts declared together: one primary at its own level, the others corrected.

use serde::{Deserialize, Serialize};

use crate::{Correction, StatsError};

/// What a contrast was declared as, before the data were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The one contrast a study is about; its p is not corrected.
    Primary,
    /// A member of the family, corrected for the others.
    Family,
}

/// A contrast of a declared family with its p.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Declared {
    /// As declared.
    pub role: Role,
    /// Its p-value.
    pub p_value: f64,
    /// The smallest p-value that its number of pairs can give.
    pub attainable_p: f64,
}

/// What correction makes of a contrast.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Adjusted {
    /// The p to compare with the level.
    pub p_value: f64,
    /// What that p would be were this contrast alone as extreme as its pairs allow: above the level, it cannot be
    /// found beside so many others unless they are found too.
    pub attainable_p: f64,
    /// Contrasts that were corrected together, this one included; 1 for the primary one.
    pub family_size: usize,
}

/// Corrects declared contrasts: the primary one stands alone, the others are one family.
///
/// # Equation
/// Family members: `correction` over their p; their attainable p is `min(1, m a)` with `a` the smallest p of the
/// contrast's pairs and `m` the size of the family.
///
/// # Range
/// `[p, 1]`.
///
/// # Numerics
/// As [`Correction::adjust`]. The primary contrast and the family each hold the level; together they may err up
/// to twice as often, which is what declaring a primary one says.
///
/// # Errors
/// [`StatsError::OutOfRange`] for a second primary contrast, and those of [`Correction::adjust`].
///
/// # Example
/// ```
/// use affekt_stats::{Correction, Declared, Role, adjust_declared};
/// let of = |role, p_value| Declared { role, p_value, attainable_p: 0.03125 };
/// let family = [of(Role::Primary, 0.03125), of(Role::Family, 0.03125), of(Role::Family, 0.5)];
/// let adjusted = adjust_declared(&family, Correction::Holm)?;
/// assert_eq!(adjusted[0].p_value, 0.03125);
/// // Six seeds cannot carry a family of two at 0.05.
/// assert_eq!((adjusted[1].p_value, adjusted[1].attainable_p), (0.0625, 0.0625));
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn adjust_declared(contrasts: &[Declared], correction: Correction) -> Result<Vec<Adjusted>, StatsError> {
    let primaries = contrasts.iter().filter(|c| c.role == Role::Primary).count();
    if primaries > 1 {
        return Err(StatsError::OutOfRange {
            name: "primary contrasts",
            range: "[0, 1]",
            value: primaries as f64,
        });
    }
    let of_family: Vec<f64> =
        contrasts.iter().filter(|c| c.role == Role::Family).map(|c| c.p_value).collect();
    let size = of_family.len();
    let mut corrected = correction.adjust(&of_family)?.into_iter();
    contrasts
        .iter()
        .map(|contrast| {
            let Declared { role, p_value, attainable_p } = *contrast;
            Ok(match role {
                Role::Primary => Adjusted { p_value, attainable_p, family_size: 1 },
                Role::Family => Adjusted {
                    p_value: corrected.next().ok_or(StatsError::Empty { what: "family" })?,
                    attainable_p: (attainable_p * size as f64).clamp(0.0, 1.0),
                    family_size: size,
                },
            })
        })
        .collect()
}
