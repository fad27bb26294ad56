//! A part of the calibration of `docs/stats-calibration.md`: levels and coverage by simulation, fixed seeds.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use affekt_core::{Seed, Stream};
use affekt_stats::{
    Alternative, Blocks, Differences, PAIRED_TESTS, bca_interval, friedman, hodges_lehmann, t_interval,
};

const LEVEL: f64 = 0.05;
const SIMULATIONS: u32 = 3_000;

type Law = fn(&mut Stream) -> f64;

fn ties(stream: &mut Stream) -> f64 {
    (1.5 * stream.normal()).round()
}

fn cauchy(stream: &mut Stream) -> f64 {
    (std::f64::consts::PI * (stream.uniform() - 0.5)).tan()
}

/// Frequency of an event over samples of `n`.
fn frequency(n: usize, law: Law, event: impl Fn(&Differences) -> bool) -> f64 {
    let count = (0..SIMULATIONS).filter(|&simulation| {
        let mut stream = Seed(7).stream("calibration", &[n as u64, u64::from(simulation)]);
        event(&Differences::new((0..n).map(|_| law(&mut stream)).collect()).unwrap())
    });
    count.count() as f64 / f64::from(SIMULATIONS)
}

/// Four Monte Carlo standard errors above the level.
fn bound() -> f64 {
    LEVEL + 4.0 * (LEVEL * (1.0 - LEVEL) / f64::from(SIMULATIONS)).sqrt()
}

#[test]
fn exact_tests_hold_their_level_under_ties_and_heavy_tails() {
    for law in [ties as Law, cauchy, Stream::normal] {
        for n in [4, 6, 9] {
            for test in PAIRED_TESTS.iter().filter(|test| test.name() != "paired_t") {
                for alternative in [Alternative::TwoSided, Alternative::Greater] {
                    let rejects = |d: &Differences| test.test(d, alternative).unwrap().p_value <= LEVEL;
                    let share = frequency(n, law, rejects);
                    assert!(share <= bound(), "{} {alternative:?}, n = {n}: {share}", test.name());
                }
            }
        }
    }
}

#[test]
fn a_test_that_promised_too_much_would_be_seen() {
    // The normal approximation of Wilcoxon without its correction rejects at five pairs whenever all agree.
    let rejects = |d: &Differences| {
        affekt_stats::wilcoxon_normal(d, affekt_stats::ZeroMethod::Wilcox, false, Alternative::TwoSided)
            .p_value
            <= LEVEL
    };
    let share = frequency(5, Stream::normal, rejects);
    assert!((share - 0.0625).abs() < 0.02, "{share}");
}

#[test]
fn intervals_cover_and_the_bootstrap_of_six_does_not() {
    let covers = |low: f64, high: f64| low <= 0.0 && high >= 0.0;
    let exact = frequency(6, Stream::normal, |d| {
        let interval = hodges_lehmann(d, 0.95).unwrap().interval.unwrap();
        covers(interval.low, interval.high)
    });
    let t = frequency(6, Stream::normal, |d| {
        let interval = t_interval(d.values(), 0.95).unwrap();
        covers(interval.low, interval.high)
    });
    let bootstrap = frequency(5, Stream::normal, |d| {
        let interval = bca_interval(d, 0.95).unwrap();
        covers(interval.low, interval.high)
    });
    assert!(exact >= 1.0 - bound() && t >= 1.0 - bound(), "{exact} {t}");
    assert!(bootstrap < 0.91, "the known under-coverage has gone: {bootstrap}");
}

#[test]
fn friedman_holds_its_level_where_chi_squared_does_not() {
    let (mut exact, mut approximate) = (0, 0);
    for simulation in 0..SIMULATIONS {
        let mut stream = Seed(8).stream("arms", &[u64::from(simulation)]);
        let rows = (0..4).map(|_| (0..3).map(|_| stream.normal()).collect()).collect();
        let found = friedman(&Blocks::new(rows).unwrap()).unwrap();
        exact += u32::from(found.p_value <= LEVEL);
        approximate += u32::from(found.p_chi_squared <= LEVEL);
    }
    let share = |count: u32| f64::from(count) / f64::from(SIMULATIONS);
    assert!(share(exact) <= bound(), "{}", share(exact));
    assert!(share(approximate) > bound(), "{}", share(approximate));
}
