//! What rank sums look like when every order within a block is equally likely.

use std::collections::BTreeMap;

use affekt_core::Seed;

use crate::sampled::{DEFAULT_DRAWS, SampledCount, collect_draws};
use crate::{Blocks, StatsError};

/// Most steps of exact counting: beyond them random permutations are drawn.
const MAX_STEPS: usize = 200_000;

/// Distribution of a statistic of the doubled rank sums over all `(k!)^n` permutations within blocks, or over some.
pub(crate) struct RankNull<S> {
    /// Ways to get each value.
    ways: BTreeMap<S, u128>,
    /// Number of draws; none where all permutations were counted.
    draws: Option<u64>,
}

impl<S: Ord + Copy + Send> RankNull<S> {
    /// Counted over multisets of rank sums where that takes few steps (three arms up to some dozens of blocks, four up
    /// to about ten), else drawn. The statistic must not depend on the order of the arms.
    pub(crate) fn new(
        blocks: &Blocks,
        name: &str,
        statistic: impl Fn(&[u32]) -> S + Sync,
    ) -> Result<Self, StatsError> {
        let mut ways = BTreeMap::new();
        let draws = if let Some(states) = counted(blocks) {
            for (sums, count) in states {
                *ways.entry(statistic(&sums)).or_insert(0) += count;
            }
            None
        } else {
            let drawn = collect_draws(DEFAULT_DRAWS, Seed(0), name, |stream| {
                let mut sums = vec![0_u32; blocks.n_arms()];
                for row in blocks.doubled() {
                    let mut row = row.clone();
                    stream.shuffle(&mut row);
                    for (sum, rank) in sums.iter_mut().zip(row) {
                        *sum += rank;
                    }
                }
                Ok(statistic(&sums))
            })?;
            for value in drawn {
                *ways.entry(value).or_insert(0) += 1;
            }
            Some(DEFAULT_DRAWS)
        };
        Ok(Self { ways, draws })
    }

    /// p of an observed value, and its standard error where permutations were drawn.
    pub(crate) fn p(&self, observed: S) -> (f64, Option<f64>) {
        let extreme: u128 = self.ways.range(observed..).map(|(_, ways)| ways).sum();
        match self.draws {
            None => (extreme as f64 / self.ways.values().sum::<u128>() as f64, None),
            Some(draws) => {
                let count = u64::try_from(extreme).unwrap_or(draws);
                let drawn = SampledCount { count, draws };
                (drawn.p_value(), Some(drawn.standard_error()))
            }
        }
    }

    /// Every value seen, ascending.
    pub(crate) fn support(&self) -> impl DoubleEndedIterator<Item = S> {
        self.ways.keys().copied()
    }
}

/// Ways to get each multiset of rank sums; none where that would take too many steps or counts.
///
/// Every block is permuted uniformly, so arms are exchangeable and sums that differ in order alone are one state.
fn counted(blocks: &Blocks) -> Option<BTreeMap<Vec<u32>, u128>> {
    let (n, k) = (blocks.n(), blocks.n_arms());
    let orders: usize = (1..=k).try_fold(1, usize::checked_mul)?;
    // The last block's counts may reach (k!)^(n-1).
    let bits = (n as f64 - 1.0) * (orders as f64).log2();
    if bits > 126.0 || orders > 720 {
        return None;
    }
    let mut permutation: Vec<usize> = (0..k).collect();
    let mut permutations = Vec::with_capacity(orders);
    collect_permutations(&mut permutation, 0, &mut permutations);
    let mut states: BTreeMap<Vec<u32>, u128> = BTreeMap::new();
    let mut first = blocks.doubled().first()?.clone();
    first.sort_unstable();
    states.insert(first, 1);
    let mut steps = 0;
    for row in &blocks.doubled()[1..] {
        steps += states.len() * orders;
        if steps > MAX_STEPS {
            return None;
        }
        let mut grown: BTreeMap<Vec<u32>, u128> = BTreeMap::new();
        for (sums, ways) in &states {
            for permutation in &permutations {
                let mut next: Vec<u32> = sums.iter().zip(permutation).map(|(s, &i)| s + row[i]).collect();
                next.sort_unstable();
                *grown.entry(next).or_insert(0) += ways;
            }
        }
        states = grown;
    }
    Some(states)
}

fn collect_permutations(items: &mut Vec<usize>, fixed: usize, into: &mut Vec<Vec<usize>>) {
    if fixed == items.len() {
        into.push(items.clone());
        return;
    }
    for i in fixed..items.len() {
        items.swap(fixed, i);
        collect_permutations(items, fixed + 1, into);
        items.swap(fixed, i);
    }
}
