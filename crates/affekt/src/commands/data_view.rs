//! A dataset in the words of the page about it.

use affekt_artifact::QuarantineItem;
use affekt_data::{ClassStats, DataStats, Dataset, PartStats, VaStats};
use affekt_report::{DataAu, DataGroup, DataPart, DataPicture, DataVa, DataView, PublishedCount};

/// What the page is made from.
pub(super) fn view(
    dataset: &Dataset,
    stats: &DataStats,
    pictures: Vec<DataPicture>,
    broken: &[QuarantineItem],
) -> DataView {
    let spec = dataset.spec();
    DataView {
        name: stats.dataset.clone(),
        title: spec.title.clone(),
        licence: spec.licence.clone(),
        citation: spec.citation.clone(),
        warnings: spec.warnings.clone(),
        label_set: stats.label_set.clone(),
        classes: dataset.label_set().classes().to_vec(),
        annotated: stats.counts.all.rows,
        whole: part("all", &stats.all),
        parts: stats.parts.iter().map(|p| part(part_name(p), p)).collect(),
        subjects_in_several_parts: stats.subjects_in_several_splits,
        published: published(stats),
        remarks: remarks(stats),
        pictures,
        broken: broken
            .iter()
            .map(|item| (item.path.clone(), format!("{}, {}", item.reason, item.detail)))
            .collect(),
    }
}

/// Name of a part that the dataset makes.
pub(super) fn part_name(part: &PartStats) -> &'static str {
    part.split.map_or("no part", affekt_core::Split::as_str)
}

/// Name of an action unit, such as `AU12`.
pub(super) fn au_name(number: u8) -> String {
    format!("AU{number}")
}

fn part(name: &str, part: &PartStats) -> DataPart {
    let labelled = [
        ("expression", part.labelled.expression),
        ("label distribution", part.labelled.distribution),
        ("valence and arousal", part.labelled.va),
        ("action units", part.labelled.au),
        ("face box", part.labelled.face_box),
        ("landmarks", part.labelled.landmarks),
    ];
    let au = |au: &affekt_data::AuStats| DataAu {
        name: au_name(au.au),
        labelled: au.labelled,
        present: au.present,
    };
    DataPart {
        name: name.to_owned(),
        rows: part.rows,
        subjects: part.subjects,
        videos: part.videos,
        labelled: labelled.map(|(kind, rows)| (kind.to_owned(), rows)).to_vec(),
        classes: part.classes.iter().map(group).collect(),
        without_class: group(&part.without_class),
        va: part.va.as_ref().map(va),
        aus: part.aus.iter().map(au).collect(),
    }
}

fn group(class: &ClassStats) -> DataGroup {
    let &ClassStats { rows, subjects, largest_subject, .. } = class;
    DataGroup { rows, subjects, largest_subject, va: class.va.as_ref().map(va) }
}

fn va(va: &VaStats) -> DataVa {
    let cells = va.grid.iter().map(|line| line.to_vec()).collect();
    DataVa { rows: va.rows, mean: va.mean, sd: va.sd, cells }
}

fn published(stats: &DataStats) -> Vec<PublishedCount> {
    let published = stats.published.iter().filter_map(|count| {
        let part = count.split.map_or("all", affekt_core::Split::as_str).to_owned();
        Some(PublishedCount {
            part,
            what: count.what.clone(),
            found: count.found,
            published: count.published?,
        })
    });
    published.collect()
}

/// What reading met besides usable rows.
fn remarks(stats: &DataStats) -> Vec<(String, u64)> {
    let counts = &stats.counts;
    let known = [
        ("rows with another case", counts.case_folded),
        ("rows through an alias", counts.aliased),
        ("rows ignored on purpose", counts.ignored),
        ("rows that repeat another", counts.duplicates),
        ("images with two labels", counts.conflicts),
        ("labelled rows without an image", counts.all.without_face),
    ];
    let known = known.into_iter().map(|(what, n)| (what.to_owned(), n));
    let notes = counts.notes.iter().map(|(note, &n)| (note.clone(), n));
    let set_aside = stats.set_aside.iter().map(|(reason, &n)| (format!("set aside, {reason}"), n));
    known.chain(notes).chain(set_aside).filter(|&(_, n)| n > 0).collect()
}
