//! Some pictures of a dataset, for people to look at.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::QuarantineItem;
use affekt_face::Picture;
use rayon::prelude::*;

use crate::image::open_image;
use crate::root::Root;
use crate::{DataError, Dataset, ReadRow, Reading};

/// Up to `per_class` rows of each class in index order, then of the rows without one.
///
/// They are spread over the subjects in annotation order, and over the rows of a subject where there are fewer
/// subjects than rows asked for: the same reading gives the same rows.
pub fn rows_to_show<'r>(dataset: &Dataset, reading: &'r Reading, per_class: usize) -> Vec<&'r ReadRow> {
    let groups = dataset.label_set().indices().map(Some).chain([None]);
    groups
        .flat_map(|class| {
            let rows: Vec<&ReadRow> = reading.rows.iter().filter(|row| row.expression == class).collect();
            spread(&rows, per_class)
        })
        .collect()
}

/// Opens the pictures of some rows and makes something of each; of one that cannot be opened, says why.
///
/// # Errors
/// [`DataError::NotFound`] for the root; broken pictures are part of the result.
pub fn open_pictures<T: Send>(
    dataset: &Dataset,
    root: &Path,
    rows: &[&ReadRow],
    make: impl Fn(&Picture) -> T + Sync,
) -> Result<Vec<Result<T, QuarantineItem>>, DataError> {
    let mut folder = Root::open(root)?;
    folder.learn_folders(rows.iter().map(|row| row.image.file()));
    let open = |row: &&ReadRow| match open_image(&folder, &row.image, dataset.spec().decode) {
        Ok(picture) => Ok(make(&picture)),
        Err((reason, detail)) => {
            Err(QuarantineItem { path: row.image.file().to_owned(), line: row.line, reason, detail })
        }
    };
    Ok(rows.par_iter().map(open).collect())
}

fn spread<'r>(rows: &[&'r ReadRow], wanted: usize) -> Vec<&'r ReadRow> {
    let mut place: BTreeMap<&str, usize> = BTreeMap::new();
    let mut subjects: Vec<Vec<&ReadRow>> = Vec::new();
    for &row in rows {
        let at = *place.entry(row.subject.as_str()).or_insert(subjects.len());
        if at == subjects.len() {
            subjects.push(Vec::new());
        }
        subjects[at].push(row);
    }
    let mut shares = vec![0; subjects.len()];
    for k in evenly(subjects.len(), wanted) {
        shares[k] = 1;
    }
    let mut left = wanted.min(rows.len()) - shares.iter().sum::<usize>();
    while left > 0 {
        for (share, of_subject) in shares.iter_mut().zip(&subjects) {
            if left > 0 && *share < of_subject.len() {
                *share += 1;
                left -= 1;
            }
        }
    }
    let chosen = subjects.iter().zip(shares);
    chosen.flat_map(|(rows, share)| evenly(rows.len(), share).map(|k| rows[k])).collect()
}

/// At most `wanted` positions below `n`, as far apart and as far from either end as they can be.
fn evenly(n: usize, wanted: usize) -> impl Iterator<Item = usize> {
    let wanted = wanted.min(n);
    (0..wanted).map(move |k| (2 * k + 1) * n / (2 * wanted))
}

#[cfg(test)]
mod tests {
    use super::evenly;

    #[test]
    fn positions_are_apart_and_below_the_end() {
        assert_eq!(evenly(10, 2).collect::<Vec<_>>(), [2, 7]);
        assert_eq!(evenly(3, 9).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(evenly(5, 1).collect::<Vec<_>>(), [2]);
        assert_eq!(evenly(0, 3).count() + evenly(4, 0).count(), 0);
    }
}
