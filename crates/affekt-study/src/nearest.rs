//! The name somebody probably meant.

/// The candidate nearest to `got`, unless even that one is far off.
pub(crate) fn nearest<'a>(got: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let far = got.chars().count() / 2 + 1;
    candidates
        .iter()
        .map(|candidate| (edits(got, candidate), *candidate))
        .min()
        .filter(|&(distance, _)| distance <= far)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_key() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(nearest("epoch", &["epochs", "batch_size"]), Some("epochs"));
        assert_eq!(nearest("zzz", &["epochs", "batch_size"]), None);
    }
}
