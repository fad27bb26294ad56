//! What each edition of the challenge wants handed in.

use std::fmt;

use serde::Serialize;

use super::SubmissionError;

/// A task of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AbawTask {
    /// Valence and arousal.
    Va,
    /// Expression.
    Expr,
    /// Action units.
    Au,
    /// All three, of single frames.
    Mtl,
}

impl AbawTask {
    const ALL: [Self; 4] = [Self::Va, Self::Expr, Self::Au, Self::Mtl];

    /// Name as written in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Va => "va",
            Self::Expr => "expr",
            Self::Au => "au",
            Self::Mtl => "mtl",
        }
    }

    /// Whether a row holds valence and arousal.
    pub(super) const fn has_va(self) -> bool {
        matches!(self, Self::Va | Self::Mtl)
    }

    /// Whether a row holds an expression.
    pub(super) const fn has_expression(self) -> bool {
        matches!(self, Self::Expr | Self::Mtl)
    }

    /// Whether a row holds action units.
    pub(super) const fn has_aus(self) -> bool {
        matches!(self, Self::Au | Self::Mtl)
    }

    /// Names over the values of a row; those of expressions stand over one field, `aus` over twelve.
    const fn columns(self) -> &'static str {
        match self {
            Self::Va => "valence,arousal",
            Self::Expr => "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other",
            Self::Au => "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26",
            Self::Mtl => "valence,arousal,expression,aus",
        }
    }
}

impl fmt::Display for AbawTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the rows of a submission are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubmissionShape {
    /// `<video>.txt` for each video of the release list, as the annotations are: row k is about frame k.
    FilePerVideo,
    /// One file; each row begins with the frame, and the release list has the same header.
    OneFile,
    /// One file of single frames with all labels; the release list has bare frames, or frames and a comma.
    Table,
}

/// What one edition wants for one task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SubmissionFormat {
    /// Number of the challenge: 3 is ABAW3.
    pub edition: u8,
    /// Year it was held.
    pub year: u16,
    /// The task.
    pub task: AbawTask,
    /// Layout of the rows.
    pub shape: SubmissionShape,
    /// Rows of its release list, where published.
    pub published_rows: Option<u64>,
}

impl SubmissionFormat {
    /// Every format known, by edition and task.
    pub const ALL: [Self; 16] = {
        use AbawTask::{Au, Expr, Mtl, Va};
        use SubmissionShape::{FilePerVideo, OneFile, Table};
        [
            Self::new(3, 2022, Va, FilePerVideo, None),
            Self::new(3, 2022, Expr, FilePerVideo, None),
            Self::new(3, 2022, Au, FilePerVideo, None),
            Self::new(3, 2022, Mtl, Table, Some(51_245)),
            Self::new(4, 2022, Mtl, Table, Some(51_159)),
            Self::new(5, 2023, Va, OneFile, Some(927_210)),
            Self::new(5, 2023, Expr, OneFile, Some(1_022_655)),
            Self::new(5, 2023, Au, OneFile, Some(729_736)),
            Self::new(6, 2024, Va, OneFile, Some(927_210)),
            Self::new(6, 2024, Expr, OneFile, Some(1_022_655)),
            Self::new(6, 2024, Au, OneFile, Some(729_736)),
            Self::new(7, 2024, Mtl, Table, Some(51_159)),
            Self::new(8, 2025, Va, OneFile, None),
            Self::new(8, 2025, Expr, OneFile, None),
            Self::new(8, 2025, Au, OneFile, None),
            Self::new(11, 2026, Mtl, Table, Some(51_159)),
        ]
    };

    const fn new(
        edition: u8,
        year: u16,
        task: AbawTask,
        shape: SubmissionShape,
        published_rows: Option<u64>,
    ) -> Self {
        Self { edition, year, task, shape, published_rows }
    }

    /// The format of an edition's task.
    ///
    /// # Errors
    /// [`SubmissionError::Format`] names the editions known of each task.
    pub fn of(edition: u8, task: AbawTask) -> Result<Self, SubmissionError> {
        let known = |task| Self::ALL.into_iter().filter(move |format| format.task == task);
        known(task).find(|format| format.edition == edition).ok_or_else(|| {
            let of_task = |task| {
                let editions: Vec<String> = known(task).map(|format| format.edition.to_string()).collect();
                format!("{task} of {}", editions.join(", "))
            };
            let known = AbawTask::ALL.map(of_task).join("; ");
            SubmissionError::Format { edition, task, known }
        })
    }

    /// First line of each file.
    pub fn header(&self) -> String {
        let columns = self.task.columns();
        match self.shape {
            SubmissionShape::FilePerVideo => columns.to_owned(),
            SubmissionShape::OneFile => format!("image_location,{columns}"),
            SubmissionShape::Table => format!("image,{columns}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use affekt_core::{ABAW_AUS, LabelSet};

    use super::{AbawTask, SubmissionFormat};

    #[test]
    fn names_over_the_columns_are_those_of_the_label_set_and_the_action_units_in_order() {
        let classes: Vec<String> = AbawTask::Expr.columns().split(',').map(str::to_lowercase).collect();
        assert_eq!(classes, LabelSet::aff_wild2().classes());
        let aus = ABAW_AUS.map(|au| format!("AU{au}")).join(",");
        assert_eq!(AbawTask::Au.columns(), aus);
    }

    #[test]
    fn an_edition_and_task_name_one_format_or_an_error_with_those_known() {
        for format in SubmissionFormat::ALL {
            assert_eq!(SubmissionFormat::of(format.edition, format.task).unwrap(), format);
        }
        let error = SubmissionFormat::of(7, AbawTask::Va).unwrap_err().to_string();
        assert!(
            error.contains("va of 3, 5, 6, 8; expr of 3") && error.contains("mtl of 3, 4, 7, 11"),
            "{error}"
        );
    }
}
