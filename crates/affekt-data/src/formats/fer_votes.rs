//! From ten votes on a picture to its expression, as FER+ is processed.

use affekt_core::Split;

/// Expressions among the vote columns, which come first.
pub(super) const N_EXPRESSIONS: usize = 8;
/// The vote columns as the header spells them.
pub(super) const VOTE_COLUMNS: [&str; 10] =
    ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF"];

/// Votes per column.
pub(super) type Votes = [u32; 10];

/// The part a `Usage` stands for.
pub(super) fn split_of(usage: &str) -> Result<Split, String> {
    match usage {
        "Training" => Ok(Split::Train),
        "PublicTest" => Ok(Split::Valid),
        "PrivateTest" => Ok(Split::Test),
        _ => Err(format!("usage {usage:?}; expected Training, PublicTest or PrivateTest")),
    }
}

/// What the votes on a picture say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// An expression, by its column, with the votes kept for each.
    Expression { top: usize, kept: [u32; N_EXPRESSIONS] },
    /// Most say that the expression is unknown.
    Unknown,
    /// Most say that there is no face.
    NotAFace,
    /// Nothing that enough voters agree on.
    Divided,
}

/// The expression that has more than half of the votes left after outliers.
///
/// Outliers are single votes: every count of 1 becomes 0 first, here and in [`probability`].
pub(super) fn majority(votes: &Votes) -> Verdict {
    let (votes, total) = without_outliers(votes);
    let winner = (0..votes.len()).find(|&k| 2 * u64::from(votes[k]) > total);
    winner.map_or(Verdict::Divided, |k| alone(k, votes[k]))
}

/// The expressions with most votes, down to where three quarters of the votes are covered.
///
/// Columns are taken from the highest count down, those with equal counts together, while less than 3/4 of the
/// votes are covered and fewer than three are taken. Unknown or no face among them ends that, and counts for
/// nothing when an expression came before. What covers no more than half of the votes is divided, and so are
/// more than three expressions, which ties can bring in.
pub(super) fn probability(votes: &Votes) -> Verdict {
    let (mut left, total) = without_outliers(votes);
    let mut kept = [0; N_EXPRESSIONS];
    let (mut n_kept, mut covered) = (0, 0_u64);
    while 4 * covered < 3 * total && n_kept < 3 {
        let level = left.into_iter().max().unwrap_or(0);
        for (kept, left) in kept.iter_mut().zip(&mut left).filter(|(_, left)| **left == level) {
            *kept = std::mem::take(left);
            n_kept += 1;
            covered += u64::from(level);
        }
        if let Some(k) = (N_EXPRESSIONS..left.len()).find(|&k| left[k] == level) {
            if n_kept > 0 {
                break;
            }
            return if 2 * u64::from(level) > total { alone(k, level) } else { Verdict::Divided };
        }
    }
    if 2 * covered <= total || n_kept > 3 {
        return Verdict::Divided;
    }
    let highest = kept.into_iter().max().unwrap_or(0);
    let top = kept.iter().position(|&count| count == highest).unwrap_or(0);
    Verdict::Expression { top, kept }
}

fn alone(column: usize, votes: u32) -> Verdict {
    let mut kept = [0; N_EXPRESSIONS];
    match kept.get_mut(column) {
        Some(count) => {
            *count = votes;
            Verdict::Expression { top: column, kept }
        }
        None if column == N_EXPRESSIONS => Verdict::Unknown,
        None => Verdict::NotAFace,
    }
}

fn without_outliers(votes: &Votes) -> (Votes, u64) {
    let votes = votes.map(|count| if count == 1 { 0 } else { count });
    (votes, votes.iter().map(|&count| u64::from(count)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One case of `tests/golden/fer_plus.csv`.
    fn expected(text: &str, votes: &Votes) -> Verdict {
        match text {
            "divided" => Verdict::Divided,
            "unknown" => Verdict::Unknown,
            "NF" => Verdict::NotAFace,
            name => {
                if let Some(top) = VOTE_COLUMNS.iter().position(|column| *column == name) {
                    return alone(top, votes[top]);
                }
                let kept: Vec<u32> = name.split(' ').map(|count| count.parse().unwrap()).collect();
                let top = kept.iter().position(|count| count == kept.iter().max().unwrap()).unwrap();
                Verdict::Expression { top, kept: kept.try_into().unwrap() }
            }
        }
    }

    #[test]
    fn votes_are_counted_as_the_generator_counts_them() {
        let golden = include_str!("../../tests/golden/fer_plus.csv");
        let mut n_cases = 0;
        for line in golden.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let votes: Vec<u32> = cells[..10].iter().map(|count| count.parse().unwrap()).collect();
            let votes: Votes = votes.try_into().unwrap();
            assert_eq!(majority(&votes), expected(cells[10], &votes), "majority of {votes:?}");
            assert_eq!(probability(&votes), expected(cells[11], &votes), "probability of {votes:?}");
            n_cases += 1;
        }
        assert!(n_cases > 800, "{n_cases} cases");
    }

    #[test]
    fn equal_votes_go_to_the_first_column() {
        let votes = [0, 5, 0, 0, 0, 5, 0, 0, 0, 0];
        assert!(matches!(probability(&votes), Verdict::Expression { top: 1, .. }));
        assert_eq!(majority(&votes), Verdict::Divided);
    }
}
