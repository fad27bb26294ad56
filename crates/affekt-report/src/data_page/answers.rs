//! The few sentences that stand first.

use super::{DataView, PublishedCount};
use crate::number::{NumberKind, decimals};

/// Differing counts quoted in full; the table has them all.
const QUOTED: usize = 3;

/// Headline and numbers of each answer.
pub(super) fn answers(view: &DataView) -> Vec<(String, String)> {
    let mut list = vec![size(view)];
    list.extend(balance(view));
    list.push(published(view));
    list.extend(cut(view));
    list.extend(broken(view));
    list
}

fn size(view: &DataView) -> (String, String) {
    let whole = &view.whole;
    let headline = format!("{} usable {}", whole.rows, plural(whole.rows, "row"));
    let subjects = if whole.subjects == whole.rows {
        "as many subjects as rows: nobody is shown twice, or the dataset does not tell who is shown"
            .to_owned()
    } else {
        format!("{} {}", whole.subjects, plural(whole.subjects, "subject"))
    };
    let videos = if whole.videos > 0 {
        format!(", {} {}", whole.videos, plural(whole.videos, "video"))
    } else {
        String::new()
    };
    (headline, format!("of {} in the annotation; {subjects}{videos}.", view.annotated))
}

/// How far apart the classes are; none where no row has a class.
fn balance(view: &DataView) -> Option<(String, String)> {
    let counts = || view.classes.iter().zip(view.whole.classes.iter().map(|class| class.rows));
    let filled = || counts().filter(|(_, rows)| *rows > 0);
    let labelled: u64 = counts().map(|(_, rows)| rows).sum();
    // Of equals the first: what `max_by_key` and `min_by_key` return among equals differs.
    let (largest, most) = filled().reduce(|a, b| if b.1 > a.1 { b } else { a })?;
    let (smallest, least) = filled().reduce(|a, b| if b.1 < a.1 { b } else { a })?;
    let empty: Vec<&str> = counts().filter(|(_, rows)| *rows == 0).map(|(name, _)| name.as_str()).collect();
    let empty =
        if empty.is_empty() { String::new() } else { format!(" No row at all: {}.", empty.join(", ")) };
    let always = NumberKind::Share.print(most as f64 / labelled as f64);
    if filled().count() == 1 {
        return Some((
            format!("One class only, {largest}."),
            format!("Every row with a class has it.{empty}"),
        ));
    }
    let headline = if most == least {
        "The classes are balanced:".to_owned()
    } else {
        format!("Unbalanced {} to 1:", ratio(most as f64 / least as f64))
    };
    let numbers = if most == least {
        format!("{most} rows each, so any constant answer is right on {always}.{empty}")
    } else {
        format!(
            "{largest} has {most} rows, {smallest} {least}. Always answering {largest} is right on {always} of the rows \
             with a class.{empty}"
        )
    };
    Some((headline, numbers))
}

fn ratio(value: f64) -> String {
    decimals(value, usize::from(value < 10.0))
}

fn published(view: &DataView) -> (String, String) {
    let n = view.published.len();
    if n == 0 {
        let text = "the description states no published counts.".to_owned();
        return ("Nothing to compare with:".to_owned(), text);
    }
    let differing: Vec<_> = view.published.iter().filter(|count| count.found != count.published).collect();
    if differing.is_empty() {
        return ("As published:".to_owned(), format!("all {n} published counts are found in this copy."));
    }
    let quote =
        |c: &PublishedCount| format!("{} {}: {} found, {} published", c.part, c.what, c.found, c.published);
    let quoted: Vec<String> = differing.iter().take(QUOTED).map(|count| quote(count)).collect();
    let more = if differing.len() > QUOTED { "; and more" } else { "" };
    let headline = format!("{} of {n} published counts differ:", differing.len());
    (headline, format!("{}{more}.", quoted.join("; ")))
}

fn cut(view: &DataView) -> Option<(String, String)> {
    let n = view.subjects_in_several_parts;
    let text = "what is learned about a person in one part helps in the other.".to_owned();
    (n > 0).then(|| (format!("{n} {} lie in several parts:", plural(n, "subject")), text))
}

fn broken(view: &DataView) -> Option<(String, String)> {
    let (n, all) = (view.broken.len(), view.broken.len() + view.pictures.len());
    let text = "affekt data check opens every picture and names the broken ones.".to_owned();
    (n > 0).then(|| (format!("{n} of {all} pictures to show could not be opened:"), text))
}

fn plural(n: u64, word: &str) -> String {
    if n == 1 { word.to_owned() } else { format!("{word}s") }
}
