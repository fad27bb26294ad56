//! The papers' claims beside what the runs say: `claims.json` and `claims.md`.

use std::fmt::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{ArtifactError, expect_schema, fixed, load_json, save_json, write_atomic};

/// Outcome of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The evidence agrees, at the declared level.
    Reproduced,
    /// The evidence speaks against it, at the declared level: by the opposite, or by a difference that is too small.
    Contradicted,
    /// The evidence cannot tell; the note says what it would need.
    Undecided,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reproduced => "reproduced",
            Self::Contradicted => "contradicted",
            Self::Undecided => "undecided",
        })
    }
}

/// One number a claim rests on, and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What the number is.
    pub what: String,
    /// The number; `None` where it is undefined.
    pub value: Option<f64>,
    /// File of the study it is read from.
    pub file: String,
}

/// A claim of a paper on one dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Short name, such as `C1`.
    pub id: String,
    /// Dataset the evidence comes from.
    pub dataset: String,
    /// The claim in words.
    pub statement: String,
    /// Where the paper says it.
    pub source: String,
    /// Outcome.
    pub verdict: Verdict,
    /// One sentence: why this verdict.
    pub reason: String,
    /// The estimate, its interval, the p values and the number of seeds in one line.
    #[serde(default)]
    pub numbers: String,
    /// The numbers behind it.
    pub evidence: Vec<Evidence>,
}

/// All claims of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimSet {
    /// `affekt-claims/1`.
    pub schema: String,
    /// The study.
    pub study: String,
    /// The claims.
    pub claims: Vec<Claim>,
}

impl ClaimSet {
    /// Schema of this version.
    pub const SCHEMA: &'static str = "affekt-claims/1";

    /// A set under this version's schema.
    pub fn new(study: impl Into<String>, claims: Vec<Claim>) -> Self {
        Self { schema: Self::SCHEMA.to_owned(), study: study.into(), claims }
    }

    /// Reads `claims.json`.
    ///
    /// # Errors
    /// [`ArtifactError`].
    pub fn load(path: &Path) -> Result<Self, ArtifactError> {
        let set: Self = load_json(path)?;
        expect_schema(path, Self::SCHEMA, &set.schema)?;
        Ok(set)
    }

    /// Writes `claims.json` and `claims.md` into `folder`.
    ///
    /// # Errors
    /// [`ArtifactError::Io`].
    pub fn save(&self, folder: &Path) -> Result<(), ArtifactError> {
        save_json(&folder.join("claims.json"), self)?;
        write_atomic(&folder.join("claims.md"), self.to_markdown().as_bytes())
    }

    /// The claims as a Markdown document.
    pub fn to_markdown(&self) -> String {
        let mut text = format!(
            "# Claims: {}\n\n| claim | dataset | verdict | why | numbers |\n|---|---|---|---|---|\n",
            self.study
        );
        for claim in &self.claims {
            let Claim { id, dataset, verdict, reason, numbers, .. } = claim;
            let _ = writeln!(text, "| {id} | {dataset} | {verdict} | {reason} | {numbers} |");
        }
        for claim in &self.claims {
            let _ = write!(
                text,
                "\n## {} on {}\n\n{} ({})\n\n",
                claim.id, claim.dataset, claim.statement, claim.source
            );
            for item in &claim.evidence {
                let value = item.value.map_or_else(|| "undefined".to_owned(), |v| fixed(v, 4));
                let _ = writeln!(text, "- {}: {} (`{}`)", item.what, value, item.file);
            }
        }
        text
    }
}
