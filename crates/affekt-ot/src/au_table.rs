//! Published action-unit patterns of expression classes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A published table of the action units that make an expression, each with a weight in `(0, 1]`.
///
/// Weights of [`AuTable::Du2014`] are shares of subjects. The other sources give formulas such as `1+2+5+25|26`:
/// here a unit that every version has weighs 1, one that a version may lack (in brackets, or one of several) 1/2.
/// Neutral is no unit, by definition. Only [`AuTable::Du2014`] has contempt, none has other: for label sets with
/// them, take rates from data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AuTable {
    /// Du, Tao and Martinez, PNAS 2014: prototypical units (weight 1) and observational ones (share of subjects).
    /// Contempt is not theirs: 12, and 14 at 1/2, after EMFACS (R12 or R14).
    #[serde(rename = "du-2014")]
    Du2014,
    /// Matsumoto, Keltner, Shiota, O'Sullivan and Frank 2008, by way of `lukassnoek/hypothesis-kernel-analysis`.
    #[serde(rename = "matsumoto-2008")]
    Matsumoto2008,
    /// Keltner, Sauter, Tracy and Cowen 2019, from the same collection.
    #[serde(rename = "keltner-2019")]
    Keltner2019,
    /// Cordaro and others 2018, reference patterns, from the same collection.
    #[serde(rename = "cordaro-2018")]
    Cordaro2018,
    /// Variants of Ekman, Friesen and Hager's FACS investigator's guide, from the same collection.
    #[serde(rename = "facs")]
    Facs,
}

impl AuTable {
    /// Every table.
    pub const ALL: [Self; 5] =
        [Self::Du2014, Self::Matsumoto2008, Self::Keltner2019, Self::Cordaro2018, Self::Facs];

