//! Frequency with which intervals hold what they are about.

use affekt_core::{Seed, Stream};
use affekt_stats::{
    Differences, MAX_EXHAUSTIVE_BOOTSTRAP, StatsError, bca_interval, bca_interval_sampled, hodges_lehmann,
    t_interval, two_level_bootstrap,
};

use crate::LEVEL;
use crate::laws::Law;
use crate::table::{Promise, Row, Table, rows, simulate};

use Promise::{Approximate, Exact};

/// Beyond so many pairs resamples are drawn: listing them takes milliseconds a sample.
const EXHAUSTIVE: usize = 7;
const DRAWS: u64 = 999;
/// Seeds of the two-level design, whose clusters are the columns of the table.
const SEEDS: usize = 6;

pub(crate) fn tables() -> Vec<Table> {
    let mut paired = Vec::new();
    for law in [Law::Normal, Law::HeavyTails, Law::Ties] {
        paired.extend(paired_rows(law));
    }
    paired.sort_by_key(|row| row.method);
    vec![
        Table {
            title: "Intervals of a paired difference",
            text: "Coverage in per cent at confidence 95 %. The exact interval of Hodges and Lehmann attains at least its \
                confidence where it exists (from 6 pairs on). The bootstrap of few pairs under-covers, with or without \
                the BCa correction: a resample of six values cannot be wider than the six. Use it for description.",
            rows: paired,
            coverage: true,
        },
        Table {
            title: "Two sources of variance",
            text: "Coverage in per cent of the two-level percentile bootstrap at confidence 95 %, six seeds, clusters as in \
                the columns; effects of seed, cluster and their interaction have the same variance.",
            rows: two_level_rows(),
            coverage: true,
        },
    ]
}

fn covers(interval: Result<(f64, f64), StatsError>) -> bool {
    interval.is_ok_and(|(low, high)| low <= 1e-12 && high >= -1e-12)
}

fn paired_rows(law: Law) -> Vec<Row> {
    let found = simulate(&format!("intervals, {}", law.name()), |n, stream| {
        let seed = Seed(stream.next_u64());
        let Ok(d) = Differences::new(law.sample(n, stream)) else { return [None; 4] };
        let shift = hodges_lehmann(&d, 1.0 - LEVEL).ok().and_then(|shift| shift.interval);
        let bootstrap = bootstrap(&d, seed);
        // Equal differences leave no interval of positive width; they say zero only when they are zero.
        let constant = || Ok((d.values()[0], d.values()[0]));
        let mean = t_interval(d.values(), 1.0 - LEVEL);
        [
            shift.map(|interval| covers(Ok((interval.low, interval.high)))),
            Some(covers(mean.map(|interval| (interval.low, interval.high)))),
            Some(covers(bootstrap.clone().map(|b| (b.low, b.high)).or_else(|_| constant()))),
            Some(covers(bootstrap.map(|b| (b.percentile_low, b.percentile_high)).or_else(|_| constant()))),
        ]
    });
    let normal = if law == Law::Normal { Exact } else { Approximate };
    let methods = [
        ("Hodges-Lehmann, exact", Exact),
        ("t interval", normal),
        ("bootstrap, BCa", Approximate),
        ("bootstrap, percentile", Approximate),
    ];
    rows(&found, law.name(), methods)
}

fn bootstrap(d: &Differences, seed: Seed) -> Result<affekt_stats::BcaInterval, StatsError> {
    const { assert!(EXHAUSTIVE <= MAX_EXHAUSTIVE_BOOTSTRAP) }
    if d.n() <= EXHAUSTIVE {
        bca_interval(d, 1.0 - LEVEL)
    } else {
        bca_interval_sampled(d, 1.0 - LEVEL, DRAWS, seed)
    }
}

fn two_level_rows() -> Vec<Row> {
    let found = simulate("two levels", |n, stream| {
        let seed = Seed(stream.next_u64());
        let effects = |count: usize, stream: &mut Stream| Law::Normal.sample(count, stream);
        let (of_seed, of_cluster) = (effects(SEEDS, stream), effects(n, stream));
        let of_both = effects(SEEDS * n, stream);
        let mean = |clusters: &[usize], seeds: &[usize]| {
            let sum: f64 = seeds
                .iter()
                .flat_map(|&s| clusters.iter().map(move |&c| (s, c)))
                .map(|(s, c)| of_seed[s] + of_cluster[c] + of_both[s * n + c])
                .sum();
            sum / (seeds.len() * clusters.len()) as f64
        };
        let found = two_level_bootstrap(n, SEEDS, 199, 1.0 - LEVEL, seed, mean);
        [Some(covers(found.map(|interval| (interval.low, interval.high))))]
    });
    rows(&found, Law::Normal.name(), [("two-level bootstrap", Approximate)])
}
