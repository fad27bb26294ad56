//! The page about a dataset: its numbers, what is left out, and what stays text.

mod well_formed;

use affekt_report::{DataAu, DataGroup, DataPart, DataPicture, DataVa, DataView, PublishedCount, data_page};

fn group(rows: u64) -> DataGroup {
    DataGroup { rows, subjects: rows.min(3), largest_subject: rows.div_ceil(3), va: None }
}

/// Two classes, no valence and arousal, no action units, no parts.
fn plain() -> DataView {
    DataView {
        name: "tiny".to_owned(),
        title: "A tiny dataset".to_owned(),
        label_set: "two".to_owned(),
        classes: vec!["calm".to_owned(), "rage".to_owned()],
        annotated: 48,
        whole: DataPart {
            name: "all".to_owned(),
            rows: 46,
            subjects: 5,
            labelled: vec![("expression".to_owned(), 46), ("face box".to_owned(), 0)],
            classes: vec![group(40), group(6)],
            ..DataPart::default()
        },
        ..DataView::default()
    }
}

fn va(rows: u64) -> DataVa {
    let mut cells = vec![vec![0; 20]; 20];
    cells[3][17] = rows;
    DataVa { rows, mean: [0.75, -0.65], sd: Some([0.1, 0.2]), cells }
}

#[test]
fn what_a_dataset_lacks_has_no_section() {
    let page = data_page(&plain()).unwrap();
    well_formed::check(&page).unwrap();
    for section in ["va", "aus", "pictures", "warnings"] {
        assert!(
            !page.contains(&format!("#{section}\"")) && !page.contains(&format!("id=\"{section}\"")),
            "{section}"
        );
    }
    assert!(page.contains("id=\"classes\"") && !page.contains("face box"));
    let mut empty = plain();
    empty.whole.classes = vec![group(0), group(0)];
    let page = data_page(&empty).unwrap();
    assert!(!page.contains("id=\"classes\"") && !page.contains("NaN") && !page.contains("balanced"));
}

#[test]
fn imbalance_is_stated_and_chooses_the_axis() {
    let page = data_page(&plain()).unwrap();
    assert!(page.contains("Unbalanced 6.7 to 1:") && page.contains("calm has 40 rows, rage 6"), "{page}");
    assert!(page.contains("right on 87.0\u{a0}%") && !page.contains("logarithmic"));
    let mut view = plain();
    view.whole.classes[0] = group(6 * 20 + 1);
    let page = data_page(&view).unwrap();
    assert!(page.contains("Unbalanced 20 to 1:") && page.contains("The axis is logarithmic"));
    view.whole.classes = vec![group(6), group(6)];
    assert!(data_page(&view).unwrap().contains("The classes are balanced:"));
    view.whole.classes[1] = group(0);
    assert!(data_page(&view).unwrap().contains("No row at all: rage."));
}

#[test]
fn panels_rates_and_parts_are_drawn_with_their_numbers() {
    let mut view = plain();
    view.whole.va = Some(va(30));
    view.whole.classes[0].va = Some(va(30));
    view.whole.without_class = DataGroup { va: Some(va(1)), ..group(1) };
    view.whole.aus = vec![
        DataAu { name: "AU12".to_owned(), labelled: 40, present: 10 },
        DataAu { name: "AU45".to_owned(), labelled: 0, present: 0 },
    ];
    let part = |name: &str| DataPart { name: name.to_owned(), ..view.whole.clone() };
    view.parts = vec![part("train"), part("test")];
    let page = data_page(&view).unwrap();
    well_formed::check(&page).unwrap();
    assert!(page.contains("Without valence and arousal: rage."), "{page}");
    assert!(page.contains("0.7500 ± 0.1000") && page.contains("25.0\u{a0}%") && page.contains("not coded"));
    assert!(page.contains("train share") && page.contains("rate in test"));
    assert_eq!(page.matches("<figure role=\"group\"").count(), 3);
    assert_eq!(
        page.matches("class=\"density\"").count(),
        3 + 5,
        "a filled cell in each of three panels, and the key"
    );
    let mut ids: Vec<&str> =
        page.split(" id=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn pictures_stand_under_their_class() {
    let mut view = plain();
    let picture = |class| DataPicture { class, sample: "s1".to_owned(), jpeg: vec![1] };
    view.pictures = vec![picture(Some(0)), picture(Some(0)), picture(None)];
    view.whole.without_class = group(9);
    let page = data_page(&view).unwrap();
    well_formed::check(&page).unwrap();
    assert!(page.contains("<h3>calm <span class=\"count-of\">2 of 40</span>"), "{page}");
    assert!(page.contains("<h3>no class <span class=\"count-of\">1 of 9</span>"));
    assert!(
        page.contains("alt=\"labelled calm, sample s1\"")
            && page.contains("alt=\"without a class, sample s1\"")
    );
    // A dataset without expressions has no class to be without.
    view.whole.classes = vec![group(0), group(0)];
    view.pictures = vec![picture(None)];
    let page = data_page(&view).unwrap();
    assert!(
        page.contains("<h3>all rows <span")
            && page.contains("alt=\"sample s1\"")
            && !page.contains("no class")
    );
}

#[test]
fn counts_that_differ_are_named() {
    let mut view = plain();
    let count =
        |found| PublishedCount { part: "all".to_owned(), what: "rage".to_owned(), found, published: 7 };
    view.published = vec![count(7)];
    assert!(data_page(&view).unwrap().contains("all 1 published counts are found"));
    view.published = vec![count(7), count(6)];
    let page = data_page(&view).unwrap();
    assert!(
        page.contains("1 of 2 published counts differ:") && page.contains("all rage: 6 found, 7 published."),
        "{page}"
    );
    assert!(page.contains("✗ 1 missing"));
}

#[test]
fn whatever_a_dataset_says_stays_text() {
    let hostile = "\"><script>alert('x')</script>&amp;";
    let mut view = plain();
    for text in [&mut view.name, &mut view.title, &mut view.licence, &mut view.citation, &mut view.label_set]
    {
        *text = hostile.to_owned();
    }
    view.classes = vec![hostile.to_owned(), "rage".to_owned()];
    view.warnings = vec![hostile.to_owned()];
    view.remarks = vec![(hostile.to_owned(), 1)];
    view.broken = vec![(hostile.to_owned(), hostile.to_owned())];
    view.pictures = vec![DataPicture { class: Some(0), sample: hostile.to_owned(), jpeg: vec![0xff, 0xd8] }];
    let page = data_page(&view).unwrap();
    well_formed::check(&page).unwrap();
    assert!(!page.to_lowercase().contains("<script"), "{page}");
    assert!(page.contains("src=\"data:image/jpeg;base64,/9g=\""), "{page}");
    for forbidden in ["http:", "https:", "url(", "@import", "<link", "<iframe", " onclick="] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}
