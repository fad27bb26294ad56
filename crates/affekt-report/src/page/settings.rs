//! Where the study departs from what its paper states of its own settings.

use affekt_artifact::SettingPair;

use crate::study::{Dataset, Study};
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
    let outcome = match differing.len() {
        0 => format!("all {stated} are the same here"),
        n => format!("of {stated} settings {same} are the same here, {n} are not"),
    };
    let intro = format!(
        "Source: {source}. Compared are the settings listed from there, no others: {outcome}.{}",
        data(study)
    );
    Some(Departures { intro, table })
}

/// Equal settings do not make equal data: which of the datasets are rendered worlds, as known limits tell.
fn data(study: &Study) -> String {
    let worlds: Vec<&str> =
        study.datasets.iter().filter(|d| d.planned.has_limits).map(Dataset::name).collect();
    match worlds.len() {
        0 => String::new(),
        n if n == study.datasets.len() => {
            " The runs are on rendered worlds, not on the paper's data.".to_owned()
        }
        _ => format!(" Rendered worlds and not the paper's data: {}.", worlds.join(", ")),
    }
}
