//! Published valence-arousal positions of expression classes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A published table of class positions, valence and arousal in `[-1, 1]`.
///
/// Tables without neutral or without disgust cover no label set and are left out: the medians of `AffectNet`'s
/// validation set, and Russell's circle of 1980.
///
/// The tables disagree, and the disagreement matters: anger and contempt are nearest neighbours only in
/// [`PrototypeTable::AffectNetVal`], whose annotators saw a circumplex. Report at least one independent table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PrototypeTable {
    /// Class means of the `AffectNet` validation set (3,999 rows, 500 a class, contempt 499), computed from the
    /// public CSV of `wagner-niklas/CAGE_expression_inference`. No position for other.
    #[serde(rename = "affectnet-val")]
    AffectNetVal,
    /// NRC-VAD lexicon v1 (Mohammad 2018), rescaled by `2x - 1`, words as class names.
    #[serde(rename = "nrc-vad")]
    NrcVad,
    /// Warriner, Kuperman and Brysbaert 2013 norms (scale 1 to 9), rescaled by `(x - 5) / 4`.
    #[serde(rename = "warriner")]
    Warriner,
    /// Russell and Mehrabian 1977, pleasure and arousal. Values as they circulate in public tables; not read
    /// in the paper itself. Neutral is the origin by definition; no position for contempt and other.
    #[serde(rename = "rm77")]
    Rm77,
    /// The same norms with the terms joyful for happiness and terrified for fear, which lie further apart.
    #[serde(rename = "rm77-joyful-terrified")]
    Rm77JoyfulTerrified,
    /// Crowd means of `kdoodoo/affectnetc25`, image set I (800 confusing images, majority label, 25 naive raters).
    /// Raters used less of the scale than in other tables. No position for other.
    #[serde(rename = "c25-i")]
    C25SetI,
    /// Crowd means of `kdoodoo/affectnetc25`, image set II (25 naive raters). No position for other.
    #[serde(rename = "c25-ii")]
    C25SetII,
}

impl PrototypeTable {
    /// Every table.
    pub const ALL: [Self; 7] = [
        Self::AffectNetVal,
        Self::NrcVad,
        Self::Warriner,
        Self::Rm77,
        Self::Rm77JoyfulTerrified,
        Self::C25SetI,
        Self::C25SetII,
    ];

    /// The name used in run files.
    pub fn name(self) -> &'static str {
        match self {
            Self::AffectNetVal => "affectnet-val",
            Self::NrcVad => "nrc-vad",
            Self::Warriner => "warriner",
            Self::Rm77 => "rm77",
            Self::Rm77JoyfulTerrified => "rm77-joyful-terrified",
            Self::C25SetI => "c25-i",
            Self::C25SetII => "c25-ii",
        }
    }

    /// Position `[valence, arousal]` of a class, by its lower-case name; `None` where the table has none.
    ///
    /// ```
    /// use affekt_ot::PrototypeTable;
    /// assert_eq!(PrototypeTable::Rm77.get("anger"), Some([-0.51, 0.59]));
    /// assert_eq!(PrototypeTable::Rm77.get("contempt"), None);
    /// ```
    pub fn get(self, class_name: &str) -> Option<[f64; 2]> {
        self.entries().iter().find(|(name, _)| *name == class_name).map(|(_, point)| *point)
    }

    /// Every class of the table with its position.
    #[rustfmt::skip] // one class a line reads like the source
    pub fn entries(self) -> &'static [(&'static str, [f64; 2])] {
        match self {
            Self::AffectNetVal => &[
                ("neutral", [-0.0247, -0.0185]),
                ("happiness", [0.672, 0.0808]),
                ("sadness", [-0.6281, -0.267]),
                ("surprise", [0.1831, 0.7005]),
                ("fear", [-0.1174, 0.76]),
                ("disgust", [-0.6843, 0.446]),
                ("anger", [-0.4259, 0.5537]),
                ("contempt", [-0.5103, 0.5761]),
            ],
            Self::NrcVad => &[
                ("neutral", [-0.062, -0.632]),
                ("happiness", [0.920, 0.464]),
                ("sadness", [-0.896, -0.424]),
                ("surprise", [0.750, 0.750]),
                ("fear", [-0.854, 0.680]),
                ("disgust", [-0.896, 0.550]),
                ("anger", [-0.666, 0.730]),
                ("contempt", [-0.588, 0.270]),
                ("other", [-0.056, -0.540]),
            ],
            Self::Warriner => &[
                ("neutral", [0.125, -0.388]),
                ("happiness", [0.870, 0.375]),
                ("sadness", [-0.650, -0.548]),
                ("surprise", [0.610, 0.393]),
                ("fear", [-0.518, 0.285]),
                ("disgust", [-0.420, 0.000]),
                ("anger", [-0.625, 0.233]),
                ("contempt", [-0.445, -0.098]),
                ("other", [0.103, -0.380]),
            ],
            Self::Rm77 => &[
                ("neutral", [0.0, 0.0]),
                ("happiness", [0.81, 0.51]),
                ("sadness", [-0.63, -0.27]),
                ("surprise", [0.40, 0.67]),
                ("fear", [-0.64, 0.60]),
                ("disgust", [-0.60, 0.35]),
                ("anger", [-0.51, 0.59]),
            ],
            Self::Rm77JoyfulTerrified => &[
                ("neutral", [0.0, 0.0]),
                ("happiness", [0.76, 0.48]),
                ("sadness", [-0.63, -0.27]),
                ("surprise", [0.40, 0.67]),
                ("fear", [-0.62, 0.82]),
                ("disgust", [-0.60, 0.35]),
                ("anger", [-0.51, 0.59]),
            ],
            Self::C25SetI => &[
                ("neutral", [-0.064, -0.397]),
                ("happiness", [0.262, -0.162]),
                ("sadness", [-0.334, -0.128]),
                ("surprise", [-0.156, 0.085]),
                ("fear", [-0.409, 0.066]),
                ("disgust", [-0.396, 0.025]),
                ("anger", [-0.382, 0.086]),
                ("contempt", [-0.197, -0.285]),
            ],
            Self::C25SetII => &[
                ("neutral", [-0.051, -0.356]),
                ("happiness", [0.319, -0.049]),
                ("sadness", [-0.486, 0.131]),
                ("surprise", [-0.151, 0.241]),
                ("fear", [-0.532, 0.431]),
                ("disgust", [-0.432, 0.182]),
                ("anger", [-0.370, 0.142]),
                ("contempt", [-0.133, -0.192]),
            ],
        }
    }
}

impl fmt::Display for PrototypeTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A table name nobody published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("prototype table: expected one of {}, got {got:?}", PrototypeTable::ALL.map(PrototypeTable::name).join(", "))]
pub struct UnknownPrototypeTable {
    /// The name.
    pub got: String,
}

impl FromStr for PrototypeTable {
    type Err = UnknownPrototypeTable;

    fn from_str(name: &str) -> Result<Self, UnknownPrototypeTable> {
        let found = Self::ALL.into_iter().find(|table| table.name() == name);
        found.ok_or_else(|| UnknownPrototypeTable { got: name.to_owned() })
    }
}
