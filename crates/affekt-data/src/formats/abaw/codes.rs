//! Labels of one annotation row, and the codes that stand for a missing one.

use affekt_artifact::QuarantineReason;
use affekt_core::{ClassIndex, LabelSet, VaPoint};

/// Why a row cannot be used.
pub(super) type Fault = (QuarantineReason, String);

/// Code of a missing valence or arousal, printed as `-5` or `-5.0`.
const NO_VA: f64 = -5.0;
/// Code of a missing expression or action unit.
const MISSING: i32 = -1;

/// Labels of one frame; of several tracks, or of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Labels {
    pub(super) va: Option<VaPoint>,
    pub(super) expression: Option<ClassIndex>,
    /// Empty where the row does not speak of action units.
    pub(super) aus: Vec<Option<bool>>,
    /// Some action units were missing, so that none counts.
    pub(super) partly_coded: bool,
}

impl Labels {
    pub(super) fn is_empty(&self) -> bool {
        self.va.is_none() && self.expression.is_none() && self.aus.iter().all(Option::is_none)
    }

    /// Takes over what another track says about the frame.
    pub(super) fn join(&mut self, other: Self) {
        self.va = self.va.or(other.va);
        self.expression = self.expression.or(other.expression);
        if self.aus.is_empty() {
            self.aus = other.aus;
        }
        self.partly_coded |= other.partly_coded;
    }

    /// Valence and arousal; where either is missing, both are.
    pub(super) fn set_va(&mut self, fields: &[&str]) -> Result<(), Fault> {
        let [valence, arousal] = fields else { return Err(field_count(fields, 2)) };
        let (valence, arousal) = (number(valence, "valence")?, number(arousal, "arousal")?);
        let missing = |v: f64| (v - NO_VA).abs() < 1e-6;
        if !missing(valence) && !missing(arousal) {
            let point = VaPoint::new(valence, arousal);
            self.va = Some(point.map_err(|error| (QuarantineReason::LabelRange, error.to_string()))?);
        }
        Ok(())
    }

    /// An expression by its index.
    pub(super) fn set_expression(&mut self, fields: &[&str], set: &LabelSet) -> Result<(), Fault> {
        let [text] = fields else { return Err(field_count(fields, 1)) };
        let code = integer(text, "expression")?;
        if code != MISSING {
            let class = usize::try_from(code).ok().and_then(|code| set.class_at(code));
            let range = || {
                let detail = format!("expression {code}; {} has 0 to {}", set.name(), set.len() - 1);
                (QuarantineReason::LabelRange, detail)
            };
            self.expression = Some(class.ok_or_else(range)?);
        }
        Ok(())
    }

    /// Presence of every action unit; where any is missing, all are.
    pub(super) fn set_aus(&mut self, fields: &[&str], n_aus: usize) -> Result<(), Fault> {
        if fields.len() != n_aus {
            return Err(field_count(fields, n_aus));
        }
        let mut aus = Vec::with_capacity(n_aus);
        for text in fields {
            aus.push(match integer(text, "action unit")? {
                MISSING => None,
                0 => Some(false),
                1 => Some(true),
                code => {
                    return Err((
                        QuarantineReason::LabelRange,
                        format!("action unit {code}; expected 0 or 1"),
                    ));
                }
            });
        }
        let coded = aus.iter().filter(|au| au.is_some()).count();
        if coded < n_aus {
            self.partly_coded = coded > 0;
            aus.fill(None);
        }
        self.aus = aus;
        Ok(())
    }
}

/// Fields of a line without surrounding space; commas that end it are no fields.
pub(super) fn fields(line: &str) -> Vec<&str> {
    line.trim_end_matches([',', ' ', '\t']).split(',').map(str::trim).collect()
}

/// The row as an error that names how it is made.
pub(super) fn malformed(detail: impl Into<String>) -> Fault {
    (QuarantineReason::MalformedRow, detail.into())
}

pub(super) fn field_count(fields: &[&str], expected: usize) -> Fault {
    malformed(format!("{} fields; expected {expected}", fields.len()))
}

/// A text from a file as short as a message can bear.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 120;
    let cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() { format!("{cut}...") } else { cut }
}

fn number(text: &str, what: &str) -> Result<f64, Fault> {
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
    value.ok_or_else(|| malformed(format!("{what} {:?} is not a number", quoted(text))))
}

/// A whole number, also where it is printed with `.0`.
fn integer(text: &str, what: &str) -> Result<i32, Fault> {
    let zeros = |rest: &str| rest.bytes().all(|b| b == b'0');
    let whole = text.split_once('.').filter(|(_, rest)| zeros(rest)).map_or(text, |(whole, _)| whole);
    whole.parse().map_err(|_| malformed(format!("{what} {:?} is not a whole number", quoted(text))))
}
