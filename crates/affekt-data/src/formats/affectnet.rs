//! What the releases of `AffectNet` have in common: codes, missing values, points.

use std::collections::BTreeMap;

use affekt_artifact::QuarantineReason;
use affekt_core::{ClassIndex, LabelSet, Split, VaPoint};
use affekt_face::Landmarks;

use super::{Refuse, inside};
use crate::DataError;

/// Why a row is set aside.
pub(crate) type Fault = (QuarantineReason, String);

/// Stands for valence and arousal that nobody annotated.
const NO_VA: f64 = -2.0;

/// Checks the files or folders that a layout gives for the parts of the release.
pub(crate) fn check_parts(refuse: &Refuse<'_>, splits: &BTreeMap<Split, String>) -> Result<(), DataError> {
    if splits.is_empty() {
        return Err(refuse("layout.splits", "{}", "at least one of train, valid and test"));
    }
    splits.values().try_for_each(|path| inside(refuse, "layout.splits", path))
}

/// A fault of form.
pub(crate) fn malformed(detail: impl Into<String>) -> Fault {
    (QuarantineReason::MalformedRow, detail.into())
}

/// A value that can be read and must not be.
pub(crate) fn out_of_range(detail: impl Into<String>) -> Fault {
    (QuarantineReason::LabelRange, detail.into())
}

/// A whole number of 0 to `last`.
pub(crate) fn whole(what: &str, value: f64, last: u8) -> Result<u8, Fault> {
    let found = (0..=last).find(|&k| f64::from(k) - value == 0.0);
    found.ok_or_else(|| out_of_range(format!("{what} {value}; expected a whole number of 0 to {last}")))
}

/// The class of an expression code, 0 neutral to 7 contempt.
pub(crate) fn class(value: f64) -> Result<ClassIndex, Fault> {
    let set = LabelSet::affectnet8();
    let code = whole("expression", value, 7)?;
    set.class_at(usize::from(code)).ok_or_else(|| out_of_range(format!("expression {value}")))
}

/// Valence and arousal; `None` where both are -2.
pub(crate) fn valence_arousal(valence: f64, arousal: f64) -> Result<Option<VaPoint>, Fault> {
    if valence - NO_VA == 0.0 && arousal - NO_VA == 0.0 {
        return Ok(None);
    }
    VaPoint::new(valence, arousal).map(Some).map_err(|error| out_of_range(error.to_string()))
}

/// The 68 points of x0, y0, x1, y1, ... in pixels.
pub(crate) fn landmarks(coordinates: &[f32]) -> Result<Landmarks, Fault> {
    let n = coordinates.len();
    if n != 136 {
        return Err(malformed(format!("{n} landmark coordinates; expected 136")));
    }
    if let Some(k) = coordinates.iter().position(|value| !value.is_finite()) {
        return Err(malformed(format!("landmark coordinate {k} is {}", coordinates[k])));
    }
    let points: Vec<[f32; 2]> = coordinates.chunks_exact(2).map(|point| [point[0], point[1]]).collect();
    Landmarks::from_points(&points).map_err(|error| malformed(error.to_string()))
}

/// As [`landmarks`], of numbers read in double width.
pub(crate) fn landmarks_of_doubles(coordinates: &[f64]) -> Result<Landmarks, Fault> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "pixels within a picture; what overflows is not finite"
    )]
    let narrow: Vec<f32> = coordinates.iter().map(|&value| value as f32).collect();
    landmarks(&narrow)
}
