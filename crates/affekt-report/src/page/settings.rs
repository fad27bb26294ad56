//! Where the study departs from what its paper states of its own settings.

use affekt_artifact::SettingPair;

use crate::study::Study;
use crate::{Cell, DataTable};

/// The section's content; none for a study whose file names no paper.
pub(crate) struct Departures {
    /// One sentence.
    pub(crate) intro: String,
    pub(crate) table: DataTable,
}

/// Compares key by key.
pub(crate) fn departures(study: &Study) -> Option<Departures> {
    let settings = study.settings.as_ref()?;
    let source = &settings.paper.as_ref()?.source;
    let (differing, same) = settings.differences();
    let caption = "Settings the paper states that are others here";
    let mut table = DataTable::new("paper-settings", caption, &["setting", "paper", "here"]);
    for SettingPair { key, paper, here } in &differing {
        let here = here.as_deref().unwrap_or("not set");
        table.rows.push(vec![Cell::text(&**key), Cell::text(&**paper), Cell::text(here)]);
    }
    let stated = differing.len() + same;
    let intro = match differing.len() {
        0 => format!("Source: {source}. All {stated} settings stated there are the same here."),
        n => format!(
            "Source: {source}. Of {stated} settings stated there {same} are the same here, {n} are not."
        ),
    };
    Some(Departures { intro, table })
}