    /// The name used in run files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Du2014 => "du-2014",
            Self::Matsumoto2008 => "matsumoto-2008",
            Self::Keltner2019 => "keltner-2019",
            Self::Cordaro2018 => "cordaro-2018",
            Self::Facs => "facs",
        }
    }

    /// Weights of a class, by its lower-case name, for the units `aus` (FACS numbers) in their order; `None` where
    /// the table has no such class.
    ///
    /// Units outside `aus` are lost: with the twelve of Aff-Wild2, contempt and disgust are weakly identified.
    ///
    /// ```
    /// use affekt_ot::AuTable;
    /// assert_eq!(AuTable::Du2014.vector("happiness", &[6, 12, 15]), Some(vec![0.51, 1.0, 0.0]));
    /// assert_eq!(AuTable::Keltner2019.vector("contempt", &[6, 12, 15]), None);
    /// ```
    pub fn vector(self, class_name: &str, aus: &[u8]) -> Option<Vec<f64>> {
        let (_, pattern) = self.entries().iter().find(|(name, _)| *name == class_name)?;
        let weight = |au: &u8| pattern.iter().find(|(unit, _)| unit == au).map_or(0.0, |(_, weight)| *weight);
        Some(aus.iter().map(weight).collect())
    }

    /// Every class of the table with its units and weights.
    #[rustfmt::skip] // one class a line reads like the source
    pub fn entries(self) -> &'static [(&'static str, &'static [(u8, f64)])] {
        match self {
            Self::Du2014 => &[
                ("neutral", &[]),
                ("happiness", &[(12, 1.0), (25, 1.0), (6, 0.51)]),
                ("sadness", &[(4, 1.0), (15, 1.0), (1, 0.60), (6, 0.50), (11, 0.26), (17, 0.67)]),
                ("fear", &[(1, 1.0), (4, 1.0), (20, 1.0), (25, 1.0), (2, 0.57), (5, 0.63), (26, 0.33)]),
                ("anger", &[(4, 1.0), (7, 1.0), (24, 1.0), (10, 0.26), (17, 0.52), (23, 0.29)]),
                ("surprise", &[(1, 1.0), (2, 1.0), (25, 1.0), (26, 1.0), (5, 0.66)]),
                ("disgust", &[(9, 1.0), (10, 1.0), (17, 1.0), (4, 0.31), (24, 0.26)]),
                ("contempt", &[(12, 1.0), (14, 0.5)]),
            ],
            // sad 1+15(+4)(+17); surprise 1+2+5+25|26; fear 1+2+4+5+20(+25|26); anger 4+(5|7)+22+23+24;
            // disgust 9|10(+25|26)
            Self::Matsumoto2008 => &[
                ("neutral", &[]),
                ("happiness", &[(6, 1.0), (12, 1.0)]),
                ("sadness", &[(1, 1.0), (15, 1.0), (4, 0.5), (17, 0.5)]),
                ("surprise", &[(1, 1.0), (2, 1.0), (5, 1.0), (25, 0.5), (26, 0.5)]),
                ("fear", &[(1, 1.0), (2, 1.0), (4, 1.0), (5, 1.0), (20, 1.0), (25, 0.5), (26, 0.5)]),
                ("anger", &[(4, 1.0), (5, 0.5), (7, 0.5), (22, 1.0), (23, 1.0), (24, 1.0)]),
                ("disgust", &[(9, 0.5), (10, 0.5), (25, 0.5), (26, 0.5)]),
            ],
            Self::Keltner2019 => &[
                ("neutral", &[]),
                ("happiness", &[(6, 1.0), (7, 1.0), (12, 1.0), (25, 1.0), (26, 1.0)]),
                ("sadness", &[(1, 1.0), (4, 1.0), (6, 1.0), (15, 1.0), (17, 1.0)]),
                ("surprise", &[(1, 1.0), (2, 1.0), (5, 1.0), (25, 1.0), (26, 1.0)]),
                ("fear", &[(1, 1.0), (2, 1.0), (4, 1.0), (5, 1.0), (7, 1.0), (20, 1.0), (25, 1.0)]),
                ("anger", &[(4, 1.0), (5, 1.0), (17, 1.0), (23, 1.0), (24, 1.0)]),
                ("disgust", &[(7, 1.0), (9, 1.0), (25, 1.0), (26, 1.0)]),
            ],
            Self::Cordaro2018 => &[
                ("neutral", &[]),
                ("happiness", &[(6, 1.0), (12, 1.0)]),
                ("sadness", &[(1, 1.0), (4, 1.0), (5, 1.0)]),
                ("surprise", &[(1, 1.0), (2, 1.0), (5, 1.0), (26, 1.0)]),
                ("fear", &[(1, 1.0), (2, 1.0), (4, 1.0), (5, 1.0), (7, 1.0), (20, 1.0), (26, 1.0)]),
                ("anger", &[(4, 1.0), (5, 1.0), (7, 1.0), (23, 1.0)]),
                ("disgust", &[(9, 1.0), (15, 1.0), (16, 1.0)]),
            ],
            // anger 4+5+7 with 23|24, and 10, 17, 22, 25, 26 with or without; fear 1+2+4(+5)(+20)(+25|26|27);
            // disgust 9|10(+16)(+17)(+25|26); surprise 1+2+5+26|27; sad 1+4(+15)(+11)(+17); happy (6+)12
            Self::Facs => &[
                ("neutral", &[]),
                ("happiness", &[(12, 1.0), (6, 0.5)]),
                ("sadness", &[(1, 1.0), (4, 1.0), (15, 0.5), (11, 0.5), (17, 0.5)]),
                ("surprise", &[(1, 1.0), (2, 1.0), (5, 1.0), (26, 0.5), (27, 0.5)]),
                ("fear", &[(1, 1.0), (2, 1.0), (4, 1.0), (5, 0.5), (20, 0.5), (25, 0.5), (26, 0.5), (27, 0.5)]),
                ("anger", &[(4, 1.0), (5, 1.0), (7, 1.0), (23, 0.5), (24, 0.5), (10, 0.5), (17, 0.5), (22, 0.5), (25, 0.5), (26, 0.5)]),
                ("disgust", &[(9, 0.5), (10, 0.5), (16, 0.5), (17, 0.5), (25, 0.5), (26, 0.5)]),
            ],
        }
    }
}

impl fmt::Display for AuTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A table name nobody published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("action-unit table: expected one of {}, got {got:?}", AuTable::ALL.map(AuTable::name).join(", "))]
pub struct UnknownAuTable {
    /// The name.
    pub got: String,
}

impl FromStr for AuTable {
    type Err = UnknownAuTable;

    fn from_str(name: &str) -> Result<Self, UnknownAuTable> {
        let found = Self::ALL.into_iter().find(|table| table.name() == name);
        found.ok_or_else(|| UnknownAuTable { got: name.to_owned() })
    }
}
