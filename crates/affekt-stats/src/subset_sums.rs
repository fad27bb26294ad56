//! How many subsets of a list of integers reach a sum: the null of every exact test of signs.

/// Counts of the subsets on either side of an observed sum; the observed sum belongs to both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tails {
    /// Subsets with a sum of at most the observed one.
    pub(crate) at_most: u128,
    /// Subsets with a sum of at least the observed one.
    pub(crate) at_least: u128,
}

/// Cells and additions that counting the tails of `parts` at `observed` takes.
pub(crate) fn tail_cost(parts: &[usize], observed: usize) -> usize {
    let total: usize = parts.iter().sum();
    let shared = parts.iter().copied().fold(0, gcd);
    parts.len().saturating_mul(observed.min(total - observed) / shared.clamp(1, usize::MAX) + 1)
}

/// Counts the subsets of `parts` (at most 127 of them, or the counts would overflow) around `observed`, itself
/// the sum of a subset.
///
/// Works for any non-negative integers, hence for doubled midranks: ties need no enumeration. Only the shorter
/// tail is counted: the complement of a subset has the complementary sum.
pub(crate) fn tails(parts: &[usize], observed: usize) -> Tails {
    let total: usize = parts.iter().sum();
    let (short, mirrored) = if 2 * observed > total { (total - observed, true) } else { (observed, false) };
    // Untied ranks arrive doubled; a common divisor of all parts also divides every sum of them.
    let shared = parts.iter().copied().fold(0, gcd).clamp(1, usize::MAX);
    let reach = short / shared;
    let units = parts.iter().map(|part| part / shared);
    let (below, here) = if parts.len() <= 63 {
        let counts = counts_up_to::<u64>(units, reach);
        (counts.iter().map(|&c| u128::from(c)).sum(), u128::from(counts[reach]))
    } else {
        let counts = counts_up_to::<u128>(units, reach);
        (counts.iter().sum::<u128>(), counts[reach])
    };
    let other = (1_u128 << parts.len()) - below + here;
    if mirrored {
        Tails { at_most: other, at_least: below }
    } else {
        Tails { at_most: below, at_least: other }
    }
}

/// Number of subsets with each sum from 0 to the sum of all.
pub(crate) fn counts(parts: impl Iterator<Item = usize> + Clone) -> Vec<u128> {
    let total = parts.clone().sum();
    counts_up_to(parts, total)
}

/// Number of subsets with each sum from 0 to `reach`.
fn counts_up_to<T: Copy + From<u8> + std::ops::AddAssign>(
    parts: impl Iterator<Item = usize>,
    reach: usize,
) -> Vec<T> {
    let mut counts = vec![T::from(0); reach + 1];
    counts[0] = T::from(1);
    let mut filled = 0;
    for part in parts {
        if part > reach {
            continue;
        }
        filled = (filled + part).min(reach);
        if part == 0 {
            for count in &mut counts {
                let same = *count;
                *count += same;
            }
            continue;
        }
        // Downwards, so that each part is used at most once; in blocks of one part's length, whose source and
        // target do not overlap, so that the additions run side by side.
        let mut end = filled + 1;
        while end > part {
            let start = end.saturating_sub(part).clamp(part, end);
            let (sources, targets) = counts.split_at_mut(start);
            for (target, source) in targets[..end - start].iter_mut().zip(&sources[start - part..]) {
                *target += *source;
            }
            end = start;
        }
    }
    counts
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::{Tails, counts, tails};

    #[test]
    fn three_ranks_by_hand() {
        // Subset sums of {1, 2, 3}: 0 1 2 3 3 4 5 6.
        assert_eq!(counts([1, 2, 3].into_iter()), [1, 1, 1, 2, 1, 1, 1]);
        assert_eq!(tails(&[1, 2, 3], 3), Tails { at_most: 5, at_least: 5 });
        assert_eq!(tails(&[1, 2, 3], 5), Tails { at_most: 7, at_least: 2 });
        assert_eq!(tails(&[], 0), Tails { at_most: 1, at_least: 1 });
    }

    #[test]
    fn tails_are_those_of_enumeration_for_tied_parts() {
        for parts in [[4_usize, 4, 4, 9, 9, 12], [2, 4, 6, 8, 10, 12], [0, 0, 3, 5, 5, 1]] {
            let sums: Vec<usize> = (0_u32..64)
                .map(|mask| (0..6).filter(|bit| mask & (1 << bit) != 0).map(|bit| parts[bit]).sum())
                .collect();
            for &observed in &sums {
                let count = |keep: &dyn Fn(usize) -> bool| sums.iter().filter(|s| keep(**s)).count() as u128;
                let expected =
                    Tails { at_most: count(&|s| s <= observed), at_least: count(&|s| s >= observed) };
                assert_eq!(tails(&parts, observed), expected, "{parts:?} {observed}");
            }
        }
    }

    #[test]
    fn both_widths_of_counter_agree() {
        let parts: Vec<usize> = (1..=70).collect();
        let half: usize = parts.iter().sum::<usize>() / 3;
        let all = counts(parts.iter().copied());
        let wide = tails(&parts, half);
        assert_eq!(wide.at_most, all[..=half].iter().sum::<u128>());
        assert_eq!(wide.at_least, all[half..].iter().sum::<u128>());
    }
}
